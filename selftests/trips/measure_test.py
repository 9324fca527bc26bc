# SPDX-License-Identifier: GPL-2.0-only
"""Registers, log and notifications, in the realm as people and agents use them."""

import functools
import hashlib
import json
import pathlib
import re
import secrets
import shlex
import struct
import subprocess
import unittest

import cbor2

import agent_test
import raw_rsi
from agent_test import OUT, TOP

YNL = pathlib.Path("/usr/src/linux-tools/tools/net/ynl")
SPEC = TOP / "Documentation/netlink/specs/realm-tsm.yaml"

RSI_MEASUREMENT_EXTEND = 0xC4000193
REMS = range(1, 5)      # rem0 to rem3, by their number in logs and calls

COMMON = agent_test.CASE + r"""
config=/sys/kernel/config/tsm-measurements
for dir in /sys/devices/virtual/misc/*/measurements; do device=${dir%/*}; done
limit=/sys/module/realm_tsm/parameters/log_limit
registers() { for r in 0 1 2 3; do tsmctl measure read rem$r; done; }
"""

BY_SHELL = COMMON + r"""
by_shell() {
	cd $config/rem3
	mkdir pulled && cd pulled
	echo github.com/confidential-containers >domain
	echo PullImage >operation
	echo '{"image":"alpine"}' >content
	echo 1 >commit
	cat record digest ../digest
	cd /
}
try by_shell by_shell
try by_shell_verified tsmctl log verify
rmdir $config/rem3/pulled

# a digest of characters, one line after the other
extend() { printf "%0${2}d" $3 >$device/measurements/rem$1:$hash; }
hash=$(cat $device/hash_algorithm)

try listed tsmctl measure list --json
try event tsmctl measure event rem0 d.org Started nginx
try dashes tsmctl measure event rem0 -- --domain -o "  c  "
try extended tsmctl measure extend rem0 $(printf '%064d' 7)
tsmctl report --out /tmp/token >/dev/null
for r in 0 1 2 3; do
	extend $r 32 $r
	tsmctl measure event rem$r d.org Mixed "with bare digests, $r" >/dev/null
	extend $r 32 1$r
done
try mixed registers
try export tsmctl log export
try show tsmctl log show
try show_json tsmctl log show --json
try verified tsmctl log verify
try verified_token tsmctl log verify --token /tmp/token
cp /tmp/token /tmp/stdin
try verified_stdin tsmctl log verify --token -
: >/tmp/stdin

# the kernel refuses, and nothing has changed
log=$(sha256sum <$device/eventlog) before=$(registers)
try rim tsmctl measure extend rim $(printf '%064d' 7)
try short tsmctl measure extend rem0 $(printf '%062d' 7)
try long tsmctl measure extend rem0 $(printf '%066d' 7)
try space tsmctl measure event rem0 "d d" o c
try nobody_list as_nobody tsmctl measure list
try nobody_read as_nobody tsmctl measure read rem0
try nobody_extend as_nobody tsmctl measure extend rem0 $(printf '%064d' 7)
try nobody_event as_nobody tsmctl measure event rem0 d o c
try nobody_log as_nobody tsmctl log show
try nobody_verify as_nobody tsmctl log verify
try nobody_watch as_nobody tsmctl watch
echo 0 >$limit
try full_extend tsmctl measure extend rem0 $(printf '%064d' 7)
try full_event tsmctl measure event rem0 d o c
echo 16777216 >$limit
try unchanged test "$log $before" = "$(sha256sum <$device/eventlog) $(registers)"

# as root gives them away
chgrp nobody $device/measurements/rem0:$hash $device/eventlog
chmod g+w $device/measurements/rem0:$hash
try given_extend as_nobody tsmctl measure extend rem0 $(printf '%064d' 8)
try given_verify as_nobody tsmctl log verify

umount /sys/kernel/config
try no_configfs_event tsmctl measure event rem1 d o c
try no_configfs_list tsmctl measure list --json
mount -t configfs none /sys/kernel/config
try killed_leaves ls $config/rem3
try unloaded_not rmmod realm_tsm
"""

