# SPDX-License-Identifier: GPL-2.0-only
"""An agent in C and tsmctl, built for the realm as their users build them, and run in it."""

import base64
import functools
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import textwrap
import unittest

import cbor2

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
TESTBED = TOP / "selftests/testbed"
BUILD = pathlib.Path(os.environ.get("O") or TOP / "build")
OUT = BUILD / "agent"
STAGE = BUILD / "realm-user/stage"
ANCHORS = BUILD / "monitor/trust-anchors.json"
CROSS = "aarch64-linux-gnu-"

# What a user of the library types, in the folder of the example.
COMPILE = "cc report.c $(pkg-config --cflags --libs tsm-attest)"

# try NAME COMMAND: runs it and says how it ended, so that one boot serves all tests.
CASE = r"""
try() {
	name=$1
	shift
	status=0
	"$@" </tmp/stdin >/tmp/stdout 2>/tmp/stderr || status=$?
	echo "$name $status $(base64 </tmp/stdout | tr -d '\n'). $(base64 </tmp/stderr | tr -d '\n')."
}
as_nobody() { su -s /bin/sh nobody -c 'exec "$@"' -- sh "$@"; }
: >/tmp/stdin
echo nobody:x:65534:65534::/:/bin/sh >/etc/passwd
echo nobody:x:65534: >/etc/group
report=/sys/kernel/config/tsm/report
"""

WITH_REALM_TSM = CASE + r"""
echo $1 | xxd -r -p >/tmp/challenge
try info tsmctl info
try info_json tsmctl info --json
try report tsmctl report --challenge $1 --out /tmp/token
try saved cat /tmp/token
try show tsmctl token show /tmp/token
try show_json tsmctl token show --json /tmp/token
try random tsmctl report --out /tmp/random
try random_saved cat /tmp/random
try from_file tsmctl report --challenge @/tmp/challenge
cp /tmp/challenge /tmp/stdin
try from_stdin tsmctl report --challenge -
cp /tmp/token /tmp/stdin
try show_stdin tsmctl token show --json -
cat /tmp/challenge /tmp/random >/tmp/twice
head -c 128 /tmp/twice >/tmp/stdin
try agent /agent
: >/tmp/stdin
try no_verb tsmctl
try unknown_verb tsmctl attest
try unknown_option tsmctl report --challange $1
try no_hex tsmctl report --challenge hello
try odd_hex tsmctl report --challenge 123
try short tsmctl report --challenge $(echo $1 | cut -c1-62)
try long tsmctl report --challenge ${1}00
head -c 600 /tmp/token >/tmp/cut
try cut_token tsmctl token show /tmp/cut
try no_token tsmctl token show /tmp/none
try no_permission as_nobody tsmctl report
try info_nobody as_nobody tsmctl info
mkdir $report/given
chgrp nobody $report/given/inblob $report/given/outblob
chmod g+w $report/given/inblob
try given as_nobody tsmctl report --dir given --challenge $1
try given_closed as_nobody tsmctl report --dir given --challenge $1 --out /root/token
rmdir $report/given
try no_directory tsmctl report --dir given
try left ls $report
umount /sys/kernel/config
try without_configfs tsmctl report --challenge $1 --out /tmp/without
try without_configfs_saved cat /tmp/without
mount -t configfs none /sys/kernel/config
rmmod realm_tsm
try unloaded tsmctl report
"""

BESIDE = CASE + r"""
try info tsmctl info --json
try why dmesg
try report tsmctl report --challenge $1 --out /tmp/token
try saved cat /tmp/token
umount /sys/kernel/config
try no_configfs tsmctl report
mount -t configfs none /sys/kernel/config
rmmod arm_cca_guest
rmmod realm_tsm
modprobe realm_tsm
try info_ours tsmctl info --json
try report_ours tsmctl report --challenge $1 --out /tmp/token
try saved_ours cat /tmp/token
try loaded lsmod
"""

WITHOUT_MODULE = CASE + r"""
try report tsmctl report
try info tsmctl info
try list tsmctl measure list
try read tsmctl measure read rem0
try extend tsmctl measure extend rem0 $(printf '%064d' 7)
try event tsmctl measure event rem0 d o c
try log tsmctl log show
try verify tsmctl log verify
try watch tsmctl watch
"""


