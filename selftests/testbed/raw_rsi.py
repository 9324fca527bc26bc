# SPDX-License-Identifier: GPL-2.0-only
"""The test module that makes any call to the RMM, built for the kernel that boots."""

import fcntl
import functools
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent / "kselftest/tsm/raw_rsi"
OUT = pathlib.Path(os.environ.get("O") or HERE.parent.parent / "build") / "raw_rsi"


@functools.cache
def module():
    """Its file."""
    headers = subprocess.run([HERE / "realm.py", "--print-headers"], check=True, capture_output=True,
                             text=True).stdout.strip()
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", "-C", headers, f"M={SOURCE}", f"MO={OUT}", "modules"], check=True,
                       stdout=subprocess.DEVNULL)
    return OUT / "raw_rsi.ko"
