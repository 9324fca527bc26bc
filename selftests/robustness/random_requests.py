#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Random requests on the debug kernel (selftests/kselftest/tsm/stress_random), many of them.

    random_requests TOTAL [SEED]

So many to a boot, each boot of another seed, from SEED (1) on; as many boots at a
time as there are CPUs for. A seed means the same requests again:
random_requests 100000 7 is the seventh boot alone. TAP, a line for each boot.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

SELFTESTS = pathlib.Path(__file__).resolve().parent.parent
A_BOOT = 100_000
SECONDS = 3000
CPUS = 2        # more wait for each other's locks while the machine runs another one


def boot(folder, seed, count):
    """Says what it says as it comes; returns whether it passed, and its figures."""
    process = subprocess.Popen(
        [SELFTESTS / "testbed/realm.py", "--kernel", "debug", "--cpus", str(CPUS), "--timeout", str(SECONDS),
         "--module", "realm_tsm", "--append", f"STRESS_COUNT={count} STRESS_SEED={seed}",
         "--file", f"{folder}:/kselftest", "--", "sh", "-c",
         "cd /kselftest/tsm && exec ./stress_random"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace")
    figures = ""
    for line in process.stdout:
        print(f"# seed {seed}: {line.strip().lstrip('# ')}", flush=True)
        if "netlink messages" in line:
            figures = line.strip().lstrip("# ")
    return process.wait() == 0 and bool(figures), figures or f"seed {seed}: it did not end"


def main():
    total, seed = int(sys.argv[1]), int((sys.argv + ["1"])[2])
    folder = subprocess.run([SELFTESTS / "kselftest/in_realm.sh", "--kernel", "debug"], check=True,
                            stdout=subprocess.PIPE, text=True).stdout.strip()
    counts = [min(A_BOOT, total - at) for at in range(0, total, A_BOOT)]
    print(f"1..{len(counts)}", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count())) as pool:
        boots = [pool.submit(boot, folder, seed + i, count) for i, count in enumerate(counts)]
        for number, done in enumerate(boots, 1):
            passed, figures = done.result()
            failed += not passed
            print(f"{'ok' if passed else 'not ok'} {number} - {figures}", flush=True)
    print(f"# {total} random requests, seeds {seed} to {seed + len(counts) - 1}: {failed} boots failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
