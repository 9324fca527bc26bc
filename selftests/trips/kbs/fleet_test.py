# SPDX-License-Identifier: GPL-2.0-only
"""A fleet of realms that start at once, and a KBS that refuses at first.

Each realm is a process of its own. All are let go at the same moment, as after a power
cut, and all find the KBS overloaded for 30 seconds; the curve of what reaches it is
printed. Clients that come back together would show as peaks with nothing in between,
clients that do not back off as a number of requests that no KBS would bear.
"""

import time

import faked_realm
from kbs_world import URI, Ours

REALMS = 200
REFUSES = 30    # seconds
SETTLED = 12    # by then each waits for a random part of the longest time


class Fleet(Ours):
    def start(self):
        """All of them, each in a realm of its own, waiting to be let go."""
        clients = []
        for i in range(REALMS):
            folder = self.place / str(i)
            realm = faked_realm.FakedRealm(folder)
            realm.keys = self.realm.keys
            clients.append(faked_realm.Client(realm, self.url, "wait", "get", URI, variant="plain",
                                         ca=self.ca, timeout=300000))
            self.addCleanup(clients[-1].process.kill)
        self.assertEqual({client.line() for client in clients}, {"waiting"})
        return clients

    def curve(self, begin):
        """Per second since then: requests refused, requests answered; printed, too."""
        times = [(self.kbs.began + at - begin, status) for at, _, status in self.kbs.requests]
        refused, answered = [0] * (int(times[-1][0]) + 1), [0] * (int(times[-1][0]) + 1)
        for at, status in times:
            (refused if status == 503 else answered)[int(at)] += 1
        print(f"# {REALMS} realms at once; requests a second, refused (-) and answered (+):")
        for second, (no, yes) in enumerate(zip(refused, answered)):
            bar = "-" * ((no + 2) // 4) + "+" * ((yes + 2) // 4)
            print(f"# {second:3} s {no + yes:4} {bar}".rstrip())
        return refused, answered

    def test_200_realms_at_once_are_served_without_a_stampede(self):
        clients = self.start()
        begin = time.monotonic()
        self.kbs.refuse_until = begin + REFUSES
        for client in clients:
            client.resume()
        ends = [client.end(timeout=400) for client in clients]
        refused, _ = self.curve(begin)

        self.assertEqual([end for end in ends if end[0] != [self.right()] or end[2]], [])
        settled = refused[SETTLED:REFUSES]
        peak, quiet = max(settled), sum(n < REALMS / 40 for n in settled)
        print(f"# refused {sum(refused)} times, {sum(refused) / REALMS:.1f} each; from {SETTLED} s on "
              f"at most {peak} in a second, {peak / REALMS:.0%} of the fleet; {quiet} of "
              f"{len(settled)} seconds below {REALMS // 40}", flush=True)
        # on average 12 each: 250 ms, doubled up to 8 s, and half of that
        self.assertLess(sum(refused), 25 * REALMS)
        self.assertLess(peak, REALMS * 3 / 4)
        self.assertLess(quiet, len(settled) / 2)
