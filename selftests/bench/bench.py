# SPDX-License-Identifier: GPL-2.0-only
"""What the benches share: programs for the realm, a realm to run them in, ratios and targets."""

import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
OUT = pathlib.Path(os.environ.get("O") or TOP / "build") / "bench"
sys.path.insert(0, str(TOP / "selftests/realm"))
CROSS = "aarch64-linux-gnu-"
KSELFTEST = "/usr/src/linux-tools/tools/testing/selftests"


def build(source):
    """A static program for the realm; the headers of the kselftests are at hand."""
    OUT.mkdir(parents=True, exist_ok=True)
    program = OUT / pathlib.Path(source).stem
    subprocess.run([f"{CROSS}gcc", "-O2", "-Wall", "-Wextra", "-Wno-sign-compare", "-D_GNU_SOURCE",
                    "-static", f"-I{TOP}/uapi", f"-I{TOP}/selftests/tsm", "-isystem", KSELFTEST, "-o", program, HERE / source], check=True)
    return program


def realm(options, script, *args):
    """The words of each line that the script prints in a realm of two vCPUs, as they come."""
    command = [TOP / "selftests/realm/realm.py", "--cpus", "2", "--timeout", "1200",
               "--module", "realm_tsm", *options, "--", "sh", "-euc", script, "sh", *map(str, args)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield line.split()
    if process.returncode:
        sys.exit(f"bench: the realm ended with status {process.returncode}")


def spread(values):
    low, middle, high = statistics.quantiles(values, n=4)
    return {"median": middle, "quartiles": [low, high], "range": [min(values), max(values)]}


def conclude(name, what, ratio, target, at_least=False, **rest):
    """Print the ratio beside its target, keep it all in build/bench/NAME.json; 0 if it is met."""
    met = ratio["median"] >= target if at_least else ratio["median"] <= target
    (OUT / f"{name}.json").write_text(json.dumps(
        {"what": what, "ratio": ratio, "target": target, "met": met, **rest}, indent=2) + "\n")
    print(f"{what}: {ratio['median']:.3f}, quartiles {ratio['quartiles'][0]:.3f} to "
          f"{ratio['quartiles'][1]:.3f}, range {ratio['range'][0]:.3f} to {ratio['range'][1]:.3f}; "
          f"target at {'least' if at_least else 'most'} {target}: {'met' if met else 'missed'}", flush=True)
    return 0 if met else 1
