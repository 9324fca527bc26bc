#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Break one promise after the other, and see that the test which is there for it says so.

A patch in this folder begins with what it breaks (Promise:) and by what that is seen
(Caught-by: libtsm TEST, or kselftest TEST for one of the kselftests in an emulated realm).
Each is applied to a copy of the tree in build/mutants, built, and only that test is
run; first all of them without any mutant, for a test that always fails catches nothing.

Arguments: names of mutants, to run only those; libtsm or kselftest: only those.
TAP, a line for each mutant.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent.parent
TREE = TOP / "build/mutants"
SECONDS = {"libtsm": 40, "kselftest": 240}    # for one test
GRACE = 5   # seconds, for what is told to end
CANNOT_START = 125


class Mutant:
    def __init__(self, path):
        self.name = path.stem
        self.patch = path
        head = dict(re.findall(r"^([\w-]+): (.*)$", path.read_text().split("\n--- ")[0], re.MULTILINE))
        self.promise = head["Promise"]
        self.where, self.test = head["Caught-by"].split()

    def apply(self, *options):
        subprocess.run(["patch", "-s", "-p1", "-d", TREE, *options, "-i", self.patch], check=True)


def stop(process):
    """With all that it started: QEMU, say."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


def shell(*command, seconds=None):
    """Status and output; a command that does not end is stopped, and has no status."""
    # a session of its own, so that all that it starts can be ended
    with subprocess.Popen([str(c) for c in command], cwd=TREE, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True) as process:
        try:
            said, _ = process.communicate(timeout=seconds)
            return process.returncode, said
        except subprocess.TimeoutExpired:
            stop(process)
            return None, process.communicate()[0]
        except BaseException:
            stop(process)
            raise


def copy_tree():
    TREE.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=TOP, check=True,
                           stdout=subprocess.PIPE).stdout
    # by content, so that nothing is built anew but for what differs
    subprocess.run(["rsync", "-a", "--checksum", "--no-times", "--from0", "--files-from=-",
                    "--ignore-missing-args", f"{TOP}/", f"{TREE}/"], input=files, check=True)


class Broken(Exception):
    """The tree does not build."""


def run(where, *tests):
    """None if the tests pass, else what they say; those in a realm share its boot."""
    if where == "libtsm":
        test, = tests
        program = TREE / "build/unit/asan/libtsm" / test
        status, said = shell("make", "-s", "-j2", "-C", "selftests/unit", f"O={TREE}/build", program)
        if status:
            raise Broken(said)
        status, said = shell(program, seconds=SECONDS[where])
    else:
        status, said = shell("selftests/kselftest/in_realm.sh", "realm_tsm", *tests,
                             seconds=SECONDS[where] * len(tests))
        if status == CANNOT_START or (status and "TAP version" not in said):
            raise Broken(said)
    if status is None:
        return "it did not end"
    if not status and not re.search(r"^not ok ", said, re.MULTILINE):
        return None
    failed = re.findall(r"^(?:# )*not ok \d+ (?:- )?(\S+\.\S+)|\[  FAILED  \] (\w+)$|"
                        r"(AddressSanitizer: \S+|runtime error: .*)|"
                        r"kernel complained: (.*)", said, re.MULTILINE)
    return ", ".join(dict.fromkeys("".join(f) for f in failed)) or f"status {status}"


def main():
    wanted = set(sys.argv[1:])
    mutants = [m for m in map(Mutant, sorted(HERE.glob("*.patch")))
               if not wanted or wanted & {m.name, m.where}]
    count = missed = 0

    def result(ok, text, said=""):
        nonlocal count, missed
        count += 1
        missed += not ok
        for line in said.splitlines()[-20:]:
            print(f"# {line}")
        print(f"{'ok' if ok else 'not ok'} {count} {text}", flush=True)

    copy_tree()
    tests = {(m.where, m.test) for m in mutants}
    together = [("libtsm", test) for where, test in sorted(tests) if where == "libtsm"]
    in_realm = sorted(test for where, test in tests if where == "kselftest")
    if in_realm:
        together.append(("kselftest", *in_realm))
    for where, *names in together:
        try:
            wrong = run(where, *names)
        except Broken as e:
            wrong = str(e)
        result(not wrong, f"without a mutant, {where}: {' '.join(names)}", wrong or "")
    for m in mutants:
        begin = time.monotonic()
        m.apply()
        try:
            caught = run(m.where, m.test)
            result(bool(caught), f"{m.name}: {m.promise}: {m.test}: {caught or 'MISSED'} "
                                 f"({time.monotonic() - begin:.0f} s)")
        except Broken as e:
            result(False, f"{m.name}: it does not build", str(e))
        finally:
            m.apply("-R")
    print(f"1..{count}")
    print(f"# {len(mutants)} mutants; {missed} of {count} results are not as they should be")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
