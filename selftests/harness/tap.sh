# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# For tests in shell: TAP, and a directory $tmp that goes with the test.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tap_n=0 tap_failed=0

run() { # NAME COMMAND...
	tap_name=$1
	shift
	tap_n=$((tap_n + 1))
	if "$@" >"$tmp/out" 2>&1; then
		echo "ok $tap_n - $tap_name"
	else
		tap_failed=1
		echo "not ok $tap_n - $tap_name"
		sed 's/^/# /' "$tmp/out"
	fi
}
fails() { ! "$@"; }
done_testing() {
	echo "1..$tap_n"
	exit $tap_failed
}
