# SPDX-License-Identifier: GPL-2.0-only
"""tsmctl trustee export: what does it write, and does a KBS that runs on that accept the realm?"""

import base64
import json
import subprocess

import faked_realm
from tsmctl_run import Tsmctl


class Trustee(Tsmctl):
    """trustee export, and a KBS that runs on what it wrote."""

    def setUp(self):
        super().setUp()
        self.token, self.cpak = self.mint()
        self.ta, self.rv, self.rvps = (self.place / name for name in ("ta.json", "rv.json", "rvps.json"))

    def export(self, *arguments, token=None):
        return self.run_tsmctl("trustee", "export", "--cpak", self.cpak, "--trust-anchors", self.ta,
                               "--reference-values", self.rv, *arguments, token or self.token)

    def assertExported(self, done):
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_what_is_written(self):
        self.assertExported(self.export())
        self.assertEqual(json.loads(self.ta.read_text()), json.loads(self.realm.anchors.read_text()))
        values = json.loads(self.rv.read_text())
        self.assertEqual(values, {"platform": [faked_realm.PLATFORM], "realm": [faked_realm.REALM]})

    def test_kbs_accepts_the_realm_by_it(self):
        self.assertExported(self.export())
        self.policy.anchors, self.policy.reference_values = self.ta, self.rv
        self.assertEqual(self.get().stdout, self.content)

    def test_without_rems_and_rpv(self):
        for given, missing in (("--any-rems", "extensible-measurements"), ("--any-rpv", "personalization-value")):
            self.assertExported(self.export(given))
            left = {k: v for k, v in faked_realm.REALM.items() if k != missing}
            self.assertEqual(json.loads(self.rv.read_text())["realm"], [left])

    def said_to_the_rvps(self, *arguments):
        """What the message registers: names, and what is accepted for each."""
        self.assertExported(self.export("--rvps", self.rvps, *arguments))
        message = json.loads(self.rvps.read_text())
        self.assertEqual((message.pop("version"), message.pop("type")), ("0.1.0", "sample"))
        self.assertEqual(set(message), {"payload"})
        return json.loads(base64.b64decode(message["payload"], validate=True))

    def test_message_to_the_rvps(self):
        def b64(hexes):
            return base64.b64encode(bytes.fromhex(hexes)).decode()
        name = "cca.realm.cca-realm-{}".format
        rpv, rems = name("personalization-value"), name("extensible-measurements")
        full = {name("initial-measurement"): [b64(faked_realm.RIM)], rems: [[b64(r) for r in faked_realm.REMS]],
                rpv: [b64(faked_realm.RPV)]}
        self.assertEqual(self.said_to_the_rvps(), full)
        self.assertEqual(self.said_to_the_rvps("--any-rems", "--any-rpv"),
                         {k: v for k, v in full.items() if k not in (rems, rpv)})
        rims = self.said_to_the_rvps("--rim", "77" * 32, "--rim", faked_realm.RIM, "--rim", "77" * 32)
        self.assertEqual(rims, {**full, name("initial-measurement"): [b64("77" * 32), b64(faked_realm.RIM)]})

    def test_other_rims(self):
        self.assertExported(self.export("--rim", "77" * 32, "--rim", faked_realm.RIM))
        found = [r["initial-measurement"] for r in json.loads(self.rv.read_text())["realm"]]
        self.assertEqual(found, ["77" * 32, faked_realm.RIM])
        self.policy.reference_values = self.rv
        self.assertEqual(self.get().stdout, self.content)
        self.assertExported(self.export("--rim", "77" * 32))
        self.assertFails(self.get(), 13, "44238")

    def test_key_as_jwk(self):
        anchor, = json.loads(self.realm.anchors.read_text())
        self.cpak.write_text(json.dumps({**anchor["pkey"], "kid": "x", "use": "sig"}))
        self.assertExported(self.export())
        self.assertEqual(json.loads(self.ta.read_text()), [anchor])

    def test_2_usage(self):
        self.assertFails(self.run_tsmctl("trustee", "export"), 2)
        self.assertFails(self.run_tsmctl("trustee", "export", self.token), 2, "--trust-anchors")
        self.assertFails(self.run_tsmctl("trustee", "export", "--reference-values", self.rv, self.token), 2,
                         "--cpak")
        self.assertFails(self.export(*("--rim", faked_realm.RIM) * 17), 2, "at most 16")

    def test_3_bad_input(self):
        for wrong in (("--rim", "00"), ("--rim", "zz"), ("--rim", "88" * 48)):
            self.assertFails(self.export(*wrong), 3, "--rim")
        anchor, = json.loads(self.realm.anchors.read_text())
        for text in ("", "{}", json.dumps({**anchor["pkey"], "d": "AA"}),
                     (self.realm.keys / "platform-P-384.pem").read_text(),
                     json.dumps({**anchor["pkey"], "x": "AA"})):
            self.cpak.write_text(text)
            self.assertFails(self.export(), 3)
        self.assertFalse(self.ta.exists())

    def test_10_not_genuine(self):
        data = bytearray(self.token.read_bytes())
        data[-1] ^= 1
        (self.place / "forged").write_bytes(data)
        self.assertFails(self.export(token=self.place / "forged"), 10, "realm signature")
        subprocess.run(["openssl", "ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out",
                        self.place / "other.key"], check=True)
        subprocess.run(["openssl", "pkey", "-in", self.place / "other.key", "-pubout", "-out", self.cpak], check=True)
        self.assertFails(self.export(), 10, "platform signature")
        self.assertFalse(self.ta.exists())
        self.assertFalse(self.rv.exists())

    def test_1_files(self):
        self.assertFails(self.export(token=self.place / "missing"), 1)
        self.cpak = self.place / "missing"
        self.assertFails(self.export(), 1)
