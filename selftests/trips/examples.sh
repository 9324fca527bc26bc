#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# examples: those of userspace/examples, each in a realm, for root with a directory
# of its own and for a member of a group with the one that root made. Prints TAP.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=selftests/harness/tap.sh
. selftests/harness/tap.sh

challenge=$(od -An -v -tx1 -N64 /dev/urandom | tr -d ' \n')

build() {
	stage=$(selftests/testbed/realm.py --print-product)
}
in_realm() {
	selftests/testbed/realm.py --module realm_tsm --package python3 --package util-linux \
		--file "$stage/examples:/examples" --file "$stage/usr/lib/libtsm.so.1:/lib/libtsm.so.1" -- sh -euc '
		echo nobody:x:65534:65534::/:/bin/sh >/etc/passwd
		echo nobody:x:65534: >/etc/group
		cd /sys/kernel/config/tsm/report
		mkdir agents
		chgrp nobody agents/inblob agents/outblob
		chmod g+w agents/inblob
		echo "$1" | xxd -r -p >/tmp/challenge
		try() { # NAME COMMAND...
			name=$1
			shift
			"$@" </tmp/challenge >/tmp/token || echo "$name failed" >&2
			echo "$name $(base64 </tmp/token | tr -d "\n")"
		}
		as_nobody() { su -s /bin/sh nobody -c "exec \"\$@\"" -- sh "$@"; }
		get() { wget -q -O - "http://127.0.0.1:$1/$2"; }

		try shell_root /examples/report.sh
		try shell_member as_nobody /examples/report.sh agents
		try python_root /examples/report.py
		try python_member as_nobody /examples/report.py agents
		/examples/agent 8006 &
		as_nobody /examples/agent 8007 agents &
		sleep 1
		try c_root get 8006 "$1"
		try c_member get 8007 "$1"
		rmdir agents
		[ -z "$(ls)" ] && echo nothing_left' sh "$challenge" >"$tmp/tokens" 2>"$tmp/said"
}
token() { # NAME
	sed -n "s/^$1 //p" "$tmp/tokens" | base64 -d >"$tmp/token"
	cat "$tmp/said"
	selftests/testbed/check_token.py --trust-anchors build/monitor/trust-anchors.json \
		--challenge "$challenge" "$tmp/token"
}

run "build" build
[ $tap_failed = 0 ] || done_testing
run "the agent in C has 60 lines at most" [ "$(wc -l <userspace/examples/agent.c)" -le 60 ]
run "one realm for all of them" in_realm
for language in c shell python; do
	run "$language, as root" token ${language}_root
	run "$language, as a member of the group" token ${language}_member
done
run "they leave no directory behind" grep -qx nothing_left "$tmp/tokens"
done_testing
