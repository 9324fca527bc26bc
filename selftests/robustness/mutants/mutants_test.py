# SPDX-License-Identifier: GPL-2.0-only
"""What selftests/robustness/mutants/mutants.py does with a test that does not end."""

import importlib.machinery
import importlib.util
import os
import pathlib
import time
import unittest

LOADER = importlib.machinery.SourceFileLoader("mutants", str(pathlib.Path(__file__).with_name("mutants.py")))
mutants = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", LOADER))
LOADER.exec_module(mutants)
mutants.TREE = pathlib.Path("/")


class Shell(unittest.TestCase):
    def gone(self, pid):
        """Also one whose parent is gone and that nobody waited for yet. What was killed may need a
        moment on a busy machine; what was not sleeps for a minute."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                if "\nState:\tZ" in pathlib.Path(f"/proc/{pid}/status").read_text():
                    return True
            except (FileNotFoundError, ProcessLookupError):
                return True
            time.sleep(0.02)
        return False

    def test_status_and_output(self):
        self.assertEqual(mutants.shell("sh", "-c", "echo a; echo b >&2; exit 3"), (3, "a\nb\n"))

    def test_what_does_not_end_is_stopped_with_all_that_it_started(self):
        status, said = mutants.shell("sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!; wait", seconds=0.5)
        self.assertIsNone(status)
        self.assertTrue(self.gone(int(said)))

    def test_also_where_it_does_not_listen(self):
        self.addCleanup(setattr, mutants, "GRACE", mutants.GRACE)
        mutants.GRACE = 0.2
        status, said = mutants.shell("sh", "-c", "trap '' TERM; echo $$; sleep 60 >/dev/null 2>&1 & echo $!; wait; wait", seconds=0.5)
        self.assertIsNone(status)
        self.assertEqual([self.gone(int(pid)) for pid in said.split()], [True, True])

    def test_it_is_no_part_of_our_session(self):
        _, said = mutants.shell("sh", "-c", "ps -o sid= $$")
        self.assertNotEqual(int(said), os.getsid(0))