# in the same realm, after that; $1: how many are extended
WATCHED = r"""
begin_watch() {
	: >/tmp/seen
	"$@" >/tmp/seen 2>/tmp/said &
	watcher=$!
	# it listens when it has seen one
	until [ -s /tmp/seen ]; do
		printf %032d 9 >$device/measurements/rem0:$hash
		usleep 100000
	done
	first=$(tail -n 1 /tmp/seen)
}
extend_many() {
	i=0
	while [ $i -lt $1 ]; do
		printf %032d $i >$device/measurements/rem$((i % 4)):$hash
		i=$((i + 1))
	done
}
# until nothing more comes
end_watch() {
	lines=-1
	while [ "$lines" != "$(wc -l </tmp/seen)" ]; do lines=$(wc -l </tmp/seen); sleep 1; done
	kill $watcher
	wait $watcher || :
}
begin_watch tsmctl watch
extend_many $1
end_watch
try paced cat /tmp/seen
try paced_said cat /tmp/said
begin_watch tsmctl watch --json --room 1
kill -STOP $watcher
extend_many 300
kill -CONT $watcher
end_watch
try lost cat /tmp/seen
try lost_said cat /tmp/said
begin_watch tsmctl watch
tsmctl measure event rem2 d.org Seen by-netlink >/dev/null
end_watch
try watched_event cat /tmp/seen
try log tsmctl log show --json
try no_reader sh -c 'tsmctl watch | :'
try no_room tsmctl watch --room 0
# in a network namespace of its own it may listen, and hears nothing
try other_namespace timeout 3 unshare -n tsmctl watch
"""

BESIDE = COMMON + r"""
tsmctl measure event rem0 d.org Before token >/dev/null
tsmctl measure extend rem1 $(printf '%096d' 5) >/dev/null
try registers registers
tsmctl report --challenge $1 --out /tmp/token >/dev/null
try token cat /tmp/token
tsmctl measure event rem0 d.org After token >/dev/null
try verified tsmctl log verify --token /tmp/token
try live tsmctl log verify
try export tsmctl log export
"""

# $1: an extension of REM2 past the module, as hex of the registers of the call
PAST_THE_MODULE = COMMON + r"""
past() {
	echo $1 | xxd -r -p >/tmp/call
	dd if=/tmp/call of=/sys/kernel/debug/raw_rsi/call bs=144 count=1 2>/dev/null
}
insmod /raw_rsi.ko
rmmod realm_tsm
past $1
modprobe realm_tsm
try init_listed tsmctl measure list --json
try init_verified tsmctl log verify
tsmctl measure event rem2 d.org After load >/dev/null
tsmctl measure event rem0 d.org After load >/dev/null
try init_show tsmctl log show --json
try init_again tsmctl log verify
try init_export tsmctl log export
try init_registers registers
past $1
try diverged tsmctl measure list --json
try diverged_verified tsmctl log verify
tsmctl report --out /tmp/token >/dev/null
try diverged_token tsmctl log verify --token /tmp/token
# the log goes on, and the register stays what it is
try diverged_event tsmctl measure event rem2 d.org And on
try diverged_still tsmctl log verify
"""

BY_YNL = COMMON + r"""
hash=$(cat $device/hash_algorithm)
ynl() { python3 /ynl/pyynl/cli.py --spec /realm-tsm.yaml --no-schema --output-json "$@"; }
try realm ynl --do realm-get
try registers ynl --dump register-get
try one ynl --do register-get --json '{"index": 4}'
try values registers
{ sleep 4; printf %032d 5 >$device/measurements/rem1:$hash; } &
try event ynl --subscribe events --duration 10
try added ynl --do event-add --json '{"index": 2, "domain": "d", "operation": "o", "content": "c c"}'
try log ynl --dump log-get
try export tsmctl log export
"""


def readme():
    """The commands of README's section on measurements, and what it says that they print."""
    section = (TOP / "README.md").read_text().split("\n## What runs in the realm")[1].split("\n## ")[0]
    lines = re.findall(r"^    (.*)$", section, re.M)
    return [(block.split("\n", 1) + [""])[:2] for block in "\n".join(lines).removeprefix("$ ").split("\n$ ")]


