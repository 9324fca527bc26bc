#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# in_realm libtsm [-v] [FUNCTION]	each system call of libtsm fails in turn (libtsm.c)
# in_realm tsmctl	those of the verbs that ask the kernel (each_call.c)
# In a realm; prints TAP.
set -eu
cd "$(dirname "$0")/../../.."
out=build/syscalls
here=selftests/robustness/failing_calls

build() { # PROGRAM OPTIONS...
	program=$1
	shift
	aarch64-linux-gnu-gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -o "$out/$program" \
		"$here/$program.c" $here/fail_calls.c "-I$stage/usr/include" "$@"
}
stage=$(selftests/testbed/realm.py --print-product)
mkdir -p $out
build libtsm "-L$stage/usr/lib" -ltsm
build each_call -shared -fPIC

tsmctl='
mkdir /tmp/calls && cd /tmp/calls
each() { # WHAT TSMCTL...
	what=$1
	shift
	EACH_CALL=$what LD_PRELOAD=/each_call tsmctl "$@" || failed=1
}
challenge=$(printf %0128d 7)
mkdir /sys/kernel/config/tsm/report/agents
tsmctl report --challenge $challenge --out /tmp/token >/dev/null
failed=0
each info:varies info
each "info --json:varies" info --json
each report report --challenge $challenge
each "report --out:file" report --challenge $challenge --out file
each "report --dir:file" report --challenge $challenge --dir agents --out file
each "token show" token show /tmp/token
each "measure list" measure list
each "measure list --json" measure list --json
each "measure read" measure read rem0
each "log show" log show
each "log show --json" log show --json
each "log export" log export
each "log export --out:file" log export --out file
each "log verify" log verify
each "log verify --token" log verify --token /tmp/token
each "measure extend:varies" measure extend rem0 $(printf %064d 7)
each "measure event:varies" measure event rem1 d.org Op content
exit $failed'

what=$1
shift
case $what in
libtsm) set -- /libtsm "$@" ;;
tsmctl) set -- sh -uc "$tsmctl" ;;
esac
status=0
selftests/testbed/realm.py --module realm_tsm --sign off --timeout 1500 --file $out/libtsm:/libtsm \
	--file $out/each_call:/each_call --file "$stage/usr/bin/tsmctl:/bin/tsmctl" \
	--file "$stage/usr/lib/libtsm.so.1:/lib/libtsm.so.1" \
	--file "$stage/usr/lib/libtsm-kbs.so.1:/lib/libtsm-kbs.so.1" -- "$@" >$out/$what.tap || status=$?
awk '/^(not )?ok - / { sub(/ok/, "ok " ++n) } { print } END { print "1.." n }' $out/$what.tap
exit $status
