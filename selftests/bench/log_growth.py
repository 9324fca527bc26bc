#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure whether an extension costs the same however long the log is, and a record's memory.

100,000 extensions through sysfs in ten blocks, from an empty log on, each block beside
one of bare SMC pairs, for the machine's pace wanders. What counts is the ratio of the
last three blocks to the first three. Memory is what the guest has less of (MemFree)
after the last nine, beside what the log has grown by.
"""

import argparse
import statistics

import bench
import raw_rsi

LIMIT = 1.1
BLOCKS = 10

IN_THE_REALM = """
insmod /raw_rsi.ko
for log in /sys/devices/virtual/misc/*/eventlog; do :; done
# once compacted, no vCPU keeps any to itself
free() {
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
	grep MemFree: /proc/meminfo | tr -s ' ' | cut -d' ' -f2
}
# the boot gives memory back for a while
settled() {
	now=$(free) last=0
	until [ $((now - last)) -lt 200 ] && [ $((last - now)) -lt 200 ]; do
		last=$now
		sleep 5
		now=$(free)
	done
	echo $now
}
block() { echo $(/extend pair $(($2 / 10))) $(/extend sysfs $(($2 - 1))); }
block $1 $2
before=$(settled) size=$(wc -c <$log)
for i in $(seq 2 $1); do block $1 $2; done
echo memory $before $(settled) $(($(wc -c <$log) - size))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100000, help="(default 100000)")
    args = parser.parse_args()

    ratios, memory = [], None
    bench.say(f"{'records':>8}  {'pair us':>8}  {'sysfs us':>8}  ratio")
    for words in bench.realm(["--file", f"{bench.build('extend.c')}:/extend",
                              "--file", f"{raw_rsi.module()}:/raw_rsi.ko"],
                             IN_THE_REALM, BLOCKS, args.records // BLOCKS):
        if words[0] == "memory":
            memory = [int(word) for word in words[1:]]
            continue
        pair, sysfs = int(words[1]), int(words[3])
        ratios.append(sysfs / pair)
        bench.say(f"{len(ratios) * args.records // BLOCKS:8}  {pair / 1000:8.1f}  {sysfs / 1000:8.1f}  "
              f"{sysfs / pair:.2f}")
    before, after, size = memory
    records = args.records * (BLOCKS - 1) // BLOCKS
    bench.say(f"a record: {size / records:.1f} bytes in the log, "
          f"{(before - after) * 1024 / records:.1f} bytes of memory")
    first = statistics.median(ratios[:3])
    growth = bench.spread([ratio / first for ratio in ratios[-3:]])
    bench.row("extend with a full log", "with an empty one", statistics.median(ratios[-3:]), first,
              "bare pairs", growth, LIMIT, records=args.records)
    bench.row("memory of a record", "its size in the log", (before - after) * 1024 / records,
              size / records, "bytes")


if __name__ == "__main__":
    main()
