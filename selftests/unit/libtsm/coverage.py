#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print which part of libtsm's readers and verifier the host tests run.

    coverage FOLDER GCOV LINES BRANCHES

FOLDER holds the objects and what the tests left beside them. A line for each
file, in percent of its lines and branches; fails below LINES or BRANCHES over
all. With -v, the lines that were not run, too.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

FILES = ("token/cbor token/cose token/claims token/rules token/token base/crypto log/record log/eventlog log/replay "
         "appraisal/store appraisal/key appraisal/anchors appraisal/refvalues appraisal/signature appraisal/policy "
         "appraisal/steps appraisal/verdict appraisal/verify").split()


def count(folder, gcov):
    """{file: {line: [runs, branches, branches taken]}}; of several programs, the sum."""
    files = collections.defaultdict(dict)
    for name in FILES:
        said = subprocess.run([gcov, "--json-format", "--stdout", "--branch-probabilities", f"{name}.gcda"],
                              cwd=folder, check=True, stdout=subprocess.PIPE).stdout
        for file in json.loads(said)["files"]:
            if not file["file"].endswith(f"/{name}.c"):
                continue
            for line in file["lines"]:
                taken = [b["count"] > 0 for b in line["branches"]]
                had = files[name].setdefault(line["line_number"], [0, [False] * len(taken)])
                had[0] += line["count"]
                had[1] = [a or b for a, b in zip(had[1], taken)] if len(had[1]) == len(taken) else had[1] + taken
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("gcov")
    parser.add_argument("lines", type=float)
    parser.add_argument("branches", type=float)
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()

    total = [0, 0, 0, 0]
    files = count(args.folder, args.gcov)
    for name in FILES:
        lines = files[name]
        sums = [sum(c > 0 for c, _ in lines.values()), len(lines),
                sum(sum(b) for _, b in lines.values()), sum(len(b) for _, b in lines.values())]
        total = [a + b for a, b in zip(total, sums)]
        print(f"# {name + '.c':22} {100 * sums[0] / sums[1]:5.1f} % of {sums[1]:4} lines, "
              f"{100 * sums[2] / max(sums[3], 1):5.1f} % of {sums[3]:4} branches")
        if args.v:
            for number, (runs, branches) in sorted(lines.items()):
                if not runs or not all(branches):
                    print(f"#     line {number}: {runs} runs, branches {''.join('.x'[b] for b in branches)}")
    lines, branches = 100 * total[0] / total[1], 100 * total[2] / total[3]
    good = lines >= args.lines and branches >= args.branches
    print("1..1")
    print(f"{'ok' if good else 'not ok'} 1 - coverage: {lines:.1f} % of {total[1]} lines, "
          f"{branches:.1f} % of {total[3]} branches")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
