#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure reports of two callers on two vCPUs, over netlink as a ratio to configfs.

The kernel's configfs-tsm holds one lock for all of a realm's reports; over netlink
those of different vCPUs are made at the same time. The monitor signs. A round is one
block of each in an order that turns round, with one caller and with two; the result is
the median of the rounds' ratios. Needs two processors for the two vCPUs.
"""

import argparse
import statistics

import bench

LIMIT = 1.8

IN_THE_REALM = """
for round in $(seq $1); do
	case $((round % 2)) in
	0) order="configfs netlink" ;;
	*) order="netlink configfs" ;;
	esac
	for way in $order; do /reports $way 2 $2; /reports $way 1 $2; done
done
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6, help="(default 6)")
    parser.add_argument("--seconds", type=int, default=5, help="of a block (default 5)")
    args = parser.parse_args()

    rates = {(way, callers): [] for way in ("configfs", "netlink") for callers in (1, 2)}
    for way, callers, rate in bench.realm(["--file", f"{bench.build('reports.c')}:/reports"],
                                          IN_THE_REALM, args.rounds, args.seconds):
        rates[way, int(callers)].append(int(rate) / 1000)
    bench.say(f"{'way':>8}  callers  reports a second")
    for (way, callers), values in rates.items():
        bench.say(f"{way:>8}  {callers:7}  {statistics.median(values):.2f}")
    ratio = bench.spread([a / b for a, b in zip(rates["netlink", 2], rates["configfs", 2])])
    bench.row("tokens of two callers, netlink", "configfs, one lock for all",
              *(statistics.median(rates[way, 2]) for way in ("netlink", "configfs")), "a second",
              ratio, LIMIT, at_least=True)


if __name__ == "__main__":
    main()
