# SPDX-License-Identifier: GPL-2.0-only
"""Which tests are worth a minute after this change?

A change is what differs from where the branch left origin/main (from HEAD, if there is
no origin/main), with what is not committed or not added yet. selftests/suites says what
tests a path. Of the static checkers those of single files check changed ones only.
"""

import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
VARIABLE = "CHANGED"    # selftests/static/checkers.py heeds it
ALWAYS = ("static/licences", "static/places", "static/in-source", "static/checkpatch", "static/shellcheck",
          "quick-realm")


def git(*words):
    return subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True)


def lines(*words):
    """What git says; without git nobody can tell what changed, and nothing may pass for it."""
    done = git(*words)
    if done.returncode:
        sys.exit(f"check: what changed cannot be told: git: {done.stderr.strip()}: run make check")
    return done.stdout.splitlines()


def changed():
    base = git("merge-base", "origin/main", "HEAD").stdout.strip() or "HEAD"
    return sorted({*lines("diff", "--name-only", base), *lines("ls-files", "-o", "--exclude-standard")})


def words(files, paths):
    """SUITEs and SUITE/TESTs, of each path that has one of the files below it."""
    found = dict.fromkeys(ALWAYS)
    for path, names in paths.items():
        if any(f == path or f.startswith(f"{path}/") for f in files):
            found.update(dict.fromkeys(names))
    return list(found)
