#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test_tsmctl_measure.sh TSMCTL MINT_TOKEN: tsmctl measure, log and watch on a tree like
# the kernel's, where a register holds what was written to it last. Prints TAP.
set -u
# shellcheck source=selftests/unit/tsmctl/tsmctl.sh
. "$(dirname "$0")/tsmctl.sh"
device=$FAKE_ROOT/sys/devices/virtual/misc/realm_tsm
configfs=$FAKE_ROOT/sys/kernel/config/tsm-measurements

bytes() { # HEX
	python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$1"
}

header=$(fill 00 4)03000000$(fill 00 20)21000000$(printf 'Spec ID Event03' | od -An -tx1 | tr -d ' \n')00
header=${header}0100000000020002010000000b00200000
record() { # REGISTER DIGEST TAG: without data
	printf '%02x000000%s%s0b00%s08000000%s00000000' "$1" 06000000 01000000 "$2" "$3"
}
init() { # REGISTER BYTE: as the kernel writes it
	text=$(printf 'INIT/sha256 %s' "$(fill "$2" 32)" | od -An -tx1 -v | tr -d ' \n')
	printf '%02x0000000300000000000000%02x000000%s' "$1" 76 "$text"
}

digest=$(fill 11 32)
once=$({ bytes "$(fill 00 32)"; bytes "$digest"; } | sha256sum | cut -c1-64)

fresh() {
	rm -rf "$FAKE_ROOT"
	mkdir -p "$device/measurements" "$FAKE_ROOT/sys/devices/platform/arm-cca-dev"
	bytes "$(fill 88 32)" >"$device/measurements/rim:sha256"
	for r in 0 1 2 3; do
		mkdir -p "$configfs/rem$r"
		echo consistent >"$configfs/rem$r/state"
		bytes "$(fill 00 32)" >"$device/measurements/rem$r:sha256"
	done
	bytes "$header" >"$device/eventlog"
}

fresh
bytes "$once" >"$device/measurements/rem1:sha256"
echo diverged >"$configfs/rem2/state"
expect "list" 0 "rem1  $once  consistent" measure list
[ "$(wc -l <out)" = 5 ] && grep -q "^rim   8888*$" out && grep -q "^rem2  0*  diverged$" out
result "the rim has no state, a register may have diverged"
expect "list as JSON" 0 '"hash": "sha256"' measure list --json
grep -q '"state": "diverged"' out && grep -q "\"value\": \"$once\"" out
result "JSON says the same"
expect "read" 0 "$once" measure read rem1
expect "read the rim" 0 "$(fill 88 32)" measure read rim
expect "3: no such register" 3 "no such register: give rim, rem0" measure read rem4
expect "2: no register" 2 "read takes a register" measure read
expect "2: two registers" 2 "read takes a register" measure read rem0 rem1
expect "2: an option" 2 "does not know --json" measure read --json rem0
expect "2: a word for list" 2 "list takes no rem0" measure list rem0

expect "extend" 0 "rem2    $digest" measure extend rem2 "$digest"
expect "what was written is there" 0 "$digest" measure read rem2
bytes "$digest" >raw
expect "a digest from a file" 0 "rem0    $digest" measure extend rem0 @raw
"$tsmctl" measure extend rem3 - <raw >out 2>err && grep -q "^rem3    $digest" out
result "a digest from stdin"
expect "3: the rim" 3 "nothing can extend the rim" measure extend rim "$digest"
expect "3: too short" 3 "by sha256 digests of 32 bytes, and by none of 31" measure extend rem0 "$(fill 11 31)"
expect "3: too long" 3 "and by none of 33" measure extend rem0 "$(fill 11 33)"
expect "3: longer than any digest" 3 "65 bytes: give at most 64" measure extend rem0 "$(fill 11 65)"
expect "3: odd" 3 "give two for each byte" measure extend rem0 123
expect "3: not hex" 3 "character 2 is no hex digit" measure extend rem0 1x
expect "3: no digits" 3 "0 hex digits" measure extend rem0 ""
expect "1: no such file" 1 "cannot open nowhere" measure extend rem0 @nowhere
expect "2: no digest" 2 "takes a register and a digest" measure extend rem0
# as the kernel refuses it: any other user
chmod 0444 "$device/measurements/rem0:sha256"
if [ "$(id -u)" != 0 ]; then
	expect "6: no permission" 6 "no permission to extend rem0" measure extend rem0 "$digest"
fi

expect "3: event into the rim" 3 "nothing can extend the rim" measure event rim d o c
expect "3: a space in the domain" 3 "domain has a space" measure event rem3 "d d" o c
expect "3: no operation" 3 "needs its operation" measure event rem3 d "" c
expect "3: content too long" 3 "content is longer than 2048" measure event rem3 d o "$(fill c 2049)"
expect "3: content not printable" 3 "character 2 of the event's content" measure event rem3 d o "c
"
expect "2: no content" 2 "takes a register, a domain, an operation and a content" measure event rem3 d o
expect "2: a word too many" 2 "takes a register, a domain" measure event rem3 d o c c
expect "2: what looks like an option" 2 "does not know" measure event rem3 d o --c

