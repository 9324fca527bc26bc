# SPDX-License-Identifier: GPL-2.0-only
"""What the benches share: programs for the realm, a realm to run them in, the form of a row."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
OUT = pathlib.Path(os.environ.get("O") or TOP / "build") / "bench"
sys.path.insert(0, str(TOP / "selftests/testbed"))
CROSS = "aarch64-linux-gnu-"
KSELFTEST = "/usr/src/linux-tools/tools/testing/selftests"


def build(source):
    """A static program for the realm; the headers of the kselftests are at hand."""
    OUT.mkdir(parents=True, exist_ok=True)
    program = OUT / pathlib.Path(source).stem
    subprocess.run([f"{CROSS}gcc", "-O2", "-Wall", "-Wextra", "-Wno-sign-compare", "-D_GNU_SOURCE",
                    "-static", f"-I{TOP}/uapi", f"-I{TOP}/selftests/kselftest/tsm", "-isystem", KSELFTEST, "-o", program, HERE / source], check=True)
    return program


def realm(options, script, *args):
    """The words of each line that the script prints in a realm of two vCPUs, as they come."""
    command = [TOP / "selftests/testbed/realm.py", "--cpus", "2", "--timeout", "1200",
               "--module", "realm_tsm", *options, "--", "sh", "-euc", script, "sh", *map(str, args)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield line.split()
    if process.returncode:
        sys.exit(f"bench: the realm ended with status {process.returncode}")


def instructions(*command):
    """Millions of them that a program takes, start-up included: the same in each run, however busy the machine is."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *command],
                              check=True, capture_output=True, text=True, cwd=folder)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / 1e6


def say(*text):
    """For people; standard output is for the row."""
    print(*text, file=sys.stderr, flush=True)


def spread(values):
    low, middle, high = statistics.quantiles(values, n=4)
    return {"median": middle, "quartiles": [low, high], "range": [min(values), max(values)]}


def row(what, peer, ours, theirs, unit, ratio=None, limit=None, at_least=False, **rest):
    """A line of the table, as JSON: what was measured beside its peer.

    ratio: a spread, where there were rounds; else that of the two numbers.
    """
    middle = ratio["median"] if ratio else ours / theirs
    ratio = ratio or {"median": middle, "quartiles": [middle, middle], "range": [middle, middle]}
    met = limit is None or (middle >= limit if at_least else middle <= limit)
    print(json.dumps({"what": what, "peer": peer, "ours": ours, "theirs": theirs, "unit": unit, "ratio": ratio,
                      "limit": limit, "at": "least" if at_least else "most", "met": met, **rest}), flush=True)
