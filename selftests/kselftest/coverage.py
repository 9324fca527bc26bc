#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print which lines of the module ran, by logs of kselftests on the debug kernel.

    coverage PERCENT LOG...

The debug kernel counts the module's lines (gcov), and selftests/kselftest/in_realm.sh
leaves the counts in its output: "# gcda FILE BASE64". Here they meet the notes that
the compiler left beside the module. Lines of several logs are added up. TAP: fails
below PERCENT of all lines; lines that did not run are named.
"""

import base64
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
GCOV = "aarch64-linux-gnu-gcov"
COUNTS = re.compile(r"^(?:# )*gcda (\S+)\.gcda (\S+)$", re.MULTILINE)


def runs_of(log, lines):
    """Add the log's counts to lines, {source: {line: runs}}."""
    found = COUNTS.findall(log.read_text(errors="replace"))
    if not found:
        sys.exit(f"coverage: {log} has no counts: run the tests with --kernel debug")
    with tempfile.TemporaryDirectory() as folder:
        for path, data in found:
            notes = pathlib.Path(f"{path}.gcno")
            name = pathlib.Path(folder) / notes.name
            name.write_bytes(notes.read_bytes())
            name.with_suffix(".gcda").write_bytes(base64.b64decode(data))
            said = subprocess.run([GCOV, "--json-format", "--stdout", name.with_suffix(".gcda")],
                                  cwd=folder, check=True, stdout=subprocess.PIPE).stdout
            for file in json.loads(said)["files"]:
                if not file["file"].endswith(f"kmod/{notes.stem}.c"):
                    continue
                for line in file["lines"]:
                    lines[notes.stem][line["line_number"]] += line["count"]


def main():
    least, *logs = sys.argv[1:]
    lines = collections.defaultdict(collections.Counter)
    for log in logs:
        runs_of(TOP / log, lines)
    ran = total = 0
    for name in sorted(lines):
        missed = [n for n, runs in sorted(lines[name].items()) if not runs]
        ran += len(lines[name]) - len(missed)
        total += len(lines[name])
        print(f"# {name + '.c':14} {100 - 100 * len(missed) / len(lines[name]):5.1f} % of "
              f"{len(lines[name]):4} lines" + (f"; not {', '.join(map(str, missed))}" if missed else ""))
    percent = 100 * ran / total
    print("1..1")
    print(f"{'ok' if percent >= float(least) else 'not ok'} 1 - coverage of the module: {percent:.1f} % of {total} lines")
    return 0 if percent >= float(least) else 1


if __name__ == "__main__":
    sys.exit(main())
