# SPDX-License-Identifier: GPL-2.0-only
"""What goes along with the token, the event log and the init data, and what of them counts?"""

import base64
import hashlib
import struct

from kbs_world import INIT_DATA, Ours


def aael(text, register=2, kind=6):
    """A log with one record, as Confidential Containers writes it: (log, its digest)."""
    event = struct.pack("<II", 0x4141454C, len(text)) + text.encode()
    digest = hashlib.sha256(event).digest()
    spec = b"Spec ID Event03\0" + struct.pack("<IBBBBIHHB", 0, 0, 2, 0, 2, 1, 0x0B, 32, 0)
    header = struct.pack("<II20xI", 0, 3, len(spec)) + spec
    record = struct.pack("<IIIH", register, kind, 1, 0x0B) + digest + struct.pack("<I", len(event)) + event
    return header + record, digest


def records(log):
    """A log without its header."""
    return log[28 + struct.unpack_from("<I", log, 28)[0] + 4:]


class Protocol(Ours):
    def test_log_goes_along(self):
        log, digest = aael("domain operation content")
        (self.realm.root / "auxblob").write_bytes(log)
        self.assertRight(self.get())
        sent = base64.b64decode(self.kbs.last["attest"]["tee-evidence"]["primary_evidence"]["cc_eventlog"])
        self.assertEqual(sent, log + b"\xff" * 8)

    def test_log_of_the_caller_goes_instead(self):
        (self.realm.root / "auxblob").write_bytes(aael("domain operation content")[0])
        (self.place / "log").write_bytes(b"other")
        self.assertRight(self.get(log=self.place / "log"))
        sent = base64.b64decode(self.kbs.last["attest"]["tee-evidence"]["primary_evidence"]["cc_eventlog"])
        self.assertEqual(sent, b"other" + b"\xff" * 8)

    def test_log_of_the_kernel_that_fits_the_token(self):
        """Beside another provider the report has no log, and the kernel's may go on."""
        log, digest = aael("domain operation first")
        more = log + records(aael("domain operation second")[0])
        device = self.realm.root / "sys/devices/virtual/misc/realm_tsm"
        (device / "measurements").mkdir(parents=True)
        (device / "measurements/rim:sha256").write_bytes(bytes(32))
        (device / "hash_algorithm").write_text("sha256\n")
        (device / "eventlog").write_bytes(more)
        rem = hashlib.sha256(bytes(32) + digest).digest()
        self.assertRight(self.get(environment={"FAKE_REMS": (bytes(32) + rem + bytes(64)).hex()}))
        sent = base64.b64decode(self.kbs.last["attest"]["tee-evidence"]["primary_evidence"]["cc_eventlog"])
        self.assertEqual(sent, log + b"\xff" * 8)
        self.assertRight(self.get(environment={"FAKE_REMS": "00" * 128}))
        self.assertEqual(set(self.kbs.last["attest"]["tee-evidence"]["primary_evidence"]), {"token"})
        self.assertRight(self.get())
        self.assertIn("does not explain the token", self.said)

    def test_log_that_is_too_long_costs_no_resource(self):
        (self.place / "log").write_bytes(bytes(2 << 20))
        self.assertRight(self.get(log=self.place / "log"))
        self.assertEqual(self.steps(), ["auth", "attest", "attest", "resource"])
        self.assertIn("warning: KBS: the event log is too long for this KBS", self.said)

    def test_log_that_cannot_be_read_costs_no_resource(self):
        (self.realm.root / "auxblob").write_bytes(aael("domain operation content")[0])
        self.assertRight(self.get(environment={"FAKE_FAULTS": "read auxblob:27"}))
        self.assertIn("warning: KBS: the event log cannot be read", self.said)

    def test_init_data(self):
        self.assertRight(self.get(**self.init_data(INIT_DATA)))
        self.assertEqual(self.kbs.last["attest"]["init-data"], {"format": "toml", "body": INIT_DATA})

    def test_init_data_with_a_short_digest_is_warned_of(self):
        text = INIT_DATA.replace("sha512", "sha384")
        (self.place / "toml").write_text(text)
        rpv = {"FAKE_RPV": hashlib.sha384(text.encode()).hexdigest().ljust(128, "0")}
        line = self.get(initdata=self.place / "toml", environment=rpv)
        self.assertError(line, "EKEYREJECTED", "init data hash is different")
        self.assertIn("warning: KBS: the init data's digest is shorter than the RPV", self.said)


class OurPolicy(Ours):
    """Policy "log": ours, no Trustee has it today."""

    def setUp(self):
        super().setUp()
        self.policy.mode = "log"
        self.policy.approved = {"domain operation"}

    def test_log_has_to_fit(self):
        self.assertError(self.get(), "EKEYREJECTED", "event log: none came along")
        (self.realm.root / "auxblob").write_bytes(aael("domain operation content")[0])
        self.assertError(self.get(), "EKEYREJECTED", "event log: ")

    def rems_of(self, *texts):
        """A log, and the REMs that it replays to."""
        log, rem = b"", bytes(32)
        for text in texts:
            one, digest = aael(text)
            log += records(one) if log else one
            rem = hashlib.sha256(rem + digest).digest()
        (self.realm.root / "auxblob").write_bytes(log)
        return {"FAKE_REMS": (bytes(32) + rem + bytes(64)).hex()}

    def test_approved_events(self):
        rems = self.rems_of("domain operation content", "domain operation other")
        self.assertRight(self.get(environment=rems))

    def test_unapproved_event_is_named(self):
        rems = self.rems_of("domain operation content", "domain intrude content")
        self.assertError(self.get(environment=rems), "EKEYREJECTED", "record 2, of REM1", "domain intrude")
