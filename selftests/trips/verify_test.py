# SPDX-License-Identifier: GPL-2.0-only
"""Tokens and event logs of the emulated realm, verified in it and outside.

Each kind of token has one boot. In it registers are extended, by digests and by an
event, and tokens taken, the last one after an extension that leaves no record.
"""

import functools
import json
import os
import pathlib
import struct
import subprocess
import unittest

import agent_test
import raw_rsi
from agent_test import BUILD, STAGE, TESTBED, TOP

# that of the tokens that differential changes
CHALLENGE = bytes(range(64)).hex()
UNIT = TOP / "selftests/unit"
MONITOR = BUILD / "monitor"
ANCHORS = MONITOR / "trust-anchors.json"
PLATFORM = MONITOR / "reference-platform.json"
OUT = BUILD / "verify"

RSI_MEASUREMENT_EXTEND = 0xc4000193
REM2 = 3        # its number in the call, and in logs

IN_THE_REALM = agent_test.CASE + r"""
challenge=$1
dir=$(echo /sys/devices/virtual/misc/*/measurements)
hash=$(cat $dir/../hash_algorithm)
size=$((${hash#sha} / 8))
verify() {
	tsmctl token verify $1.token --challenge $challenge --trust-anchors /anchors.json \
		--reference-values /platform.json --log $1.log --json
}
take() {
	tsmctl report --challenge $challenge --out $1.token >/dev/null
	cat $dir/../eventlog >$1.log
	for n in 0 1 2 3; do
		cat $dir/rem$n:$hash
	done >$1.rems
}
digest() {
	head -c $size /dev/urandom >/tmp/digest
	dd if=/tmp/digest of=$dir/rem$1:$hash bs=64 2>/dev/null
}
cd /tmp
if [ -e /judge ]; then
	try judge sh -c '/judge </tokens'
fi
take fresh
digest 0; digest 1; digest 2; digest 3; digest 0
cd /sys/kernel/config/tsm-measurements/rem3
mkdir event
cd event
echo example.org >domain
echo pull >operation
echo an image >content
echo 1 >commit
cd /tmp
take measured
digest 1
cat $dir/../eventlog >grown.log
cp measured.token grown.token
insmod /raw_rsi.ko
echo $2 | xxd -r -p >/tmp/extend
taskset 1 dd if=/tmp/extend of=/sys/kernel/debug/raw_rsi/call bs=144 2>/dev/null
take unlogged
for name in fresh measured grown unlogged; do
	try $name.verify verify $name
done
for name in *.token *.log *.rems; do
	try $name cat $name
done
"""


@functools.cache
def tsmctl():
    """For this machine."""
    subprocess.run(["make", "-s", "-C", TOP / "userspace", f"O={BUILD}"], check=True, stdout=subprocess.DEVNULL)
    return BUILD / "tsmctl/tsmctl"


