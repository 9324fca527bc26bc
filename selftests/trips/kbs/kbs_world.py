# SPDX-License-Identifier: GPL-2.0-only
"""What does a test of a KBS's client run in? A faked realm, and a KBS."""

import hashlib
import os
import pathlib
import secrets
import shutil
import subprocess
import tempfile
import time
import unittest

import certificates
import kbs
import faked_realm
from policy import Policy

URI = "kbs:///default/key/1"
INIT_DATA = 'version = "0.1.0"\nalgorithm = "sha512"\n[data]\n"a" = "b"\n'
URL = os.environ.get("KBS_URL")     # of a KBS that is not ours
TSMCTL = faked_realm.BUILD / "tsmctl/tsmctl"


class World(unittest.TestCase):
    """A faked realm and, if no other KBS is given, ours."""

    @classmethod
    def setUpClass(cls):
        faked_realm.build()
        folder = tempfile.mkdtemp(prefix="kbs", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.ca, cls.certificate = certificates.make(folder)

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="kbs", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.place)
        self.realm = faked_realm.FakedRealm(self.place)
        self.realm.write_anchors()
        self.content = secrets.token_bytes(32)
        self.policy = Policy(self.realm.anchors, self.realm.values, tsmctl=TSMCTL)
        self.kbs = kbs.Kbs(self.policy, {
            "default/key/1": self.content, "default/key/2": b"", "default/key/big": bytes(1 << 20),
            "default/key/denied": None})
        self.server = self.serve(self.kbs, self.certificate)
        self.url = self.server.url

    def serve(self, service, certificate):
        server = kbs.Server(service, certificate)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def tearDown(self):
        self.assertEqual(self.kbs.defects, [])

    def client(self, *commands, **more):
        more.setdefault("ca", self.ca)
        more.setdefault("timeout", 15000)
        return faked_realm.Client(self.realm, more.pop("url", self.url), *commands, **more)

    def run_client(self, *commands, **more):
        """The lines it printed. A leak or an overflow ends it otherwise than it should."""
        lines, said, status = self.client(*commands, **more).end()
        self.assertIn(status, (0, 1), said)
        self.assertNotIn("Sanitizer", said)
        self.said = said
        return lines

    def get(self, uri=URI, **more):
        line, = self.run_client("get", uri, **more)
        return line

    def right(self, content=None):
        content = self.content if content is None else content
        return f"ok {len(content)} {content.hex()}"

    def assertRight(self, line):
        self.assertEqual(line, self.right())

    def assertError(self, line, name, *words):
        self.assertEqual(line.split(" ")[0], name, line)
        for word in words:
            self.assertIn(word, line)

    def init_data(self, text):
        """Of a realm that was started with it."""
        (self.place / "toml").write_text(text)
        return {"initdata": self.place / "toml",
                "environment": {"FAKE_RPV": hashlib.sha512(text.encode()).hexdigest()}}

    def mint(self):
        """A token of this realm, and the public key of its platform: two files."""
        token, cpak = self.place / "token", self.place / "cpak.pem"
        token.write_bytes(subprocess.run([faked_realm.BUILD / "unit/plain/common/mint_token", "399"], check=True,
                                         capture_output=True, env=self.realm.environment()).stdout)
        subprocess.run(["openssl", "pkey", "-in", self.realm.keys / "platform-P-384.pem", "-pubout",
                        "-out", cpak], check=True)
        return token, cpak

    def steps(self):
        return [step for _, step, _ in self.kbs.requests]


class Ours(World):
    def setUp(self):
        if URL:
            self.skipTest("needs our KBS, not that of KBS_URL")
        super().setUp()

    def fails(self, name, *words, within=5, uri=URI, **more):
        begin = time.monotonic()
        line = self.get(uri, **more)
        took = time.monotonic() - begin
        self.assertError(line, name, *words)
        self.assertLess(took, within, line)
        self.assertNotIn(self.content.hex(), line + self.said)
        return line
