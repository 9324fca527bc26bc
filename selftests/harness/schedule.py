# SPDX-License-Identifier: GPL-2.0-only
"""Which suite runs next, and beside which others?"""

import signal
import threading
import time

import supervise


WAITING = "@waiting"     # the group of suites that mostly wait: they need no processor's place


class Pool:
    """Runs suites in threads, as many as there are jobs, and one more that mostly waits.

    Never two of one group at a time, and none before the one that builds what it uses.
    Where that one does not run, those that use the same are a group: each may build.

    seconds: what each suite took the last time, by name. One that is not there counts
    as the middle one of the others. With none, the suites' order decides.
    """

    def __init__(self, suites, run, seconds=None, jobs=1):
        known = sorted((seconds or {}).values())
        middle = known[len(known) // 2] if known else 1
        self.seconds = {s.name: (seconds or {}).get(s.name, middle) for s in suites}
        self.run, self.jobs = run, jobs
        names = {s.name for s in suites}
        self.groups = {s: s.groups | (s.after - names) for s in suites}
        self.waiting, self.running, self.done = list(suites), {}, 0
        self.changed = threading.Condition()
        self.threads = []

    def start(self):
        """Signals stay the caller's: blocked in the threads, and so in what these start, they wait
        there until somebody looks, also where the caller ignores them by then."""
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(self.jobs + 1)]
        before = signal.pthread_sigmask(signal.SIG_BLOCK, supervise.STOP)
        try:
            for thread in self.threads:
                thread.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def may_run(self, suite):
        if WAITING not in suite.groups and sum(WAITING not in s.groups for s in self.running) == self.jobs:
            return False
        if any(s.name in suite.after for s in [*self.waiting, *self.running]):
            return False
        return not any(self.groups[s] & self.groups[suite] for s in self.running)

    def weight(self, suite):
        """Seconds of all that has to wait for it: of its groups, or because it builds for them."""
        return (sum(self.seconds[w.name] for w in self.waiting
                    if w is suite or self.groups[w] & self.groups[suite] or suite.name in w.after),
                self.seconds[suite.name])

    def next(self):
        """That for which most has to wait, so that it does not come last."""
        with self.changed:
            while self.waiting:
                able = [s for s in self.waiting if self.may_run(s)]
                if able:
                    suite = max(able, key=self.weight)
                    self.waiting.remove(suite)
                    self.running[suite] = time.monotonic()
                    return suite
                self.changed.wait()
        return None

    def work(self):
        while suite := self.next():
            self.run(suite)
            with self.changed:
                del self.running[suite]
                self.done += 1
                self.changed.notify_all()

    def stop(self):
        """Nothing new is begun."""
        with self.changed:
            self.waiting.clear()
            self.changed.notify_all()

    def join(self, seconds):
        deadline = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(deadline - time.monotonic(), 0))

    def state(self):
        """Done, running with their seconds, left: for people to read."""
        with self.changed:
            now = time.monotonic()
            running = ", ".join(f"{s.name} {now - since:.0f} s" for s, since in self.running.items())
            return f"{self.done} done, {len(self.waiting)} left" + (f", running: {running}" if running else "")