def judge():
    """The program that says what libtsm thinks of tokens, for the realm, and tokens for it with the answers here."""
    agent_test.build()
    OUT.mkdir(parents=True, exist_ok=True)
    subprocess.run([f"{agent_test.CROSS}gcc", "-o", OUT / "judge", UNIT / "libtsm/differential/judge.c",
                    f"-I{STAGE}/usr/include", f"-L{STAGE}/usr/lib", "-ltsm"], check=True)
    subprocess.run(["make", "-s", "-C", UNIT, f"O={BUILD}", BUILD / "unit/asan/libtsm/judge"], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([UNIT / "libtsm/differential/differential.py", BUILD / "unit/asan/libtsm/judge", "--tokens", "400", "--save",
                    OUT / "tokens"], check=True, stdout=subprocess.DEVNULL)
    return ["--file", f"{OUT}/judge:/judge", "--file", f"{OUT}/tokens:/tokens"], subprocess.run(
        [BUILD / "unit/asan/libtsm/judge"], check=True, input=(OUT / "tokens").read_bytes(), capture_output=True).stdout


def realm(wrapper, profile, name, more, script, *args):
    """What the script says, and the RIM that this realm has by its files."""
    agent_test.build()
    subprocess.run(["make", "-s", "-C", TOP / "selftests/testbed", f"O={BUILD}"], check=True)
    command = [TESTBED / "realm.py", "--timeout", "240", "--module", "realm_tsm", "--wrapper", wrapper, "--profile",
               profile, "--hash", name, "--file", f"{raw_rsi.module()}:/raw_rsi.ko",
               "--file", f"{ANCHORS}:/anchors.json", "--file", f"{PLATFORM}:/platform.json",
               "--file", f"{STAGE}/usr/bin/tsmctl:/usr/bin/tsmctl",
               "--file", f"{STAGE}/usr/lib/libtsm.so.1:/lib/libtsm.so.1", *more]
    done = subprocess.run([*command, "--", "sh", "-euc", script, "sh", *args], stdin=subprocess.DEVNULL,
                          capture_output=True)
    if done.returncode:
        raise AssertionError(f"status {done.returncode}: {done.stderr.decode()}")
    rim = subprocess.run([*command, "--print-rim", "--", "sh", "-euc", script, "sh", *args], check=True,
                         stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.strip()
    return {key: agent_test.Case(*rest) for key, *rest in map(str.split, done.stdout.decode().splitlines())}, rim


class Verified:
    """What holds of a token of any kind; the classes below say which."""
    more = ()       # options of its realm

    @classmethod
    def setUpClass(cls):
        cls.size = int(cls.hash[3:]) // 8
        extend = struct.pack("<18Q", RSI_MEASUREMENT_EXTEND, REM2, cls.size, *range(1, 16))
        cls.cases, cls.rim = realm(cls.wrapper, cls.profile, cls.hash, cls.more, IN_THE_REALM, CHALLENGE, extend.hex())
        cls.folder = OUT / f"{cls.wrapper}-{cls.profile}"
        cls.folder.mkdir(parents=True, exist_ok=True)
        for name, case in cls.cases.items():
            (cls.folder / name).write_bytes(case.stdout)
        (cls.folder / "realm.json").write_text(json.dumps(
            {"realm": [{"initial-measurement": cls.rim, "rak-hash-algorithm": "sha-256"}]}))

    def rems(self, name):
        data = self.cases[f"{name}.rems"].stdout
        return [data[i * self.size:(i + 1) * self.size] for i in range(4)]

    def verdicts(self, said):
        said = json.loads(said)
        return said, {s["step"]: s["verdict"] for s in said["steps"]}, {s["step"]: s["reason"] for s in said["steps"]}

    def tsmctl(self, name, log=None, status=0, options=("--json",)):
        """That of this machine, with everything that can be held against a token."""
        done = subprocess.run([tsmctl(), "token", "verify", self.folder / f"{name}.token", "--challenge", CHALLENGE,
                               "--trust-anchors", ANCHORS, "--reference-values", PLATFORM, "--reference-values",
                               self.folder / "realm.json", "--log", log or self.folder / f"{name}.log", *options],
                              capture_output=True, env={**os.environ, "LD_LIBRARY_PATH": str(BUILD / "libtsm")})
        self.assertEqual(done.returncode, status, (done.stdout + done.stderr).decode())
        return done.stdout.decode()

    def verify(self, *args, **options):
        return self.verdicts(self.tsmctl(*args, **options))

    def test_end_to_end(self):
        """All nine steps hold, none waived, and the other verifier says so, too."""
        for name, records in (("fresh", 0), ("measured", 6)):
            said, verdicts, _ = self.verify(name)
            self.assertEqual(set(verdicts.values()), {"valid"}, verdicts)
            self.assertEqual(said["log-records"], records)
            script = [TESTBED / "check_token.py", "--trust-anchors", ANCHORS, "--challenge", CHALLENGE, "--rim", self.rim,
                      "--hash", self.hash, "--wrapper", self.wrapper, self.folder / f"{name}.token"]
            for n, value in enumerate(self.rems(name)):
                script += ["--rem", f"{n}={value.hex()}"]
            done = subprocess.run(script, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_in_the_realm(self):
        """The same by libtsm for arm64; nobody gave it the RIM that it runs under."""
        case = self.cases["measured.verify"]
        self.assertEqual(case.status, 0, case.said)
        _, verdicts, _ = self.verdicts(case.stdout)
        self.assertEqual({k for k, v in verdicts.items() if v != "valid"}, {"realm reference values"})
        self.assertEqual(verdicts["realm reference values"], "not checked")

    def test_log_grew_after_the_token(self):
        for said, verdicts, _ in (self.verify("grown"), self.verdicts(self.cases["grown.verify"].stdout)):
            self.assertEqual(verdicts["event log"], "valid")
            self.assertEqual(said["log-records"], 6)

    def test_log_is_cut(self):
        cut = self.folder / "cut.log"
        cut.write_bytes((self.folder / "fresh.log").read_bytes())
        _, verdicts, reasons = self.verify("measured", cut, 10)
        self.assertEqual({k for k, v in verdicts.items() if v != "valid"}, {"event log"})
        self.assertIn("rem0, rem1, rem2, rem3", reasons["event log"])

    def test_unlogged_extension(self):
        """Not valid, here and there, and it is REM2 that is named, alone."""
        self.assertEqual(self.cases["unlogged.verify"].status, 10)
        for _, verdicts, reasons in (self.verify("unlogged", status=10),
                                     self.verdicts(self.cases["unlogged.verify"].stdout)):
            self.assertEqual({k for k, v in verdicts.items() if v not in ("valid", "not checked")}, {"event log"})
            self.assertEqual(verdicts["event log"], "not valid")
            self.assertRegex(reasons["event log"], r"\Arem2: no prefix of the 7 records")

    def test_differential(self):
        """Changed in thousands of ways and signed anew, libtsm and the script agree on them."""
        done = subprocess.run(["make", "-s", "-C", UNIT, f"O={BUILD}", "differential", "TOKENS=2000",
                               f"REALM_TOKEN={self.folder}/measured.token", f"PLATFORM={MONITOR}"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^# seed 1, 20\d\d tokens$")
        self.assertRegex(done.stdout, r"(?m)^ok 1 - nothing: (\d+) tokens, [1-9]\d* of them valid")


class TestCollection(Verified, unittest.TestCase):
    wrapper, profile, hash = "399", "legacy", "sha256"

    @classmethod
    def setUpClass(cls):
        cls.more, cls.answers = judge()
        super().setUpClass()

    def test_readme_shows_this(self):
        said = self.tsmctl("measured", options=())
        self.assertIn("".join(f"    {line}\n" for line in said.splitlines()), (TOP / "README.md").read_text())

    def test_arm64_says_the_same(self):
        """Of tokens of every kind, valid and not, with the same reasons."""
        lines = self.cases["judge"].stdout.splitlines()
        self.assertGreaterEqual(len(lines), 400)
        self.assertEqual(lines, self.answers.splitlines())


class TestCmw(Verified, unittest.TestCase):
    wrapper, profile, hash = "907", "2023", "sha512"
