# SPDX-License-Identifier: GPL-2.0-only
"""What is tried again, for how long, and which errno is left then?"""

import time

import hostile_kbs
from kbs_world import Ours


class Errors(Ours):
    """Each errno of <tsm/kbs.h> by its name that is left after tries; all within the deadline."""

    def test_EHOSTUNREACH_nobody_listens(self):
        self.fails("EHOSTUNREACH", "gave up", url="https://127.0.0.1:1", timeout=1500)

    def test_EHOSTUNREACH_connection_cut(self):
        for step in ("auth", "attest", "resource"):
            for fault in (hostile_kbs.cut, hostile_kbs.cut_half):
                with self.subTest(step=step, fault=fault.__name__):
                    self.kbs.faults = {step: fault}
                    self.fails("EHOSTUNREACH", "gave up at try", timeout=1500)

    def test_connection_cut_once_is_made_up_for(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.times(1, hostile_kbs.cut)}
                self.assertRight(self.get())

    def test_EAGAIN_until_the_timeout(self):
        for code in (429, 500, 502, 503):
            for step in ("auth", "attest", "resource"):
                with self.subTest(step=step, code=code):
                    self.kbs.faults = {step: hostile_kbs.status(code)}
                    self.fails("EAGAIN", str(code), "told to fail", "gave up at try", timeout=1200)

    def test_busy_for_a_while_is_waited_for(self):
        self.kbs.refuse_until = time.monotonic() + 2
        self.assertRight(self.get())

    def test_retry_after_is_heeded(self):
        self.kbs.faults = {"auth": hostile_kbs.times(1, hostile_kbs.status(503, retry_after=2))}
        begin = time.monotonic()
        self.assertRight(self.get())
        self.assertGreaterEqual(time.monotonic() - begin, 2)

    def test_EAGAIN_retry_after_is_later_than_the_timeout(self):
        self.kbs.faults = {"auth": hostile_kbs.status(503, retry_after=3600)}
        self.fails("EAGAIN", "gave up at try 1", timeout=10000)

    def test_ETIMEDOUT_slow(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.slow(4)}
                self.fails("ETIMEDOUT", timeout=1500, within=3)
        self.kbs.faults = {"auth": hostile_kbs.drip(4)}
        self.fails("ETIMEDOUT", timeout=1500, within=3)

    def test_ETIMEDOUT_of_one_request_is_made_up_for(self):
        self.kbs.faults = {"auth": hostile_kbs.times(1, hostile_kbs.slow(3))}
        self.assertRight(self.get(request_timeout=500))

    def test_EINTR_cancelled_on_the_network(self):
        self.kbs.faults = {"auth": hostile_kbs.slow(5)}
        self.fails("EINTR", cancel=500, within=2)

    def test_EINTR_cancelled_between_tries(self):
        self.kbs.faults = {"auth": hostile_kbs.status(503, retry_after=10)}
        self.fails("EINTR", cancel=500, within=2)
