# SPDX-License-Identifier: GPL-2.0-only
"""Each system call of tsmctl's verbs for files fails in turn.

selftests/robustness/failing_calls/each_call.c says how, and what has to hold. Those that ask the
kernel have a realm for it (selftests/robustness/failing_calls/in_realm.sh).
"""

import subprocess

import faked_realm
from kbs_world import World
from tsmctl_run import ENVIRONMENT

SOURCES = faked_realm.TOP / "selftests/robustness/failing_calls"
LIBRARY = faked_realm.BUILD / "syscalls/each_call.so"


class EachCall(World):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        LIBRARY.parent.mkdir(exist_ok=True)
        subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2", "-shared",
                        "-fPIC", "-o", LIBRARY, SOURCES / "each_call.c", SOURCES / "fail_calls.c"], check=True)

    def each(self, what, *arguments):
        folder = self.place / "calls"
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            [faked_realm.BUILD / "unit/plain/common/tsmctl", *map(str, arguments)], cwd=folder, capture_output=True, stdin=subprocess.DEVNULL,
            env=self.realm.environment(**ENVIRONMENT, EACH_CALL=what, LD_PRELOAD=str(LIBRARY)))
        for line in done.stdout.decode(errors="replace").splitlines():
            print(f"# {line}", flush=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_token_show(self):
        self.each("token show --json", "token", "show", "--json", self.mint()[0])

    def test_token_verify(self):
        self.each("token verify", "token", "verify", "--challenge", "cc" * 64, "--trust-anchors",
                  self.realm.anchors, "--reference-values", self.realm.values, self.mint()[0])

    def test_trustee_export(self):
        token, cpak = self.mint()
        for option in ("--trust-anchors", "--reference-values"):
            with self.subTest(option):
                self.each(f"trustee export {option}:file", "trustee", "export", "--cpak", cpak, option,
                          "file", token)


del World
