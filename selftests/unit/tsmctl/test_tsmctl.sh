#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test_tsmctl.sh TSMCTL MINT_TOKEN: exit statuses, output and messages of the
# command line; TSMCTL is the one with the faked kernel in it. Prints TAP.
set -u
# shellcheck source=selftests/unit/tsmctl/tsmctl.sh
. "$(dirname "$0")/tsmctl.sh"

reports=$FAKE_ROOT/sys/kernel/config/tsm/report

# a realm with a provider, and nothing wrong
fresh() {
	rm -rf "$FAKE_ROOT"
	mkdir -p "$reports" "$FAKE_ROOT/sys/devices/platform/arm-cca-dev"
	echo arm_cca_guest >"$FAKE_ROOT/provider"
	unset FAKE_FAULTS FAKE_TOKEN
}

# As the shared one, but what fails may have printed before, and says who it is.
# expect NAME STATUS WORDS ARGUMENT...: WORDS are on stderr, in its only line
expect() {
	name=$1 status=$2 words=$3
	shift 3
	"$tsmctl" "$@" >out 2>err </dev/null
	got=$?
	[ $got = "$status" ] || echo "status $got instead of $status" >>err
	[ $got = "$status" ] && if [ "$status" = 0 ]; then
		[ ! -s err ] && grep -qF -e "$words" out
	else
		[ "$(wc -l <err)" = 1 ] && grep -q '^tsmctl: ' err && grep -qF -e "$words" err
	fi
	result "$name"
}

hex64=$(printf '%0128d' 5)

fresh
expect "help" 0 "Exit status:" --help
[ "$(wc -l <out)" -le 40 ] && [ "$(wc -L <out)" -le 80 ]
result "help fits a screen"
expect "help of a verb" 0 "tsmctl report [--challenge" report --help
expect "help of a verb of two words" 0 "tsmctl measure extend REG" measure extend --help
expect "version" 0 "libtsm 1." --version
expect "2: no verb" 2 "see tsmctl --help"
expect "2: unknown verb" 2 "no such verb: frobnicate; see" frobnicate
expect "2: half a verb" 2 "no such verb: token" token
expect "2: unknown second word" 2 "no such verb: token dance" token dance
expect "2: unknown option" 2 "report does not know --frob" report --frob
expect "2: unknown letter" 2 "report does not know -x" report -xy
expect "2: option without its value" 2 "--challenge needs a value" report --challenge
expect "2: a word too many" 2 "report takes no extra" report --out x extra
expect "2: info with a word" 2 "info takes no extra" info extra
expect "2: no file to show" 2 "takes one file" token show
expect "2: two files to show" 2 "takes one file" token show a b

# --- report ---
expect "report into a file" 0 "in token" report --out token
grep -q '^challenge  [0-9a-f]\{128\}$' out && grep -q '^provider   arm_cca_guest$' out
result "says challenge and provider"
[ "$(stat -c %a token)" = "$(printf '%o' $((0666 & ~0$(umask))))" ] && [ -z "$(ls "$reports")" ]
result "the file's mode is umask's, no directory is left"
expect "the token holds that challenge" 0 "$(sed -n 's/^challenge  //p' out)" token show token
# a person at a terminal is told what takes long, and sees nothing of it in the end
wait_at_terminal() { script -qec "$tsmctl report --out late" /dev/null >out 2>err </dev/null; }
FAKE_TOKEN=late wait_at_terminal; grep -q "waiting for the report: 1 s" out
result "progress of what takes long"
FAKE_TOKEN='' wait_at_terminal; [ -s out ] && ! grep -q waiting out; result "none of what does not"
FAKE_TOKEN=late expect "none but on a terminal" 0 "in late" report --out late

