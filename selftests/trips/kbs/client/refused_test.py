# SPDX-License-Identifier: GPL-2.0-only
"""Which errno does a caller get that is wrong, or refused, and in which words?"""

import hostile_kbs
import faked_realm
from kbs_world import INIT_DATA, URI, Ours


class Errors(Ours):
    """Each errno of <tsm/kbs.h> by its name that a caller causes; all within the deadline."""

    def test_EINVAL_arguments(self):
        for uri in ("kbs:///a/b", "kbs://other/a/b/c", "https://a/b/c/d"):
            self.fails("EINVAL", uri=uri)
        for more in ({"url": "ftp://x"}, {"flags": 2}, {"key": 3}, {"pin": self.ca},
                     {"url": "https://user:word@127.0.0.1"}):
            self.fails("EINVAL", **more)
        self.assertEqual(self.steps(), [])

    def test_EINVAL_init_data_of_another_realm(self):
        (self.place / "toml").write_text("data")
        self.fails("EINVAL", "RPV", initdata=self.place / "toml")
        self.assertNotIn("attest", self.steps())

    def test_EKEYREJECTED_by_the_rim(self):
        self.realm.expect([faked_realm.realm_values(**{"initial-measurement": "99" * 32})])
        self.fails("EKEYREJECTED", "realm reference values", "44238", "PolicyDeny")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])

    def test_EKEYREJECTED_by_the_rems(self):
        self.realm.expect([faked_realm.realm_values(**{"extensible-measurements": faked_realm.REMS})])
        self.assertRight(self.get())
        self.realm.expect([faked_realm.realm_values(**{"extensible-measurements": ["00" * 32] * 4})])
        self.fails("EKEYREJECTED", "realm reference values", "44239", "PolicyDeny")

    def test_EKEYREJECTED_by_the_platform(self):
        self.realm.expect([faked_realm.realm_values()], {**faked_realm.PLATFORM, "platform-configuration": "00"})
        self.fails("EKEYREJECTED", "platform reference values", "2401", "AttestationError")
        self.assertEqual(self.steps(), ["auth", "attest"])

    def test_EKEYREJECTED_of_what_trustee_cannot_read(self):
        self.fails("EKEYREJECTED", "265", environment={"FAKE_TOKEN": "2024"})

    def test_EKEYREJECTED_by_the_resource_policy(self):
        self.fails("EKEYREJECTED", "PolicyDeny", uri="kbs:///default/key/denied")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])

    def test_EKEYREJECTED_after_one_more_attestation(self):
        """A reused session is doubted once, a new one never: no endless attesting."""
        lines = self.run_client("get", URI, "get", "kbs:///default/key/denied")
        self.assertError(lines[1], "EKEYREJECTED", "PolicyDeny")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"] + ["resource"] + ["auth", "attest", "resource"])

    def test_EKEYREJECTED_session_that_ends_at_once(self):
        self.kbs.session_seconds = -1
        self.fails("EKEYREJECTED", "session expired.")

    def test_ENOKEY(self):
        self.fails("ENOKEY", "PluginInternalError", uri="kbs:///default/key/missing")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])

    def test_ENOKEY_costs_a_session_nothing(self):
        lines = self.run_client("get", URI, "get", "kbs:///default/key/missing", "get", URI)
        self.assertEqual([line.split(" ")[0] for line in lines], ["ok", "ENOKEY", "ok"])
        self.assertEqual(self.steps(), ["auth", "attest"] + ["resource"] * 3)

    def test_ENOKEY_of_another_plugin(self):
        self.fails("ENOKEY", "Plugin pkcs11 not found", uri="kbs+pkcs11:///a/b")

    def test_EMSGSIZE_of_the_evidence(self):
        self.fails("EMSGSIZE", "413", **self.init_data(INIT_DATA + "#" * (2 << 20)))

    def test_report_s_errors_come_through(self):
        for fault, name in (("mkdir:13", "EACCES"), ("read outblob:110", "ETIMEDOUT"), ("read outblob:5", "EIO")):
            with self.subTest(name):
                self.fails(name, environment={"FAKE_FAULTS": fault}, timeout=2000)
        self.fails("EIO", "cannot be read: token:", environment={"FAKE_TOKEN": "cut"})
        self.fails("EIO", "another challenge", environment={"FAKE_TOKEN": "other challenge"})
        (self.realm.root / "provider").write_text("tdx_guest\n")
        self.fails("ENODEV", "tdx_guest")

    def test_words_of_the_kbs_are_harmless(self):
        words = "a\x1b[31m\nb" + "\u00e9" * 3 + "x" * 2000
        self.kbs.faults = {"attest": hostile_kbs.status(401, kind="E\n\x1b", detail=words)}
        line = self.fails("EKEYREJECTED", '"a?[31m?b??')
        self.assertLess(len(line), 600)
        self.assertTrue(line.isascii() and line.isprintable())

    def test_error_without_words(self):
        self.kbs.faults = {"attest": hostile_kbs.text(b"<html>no", 403)}
        self.fails("EKEYREJECTED", '"<html>no"')
