# SPDX-License-Identifier: GPL-2.0-only
"""Which processes have this variable in their environment?"""

import os
import time


def processes(mark):
    """{process: its command line} of those with NAME=VALUE in the environment; no zombies, which have none."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/environ", "rb") as f:
                if mark.encode() not in f.read().split(b"\0"):
                    continue
            with open(f"/proc/{entry}/cmdline", errors="replace") as f:
                found[int(entry)] = f.read().replace("\0", " ").strip()
        except OSError:
            pass
    return found


def wait_for(mark, words, seconds):
    """Until one of them has these words on its command line."""
    deadline = time.monotonic() + seconds
    while not any(words in line for line in processes(mark).values()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {words} after {seconds} s")
        time.sleep(0.02)


def after(mark, seconds):
    """Those that are there still when they have had so many seconds to end."""
    deadline = time.monotonic() + seconds
    while (left := processes(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left
