#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kernels [TEST...]: build and run these kselftests with realm_tsm on every kernel
# whose headers are here, 4K and 16K pages. With none named, all of them; else the
# newest kernel with 4K pages is left out, for that is what other suites run on.
# ONLY is in_realm.sh's.
set -u
cd "$(dirname "$0")/../.." || exit

if [ "${ONLY:-}" = "?" ]; then
	printf '%s\n' "$@"
	exit
fi
newest=
[ $# = 0 ] || newest=$(selftests/testbed/realm.py --print-headers) || exit
status=0
for headers in /usr/src/linux-headers-*-arm64 /usr/src/linux-headers-*-arm64-16k; do
	[ "$headers" != "$newest" ] || continue
	release=${headers#/usr/src/linux-headers-}
	case $release in
	*-16k) page=16k ;;
	*) page=4k ;;
	esac
	echo "# $release"
	selftests/kselftest/in_realm.sh --kernel "${release%-arm64*}" --page $page realm_tsm "$@" ||
		status=1
done
exit $status
