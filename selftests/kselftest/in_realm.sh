#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# in_realm.sh [--kernel VERSION] [--page 4k|16k] [--append NAME=VALUE]... [MODULE [TEST...]]:
# build the kselftests for a kernel, and run them in a realm with this module loaded and
# these variables in their environment. Without a module, only print the folder that they
# were built in. The environment's ONLY has the names of the tests that are wanted; "?"
# prints those there are.
set -eu
cd "$(dirname "$0")/../.."

kernel='' append=''
while case ${1:-} in --*) ;; *) false ;; esac; do
	case $1 in
	--append) append="$append $2" ;;
	*) kernel="$kernel $1 $2" ;;
	esac
	shift 2
done

if [ "${ONLY:-}" = "?" ]; then
	shift
	printf '%s\n' "$@"
	exit
fi
module=${1:-}
[ $# = 0 ] || shift
# names of programs, without spaces
[ -z "${ONLY:-}" ] || set -- $ONLY

headers=$(selftests/testbed/realm.py $kernel --print-headers)
release=$(cat "$headers/include/config/kernel.release")
# a folder for each set of modules: suites of one kernel run side by side
out=build/kselftest/$release${module:+/$module}
mkdir -p "$out"
# what else runs on this kernel at the same time has a folder of its own
result=$out/$(echo "$module $*" | cksum | cut -d" " -f1)
# The programs are the same for every kernel, and suites run side by side. Only those that
# are named are there: what goes into a realm is copied and measured.
flock build/kselftest make -s -j2 -f selftests/kselftest/tsm/kselftest.mk install \
	KSELFTEST=/usr/src/linux-tools/tools/testing/selftests PROGRAMS=build/kselftest/programs \
	KDIR="$headers" O="$out" CROSS_COMPILE=aarch64-linux-gnu- TESTS="$*" RESULT="$result" \
	>"$result.log" 2>&1 || {
	cat "$result.log" >&2
	exit 1
}
if grep -i 'warning:' "$result.log"; then
	echo "not ok 1 the tests build without a warning"
	exit 1
fi

[ -n "$module" ] || {
	echo "$result"
	exit
}

# the checkers of a debug kernel take their time
limit=1200
case $kernel in
*debug*) limit=2400 ;;
esac

exec selftests/testbed/realm.py $kernel --cpus 4 --timeout $limit --append "$append" --module "$module" \
	--file "$result:/kselftest" -- sh -c '
	cd /kselftest
	for test; do set -- "$@" -t "tsm:$test"; shift; done
	./run_kselftest.sh "$@"
	status=$?
	# which lines of the module ran, for selftests/kselftest/coverage.py
	find /sys/kernel/debug/gcov -name "*.gcda" 2>/dev/null | grep "/kmod/[a-z_]*\.gcda$" |
	while read -r counts; do
		echo "# gcda ${counts#/sys/kernel/debug/gcov} $(base64 -w 0 "$counts")"
	done
	exit $status' sh "$@"
