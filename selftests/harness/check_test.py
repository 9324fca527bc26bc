# SPDX-License-Identifier: GPL-2.0-only
"""What selftests/check makes of TAP: nothing that is missing counts as passed."""

import importlib.machinery
import importlib.util
import io
import pathlib
import tempfile
import unittest

LOADER = importlib.machinery.SourceFileLoader(
    "check", str(pathlib.Path(__file__).parent.with_name("check")))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", LOADER))
LOADER.exec_module(check)

from suites import Suite, read as suites_of
from tally import Tally


def count(*lines):
    tally = Tally()
    for line in lines:
        tally.line(line + "\n")
    tally.end()
    return tally.passed, tally.failed, tally.skipped


class Counts(unittest.TestCase):
    def test_plan_before_and_after(self):
        self.assertEqual(count("1..2", "ok 1 a", "not ok 2 b"), (1, 1, 0))
        self.assertEqual(count("ok 1 a", "ok 2 b", "1..2"), (2, 0, 0))

    def test_streams_one_after_another(self):
        self.assertEqual(count("1..1", "ok 1 a", "1..2", "ok 1 b", "ok 2 c"), (3, 0, 0))
        self.assertEqual(count("1..1", "ok 1 a", "ok 1 b", "1..1", "1..1", "ok 1 c"), (3, 0, 0))

    def test_innermost_results(self):
        self.assertEqual(count("1..1", "# 1..2", "# ok 1 a", "# ok 2 b", "ok 1 all"), (2, 0, 0))

    def test_skipped(self):
        self.assertEqual(count("1..2", "ok 1 a # SKIP no kernel", "ok 2 b"), (1, 0, 1))
        self.assertEqual(count("1..0 # SKIP no such folder"), (0, 0, 1))

    def test_result_is_missing(self):
        self.assertEqual(count("1..3", "ok 1 a", "ok 2 b"), (2, 1, 0))
        self.assertEqual(count("1..2", "ok 1 a", "1..1", "ok 1 b"), (2, 1, 0))
        self.assertEqual(count("1..1", "# 1..2", "# ok 1 a", "ok 1 all"), (1, 1, 0))
        self.assertEqual(count("1..1"), (0, 1, 0))

    def test_plan_is_missing(self):
        self.assertEqual(count("ok 1 a"), (1, 1, 0))
        self.assertEqual(count("1..1", "ok 1 a", "ok 2 b"), (2, 1, 0))

    def test_fails_outside_of_its_inner_results(self):
        self.assertEqual(count("1..1", "# 1..1", "# ok 1 a", "not ok 1 all"), (1, 1, 0))


class SideBySide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, logs = folder.name, check.LOGS
        check.LOGS = pathlib.Path(folder.name)
        self.addCleanup(setattr, check, "LOGS", logs)

    def run_all(self, *suites, jobs=3):
        self.run = check.Run([Suite(name, ["sh", "-euc", f"cd {self.folder}\n{script}\necho 1..1\necho ok 1 {name}"], groups)
                              for name, script, groups in suites])
        said = io.StringIO()
        total = self.run.all(jobs, out=said)
        return (total.passed, total.failed), [s.split(":")[0] for s in said.getvalue().splitlines()
                                              if s.startswith(("ok   ", "FAIL "))]

    def test_different_groups(self):
        meet = "touch {0}; for i in $(seq 300); do [ -e {1} ] && break; sleep 0.1; done; [ -e {1} ]"
        self.assertEqual(self.run_all(("a", meet.format("a", "b"), ["@1"]), ("b", meet.format("b", "a"), ["@2"])),
                         ((2, 0), ["ok   a", "ok   b"]))

    def test_one_group_and_none(self):
        alone = "mkdir busy; sleep 0.2; rmdir busy"
        suites = [("a", alone, ["@1", "@2"]), ("b", alone, ["@2"]), ("c", alone, []), ("d", alone, ["@1", "@2"])]
        self.assertEqual(self.run_all(*suites), ((4, 0), ["ok   a", "ok   b", "ok   c", "ok   d"]))

    def test_shown_in_order(self):
        suites = [("a", "sleep 0.3", ["@1"]), ("b", "", ["@2"]), ("c", "exit 3", ["@3"])]
        self.assertEqual(self.run_all(*suites), ((2, 1), ["ok   a", "ok   b", "FAIL c"]))
        self.assertEqual(self.run_all(*suites, jobs=1), ((2, 1), ["ok   a", "ok   b", "FAIL c"]))

    def test_cannot_be_run(self):
        total = check.Run([Suite("a", ["/nothing/here"])]).all(1, out=io.StringIO())
        self.assertEqual((total.passed, total.failed), (0, 1))

    def test_every_suite_of_a_group_is_there(self):
        suites, _ = suites_of("a cmd x\n# no\n@1 a b\n\nb cmd\n@2 b\n")
        self.assertEqual({n: (s.command, s.groups) for n, s in suites.items()},
                         {"a": (["cmd", "x"], {"@1"}), "b": (["cmd"], {"@1", "@2"})})
        with self.assertRaises(KeyError):
            suites_of("a cmd\n@1 b\n")
