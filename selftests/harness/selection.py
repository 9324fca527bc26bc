# SPDX-License-Identifier: GPL-2.0-only
"""Which suites, and which of their tests, do the words of a command line mean?

A suite of the line /TEST of selftests/suites heeds the environment variable
ONLY: names of tests, separated by spaces, to run these alone, or "?" to print
the names that there are, one a line, and to build and run nothing.
"""

import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
VARIABLE = "ONLY"


class Unknown(Exception):
    """Says what there is instead."""


def tests(suite):
    """The names of a suite's tests."""
    if not suite.has_names:
        raise Unknown(f"the tests of {suite.name} cannot be named: it runs as a whole")
    done = subprocess.run(suite.command, cwd=TOP, env=os.environ | {VARIABLE: "?"}, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise Unknown(f"the tests of {suite.name} cannot be listed: {(done.stdout + done.stderr).strip()}")
    return done.stdout.split()


def matching(name, names):
    """That test; or those of a class or file of this name."""
    return [n for n in names if n == name] or [n for n in names if n.startswith((f"{name}.", f"{name}/"))]


def choose(words, suites):
    """The suites meant, in the words' order; a suite's tests are those of all words that name it."""
    chosen = {}
    for word in words:
        name, slash, test = word.partition("/")
        if name not in suites:
            raise Unknown(f"no suite {name}; there are: {' '.join(suites)}")
        suite = chosen.setdefault(name, suites[name])
        if slash:
            names = tests(suite)
            found = matching(test, names)
            if not found:
                raise Unknown(f"no test {test} in {name}; there are: {' '.join(names)}")
            suite.tests += tuple(n for n in found if n not in suite.tests)
    whole = set(words) & set(chosen)
    for name in whole:
        suites[name].tests = ()
    return list(chosen.values())
