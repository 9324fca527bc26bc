# SPDX-License-Identifier: GPL-2.0-only
"""Which errno does a malformed, forged or oversized answer of a KBS lead to?"""

import base64
import json

import hostile_kbs
import kbs
from kbs_world import Ours


class Errors(Ours):
    """Each errno of <tsm/kbs.h> by its name that an answer leads to; all within the deadline."""

    def test_EPROTO_garbage(self):
        for step in ("auth", "attest", "resource"):
            for body in (b"", b"garbage", b"[]", b"null", b'{"nonce":', b"\0\xff" * 50, b"{}", b'{"a":1,"a":2}',
                         b"[" * 100000):
                with self.subTest(step=step, body=body[:10]):
                    self.kbs.faults = {step: hostile_kbs.text(body)}
                    self.fails("EPROTO")

    def test_EPROTO_no_http(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.noise}
                self.fails("EPROTO", timeout=3000)

    def test_EPROTO_redirection(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.redirect(self.url + "/kbs/v0/auth")}
                self.fails("EPROTO", "redirection (302)")
                self.assertEqual(self.steps().count("auth"), 1)
                self.kbs.requests.clear()

    def test_EPROTO_challenge(self):
        for name, value in (("nonce", 1), ("nonce", ""), ("nonce", "not base64"), ("nonce", "A" * 2000),
                            ("nonce", "\u00e9"), ("nonce", "a\r\nb"),
                            ("extra-params", {"selected-hash-algorithm": "md5"}),
                            ("extra-params", {"selected-hash-algorithm": 1})):
            with self.subTest(name=name, value=value):
                self.kbs.faults = {"auth": hostile_kbs.put(name, value)}
                self.fails("EPROTO")

    def test_EPROTO_no_cookie(self):
        self.kbs.faults = {"auth": hostile_kbs.without_cookie}
        self.fails("EPROTO", "kbs-session-id")

    def test_EPROTO_result_token(self):
        for value in (1, "", "a b", "a\r\nX: y", None):
            with self.subTest(value=value):
                self.kbs.faults = {"attest": hostile_kbs.put("token", value)}
                self.fails("EPROTO", "no token")

    def test_EPROTO_no_kbs_at_the_url(self):
        self.fails("EPROTO", "404", url=self.url + "/elsewhere")

    def test_EPROTO_other_statuses(self):
        for code in (204, 400, 418):
            with self.subTest(code=code):
                self.kbs.faults = {"attest": hostile_kbs.status(code) if code != 204 else hostile_kbs.text(b"", 204)}
                self.fails("EPROTO", str(code))

    def test_EPROTONOSUPPORT_version(self):
        version = kbs.VERSION
        self.addCleanup(setattr, kbs, "VERSION", version)
        kbs.VERSION = "0.5.0"
        self.fails("EPROTONOSUPPORT", "Version Mismatch: expect =0.5.0 while the request is 0.4.0")

    def test_EBADMSG_wrong_jwe(self):
        wrong = {"tag": hostile_kbs.flip("tag"), "ciphertext": hostile_kbs.flip("ciphertext"), "iv": hostile_kbs.flip("iv"),
                 "encrypted_key": hostile_kbs.flip("encrypted_key"), "another key": hostile_kbs.for_key(),
                 "short tag": hostile_kbs.put("tag", "AAAA"), "no ciphertext": hostile_kbs.put("ciphertext", ""),
                 "apu": hostile_kbs.header(apu="QQ"), "aad": hostile_kbs.put("aad", "QQ"),
                 "short key": hostile_kbs.put("encrypted_key", "AAAAAAAAAAA")}
        for name, fault in wrong.items():
            with self.subTest(name):
                self.kbs.faults = {"resource": fault}
                self.fails("EBADMSG")

    def test_EBADMSG_wrong_jwe_for_rsa(self):
        for fault in (hostile_kbs.flip("encrypted_key"), hostile_kbs.for_key("RSA-OAEP-256"), hostile_kbs.flip("tag")):
            self.kbs.faults = {"resource": fault}
            self.fails("EBADMSG", key=2)

    def test_EBADMSG_epk(self):
        def with_epk(**change):
            def fault(message):
                raw = message["protected"]
                header = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
                header["epk"].update(change)
                raw = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
                return {**message, "protected": raw}
            return hostile_kbs.changed(fault)
        for change in ({"x": "AAAA"}, {"x": base64.urlsafe_b64encode(b"\1" * 32).decode().rstrip("=")},
                       {"crv": "P-521"}, {"kty": "OKP"}, {"y": None}, {"x": 1}):
            with self.subTest(**change):
                self.kbs.faults = {"resource": with_epk(**change)}
                self.fails("EBADMSG", "epk")

    def test_EPROTO_jwe_of_another_form(self):
        for name in ("protected", "encrypted_key", "iv", "ciphertext", "tag"):
            with self.subTest(name):
                self.kbs.faults = {"resource": hostile_kbs.drop(name)}
                self.fails("EPROTO")
        for fault in (hostile_kbs.for_key("RSA-OAEP-256"), hostile_kbs.header(enc="A128GCM"), hostile_kbs.header(zip="DEF"),
                      hostile_kbs.header(crit=["exp"], exp=1), hostile_kbs.put("protected", "e30"),
                      hostile_kbs.put("protected", "!!"), hostile_kbs.put("encrypted_key", "A" * 2000)):
            self.kbs.faults = {"resource": fault}
            self.fails("EPROTO")

    def test_jwe_with_what_does_not_matter(self):
        self.kbs.faults = {"resource": hostile_kbs.put("aad", None)}
        self.assertRight(self.get())
        self.kbs.faults = {"resource": hostile_kbs.put("unprotected", {"zip": "DEF", "enc": "A128GCM"})}
        self.assertRight(self.get())
        self.kbs.faults = {"resource": hostile_kbs.header(kid="x")}
        self.assertEqual(self.get(), self.right(b"content"))

    def test_jwe_with_aad(self):
        self.kbs.faults = {"resource": hostile_kbs.with_aad(b"content")}
        self.assertEqual(self.get(key=2), self.right(b"content"))
        for aad in ("", "QQ", None):
            self.kbs.faults = {"resource": hostile_kbs.with_aad(b"content", {"aad": aad})}
            self.fails("EBADMSG", key=2)

    def test_EMSGSIZE(self):
        for step in ("auth", "attest", "resource"):
            for fault in (hostile_kbs.huge, hostile_kbs.huge_said):
                with self.subTest(step=step, fault=fault.__name__):
                    self.kbs.faults = {step: fault}
                    self.fails("EMSGSIZE")
        self.kbs.faults = {}
        self.fails("EMSGSIZE", uri="kbs:///default/key/big", max=1000000)
        self.assertTrue(self.get("kbs:///default/key/big").startswith(f"ok {1 << 20} "))

    def test_EMSGSIZE_of_a_header(self):
        self.kbs.faults = {"auth": hostile_kbs.huge_header}
        self.fails("EMSGSIZE")
