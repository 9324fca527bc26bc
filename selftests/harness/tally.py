# SPDX-License-Identifier: GPL-2.0-only
"""What does a stream of TAP come to? What is missing counts as failed."""

import re

RESULT = re.compile(r"((?:# )*)(not ok|ok) \d+\s*-?\s*(.*)")
PLAN = re.compile(r"((?:# )*)1\.\.(\d+)\s*(?:# (.*))?")
SKIP = re.compile(r"#\s*SKIP\b", re.IGNORECASE)


class Plan:
    """Holds a stream's results against its plans, which come before or after them."""

    def __init__(self):
        self.promised = None
        self.seen = 0

    def plan(self, number):
        """A sentence if results are missing before this plan."""
        if self.promised is None and self.seen:     # the plan of what came before it
            self.promised, number = number, None
        fault = self.end()
        self.promised = number or None
        return fault

    def result(self):
        self.seen += 1
        if self.seen == self.promised:
            self.__init__()

    def end(self):
        promised, seen = self.promised, self.seen
        self.__init__()
        if seen and promised is None:
            return f"{seen} results that no plan announced"
        return f"{seen} results of {promised} planned" if seen != (promised or 0) else None


class Tally:
    """Counts one or more TAP streams; of nested TAP, the innermost results."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.inner = [0, 0]     # results, and failures, since the last outer one
        self.plans = [Plan(), Plan()]

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")

    def fail(self, fault):
        self.failed += bool(fault)
        return ("FAIL", fault) if fault else None

    def end(self):
        """What is missing at the end of it all."""
        return [self.fail(fault) for fault in (p.end() for p in self.plans) if fault]

    def line(self, text):
        m = PLAN.match(text)
        if m:
            plan = self.plans[min(len(m[1]) // 2, 1)]
            if m[2] == "0":
                self.skipped += 1
                return "skip", m[3] or "all of it"
            return self.fail(plan.plan(int(m[2])))
        m = RESULT.match(text)
        if not m:
            return None
        depth, ok, name = len(m[1]) // 2, m[2] == "ok", m[3]
        self.plans[min(depth, 1)].result()
        if depth:
            self.inner[0] += 1
            self.inner[1] += not ok
        else:
            results, failures = self.inner
            self.inner = [0, 0]
            if results and (ok or failures):
                return None     # said by the inner results already
        if SKIP.search(name):
            self.skipped += 1
            return "skip", name
        if ok:
            self.passed += 1
            return "ok", name
        self.failed += 1
        return "FAIL", name
