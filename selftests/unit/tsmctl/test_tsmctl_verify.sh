#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test_tsmctl_verify.sh TSMCTL MINT_TOKEN: tsmctl token verify, its exit statuses,
# its table and its JSON. Prints TAP.
set -u
# shellcheck source=selftests/unit/tsmctl/tsmctl.sh
. "$(dirname "$0")/tsmctl.sh"
mkdir root

expect_verb="token verify"

le32() { # NUMBER: in octal escapes
	printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# an event log of sha-256, begun with a value for each REM that is the token's
header='\000\000\000\000\003\000\000\000'$(fill '\000' 20)$(le32 33)'Spec ID Event03\000'
header=$header$(le32 1)'\000\002\000\002'$(le32 1)'\013\000\040\000\000'
init() { # NUMBER BYTE
	printf "$(le32 "$1")$(le32 3)$(le32 0)$(le32 84)LEAA$(le32 76)INIT/sha256 $(fill "$2" 32)"
}
{ printf "$header"; init 1 e0; init 2 e1; init 3 e2; init 4 e3; } >unexplained
printf "$header" >empty

challenge=$(fill cc 64)
given="--challenge $challenge --trust-anchors anchor"
many=$(fill "--log empty " 17)
echo '{"realm":[{"initial-measurement":"'"$(fill 88 32)"'","rak-hash-algorithm":"sha-256"}]}' >realm.json
echo '{"realm":[{"initial-measurement":"'"$(fill 99 32)"'","rak-hash-algorithm":"sha-256"}]}' >other.json
echo '[]' >nobody.json
"$mint" plain anchor >token
"$mint" unknown anchor2 >strange
"$mint" no-rim anchor3 >malformed
head -c 500 token >half

{
expect "0: valid" 0 "valid; not checked: platform reference values, realm reference values, event log" $given token
[ "$(grep -c '^✓' out)" = 6 ] && [ "$(grep -c '^-' out)" = 3 ]
result "a tick for each step that holds, a dash for what was not given"
expect "0: of the realm that is expected" 0 "valid; not checked: platform reference values, event log" \
	$given --reference-values other.json --reference-values realm.json token
grep -q '^✓  realm reference values .* entry 1' out
result "several files of reference values"
printf "$(fill '\314' 64)" >raw
expect "0: challenge from a file" 0 "valid" --challenge @raw --trust-anchors anchor token
expect "0: several files of trust anchors" 0 "valid" --trust-anchors anchor2 $given token
expect "0: claims outside the specification are listed" 0 \
	'not trusted: realm claim "foo\x1b[31m", which is not' --challenge "$challenge" --trust-anchors anchor2 strange
expect "0: JSON" 0 '"verdict": "valid"' $given --json token
[ "$(grep -c '"step": ' out)" = 9 ] && grep -q '"unknown-claims": \[\]' out
result "JSON has a verdict for each step"

expect "10: another challenge" 10 "✗  challenge" --challenge 01 --trust-anchors anchor token
[ "$(grep -c '^✗' out)" = 1 ] && tail -n 1 out | grep -q '^not valid'
result "one cross, and the verdict in the last line"
expect "10: another platform key" 10 "✗  platform signature" --challenge "$challenge" --trust-anchors anchor2 token
expect "10: a platform that nobody trusts" 10 "✗  trust anchor" --challenge "$challenge" --trust-anchors nobody.json token
expect "10: another realm" 10 "✗  realm reference values    its RIM is in no entry" $given --reference-values other.json token
expect "10: a claim is missing" 10 "✗  form                      realm token: mandatory claim 44238" \
	--challenge "$challenge" --trust-anchors anchor3 malformed
expect "10: a token that was cut" 10 "✗  form" $given half
expect "10: the log does not lead there" 10 "✗  event log                 rem0, rem1, rem2, rem3: no prefix" $given --log empty token
expect "10: no event log" 10 "✗  event log                 event log: it does not begin" $given --log token token
expect "10: JSON" 10 '"label": 44238' $given --json --reference-values other.json token
expect "11: registers that began with what nobody explains" 11 "?  event log                 4 of 4 records" \
	$given --log unexplained token

# on a terminal
green=$(printf '\033[32m')
on_terminal() { script -qec "$tsmctl token verify $given token" /dev/null >out 2>err </dev/null; }
TERM=xterm on_terminal; grep -qF "$green" out; result "colour on a terminal"
NO_COLOR=1 TERM=xterm on_terminal; [ -s out ] && ! grep -qF "$green" out; result "none with NO_COLOR"
TERM=dumb on_terminal; [ -s out ] && ! grep -qF "$green" out; result "none on a dumb one"
expect "none elsewhere" 0 "" $given token
! grep -qF "$green" out; result "not in a file"

expect "2: no token" 2 "takes one token" $given
expect "2: two tokens" 2 "takes one token" $given token token
expect "2: no challenge" 2 "needs --challenge and --trust-anchors" --trust-anchors anchor token
expect "2: no trust anchors" 2 "needs --challenge and --trust-anchors" --challenge 00 token
expect "2: unknown option" 2 "does not know --frob" $given --frob token
expect "2: too many files" 2 "at most 16 --log" $given $many token
expect "3: bad hex" 3 "--challenge: character 1 is no hex digit" --challenge xx --trust-anchors anchor token
expect "3: challenge too long" 3 "--challenge: 65 bytes" --challenge "${challenge}00" --trust-anchors anchor token
expect "3: trust anchors that are none" 3 "token: trust anchors: neither JSON" --challenge 00 --trust-anchors token token
expect "3: reference values that are none" 3 "nobody.json: reference values: the file is no object" $given --reference-values nobody.json token
expect "1: no such file" 1 "cannot open nowhere" $given nowhere
expect "1: no such trust anchors" 1 "cannot open nowhere" --challenge 00 --trust-anchors nowhere token
expect "1: no such reference values" 1 "cannot open nowhere" $given --reference-values nowhere token
expect "1: no such log" 1 "cannot open nowhere" $given --log nowhere token
}

done_testing
