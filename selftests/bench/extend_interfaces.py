#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure extensions through each door as a ratio to the bare pair of SMCs.

An extension takes two calls to the RMM: the register is read, then extended. The bare
pair is these two, made through the test module by two writes to its debugfs file. A
round is one block of each, in an order that turns round; the result is the median of
the rounds' ratios.
"""

import argparse
import statistics

import bench
import raw_rsi

DOORS = ("sysfs", "netlink", "configfs")
LIMITS = {"sysfs": 1.8}

IN_THE_REALM = """
insmod /raw_rsi.ko
for round in $(seq $1); do
	case $((round % 2)) in
	0) order="pair sysfs netlink configfs" ;;
	*) order="configfs netlink sysfs pair" ;;
	esac
	for door in $order; do /extend $door $2; done
done
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="(default 20)")
    parser.add_argument("--count", type=int, default=500, help="extensions in a block (default 500)")
    args = parser.parse_args()

    times = {door: [] for door in ("pair", *DOORS)}
    for door, ns in bench.realm(["--file", f"{bench.build('extend.c')}:/extend",
                                 "--file", f"{raw_rsi.module()}:/raw_rsi.ko"],
                                IN_THE_REALM, args.rounds, args.count):
        times[door].append(int(ns))
    bench.say(f"{'door':>8}  {'us each':>8}  {'a second':>8}  ratio to the bare pair")
    ratios = {}
    for door, values in times.items():
        middle = statistics.median(values)
        ratios[door] = bench.spread([a / b for a, b in zip(values, times["pair"])])
        bench.say(f"{door:>8}  {middle / 1000:8.1f}  {1e9 / middle:8.0f}  {ratios[door]['median']:.2f}")
    pair = statistics.median(times["pair"]) / 1000
    for door in DOORS:
        bench.row(f"extend through {door}", "the two bare SMCs", statistics.median(times[door]) / 1000, pair, "us",
                  ratios[door], LIMITS.get(door))


if __name__ == "__main__":
    main()