# --- the log ---
fresh
expect "a log without records fits zeros" 0 "valid: 0 of 0 records replay" log verify
[ "$(grep -c '^✓  rem' out)" = 4 ]
result "a tick for each register"
bytes "$header$(record 2 "$digest" 4d535452)$(record 4 "$digest" 78563412)" >"$device/eventlog"
bytes "$once" >"$device/measurements/rem1:sha256"
bytes "$once" >"$device/measurements/rem3:sha256"
expect "show" 0 "1  rem1  $digest  (a bare digest)" log show
grep -q "^2  rem3  $digest  (EV_EVENT_TAG, 8 bytes)$" out && [ "$(wc -l <out)" = 2 ]
result "other records, too"
expect "show as JSON" 0 '"record":1,"register":"rem1","type":6,"type-name":"EV_EVENT_TAG"' log show --json
grep -q '"record":2' out && [ "$(wc -l <out)" = 2 ] && grep -q '"text":null,"event":"7856341200000000"' out
result "an object a line"
event=$(printf 'example.org Load a file' | od -An -tx1 -v | tr -d ' \n')
event=4c45414117000000$event
bytes "$header$(record 4 "$digest" 4d535452)$(record 2 "$digest" 4d535452)$(printf '%02x000000%s%s0b00%s1f000000%s' \
	4 06000000 01000000 "$(bytes "$event" | sha256sum | cut -c1-64)" "$event")" >"$device/three"
cp "$device/eventlog" kept_log
mv "$device/three" "$device/eventlog"
expect "show as a tree" 0 "└─ 3  example.org Load" log show --tree
[ "$(sed 's/sha256 .*/sha256/' out | tr '\n' ';')" = "rem1;└─ 2  (a bare digest);      sha256;\
rem3;├─ 1  (a bare digest);│     sha256;└─ 3  example.org Load;      a file;      sha256;" ]
result "below their registers"
cp kept_log "$device/eventlog"
expect "2: one form at a time" 2 "one of --json and --tree" log show --json --tree
expect "2: show takes no word" 2 "show takes no extra" log show extra
expect "verify" 0 "valid: 2 of 2 records replay to all registers" log verify
expect "export" 0 "2 records, 181 bytes in exported" log export --out exported
cmp -s exported "$device/eventlog"
result "the bytes are those of the kernel"
"$tsmctl" log export 2>err | cmp -s - exported
result "also on stdout"
expect "1: export into no folder" 1 "cannot write no/file" log export --out no/file
expect "2: export takes no word" 2 "export takes no extra" log export extra

bytes "$once" >"$device/measurements/rem0:sha256"
expect "10: a register that is not logged" 10 "not valid: rem0: no prefix of the 2 records" log verify
grep -q "^✗  rem0  $once$" out && [ "$(grep -c '^✓' out)" = 3 ]
result "a cross for that register"
bytes "$(fill 00 32)" >"$device/measurements/rem0:sha256"
bytes "$(fill 00 32)" >"$device/measurements/rem3:sha256"
expect "10: a record that extended nothing" 10 "not valid: record 2: no register has been extended by it" log verify
bytes "$header$(init 2 42)" >"$device/eventlog"
bytes "$(fill 42 32)" >"$device/measurements/rem1:sha256"
expect "11: a register that began with what nobody explains" 11 "cannot tell: 1 of 1 records" log verify
grep -q "^?  rem1  4242" out
result "a question mark for that register"
expect "show its INIT" 0 "1  rem1  no digest  INIT/sha256 4242" log show
bytes "$header$(record 5 "$digest" 4d535452)" >"$device/eventlog"
expect "10: a record for no register" 10 "record 1: it is for a register that does not exist" log verify
bytes "${header}00" >"$device/eventlog"
expect "9: a malformed log" 9 "event log: record 1" log show
expect "9: which is not exported" 9 "event log: record 1" log export --out kept
[ ! -e kept ]
result "no file is left"

"$mint" plain >token
bytes "$header" >"$device/eventlog"
expect "10: another's token" 10 "rem0, rem1, rem2, rem3: no prefix of the 0 records" log verify --token token
grep -q "^✗  rem0  e0e0" out
result "the token's registers are shown"
bytes "$header$(init 1 e0)$(init 2 e1)$(init 3 e2)$(init 4 e3)" >"$device/eventlog"
expect "11: a token" 11 "4 of 4 records replay to all registers, but" log verify --token token
expect "9: no token" 9 "token: its wrapper is not" log verify --token "$device/eventlog"
expect "1: no such token" 1 "cannot open nowhere" log verify --token nowhere
expect "2: verify takes no word" 2 "verify takes no token" log verify token

# what is opened must not be taken for a stream that was closed
"$tsmctl" measure list >&- 2>err; [ $? = 1 ] && grep -q "cannot write to stdout: Bad file descriptor" err
result "1: stdout is closed"
"$tsmctl" measure extend rem0 - <&- >out 2>err; [ $? = 1 ] && grep -q "cannot read stdin: Bad file descriptor" err
result "1: stdin is closed"
"$tsmctl" measure read rem9 2>&- >out; [ $? = 3 ]
result "3: stderr is closed"

# --- without the module ---
rm -r "$device" "$configfs"
for verb in "measure list" "measure read rem0" "measure extend rem0 $digest" "measure event rem0 d o c" \
	"log show" "log export --out kept" "log verify" "watch"; do
	expect "4: no module: ${verb%% "$digest"}" 4 "modprobe realm_tsm" $verb
done
expect "3: watch with no room" 3 "give a number of bytes" watch --room 0
expect "3: watch with what is no number" 3 "--room: -1: give a number" watch --room -1
expect "2: watch takes no word" 2 "watch takes no extra" watch extra

done_testing
