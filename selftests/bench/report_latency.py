#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure the latency of a report through realm_tsm as a ratio to arm_cca_guest.

Both in one emulated realm; the monitor does not sign, so that the driver is what
differs. A pair is 1000 reports through each, in blocks of 100 in alternating order
(ABBA), for the machine's own pace wanders within seconds. Of a block and of the
blocks of a pair the median counts; the result is the median of the pairs' ratios.
Times of an emulated machine say nothing by themselves.
"""

import argparse
import statistics

import bench

DRIVERS = ("realm_tsm", "arm_cca_guest")
LIMIT = 1.05

BLOCKS = 10     # of each driver in a pair

IN_THE_REALM = """
block() {
	modprobe $1
	times=$(/report_latency $reports)
	echo "$1 $times"
	rmmod $1
}
twice=$1 reports=$2
rmmod realm_tsm
for i in $(seq $twice); do
	block realm_tsm; block arm_cca_guest; block arm_cca_guest; block realm_tsm
done
"""


def blocks(pairs, reports):
    """(driver, median, mean) in ns, as they come from the realm."""
    program = bench.build("report_latency.c")
    for driver, median, mean in bench.realm(
            ["--sign", "off", "--file", f"{program}:/report_latency"],
            IN_THE_REALM, pairs * BLOCKS // 2, reports // BLOCKS):
        yield driver, int(median), int(mean)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10, help="(default 10)")
    parser.add_argument("--reports", type=int, default=1000,
                        help="through each driver in a pair (default 1000)")
    args = parser.parse_args()

    bench.say("report latency, median of", args.reports, "reports in us; monitor does not sign")
    bench.say(f"{'pair':>4}  {'realm_tsm':>9}  {'arm_cca_guest':>13}  ratio")
    pairs, times = [], {driver: [] for driver in DRIVERS}
    for driver, median, mean in blocks(args.pairs, args.reports):
        times[driver].append((median, mean))
        if any(len(times[d]) < BLOCKS for d in DRIVERS):
            continue
        pair = {d: dict(zip(("median_ns", "mean_ns"), map(statistics.median, zip(*times[d]))))
                for d in DRIVERS}
        ours, theirs = (pair[d]["median_ns"] for d in DRIVERS)
        pairs.append({**pair, "ratio": ours / theirs})
        bench.say(f"{len(pairs):4}  {ours / 1000:9.1f}  {theirs / 1000:13.1f}  {ours / theirs:.3f}")
        times = {d: [] for d in DRIVERS}

    ratio = bench.spread([p["ratio"] for p in pairs])
    bench.row("report, latency", "arm_cca_guest",
              *(statistics.median(p[d]["median_ns"] for p in pairs) / 1000 for d in DRIVERS), "us",
              ratio, LIMIT, reports=args.reports * args.pairs)


if __name__ == "__main__":
    main()
