#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure the module beside arm_cca_guest: its file, its memory, how long it takes to load.

realm_tsm has registers, their log and netlink besides, so that its ratios say what
these cost; there is no limit. Loading is modprobe and rmmod in a realm, a round each
in turn.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile

import bench
import kernel as kernels

DRIVERS = ("realm_tsm", "arm_cca_guest")

IN_THE_REALM = """
now() { cut -d' ' -f1 /proc/uptime; }
rmmod realm_tsm
for driver in realm_tsm arm_cca_guest; do
	modprobe $driver
	echo memory $driver $(grep ^$driver /proc/modules | cut -d' ' -f2)
	rmmod $driver
done
for round in $(seq $1); do
	for driver in realm_tsm arm_cca_guest; do
		begin=$(now)
		for i in $(seq 20); do modprobe $driver; rmmod $driver; done
		echo load $driver $begin $(now)
	done
done
"""


def stripped_size(content):
    with tempfile.NamedTemporaryFile() as file:
        pathlib.Path(file.name).write_bytes(content)
        subprocess.run([f"{bench.CROSS}strip", "--strip-debug", file.name], check=True)
        return pathlib.Path(file.name).stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8, help="of 20 loads each (default 8)")
    args = parser.parse_args()

    memory, times = {}, {driver: [] for driver in DRIVERS}
    for what, driver, *values in bench.realm([], IN_THE_REALM, args.rounds):
        if what == "memory":
            memory[driver] = int(values[0]) / 1024
        else:
            begin, end = map(float, values)
            times[driver].append((end - begin) / 20 * 1000)
    kernel = kernels.find(None, "4k")
    files = [bench.TOP / "build/kmod" / kernel.release / "realm_tsm.ko", kernel.module("arm_cca_guest")]
    sizes = [stripped_size(kernels.module_content(file)) / 1024 for file in files]
    bench.row("module, load and unload", "arm_cca_guest", *(statistics.median(times[d]) for d in DRIVERS), "ms",
              bench.spread([a / b for a, b in zip(*times.values())]))
    bench.row("module, memory", "arm_cca_guest", *(memory[d] for d in DRIVERS), "KiB")
    bench.row("module, file without debug data", "arm_cca_guest", *sizes, "KiB")


if __name__ == "__main__":
    main()
