# SPDX-License-Identifier: GPL-2.0-only
"""How does a person see that the run goes on?

On a terminal the last line says what runs, and is written anew each second. Elsewhere
a line a minute says it, so that a log shows life.
"""

import shutil
import sys
import threading
import time

EACH_SECONDS = 60


class Screen:
    def __init__(self, state, out=None, terminal=None, each=EACH_SECONDS):
        self.state, self.out, self.each = state, out or sys.stdout, each
        self.terminal = terminal or (sys.stderr if sys.stderr.isatty() else None)
        self.said = time.monotonic()
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.tick, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.ended.set()
        self.thread.join()
        self.clear()

    def clear(self):
        if self.terminal:
            print("\r\x1b[K", end="", file=self.terminal, flush=True)

    def draw(self):
        width = shutil.get_terminal_size().columns
        print("\r\x1b[K" + f".. {self.state()}"[:width - 1], end="", file=self.terminal, flush=True)

    def say(self, line):
        with self.lock:
            self.clear()
            print(line, file=self.out, flush=True)
            if self.terminal:
                self.draw()

    def tick(self):
        while not self.ended.wait(min(self.each, 1)):
            with self.lock:
                if self.terminal:
                    self.draw()
                elif time.monotonic() - self.said >= self.each:
                    self.said = time.monotonic()
                    try:
                        print(f".. {self.state()}", file=self.out, flush=True)
                    except BrokenPipeError:
                        return      # the next result says so