def replayed(log):
    """What tpm2_eventlog, unmodified, says that a log leads to: {number: hex}."""
    path = OUT / "eventlog"
    path.write_bytes(log)
    said = subprocess.run(["tpm2_eventlog", path], check=True, capture_output=True, text=True).stdout
    return {int(number): value for number, value in
            re.findall(r"^ +(\d+) +: 0x([0-9a-fA-F]+)$", said.split("pcrs:")[1], re.M)}


class Measured(agent_test.Realm):
    def text(self, name, status=0):
        return self.case(name, status).stdout.decode()

    def records(self, name):
        return [json.loads(line) for line in self.text(name).splitlines()]

    def verdict(self, name, status, words):
        """The last line; a mark for each register comes before it."""
        lines = self.text(name, status).splitlines()
        self.assertEqual(len(lines), 5, lines)
        self.assertRegex(lines[-1], words)
        return "".join(line[0] for line in lines[:-1])

    def check_other_reader(self, log, values):
        replay = replayed(self.case(log).stdout)
        live = self.text(values).split()
        for number in REMS:
            if number in replay:
                self.assertEqual(replay[number].lower(), live[number - 1], f"register {number}")
            else:
                self.assertRegex(live[number - 1], r"\A0+\Z")
        return replay


# what is too much for a listener is lost within a few hundred
PACED = 1000


@functools.cache
def by_shell_and_watched():
    return agent_test.run("realm_tsm", BY_SHELL + WATCHED, str(PACED), options=["--timeout", "500"])


class TestMeasure(Measured):
    @classmethod
    def setUpClass(cls):
        cls.cases = by_shell_and_watched()

    def test_event_with_mkdir_echo_and_cat(self):
        record, digest, value = self.text("by_shell").split()
        text = b'github.com/confidential-containers PullImage {"image":"alpine"}'
        expected = hashlib.sha256(b"LEAA" + struct.pack("<I", len(text)) + text).digest()
        self.assertEqual((record, digest), ("1", expected.hex()))
        self.assertEqual(value, hashlib.sha256(bytes(32) + expected).hexdigest())
        self.assertEqual(self.verdict("by_shell_verified", 0, "^valid: 1 of 1 records"), "✓✓✓✓")

    def test_list(self):
        listed = json.loads(self.text("listed"))
        self.assertEqual(listed["hash"], "sha256")
        self.assertEqual({listed[f"rem{r}"]["state"] for r in range(4)}, {"consistent"})
        self.assertEqual(listed["rem3"]["value"], self.text("by_shell").split()[2])

    def test_event(self):
        self.assertRegex(self.text("event"), r"\Arecord  2\nrem0    [0-9a-f]{64}\n\Z")
        self.assertRegex(self.text("dashes"), r"\Arecord  3\n")

    def test_extend(self):
        before = self.text("dashes").split()[-1]
        digest = bytes.fromhex("7".zfill(64))
        self.assertEqual(self.text("extended").split(),
                         ["rem0", hashlib.sha256(bytes.fromhex(before) + digest).hexdigest()])

    def test_show(self):
        records = self.records("show_json")
        self.assertEqual([r["record"] for r in records], list(range(1, len(records) + 1)))
        self.assertEqual(records[2]["text"], "--domain -o   c  ")
        lines = self.text("show").splitlines()
        self.assertEqual(len(lines), len(records))
        for line, record in zip(lines, records):
            self.assertEqual(line.split()[:3],
                             [str(record["record"]), record["register"], record["digest"]])
            self.assertTrue(line.endswith(record["text"] or "(a bare digest)"))

    def test_verify(self):
        count = len(self.records("show_json"))
        self.assertEqual(self.verdict("verified", 0, f"^valid: {count} of {count} records"), "✓✓✓✓")

    def test_prefix_that_fits_a_token(self):
        count = len(self.records("show_json"))
        self.assertEqual(self.verdict("verified_token", 0, f"^valid: 4 of {count} records"), "✓✓✓✓")
        self.assertEqual(self.text("verified_token"), self.text("verified_stdin"))

    def test_other_reader_of_the_log(self):
        """Events and bare digests, in all four registers."""
        self.assertEqual(set(self.check_other_reader("export", "mixed")), set(REMS))

    def test_bad_input(self):
        self.fails("rim", 3, "nothing can extend the rim")
        self.fails("short", 3, "of 32 bytes, and by none of 31")
        self.fails("long", 3, "of 32 bytes, and by none of 33")
        self.fails("space", 3, "domain has a space")

    def test_no_privilege(self):
        self.assertEqual(len(self.text("nobody_list").splitlines()), 5)
        self.assertEqual(len(self.text("nobody_read")), 65)
        for name in "extend", "event", "log", "verify", "watch":
            with self.subTest(verb=name):
                self.fails(f"nobody_{name}", 6, "no permission .*root")

    def test_log_full(self):
        self.fails("full_extend", 12, "log_limit")
        self.fails("full_event", 12, "log_limit")

    def test_refusals_change_nothing(self):
        self.case("unchanged")

    def test_what_root_gave_to_a_group(self):
        self.case("given_extend")
        self.assertEqual(self.verdict("given_verify", 0, "^valid"), "✓✓✓✓")

    def test_without_configfs(self):
        self.case("no_configfs_event")
        listed = json.loads(self.text("no_configfs_list"))
        self.assertEqual({listed[f"rem{r}"]["state"] for r in range(4)}, {"unknown"})

    def test_module_stays_with_its_log(self):
        self.assertNotEqual(self.cases["unloaded_not"].status, 0)


