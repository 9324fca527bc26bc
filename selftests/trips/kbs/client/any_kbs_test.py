# SPDX-License-Identifier: GPL-2.0-only
"""What holds with every KBS?

KBS_URL= and KBS_CA= run the tests of class Any against another KBS, a real Trustee for
one (Documentation/agents/trustee.rst), which has to hold default/key/1 with the content
of KBS_CONTENT (a file) and to know the platform of the folder KBS_REALM. The other tests
make a KBS misbehave: they need ours, and are skipped by name there.
"""

import base64
import json
import os
import pathlib
import secrets
import subprocess
import sys
import time
import unittest

import faked_realm
from kbs_world import INIT_DATA, TSMCTL, URI, URL, Ours, World


@unittest.skipIf(URL and not os.environ.get("KBS_REALM"), "KBS_REALM is not set")
class Any(World):
    """What holds with every KBS that has the resource."""

    def setUp(self):
        super().setUp()
        if URL:
            self.url, self.ca = URL, os.environ.get("KBS_CA")
            self.realm.keys = pathlib.Path(os.environ["KBS_REALM"])
            self.content = pathlib.Path(os.environ["KBS_CONTENT"]).read_bytes()

    def client(self, *commands, **more):
        if URL and not self.ca:
            more = {"ca": None, "flags": 1, **more}
        return super().client(*commands, **{k: v for k, v in more.items() if v is not None})

    def test_resource(self):
        self.assertRight(self.get())

    def test_resource_with_each_kind_of_key(self):
        for kind in (0, 1, 2):
            with self.subTest(kind=kind):
                self.assertRight(self.get(key=kind))

    def test_token_in_wrapper_907_is_sent_in_399(self):
        self.assertRight(self.get(environment={"FAKE_TOKEN": "907"}))

    def test_token_of_the_legacy_profile(self):
        self.assertRight(self.get(environment={"FAKE_TOKEN": "legacy"}))

    def test_result_token_is_a_jwt(self):
        ok, token = self.run_client("attest", "token")
        self.assertEqual(ok, "ok")
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        self.assertIn("submods", claims)

    def test_init_data_short_and_long(self):
        """Its data comes back in the result token, which may then be too long for a header."""
        for size in (0, 10000, 200000):
            with self.subTest(size=size):
                self.assertRight(self.get(**self.init_data(f'{INIT_DATA}"c" = "{"x" * size}"\n')))

    def test_log_longer_than_a_request_may_be(self):
        (self.place / "log").write_bytes(bytes(2 << 20))
        self.assertRight(self.get(log=self.place / "log"))

    def test_session_serves_several_resources(self):
        lines = self.run_client("get", URI, "get", URI, "attest", "get", URI)
        self.assertEqual(lines, [self.right(), self.right(), "ok", self.right()])

    def test_missing_resource_is_refused(self):
        self.assertError(self.get("kbs:///default/key/missing"), "ENOKEY")

    def test_other_platform_is_refused(self):
        self.realm.keys = self.place / "other"
        self.realm.keys.mkdir()
        self.assertError(self.get(), "EKEYREJECTED")

    def test_bit_of_the_evidence_is_refused(self):
        self.assertError(self.get(environment={"FAKE_TOKEN": "forged"}), "EKEYREJECTED")


class Elsewhere(Ours):
    def test_kbs_of_another_process(self):
        """KBS_URL and what goes with it: all of Any are run, and nothing else is."""
        content, ready = self.place / "content", self.place / "ready"
        content.write_bytes(secrets.token_bytes(48))
        server = subprocess.Popen(
            [sys.executable, faked_realm.TOP / "selftests/testbed/kbs/kbs.py", "--tsmctl", TSMCTL,
             "--trust-anchors", self.realm.anchors, "--reference-values", self.realm.values,
             "--resource", f"default/key/1={content}", "--certificate", self.certificate, "--ready", ready], stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        while not (ready.exists() and ready.read_text()):
            self.assertIsNone(server.poll(), "the KBS ended")
            time.sleep(0.05)
        done = subprocess.run(
            [faked_realm.TOP / "selftests/harness/tap.py", pathlib.Path(__file__).parent], capture_output=True, text=True, timeout=300,
            env={**os.environ, "KBS_URL": ready.read_text(), "KBS_CA": str(self.ca),
                 "KBS_REALM": str(self.realm.keys), "KBS_CONTENT": str(content)})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        results = [line.split(" ", 2)[2] for line in done.stdout.splitlines() if line.startswith("ok ")]
        self.assertEqual(sorted(r.removeprefix("Any.") for r in results if "# SKIP" not in r),
                         sorted(name for name in dir(Any) if name.startswith("test_")))
        self.assertIn("Errors.test_ENOKEY # SKIP needs our KBS, not that of KBS_URL", results)
