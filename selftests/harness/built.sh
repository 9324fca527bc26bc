#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# built.sh COMMAND...: does it build? A suite that builds what the suites after it use
# (/AFTER in selftests/suites), so that these can run side by side. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit
echo 1..1
if "$@"; then
	echo "ok 1 $*"
else
	echo "not ok 1 $*"
	exit 1
fi