@functools.cache
def build():
    """As a distribution does: into a DESTDIR, for the realm's architecture."""
    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "bin").mkdir(parents=True)
    subprocess.run([TESTBED / "realm.py", "--print-product"], check=True, stdout=subprocess.DEVNULL)
    # in a realm, cc is the realm's compiler and its libraries are where it looks
    (OUT / "bin/cc").write_text(f'#!/bin/sh\nexec {CROSS}gcc "$@"\n')
    (OUT / "bin/cc").chmod(0o755)
    shutil.copy(TOP / "userspace/examples/report.c", OUT)
    environment = {**os.environ, "PATH": f"{OUT / 'bin'}:{os.environ['PATH']}",
                   "PKG_CONFIG_SYSROOT_DIR": str(STAGE),
                   "PKG_CONFIG_LIBDIR": f"{STAGE}/usr/lib/pkgconfig:"
                                        "/usr/lib/aarch64-linux-gnu/pkgconfig"}
    subprocess.run(COMPILE, shell=True, check=True, cwd=OUT, env=environment)


class Case:
    def __init__(self, status, stdout, stderr):
        self.status = int(status)
        self.stdout, self.stderr = (base64.b64decode(s.rstrip(".")) for s in (stdout, stderr))
        self.said = self.stderr.decode()


def run(module, script, *args, options=()):
    """The cases of a script that ran in a realm, by their names."""
    build()
    done = subprocess.run(
        [TESTBED / "realm.py", "--timeout", "240", "--module", module,
         "--file", f"{OUT}/a.out:/agent", "--file", f"{STAGE}/usr/bin/tsmctl:/usr/bin/tsmctl",
         "--file", f"{STAGE}/usr/lib/libtsm.so.1:/lib/libtsm.so.1",
         *options, "--", "sh", "-euc", script, "sh", *args], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise AssertionError(f"status {done.returncode}: {done.stderr.decode()}")
    return {name: Case(*rest) for name, *rest in
            (line.split() for line in done.stdout.decode().splitlines())}


class Realm(unittest.TestCase):
    cases = {}

    def case(self, name, status=0):
        case = self.cases[name]
        self.assertEqual(case.status, status, case.said)
        return case

    def fails(self, name, status, hint):
        """One line that says what to do, this status, and nothing on stdout."""
        case = self.case(name, status)
        self.assertRegex(case.said, rf"\Atsmctl: [^\n]*{hint}[^\n]*\n\Z")
        self.assertEqual(case.stdout, b"")

    def check_token(self, token, challenge, *claims):
        done = subprocess.run([TESTBED / "check_token.py", "--trust-anchors", ANCHORS, "--challenge",
                               challenge, *claims, "-"], input=token, capture_output=True)
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr).decode())


class TestReadme(unittest.TestCase):
    def test_shows_this_agent(self):
        """What is compiled and run below is what README shows."""
        readme = (TOP / "README.md").read_text()
        agent = (TOP / "userspace/examples/report.c").read_text().split("\n", 1)[1]
        self.assertIn(textwrap.indent(agent, "    "), readme)
        self.assertIn(f"\n    {COMPILE}\n", readme)


