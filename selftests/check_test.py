# SPDX-License-Identifier: GPL-2.0-only
"""What selftests/check makes of TAP: nothing that is missing counts as passed."""

import importlib.machinery
import importlib.util
import pathlib
import unittest

LOADER = importlib.machinery.SourceFileLoader(
    "check", str(pathlib.Path(__file__).with_name("check")))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", LOADER))
LOADER.exec_module(check)


def count(*lines):
    tally = check.Tally()
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
