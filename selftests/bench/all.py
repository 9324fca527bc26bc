#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Run the benches, in the build root, and show one table: each row a ratio to a peer.

Each bench prints rows (bench.py: row()), JSON, a line each; NAME --help says what it
measures. The table is kept in build/bench as bench.txt, bench.json, bench.svg and
bench.png. Nothing else should run: what is beyond its limit is told in the table and by
no exit status, for that would be one of how busy the machine was. Exit status 1: a bench
could not measure.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path(os.environ.get("O") or HERE.parent.parent / "build") / "bench"
BENCHES = ("report_latency", "report_throughput", "parallel_reports", "extend_interfaces", "log_growth", "verification",
           "module", "programs", "secrets")


def measure(name):
    """The rows of one bench, and whether it could measure."""
    print(f"== {name}", file=sys.stderr, flush=True)
    done = subprocess.run([HERE / f"{name}.py"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    rows = [{"bench": name, **json.loads(line)} for line in done.stdout.splitlines()]
    return rows, bool(rows) and not done.returncode


def machine():
    first = subprocess.run(["qemu-system-aarch64", "--version"], check=True, capture_output=True, text=True).stdout
    return {"processors": os.cpu_count(), "architecture": platform.machine(),
            "realm": f"emulated by {first.splitlines()[0].split(' (')[0]}, on these processors"}


def limit(row):
    return f"{'>=' if row['at'] == 'least' else '<='} {row['limit']:g}" if row["limit"] is not None else "-"


def table(rows):
    cells = [["", "peer", "ours", "theirs", "", "ratio", "quartiles", "limit", ""]]
    for row in rows:
        low, high = row["ratio"].get("quartiles", [0, 0])
        cells.append([row["what"], row["peer"], f"{row['ours']:.4g}", f"{row['theirs']:.4g}", row["unit"],
                      f"{row['ratio']['median']:.3f}", f"{low:.3f}-{high:.3f}" if low != high else "",
                      limit(row), "" if row["limit"] is None else "met" if row["met"] else "MISSED"])
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "".join("  ".join(c.rjust(w) if i in (2, 3, 5) else c.ljust(w)
                             for i, (c, w) in enumerate(zip(line, widths))).rstrip() + "\n" for line in cells)


PLOT = """
set logscale x
set xtics (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
set xlabel "ratio to the peer"
set xrange [{low}:{high}]
set yrange [-0.7:{rows}-0.3]
set ytics ({names})
set grid x
set key outside top right horizontal
set arrow from 1, graph 0 to 1, graph 1 nohead lc rgb "#888888"
set terminal {terminal} size 1200, 26 * {rows} + 110 noenhanced background "white"
set output "{output}"
plot $limits with points pt 2 ps 1.2 lw 2 lc rgb "#c03030" title "limit", \\
     $points using 1:2:3:4 with xerrorbars pt 7 ps 0.8 lw 2 lc rgb "#2060a0" title "median and quartiles"
"""


def plot(rows, where):
    """Ratios, each with its limit."""
    points, limits, names = [], [], []
    for y, row in enumerate(reversed(rows)):
        middle = row["ratio"]["median"]
        low, high = row["ratio"].get("quartiles", [middle, middle])
        points.append(f"{middle} {y} {low} {high}")
        names.append(f'"{row["what"]} / {row["peer"]}" {y}')
        if row["limit"] is not None:
            limits.append(f"{row['limit']} {y}")
    data = "".join(f"${name} << EOD\n" + "\n".join(lines) + "\nEOD\n"
                   for name, lines in (("points", points), ("limits", limits or ["NaN NaN"])))
    lows, highs = zip(*((float(x) for x in point.split()[2:]) for point in points))
    for kind, terminal in (("svg", "svg"), ("png", "pngcairo")):
        script = data + PLOT.format(rows=len(rows), low=min(lows) / 1.4, high=max(highs) * 1.4, names=", ".join(names),
                                    terminal=terminal, output=where / f"bench.{kind}")
        subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", metavar="JSON", type=pathlib.Path,
                        help="measure nothing: show this table, and plot it beside the file")
    parser.add_argument("name", nargs="*", help=f"by default {' '.join(BENCHES)}")
    args = parser.parse_args()
    where, failed = OUT, []
    if args.plot:
        where, kept = args.plot.resolve().parent, json.loads(args.plot.read_text())
    else:
        kept = {"machine": machine(), "rows": []}
        where.mkdir(parents=True, exist_ok=True)
        for name in args.name or BENCHES:
            rows, good = measure(name)
            kept["rows"] += rows
            failed += [] if good else [name]
            (where / "bench.json").write_text(json.dumps(kept, indent=1) + "\n")
    text = table(kept["rows"])
    if kept["rows"]:
        plot(kept["rows"], where)
    (where / "bench.txt").write_text(text)
    print(text, end="")
    if failed:
        print(f"could not measure: {' '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
