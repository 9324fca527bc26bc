#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Run each fuzzer for so many seconds, from its corpus and what earlier runs found.

    run-fuzzers FOLDER SECONDS SEED NAME...

As many at a time as there are CPUs for. Fails on a crash, a leak, 10 seconds on one
input, or more than 512 MB. TAP, a line for each fuzzer.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LAST_LINES = 40


def fuzz(folder, seconds, seed, name):
    """Whether it passed, and what it printed, which is left in NAME.log."""
    found = folder / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    # what was freed and is kept apart, so that its use is seen, counts as memory, too
    options = ":".join(filter(None, ["quarantine_size_mb=32", os.environ.get("ASAN_OPTIONS")]))
    log = folder / f"{name}.log"
    with open(log, "w") as out:
        status = subprocess.run(
            ["nice", folder / f"fuzz_{name}", f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=8192",
             "-timeout=10", "-rss_limit_mb=512", "-print_final_stats=1", "-verbosity=1",
             f"-artifact_prefix={folder}/{name}-", found, HERE / "corpus" / name],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            env=os.environ | {"ASAN_OPTIONS": options}).returncode
    return status == 0, log.read_text(errors="replace")


def main():
    folder, seconds, seed, *names = sys.argv[1:]
    print(f"1..{len(names)}", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda name: fuzz(pathlib.Path(folder), seconds, seed, name), names)
        for number, (name, (passed, said)) in enumerate(zip(names, results), 1):
            if passed:
                inputs, cover, peak = (re.findall(p, said)[-1] for p in (
                    r"stat::number_of_executed_units: *(\d+)", r"cov: (\d+)", r"stat::peak_rss_mb: *(\d+)"))
                print(f"ok {number} - {name}: {inputs} inputs in {seconds} s, cov: {cover}, peak {peak} MB", flush=True)
            else:
                print("\n".join(f"# {line}" for line in said.splitlines()[-LAST_LINES:]))
                print(f"not ok {number} - {name}", flush=True)
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
