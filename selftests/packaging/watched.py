# SPDX-License-Identifier: GPL-2.0-only
"""Does a long command get on? It shows life, and is ended where it does not.

Progress is a line of its output, or a change of the disk that its realm writes to. A busy
machine makes it slow and not stuck, so that there is no deadline for the whole.
"""

import os
import queue
import subprocess
import threading
import time

BEAT_SECONDS = 30
QUIET_SECONDS = 20 * 60


class Stuck(Exception):
    pass


def written(disk):
    found = os.stat(disk)
    return found.st_mtime_ns, found.st_blocks


def lines(command, disk, beat, quiet=QUIET_SECONDS, each=BEAT_SECONDS, **options):
    """Yields the command's lines; beat() is told how it goes. Raises Stuck or CalledProcessError."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               text=True, errors="replace", **options)
    said = queue.SimpleQueue()

    def read():
        for line in process.stdout:
            said.put(line)
        said.put(None)

    threading.Thread(target=read, daemon=True).start()
    begin = progress = beaten = time.monotonic()
    seen = written(disk)
    try:
        while True:
            try:
                line = said.get(timeout=min(each, quiet))
            except queue.Empty:
                line = ""
            if line is None:
                break
            now = time.monotonic()
            if line or written(disk) != seen:
                seen, progress = written(disk), now
            if now - progress >= quiet:
                raise Stuck(f"no line and no write to the disk for {now - progress:.0f} s")
            if now - beaten >= each:
                beaten = now
                beat(f"{now - begin:.0f} s, last progress {now - progress:.0f} s ago")
            if line:
                yield line
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
        process.stdout.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