class TestRealmTsm(Realm):
    @classmethod
    def setUpClass(cls):
        cls.challenge = secrets.token_hex(64)
        cls.cases = run("realm_tsm", WITH_REALM_TSM, cls.challenge)

    def test_agent_in_c(self):
        """Two challenges in, two tokens out, each with its own."""
        tokens = self.case("agent").stdout
        challenges = self.challenge, self.case("random_saved").stdout[:64].hex()
        size = len(self.case("saved").stdout)
        self.assertEqual(len(tokens), 2 * size)
        for token, challenge in zip((tokens[:size], tokens[size:]), challenges):
            self.check_token(token, challenge)

    def test_info(self):
        text = self.case("info").stdout.decode()
        for line in (r"realm +yes", r"RSI +1\.0", r"hash +sha256", r"RPV +0{128}",
                     r"device +/sys/devices/virtual/misc/arm_cca_guest",
                     r"reports +arm_cca_guest"):
            self.assertRegex(text, rf"(?m)^{line}$")
        info = json.loads(self.case("info_json").stdout)
        self.assertEqual((info["realm"], info["rsi-version"], info["hash"], info["provider"]),
                         (True, "1.0", "sha256", "arm_cca_guest"))

    def test_report_for_a_challenge(self):
        self.assertIn(self.challenge, self.case("report").stdout.decode())
        self.check_token(self.case("saved").stdout, self.challenge)

    def test_report_for_a_random_challenge(self):
        said = self.case("random").stdout.decode()
        challenge = re.search(r"(?m)^challenge +([0-9a-f]{128})$", said)[1]
        self.assertNotEqual(challenge, self.challenge)
        self.check_token(self.case("random_saved").stdout, challenge)

    def test_report_challenge_from_a_file(self):
        self.check_token(self.case("from_file").stdout, self.challenge)

    def test_report_challenge_from_stdin(self):
        self.check_token(self.case("from_stdin").stdout, self.challenge)

    def test_report_in_a_directory_that_root_made(self):
        self.check_token(self.case("given").stdout, self.challenge)

    def test_report_into_a_closed_folder(self):
        self.fails("given_closed", 1, "/root/token")

    def test_nothing_is_left_behind(self):
        self.assertEqual(self.case("left").stdout, b"")

    def test_token_show(self):
        text = self.case("show").stdout.decode()
        self.assertIn(self.challenge, re.sub(r"\s", "", text))
        shown = json.loads(self.case("show_json").stdout)
        self.assertEqual(shown, json.loads(self.case("show_stdin").stdout))
        self.assertIn(self.challenge, json.dumps(shown))
        claims = cbor2.loads(cbor2.loads(self.case("saved").stdout).value[44241]).value[2]
        rim = cbor2.loads(claims)[44238]
        self.assertIn(rim.hex(), json.dumps(shown))

    def test_no_verb(self):
        self.fails("no_verb", 2, "--help")

    def test_unknown_verb(self):
        self.fails("unknown_verb", 2, "attest.*--help")

    def test_unknown_option(self):
        self.fails("unknown_option", 2, "--challange.*--help")

    def test_bad_hex(self):
        self.fails("no_hex", 3, "hex digit")
        self.fails("odd_hex", 3, "two for each byte")

    def test_challenge_of_a_wrong_length(self):
        self.fails("short", 3, "32 to 64")
        self.fails("long", 3, "at most 64")

    def test_no_directory_at_dir(self):
        self.fails("no_directory", 3, "mkdir")

    def test_bad_token(self):
        self.fails("cut_token", 9, "")
        self.fails("no_token", 1, "/tmp/none")

    def test_no_permission(self):
        self.fails("no_permission", 6, "root")
        info = self.case("info_nobody").stdout.decode()
        self.assertRegex(info, r"(?m)^realm +yes$")
        self.assertRegex(info, r"(?m)^reports +arm_cca_guest$")

    def test_report_without_configfs(self):
        self.case("without_configfs")
        self.check_token(self.case("without_configfs_saved").stdout, self.challenge)

    def test_provider_unloaded(self):
        self.fails("unloaded", 4, "modprobe realm_tsm")


class TestBesideTheInTreeDriver(Realm):
    @classmethod
    def setUpClass(cls):
        cls.challenge = secrets.token_hex(64)
        cls.cases = run("both", BESIDE, cls.challenge)

    def device(self, case):
        info = json.loads(self.case(case).stdout)
        self.assertEqual(info["provider"], "arm_cca_guest")
        return info["device"]

    def test_report_through_the_in_tree_driver(self):
        self.assertEqual(self.device("info"), "/sys/devices/virtual/misc/realm_tsm")
        self.case("report")
        self.check_token(self.case("saved").stdout, self.challenge)

    def test_kernel_log_says_why_once(self):
        lines = [line for line in self.case("why").stdout.decode().splitlines()
                 if "realm_tsm: attestation reports are not ours" in line]
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], "arm_cca_guest.*unload")

    def test_configfs_not_mounted(self):
        self.fails("no_configfs", 5, "mount -t configfs")

    def test_takes_over_once_that_one_is_unloaded(self):
        self.assertNotIn("arm_cca_guest", self.case("loaded").stdout.decode())
        self.assertEqual(self.device("info_ours"), "/sys/devices/virtual/misc/arm_cca_guest")
        self.case("report_ours")
        self.check_token(self.case("saved_ours").stdout, self.challenge)


class TestNoModule(Realm):
    @classmethod
    def setUpClass(cls):
        cls.cases = run("none", WITHOUT_MODULE)

    def test_nothing_provides_reports(self):
        self.fails("report", 4, "modprobe realm_tsm")

    def test_info(self):
        info = self.case("info").stdout.decode()
        self.assertRegex(info, r"(?m)^realm +yes$")
        self.assertRegex(info, r"(?m)^hash +the kernel does not say \(modprobe realm_tsm\)$")
        self.assertRegex(info, r"(?m)^reports +unknown: .*modprobe realm_tsm")

    def test_each_verb_says_what_to_do(self):
        for name in "list", "read", "extend", "event", "log", "verify", "watch":
            with self.subTest(verb=name):
                self.fails(name, 4, "modprobe realm_tsm")
