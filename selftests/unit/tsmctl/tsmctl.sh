# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# For tests of tsmctl in shell: $tsmctl and $mint, a directory that goes with the test,
# where out and err are of the command run last, and TAP.
tsmctl=$1 mint=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
n=0 failed=0
export FAKE_ROOT="$tmp/root"

result() { # NAME, with the outcome in $?
	if [ $? = 0 ]; then
		n=$((n + 1)); echo "ok $n - $1"
	else
		n=$((n + 1)); failed=1; echo "not ok $n - $1"
		sed 's/^/# /' out err
	fi
}

# expect NAME STATUS WORDS ARGUMENT...: WORDS are in the output, for the statuses that are
# no mistake, and stderr is empty; else they are on stderr in its only line, and nothing
# is in the output. $expect_verb: words before the arguments.
expect_verb=
expect() {
	name=$1 status=$2 words=$3
	shift 3
	"$tsmctl" $expect_verb "$@" >out 2>err </dev/null
	got=$?
	[ $got = "$status" ] || echo "status $got instead of $status" >>err
	[ $got = "$status" ] && case $status in
	0|10|11) [ ! -s err ] && grep -qF -e "$words" out ;;
	*) [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qF -e "$words" err ;;
	esac
	result "$name"
}

fill() { # TEXT COUNT
	i=$2
	while [ "$i" -gt 0 ]; do printf %s "$1"; i=$((i - 1)); done
}

done_testing() {
	echo "1..$n"
	exit $failed
}