class TestReadme(Measured):
    def test_commands_print_what_it_says(self):
        commands = readme()
        self.assertGreater(len(commands), 8)
        script = COMMON + "".join(f"eval {shlex.quote(command)} >/tmp/said 2>&1 || :\ntry c{i} cat /tmp/said\n"
                                  for i, (command, _) in enumerate(commands))
        type(self).cases = agent_test.run("realm_tsm", script)
        self.maxDiff = None
        self.assertEqual([(command, self.text(f"c{i}").rstrip("\n")) for i, (command, _) in enumerate(commands)],
                         [tuple(pair) for pair in commands])


class TestWatch(Measured):
    @classmethod
    def setUpClass(cls):
        cls.cases = by_shell_and_watched()
        cls.log = [json.loads(line) for line in cls.cases["log"].stdout.decode().splitlines()]

    def logged(self, first, count):
        return [(r["record"], r["register"], r["digest"]) for r in self.log[first - 1:first - 1 + count]]

    def test_each_of_many_once_and_in_order(self):
        self.assertEqual(self.cases["paced_said"].stdout, b"")
        seen = [line.split() for line in self.text("paced").splitlines()]
        seen = [(int(record), register, digest) for record, register, digest in seen]
        self.assertGreater(len(seen), PACED)
        self.assertEqual(seen, self.logged(seen[0][0], len(seen)))
        for i, (_, register, digest) in enumerate(seen[-PACED:]):
            self.assertEqual((register, bytes.fromhex(digest)), (f"rem{i % 4}", b"%032d" % i))

    def test_loss_is_said_and_made_up_for(self):
        said = self.cases["lost_said"].stdout.decode()
        self.assertRegex(said, r"\A(tsmctl: notifications of extensions were lost: [^\n]*\n)+\Z")
        records = self.records("lost")
        seen = [(r["record"], r["register"], r["digest"]) for r in records]
        self.assertGreater(len(seen), 300)
        self.assertEqual(seen, self.logged(seen[0][0], len(seen)))
        resynced = [r["record"] for r in records if r["resynced"]]
        self.assertTrue(resynced)
        self.assertIn(f"from {resynced[0]} on", said)

    def test_event(self):
        record = self.log[-1]
        self.assertEqual(record["text"], "d.org Seen by-netlink")
        self.assertEqual(self.text("watched_event").splitlines()[-1].split(),
                         [str(record["record"]), "rem2", record["digest"]])

    def test_nobody_reads(self):
        self.assertIn("nobody reads stdout", self.case("no_reader").said)

    def test_bad_room(self):
        self.fails("no_room", 3, "--room")

    def test_other_network_namespace(self):
        self.assertEqual(self.cases["other_namespace"].stdout, b"")


