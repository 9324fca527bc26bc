#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure whole verifications beside the two signatures that each cannot do without, verified by OpenSSL alone.

On one core, a second, in turn; and in instructions, which are the same however busy the
machine is. Then what a verified token holds in memory.
"""

import argparse
import subprocess
import sys

import bench

COUNTED = 20


def counted(verify, group, what):
    """Of one: the program's start is in both runs."""
    few, many = (bench.instructions(verify, "count", group, what, str(n)) for n in (1, 1 + COUNTED))
    return (many - few) / COUNTED


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21, help="(default 21)")
    args = parser.parse_args()

    verify = bench.OUT / "verify"
    subprocess.run(["make", "-s", "-C", bench.HERE / "verify", f"O={bench.OUT.parent}"], check=True, stdout=sys.stderr)
    subprocess.run([verify, "rate", str(args.rounds)], check=True)
    for group in ("ES384", "ES256"):
        bench.row(f"a token verified, {group}, instructions", "two bare signatures",
                  counted(verify, group, "whole"), counted(verify, group, "bare"), "million")


if __name__ == "__main__":
    main()
