#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check the sources without running them: one TAP line for each checker.

A checker passes if it finds nothing but what `suppressions` lists with a reason,
and finds something in `planted`, where each has a defect of its kind to find.
Results are kept in build/static by what they depend on: a second run is quick.
Arguments, or the environment's ONLY: names of checkers, to run only those; "?" prints them.
"""

import fnmatch
import os
import pathlib
import sys

import checkers

SUPPRESSIONS_MAX = 20


class Suppression:
    def __init__(self, line):
        self.checker, self.checks, self.files, self.reason = line.split(None, 3)
        self.used = False

    def __str__(self):
        return f"{self.checker} {self.checks} {self.files}"

    def covers(self, finding):
        if self.checker != finding.checker or finding.check not in self.checks.split(",") or \
                not fnmatch.fnmatchcase(finding.path, self.files):
            return False
        self.used = True
        return True


def read_suppressions():
    path = pathlib.Path(__file__).with_name("suppressions")
    return [Suppression(line) for line in path.read_text().splitlines()
            if line and not line.startswith("#")]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def result(self, ok, text, lines=()):
        self.count += 1
        self.failed += not ok
        for line in lines:
            print(f"# {line}")
        print(f"{'ok' if ok else 'not ok'} {self.count} {text}", flush=True)

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def judge(tap, checker, suppressions):
    checkers.KEPT.clear()
    try:
        findings = checker.run()
        if checkers.KEPT["cached"]:
            print(f"# cached: {checkers.KEPT['cached']} of {checkers.KEPT['all']} results of {checker.name}")
    except checkers.Absent as e:
        tap.result(True, f"{checker.name} # SKIP {e}")
        return
    except checkers.Broken as e:
        tap.result(False, f"{checker.name}: could not be run", str(e).splitlines())
        return
    planted = [f for f in findings if f.path.startswith(checkers.PLANTED)]
    real = [f for f in findings if f not in planted]
    left = [f for f in real if not any([s.covers(f) for s in suppressions])]
    lines = [f"{f.path}:{f.line}: {f.text} [{f.check}]" for f in left]
    if not planted:
        lines.append(f"{checkers.PLANTED} has a defect for it, which it does not see")
    tap.result(not lines, f"{checker.name}: {checker.what}", lines)


def main():
    wanted = sys.argv[1:] or os.environ.get("ONLY", "").split()
    if wanted == ["?"]:
        print("\n".join(c.name for c in checkers.ALL))
        return 0
    chosen = [c for c in checkers.ALL if not wanted or c.name in wanted]
    if len(chosen) < len(set(wanted)):
        sys.exit(f"static: no such checker among {' '.join(wanted)}; there are: {' '.join(c.name for c in checkers.ALL)}")
    suppressions = read_suppressions()
    tap = Tap()
    for checker in chosen:
        judge(tap, checker, suppressions)
    if not wanted:
        idle = [str(s) for s in suppressions if not s.used]
        tap.result(not idle and len(suppressions) < SUPPRESSIONS_MAX,
                   "suppressions: each is needed, and there are few",
                   [f"suppresses nothing: {s}" for s in idle] +
                   [f"{len(suppressions)} of at most {SUPPRESSIONS_MAX - 1}"])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