class TestBesideTheInTreeDriver(Measured):
    @classmethod
    def setUpClass(cls):
        cls.challenge = secrets.token_hex(64)
        cls.cases = agent_test.run("both", BESIDE, cls.challenge, options=["--hash", "sha384"])

    def test_token_has_the_registers(self):
        token = self.case("token").stdout
        self.check_token(token, self.challenge)
        claims = cbor2.loads(cbor2.loads(cbor2.loads(token).value[44241]).value[2])
        self.assertEqual([rem.hex() for rem in claims[44239]], self.text("registers").split())

    def test_prefix_that_fits_the_token(self):
        self.assertEqual(self.verdict("verified", 0, "^valid: 2 of 3 records"), "✓✓✓✓")
        self.assertEqual(self.verdict("live", 0, "^valid: 3 of 3 records"), "✓✓✓✓")


class TestPastTheModule(Measured):
    @classmethod
    def setUpClass(cls):
        call = struct.pack("<18Q", RSI_MEASUREMENT_EXTEND, 3, 64, *range(1, 16))
        cls.cases = agent_test.run("realm_tsm", PAST_THE_MODULE, call.hex(),
                                   options=["--hash", "sha512", "--cpus", "1",
                                            "--file", f"{raw_rsi.module()}:/raw_rsi.ko"])

    def test_log_begins_where_the_register_stood(self):
        listed = json.loads(self.text("init_listed"))
        self.assertEqual(listed["rem2"]["state"], "consistent")
        record = self.records("init_show")[0]
        self.assertEqual((record["register"], record["type-name"], record["digest"], record["text"]),
                         ("rem2", "EV_NO_ACTION", None, f"INIT/sha512 {listed['rem2']['value']}"))

    def test_replay_from_there(self):
        self.assertEqual(self.verdict("init_verified", 11, "^cannot tell: 1 of 1 records replay to all"), "✓✓?✓")
        self.assertEqual(self.verdict("init_again", 11, "^cannot tell: 3 of 3 records .* rem2 began"), "✓✓?✓")

    def test_other_reader_of_the_other_registers(self):
        replay = replayed(self.case("init_export").stdout)
        self.assertEqual(replay[1].lower(), self.text("init_registers").split()[0])

    def test_diverged(self):
        self.assertEqual(json.loads(self.text("diverged"))["rem2"]["state"], "diverged")
        for name in "diverged_verified", "diverged_token":
            self.assertEqual(self.verdict(name, 10, "^not valid: rem2: no prefix of the 3 records"), "✓✓✗✓")

    def test_diverged_for_good(self):
        self.case("diverged_event")
        self.assertEqual(self.verdict("diverged_still", 10, "^not valid: rem2: no prefix"), "✓✓✗✓")


class TestYnl(Measured):
    """The kernel tree's own client, which is given the specification and nothing else."""

    @classmethod
    def setUpClass(cls):
        cls.cases = agent_test.run("realm_tsm", BY_YNL, options=[
            "--package", "python3", "--package", "python3-yaml", "--file", f"{YNL}:/ynl",
            "--file", f"{SPEC}:/realm-tsm.yaml"])

    def answer(self, name):
        return json.loads(self.text(name))

    def test_realm(self):
        realm = self.answer("realm")
        self.assertEqual((realm["rsi-major"], realm["hash-algorithm"], realm["digest-size"]),
                         (1, "sha256", 32))

    def test_registers(self):
        registers = self.answer("registers")
        self.assertEqual([(r["index"], r["name"]) for r in registers],
                         list(enumerate(["rim", "rem0", "rem1", "rem2", "rem3"])))
        self.assertEqual([bytes.fromhex(r["digest"]).hex() for r in registers[1:]],
                         self.text("values").split())
        self.assertEqual({r["state"] for r in registers[1:]}, {"consistent"})
        self.assertEqual(self.answer("one"), registers[4])

    def test_event(self):
        event = self.answer("event")
        self.assertEqual(event["name"], "event-ntf")
        msg = event["msg"]
        self.assertEqual((msg["index"], msg["record"]), (2, 1))
        self.assertEqual(bytes.fromhex(msg["digest"]), b"%032d" % 5)

    def test_extend_and_log(self):
        added = self.answer("added")
        self.assertEqual((added["index"], added["record"]), (2, 2))
        log = self.answer("log")
        self.assertEqual([r["record"] for r in log], [0, 1, 2])
        records = [bytes.fromhex(r["data"]) for r in log]
        self.assertEqual(b"".join(records), self.case("export").stdout)
        self.assertIn(bytes.fromhex(added["digest"]), records[2])


if __name__ == "__main__":
    unittest.main()
