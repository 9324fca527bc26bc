# SPDX-License-Identifier: GPL-2.0-only
"""What does a session send, and when does it attest again?"""

import email.utils
import subprocess
import time

import hostile_kbs
import faked_realm
from kbs_world import URI, Ours


class Protocol(Ours):
    def test_messages_are_those_of_0_4_0(self):
        self.assertRight(self.get())
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])
        message = self.kbs.last["attest"]
        self.assertEqual(set(message), {"init-data", "runtime-data", "tee-evidence"})
        self.assertIsNone(message["init-data"])
        self.assertEqual(message["tee-evidence"]["primary_evidence"]["token"][:3], [217, 1, 143])
        self.assertEqual(set(message["tee-evidence"]["primary_evidence"]), {"token"})

    def test_session_is_reused(self):
        lines = self.run_client("get", URI, "get", URI, "get", "kbs:///default/key/2")
        self.assertEqual(lines, [self.right(), self.right(), "ok 0 "])
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource", "resource"])

    def test_clock_of_the_realm_is_wrong(self):
        """An hour ahead: the session's cookie has expired before it comes."""
        right = email.utils.formatdate
        email.utils.formatdate = lambda seconds, **more: right(seconds - 3600, **more)
        self.addCleanup(setattr, email.utils, "formatdate", right)
        lines = self.run_client("get", URI, "get", URI)
        self.assertEqual(lines, [self.right()] * 2)
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource"])

    def test_token_is_reused_where_the_session_ended(self):
        self.kbs.session_seconds = 0.5
        client = self.client("get", URI, "wait", "get", URI)
        self.assertRight(client.line())
        self.assertEqual(client.line(), "waiting")
        time.sleep(0.6)
        client.resume()
        self.assertEqual(client.end()[0], [self.right()])
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource"])

    def test_expired_session_attests_once_more(self):
        client = self.client("get", URI, "wait", "get", URI)
        self.assertRight(client.line())
        self.assertEqual(client.line(), "waiting")
        self.kbs.forget()
        client.resume()
        self.assertEqual(client.end()[0], [self.right()])
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource", "auth", "attest", "resource"])

    def test_each_session_has_a_key_of_its_own(self):
        seen = set()
        for _ in range(3):
            self.run_client("attest", "attest")
            seen.add(self.kbs.last["attest"]["runtime-data"]["tee-pubkey"]["x"])
        self.assertEqual(len(seen), 3)

    def test_hash_that_the_kbs_chose(self):
        def choose(name):
            def change(message):
                session = next(s for s in self.kbs.sessions.values() if s.nonce == message["nonce"])
                session.hash = name.lower()
                return {**message, "extra-params": {"selected-hash-algorithm": name}}
            return hostile_kbs.changed(change)
        for name in ("sha256", "SHA384", "sha512"):
            with self.subTest(name=name):
                self.kbs.faults = {"auth": choose(name)}
                self.assertRight(self.get())

    def test_valgrind_finds_nothing(self):
        done = self.client("get", URI, "attest", "get", URI, variant="plain", timeout=60000, prefix=(
            "valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect"), request_timeout=60000).end()
        self.assertEqual(done, ([self.right(), "ok", self.right()], "", 0))


class Threads(Ours):
    def in_threads(self, variant):
        done = subprocess.run([faked_realm.BUILD / f"unit/{variant}/trips/kbs/threads", self.url, self.ca, URI, self.content.hex()],
                              capture_output=True, text=True, timeout=300, env=self.realm.environment())
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("ok\n", "", 0))

    def test_a_ctx_in_each_thread(self):
        self.in_threads("asan")

    def test_a_ctx_in_each_thread_has_no_race(self):
        self.in_threads("tsan")