expect "report for a challenge" 0 "$hex64" report --challenge "$hex64" --out token
expect "which is in the token" 0 "$hex64" token show token
"$tsmctl" report --challenge "$hex64" 2>err | cmp -s - token || true
"$tsmctl" report 2>err >piped && "$tsmctl" token show piped >out &&
	grep -qF "$(sed -n 's/^challenge  //p' err)" out
result "report to a pipe, challenge on stderr"
head -c 48 /dev/zero | tr '\0' Z >challenge
expect "challenge from a file" 0 "$(printf '5a%.0s' $(seq 48))" report --challenge @challenge --out t
"$tsmctl" report --challenge - --out t <challenge >out 2>err && grep -q '^challenge  5a5a' out
result "challenge from stdin"

echo before >kept
fail_keeps() { # the file is as it was, and nothing lies beside it
	[ "$(cat kept)" = before ] && [ "$(echo kept*)" = kept ]
	result "$1"
}
expect "3: not hex" 3 "character 3 is no hex digit" report --challenge 00zz --out kept
expect "3: odd number of digits" 3 "3 hex digits: give two for each byte" report --challenge 123 --out kept
expect "3: no digits" 3 "0 hex digits" report --challenge "" --out kept
expect "3: too long" 3 "65 bytes: give at most 64" report --challenge "${hex64}00" --out kept
expect "3: file too long" 3 "longer than the 64 bytes" report --challenge @/bin/sh --out kept
expect "1: no such file" 1 "cannot open nowhere" report --challenge @nowhere --out kept
export FAKE_FAULTS="read outblob:22"
expect "3: too short for the provider" 3 "takes no challenge of 2 bytes: give 32" report --challenge 0001 --out kept
fresh
expect "3: no such directory" 3 "no directory for reports" report --dir nobody --out kept
fail_keeps "a failure leaves FILE as it was"

rm -r "$reports"
expect "4: nothing provides reports" 4 "modprobe realm_tsm" report --out kept
rm -r "$FAKE_ROOT/sys/devices"
expect "4: not a realm" 4 "no Arm CCA realm" report --out kept
fresh; rm "$FAKE_ROOT/provider"
expect "4: provider gone" 4 "was removed" report --out kept
rm -r "$FAKE_ROOT/sys/kernel"
expect "5: configfs not mounted" 5 "mount -t configfs" report --out kept
fresh
for errno in 13 1 30; do
	export FAKE_FAULTS="mkdir:$errno"
	expect "6: no permission ($errno)" 6 "a directory that" report --out kept
done
export FAKE_FAULTS="read outblob:110"
expect "7: out of time" 7 "gave up waiting" report --out kept
export FAKE_FAULTS="read outblob:125"
expect "7: lost half way" 7 "try again" report --out kept
export FAKE_FAULTS="read outblob:4"
expect "7: interrupted" 7 "a signal arrived" report --out kept
export FAKE_FAULTS="read outblob:5"
expect "8: the firmware failed" 8 "the firmware failed" report --out kept
fresh
export FAKE_TOKEN="other challenge"
expect "8: a token for another challenge" 8 "holds another challenge" report --out kept
fail_keeps "none of these touched FILE"
export FAKE_TOKEN="cut"
expect "9: a token that does not decode is kept" 9 "kept, but does not decode: token: its wrapper" report --out cut
[ -s cut ]; result "it is there"

fresh
expect "1: no such folder" 1 "cannot write no/file: No such file" report --out no/file
expect "1: FILE is a folder" 1 "cannot write /tmp: Is a directory" report --out /tmp
expect "1: FILE is full" 1 "cannot write /dev/full" report --out /dev/full
"$tsmctl" report >/dev/full 2>err; [ $? = 1 ] && grep -q 'cannot write to stdout' err
result "1: stdout is full"
expect "FILE may be a device" 0 "in /dev/null" report --out /dev/null
echo old >target; ln -s target link
expect "FILE may be a link" 0 "in link" report --out link
[ -L link ] && "$tsmctl" token show target >/dev/null 2>err
result "it stays one"

