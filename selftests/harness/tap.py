#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Run a file of Python's unittest, or each *_test.py of a folder, and print the results as TAP.

The environment's ONLY has the names of the tests that are wanted; "?" prints those there are.
"""

import importlib.util
import os
import pathlib
import subprocess
import sys
import unittest

SELFTESTS = pathlib.Path(__file__).resolve().parent.parent
LAST_LINES = 30


def name_of(test):
    return test.id().removeprefix("test.")


def each(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from each(item)
        else:
            yield item


class TapResult(unittest.TestResult):
    number = 0

    def report(self, word, test, note=""):
        self.number += 1
        print(f"{word} {self.number} {name_of(test)}{note}", flush=True)

    def details(self, test, error):
        lines = self._exc_info_to_string(error, test).splitlines()
        if isinstance(error[1], subprocess.CalledProcessError):     # a build's, for one
            for said in filter(None, (error[1].stdout, error[1].stderr)):
                lines += (said.decode(errors="replace") if isinstance(said, bytes) else said).splitlines()[-LAST_LINES:]
        for line in lines:
            print(f"# {line}")

    def addSuccess(self, test):
        self.report("ok", test)

    def addSkip(self, test, reason):
        self.report("ok", test, f" # SKIP {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.details(test, error)
        self.report("not ok", test)

    addError = addFailure

    def addSubTest(self, test, subtest, error):
        if error:
            super().addFailure(subtest, error)
            self.details(test, error)
            self.report("not ok", subtest)


def load(path):
    spec = importlib.util.spec_from_file_location("test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main():
    path = pathlib.Path(sys.argv[1]).resolve()
    sys.path[:0] = [str(path.parent), *(str(SELFTESTS / p) for p in ("testbed", "testbed/kbs", "trips/kbs"))]
    files = sorted(path.glob("*_test.py")) if path.is_dir() else [path]
    tests = {name_of(test): test for file in files for test in each(load(file))}
    only = os.environ.pop("ONLY", "").split()
    if only == ["?"]:
        print("\n".join(tests))
        return 0
    result = TapResult()
    unittest.TestSuite(tests[name] for name in only or tests).run(result)
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
