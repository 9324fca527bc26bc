# SPDX-License-Identifier: GPL-2.0-only
"""How long did each suite take, and with what?

A suite's seconds, processor seconds of all that it ran, its boots, and summed over
these the seconds of build (waiting for another build included), of boot (QEMU's start
to the guest's "ready"), in the realm (to the command's end), of exit, and QEMU's
processor seconds. Boots side by side sum up to more than the suite's seconds.
"""

import json
import os
import pathlib
import sys

PARTS = ("build", "boot", "realm", "exit", "processor")
COLUMNS = (("seconds", "seconds"), ("processor", "processor"), ("boots", "boots"), ("build", "build"),
           ("boot", "boot"), ("realm", "realm"), ("exit", "exit"), ("qemu", "QEMU's processor"))


def boots_in(text):
    """Without those whose runner was killed while it wrote."""
    for line in text.splitlines():
        try:
            boot = json.loads(line)
        except ValueError:
            continue
        if isinstance(boot, dict) and set(PARTS) <= set(boot):
            yield boot


def of(seconds, usage, boots):
    """What is kept of a suite; boots: the file that the realms' runner has written, if any."""
    lines = list(boots_in(boots.read_text(errors="replace"))) if boots.exists() else []
    sums = {part: round(sum(line[part] for line in lines), 1) for part in PARTS}
    return {"seconds": round(seconds, 1), "processor": round(usage.ru_utime + usage.ru_stime, 1),
            "boots": len(lines), "qemu": sums.pop("processor"), **sums}


def read(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def add(path, new):
    """Replaces what the file has of these suites. No result depends on it: it may fail."""
    try:
        if new and path.parent.is_dir():
            partial = path.with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(read(path) | new, indent=1) + "\n")
            partial.rename(path)
    except OSError as e:
        print(f"check: the times are not kept: {e}", file=sys.stderr)


def of_cache():
    """Where the times outlive a clone, for the order of the next run."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(cache) / "realm-tsm/times.json"


def table(times, most=None):
    """Lines of text, the slowest suite first."""
    rows = sorted(times.items(), key=lambda item: -item[1]["seconds"])[:most]
    width = max((len(name) for name, _ in rows), default=0)
    yield "  ".join([" " * width, *(title for _, title in COLUMNS)])
    for name, row in rows:
        yield "  ".join([f"{name:{width}}", *(
            f"{row[key]:{len(title)}.0f}" if row[key] or key == "seconds" else f"{'-':>{len(title)}}"
            for key, title in COLUMNS)])