export FAKE_FAULTS="pause:0"
sh -c 'exec "$0" report --out kept' "$tsmctl" >out 2>err &
pid=$!
while [ ! -e "$FAKE_ROOT/paused" ]; do sleep 0.01; done
kill -TERM $pid; : >"$FAKE_ROOT/resume"
{ wait $pid; } 2>/dev/null; [ $? = 143 ] && [ -z "$(ls "$reports")" ]
result "SIGTERM ends it, without a directory left"
fail_keeps "and without a file"

# --- info ---
fresh
dev=$FAKE_ROOT/sys/devices/virtual/misc/arm_cca_guest
expect "info without realm_tsm" 0 "does not say (modprobe realm_tsm)" info
mkdir -p "$dev/measurements"; : >"$dev/measurements/rim:sha512"
echo 1.0 >"$dev/rsi_version"; echo sha512 >"$dev/hash_algorithm"
head -c 64 /dev/zero | tr '\0' Z >"$dev/measurements/rpv"
expect "info" 0 "RSI      1.0" info
grep -q '^hash     sha512$' out && grep -q '^RPV      5a5a' out && grep -q '^reports  arm_cca_guest$' out &&
	grep -q '^device   /sys/devices/virtual/misc/arm_cca_guest$' out && grep -q '^realm    yes$' out
result "info says all"
expect "info as JSON" 0 '"rsi-version": "1.0"' info --json
grep -q '"realm": true' out && grep -q '"hash": "sha512"' out && grep -q '"provider": "arm_cca_guest"' out
result "info as JSON says all"
export FAKE_FAULTS="mkdir:13"
expect "info without permission" 0 "reports  unknown: no permission" info
fresh; rm -r "$FAKE_ROOT/sys/devices"
expect "4: info outside a realm" 4 "no Arm CCA realm" info
grep -q '^realm    no$' out; result "which it also prints"

# --- token show ---
fresh
"$mint" 907-unknown >t907; "$mint" 399-legacy >t399; "$mint" no-rim >bad; "$mint" eddsa >unknown-alg; printf "\240" >none
expect "show 399" 0 "wrapper 399, not verified" token show t399
grep -q '^  rak  *04' out && grep -q '^  rems:$' out && grep -q '^      measurement  *0*1$' out
result "raw RAK, REMs and components are shown"
expect "show 907" 0 "wrapper 907, not verified" token show t907
grep -q '^  rak  *COSE_Key:$' out && grep -q '^    crv  *2$' out
result "a COSE_Key is shown"
grep -qF '  39321 (unknown):' out && grep -qF '"foo\x1b[31m" (unknown)  bar\x0a\xc3\xa9' out &&
	grep -q '^  39320 (unknown)  *CBOR f6$' out && ! LC_ALL=C grep -q "$(printf '\033')" out
result "unknown claims are shown, harmless for a terminal"
"$tsmctl" token show - <t907 >out2 2>err && cmp -s out out2
result "show stdin"
expect "show as JSON" 0 '"wrapper": 907' token show --json t907
grep -q '"verified": false' out && grep -q '"alg": "ES384"' out && grep -q '"rim": "8888' out &&
	grep -q '"type": "bytes"' out && grep -qF '"foo\u001B[31m"' out
result "JSON holds claims and unknown ones"
expect "the option may follow" 0 '"wrapper": 907' token show t907 --json
expect "an unknown alg has its number" 0 '"alg": -8' token show --json unknown-alg
expect "9: malformed" 9 "realm token: mandatory claim 44238 (rim) is missing" token show bad
expect "9: no token" 9 "does not begin with tag 399 or 907" token show none
expect "1: no such file to show" 1 "cannot open nowhere: No such file" token show nowhere
expect "1: a folder" 1 "cannot read .: Is a directory" token show .
head -c 1048577 /dev/zero >big
expect "3: a file too large" 3 "longer than the 1048576 bytes" token show big

done_testing
