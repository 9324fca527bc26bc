#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure reports a second through realm_tsm as a ratio to arm_cca_guest, of 1, 2 and 4 callers.

All through configfs, whose one lock both drivers are under; the monitor does not sign.
A round is one block of each driver in an order that turns round; the result is the
median of the rounds' ratios. There is no limit: who of several callers gets the lock,
and the processor, is luck; report_latency has the limit.
"""

import argparse
import statistics

import bench

DRIVERS = ("realm_tsm", "arm_cca_guest")
CALLERS = (1, 2, 4)

IN_THE_REALM = """
rmmod realm_tsm
for round in $(seq $1); do
	case $((round % 2)) in
	0) order="realm_tsm arm_cca_guest" ;;
	*) order="arm_cca_guest realm_tsm" ;;
	esac
	for callers in 1 2 4; do
		for driver in $order; do
			modprobe $driver
			echo $driver $(/reports configfs $callers $2)
			rmmod $driver
		done
	done
done
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8, help="(default 8)")
    parser.add_argument("--seconds", type=int, default=1, help="of a block (default 1)")
    args = parser.parse_args()

    rates = {(driver, callers): [] for driver in DRIVERS for callers in CALLERS}
    for driver, _, callers, rate in bench.realm(["--sign", "off", "--cpus", "4",
                                                 "--file", f"{bench.build('reports.c')}:/reports"],
                                                IN_THE_REALM, args.rounds, args.seconds):
        rates[driver, int(callers)].append(int(rate) / 1000)
    for callers in CALLERS:
        ours, theirs = (rates[driver, callers] for driver in DRIVERS)
        bench.row(f"reports of {callers} caller{'s' * (callers > 1)}", "arm_cca_guest",
                  statistics.median(ours), statistics.median(theirs), "a second",
                  bench.spread([a / b for a, b in zip(ours, theirs)]), at_least=True)


if __name__ == "__main__":
    main()
