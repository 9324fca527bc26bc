# SPDX-License-Identifier: GPL-2.0-only
"""How does a test run tsmctl with a faked kernel in it?"""

import subprocess

import faked_realm
from kbs_world import URI, World

ENVIRONMENT = {"LD_LIBRARY_PATH": f"{faked_realm.BUILD}/libtsm:{faked_realm.BUILD}/libtsm-kbs"}


class Tsmctl(World):
    def command(self, *arguments):
        """The tsmctl with the faked kernel in it."""
        return [faked_realm.BUILD / "unit/plain/common/tsmctl", *map(str, arguments)]

    def run_tsmctl(self, *arguments, environment=None, **more):
        return subprocess.run(self.command(*arguments), capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL,
                              env=self.realm.environment(**ENVIRONMENT, **(environment or {})), **more)

    def kbs_run(self, *arguments, **more):
        return self.run_tsmctl("kbs", *arguments, "--url", self.url, "--ca", self.ca, **more)

    def get(self, *arguments, uri=URI, **more):
        return self.kbs_run("get", uri, *arguments, **more)

    def assertFails(self, done, status, *words):
        """One line, on stderr."""
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, b"")
        lines = [l for l in done.stderr.decode().splitlines() if not l.startswith("tsmctl: warning: ")]
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("tsmctl: "))
        for word in words:
            self.assertIn(word, lines[0])
