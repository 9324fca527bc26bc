#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# docs: Sphinx builds Documentation/ without a warning, and nothing is left out.
# Prints TAP.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=selftests/harness/tap.sh
. selftests/harness/tap.sh

included() { # PAGE FILE...: by their names, with the folder they are in
	page=$1
	shift
	for file; do
		grep -q "literalinclude:: .*${file#*/}$" "$page" || { echo "$page has not $file"; return 1; }
	done
}

run "make docs" make -s docs
run "each page is there" [ -s build/docs/start/newcomer.html ]
run "each ABI document" included Documentation/abi.rst Documentation/ABI/testing/*
run "each public header" included Documentation/library.rst userspace/include/tsm/*.h
done_testing
