# SPDX-License-Identifier: GPL-2.0-only
"""A realm that starts another kernel by kexec: its registers go on, and a new log begins.

The first kernel's log is gone with it. All that the second one's log has of it is where
the register stood.

kexec neither takes back what the first kernel shares with the host nor goes round it.
What it puts there (by default that is the second kernel, onto the ITS's tables) cannot be
reached once the MMU is off, and the first look at it is an external abort without end.
Hence the place: the first kernel has reserved it for a crash kernel, and shares none of it.
"""

import hashlib
import json
import re
import secrets
import subprocess
import tempfile
import unittest

import agent_test
import initramfs
import kernel as kernels
import parts
import realm

BASE, SIZE = 0x60000000, 128 << 20
DIGESTS = [f"{n:064x}" for n in (1, 2, 3)]
PROGRAMS = [(agent_test.STAGE / "usr/bin/tsmctl", "/usr/bin/tsmctl"),
            (agent_test.STAGE / "usr/lib/libtsm.so.1", "/lib/libtsm.so.1")]

FIRST = f"""
tsmctl measure extend rem0 {DIGESTS[0]}
tsmctl measure extend rem0 {DIGESTS[1]}
kexec -l --mem-min={BASE:#x} --mem-max={BASE + SIZE:#x} --initrd=/second/initramfs \\
	--append="{realm.CMDLINE}" /second/Image
kexec -e
"""

SECOND = r"""#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
modprobe configfs
mount -t configfs configfs /sys/kernel/config
modprobe realm_tsm
cases() {
""" + agent_test.CASE + r"""
	try found tsmctl log show --json
	try extended tsmctl measure extend rem0 $1
	try listed tsmctl measure list --json
	try verified tsmctl log verify
	try report tsmctl report --challenge $2 --out /tmp/token
	try token cat /tmp/token
}
cases DIGEST CHALLENGE >/tmp/cases
# no line of the kernel's within one of ours
dmesg -n 1
sed "s/^/second: /" /tmp/cases
# returns once the tty has sent all of it
stty -echo
poweroff -f
"""


def second_initramfs(kernel, challenge):
    init = SECOND.replace("DIGEST", DIGESTS[2]).replace("CHALLENGE", challenge)
    out = initramfs.Initramfs()
    out.file("/init", init.encode(), 0o755)
    for host, guest in [(initramfs.GUEST_LIBRARIES.parent.parent / "bin/busybox", "/bin/busybox"),
                        *PROGRAMS]:
        out.add(host, guest)
    out.modules(kernel, ["configfs", "tsm_report"], [parts.module(kernel)])
    return out.cpio()


def extended(value, digest):
    return hashlib.sha256(bytes.fromhex(value + digest)).hexdigest()


class TestKexec(agent_test.Realm):
    @classmethod
    def setUpClass(cls):
        agent_test.build()
        kernel = kernels.find(None, "4k")
        cls.challenge = secrets.token_hex(64)
        with tempfile.NamedTemporaryFile() as file:
            file.write(second_initramfs(kernel, cls.challenge))
            file.flush()
            line = [agent_test.TESTBED / "realm.py", "--module", "realm_tsm",
                    "--package", "kexec-tools", "--append", f"crashkernel={SIZE}@{BASE:#x}",
                    *(f"--file={host}:{guest}" for host, guest in
                      [*PROGRAMS, (kernel.image, "/second/Image"),
                       (file.name, "/second/initramfs")])]
            command = ["--", "sh", "-euc", FIRST]
            cls.rim = subprocess.run([*line, "--print-rim", *command], check=True,
                                     capture_output=True, text=True).stdout.strip()
            done = subprocess.run([*line, "--console", *command], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, errors="replace")
        cls.cases = {name: agent_test.Case(*rest) for name, *rest in
                     re.findall(r"^second: (\w+) (\d+) (\S+) (\S+)$", done.stderr, re.M)}
        # who ran the command is gone
        if done.returncode != realm.NO_STATUS or len(cls.cases) != SECOND.count("try "):
            raise AssertionError(f"status {done.returncode}: {done.stderr}")
        cls.before = extended(extended("00" * 32, DIGESTS[0]), DIGESTS[1])
        cls.after = extended(cls.before, DIGESTS[2])

    def test_log_begins_where_the_register_stood(self):
        records = [json.loads(line) for line in self.case("found").stdout.splitlines()]
        self.assertEqual([(r["register"], r["type-name"], r["text"]) for r in records],
                         [("rem0", "EV_NO_ACTION", f"INIT/sha256 {self.before}")])

    def test_log_leads_to_the_registers(self):
        self.case("extended")
        rem0 = json.loads(self.case("listed").stdout)["rem0"]
        self.assertEqual((rem0["value"], rem0["state"]), (self.after, "consistent"))
        self.assertRegex(self.case("verified", 11).stdout.decode(),
                         "cannot tell: 2 of 2 records replay to all")

    def test_token(self):
        """The realm is the one that was measured, and its register has what both kernels did."""
        self.case("report")
        self.check_token(self.case("token").stdout, self.challenge, "--rim", self.rim,
                         f"--rem=0={self.after}", *(f"--rem={n}={'00' * 32}" for n in (1, 2, 3)))


if __name__ == "__main__":
    unittest.main()
