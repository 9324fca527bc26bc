# SPDX-License-Identifier: GPL-2.0-only
"""What a realm's evidence has to be for the test KBS to accept it.

Two modes. "trustee" is what a Trustee with the policy of Documentation/agents/cca.rego
checks. Its verifier refuses the evidence of a token that rust-ccatoken does not read, or
of another platform; a realm with another RIM, or REMs where reference values list them,
is accepted, but not affirmed, and gets no resource. "log" is OURS, and no Trustee does
it today: REMs are explained by the event log that came along, and each event has to be
approved.

Every token is checked twice, by `tsmctl token verify` and by the independent
cca_token; the two have to agree.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(TOP / "selftests/testbed"))

import cca_token

AAEL = 0x4141454C
EV_NO_ACTION, EV_EVENT_TAG = 3, 6
DIGEST_SIZES = {0x000B: 32, 0x000C: 48, 0x000D: 64}
REFERENCE_STEPS = ("platform reference values", "realm reference values")


class Denied(Exception):
    """The evidence is not accepted; the text names the check and the claim."""


class Disagreement(Exception):
    """The two checkers say different things of one token: a defect, of one of them."""


class Policy:
    def __init__(self, anchors, reference_values, mode="trustee", approved=(), tsmctl=None):
        self.anchors = pathlib.Path(anchors)
        self.reference_values = pathlib.Path(reference_values)
        self.mode = mode
        self.approved = set(approved)
        self.tsmctl = tsmctl or TOP / "build/tsmctl/tsmctl"

    def check(self, token, challenge, log):
        """(claims of an accepted token, why its realm is not affirmed or None); Denied else."""
        if self.mode == "trustee":
            readable_by_trustee(token)
        values = json.loads(self.reference_values.read_text())
        verdict = self.verify(token, challenge, values, log)
        self.check_agreement(token, challenge, values, verdict)
        bad = at_fault(verdict)
        if verdict["verdict"] != "valid" and bad != ["realm reference values"]:
            raise Denied(reason(verdict))
        if self.mode == "log":
            self.check_events(log, verdict["log-records"])
        realm = cca_token._sign1(cca_token._unwrap(token, None)[0][cca_token.REALM])[0].claims
        return {"rim": realm[44238].hex(), "rems": [r.hex() for r in realm[44239]],
                "rpv": realm[44235].hex(), "hash": realm[44236]}, reason(verdict) if bad else None

    def verify(self, token, challenge, values, log):
        """What tsmctl says, as its JSON."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "token").write_bytes(token)
            (folder / "values").write_text(json.dumps(self.without_rems(values)))
            line = [self.tsmctl, "token", "verify", "--json", "--challenge", challenge.hex(),
                    "--trust-anchors", self.anchors, "--reference-values", folder / "values"]
            if self.mode == "log":
                if not log:
                    raise Denied("event log: none came along, and this policy wants one")
                (folder / "log").write_bytes(log)
                line += ["--log", folder / "log"]
            build = self.tsmctl.resolve().parent.parent
            done = subprocess.run(
                [*line, folder / "token"], capture_output=True, text=True,
                env={**os.environ, "LD_LIBRARY_PATH": f"{build / 'libtsm'}"})
        if done.returncode not in (0, 10, 11):
            raise Disagreement(f"tsmctl token verify: status {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def without_rems(self, values):
        """In "log" mode the log explains the REMs; in "trustee" mode they are exact."""
        if self.mode == "trustee":
            return values
        realm = [{k: v for k, v in entry.items() if k != "extensible-measurements"}
                 for entry in values.get("realm", [])]
        return {**values, "realm": realm}

    def check_agreement(self, token, challenge, values, verdict):
        anchors = cca_token.load_anchors(self.anchors.read_text())
        steps = cca_token.check(token, anchors, challenge=challenge)
        ours = {s["step"]: s["verdict"] == "valid" for s in verdict["steps"]}
        core = all(ok for name, ok in ours.items()
                   if name not in REFERENCE_STEPS and name != "event log")
        if core != cca_token.good(steps):
            raise Disagreement(f"tsmctl: {reason(verdict)}; independent: "
                               f"{[s for s in steps if not s.ok] or 'all ok'}")
        if not core:
            return
        realm = values.get("realm", [])
        fits = any(cca_token.good(cca_token.check(
            token, anchors, rim=bytes.fromhex(entry["initial-measurement"]),
            rems={} if self.mode == "log" else
            dict(enumerate(map(bytes.fromhex, entry.get("extensible-measurements") or [])))))
            for entry in realm)
        if ours["realm reference values"] and not fits:
            raise Disagreement("tsmctl finds the RIM among the reference values, the independent check not")

    def check_events(self, log, count):
        for number, (register, text) in enumerate(events(log), 1):
            if number > count:
                break
            words = " ".join(text.split(" ")[:2]) if text else "an event without a text"
            if words not in self.approved:
                raise Denied(f"event log: record {number}, of REM{register - 1}, is no approved event: "
                             f"{words} (claim rems 44239)")


def at_fault(verdict):
    return [s["step"] for s in verdict["steps"] if s["verdict"] not in ("valid", "not checked")]


def reason(verdict):
    """The steps at fault, with their claims: of a refusal, in one line."""
    bad = [s for s in verdict["steps"] if s["step"] in at_fault(verdict)]
    return "; ".join(
        f"{s['step']}: {s['reason']}"
        + (f" (claim {s['claim']['label']} of the {s['claim']['part']})" if "claim" in s else "")
        for s in bad) or verdict["reason"]


def readable_by_trustee(token):
    """rust-ccatoken's limits: wrapper 399, profiles up to 2023, no sha-384."""
    try:
        parts = cca_token._unwrap(token, None)[0]
        claims = cca_token._sign1(parts[cca_token.REALM])[0].claims
    except cca_token.Refused:
        return      # the checkers say it better
    if not token.startswith(bytes([0xD9, 399 >> 8, 399 & 0xFF])):
        raise Denied("form: Trustee reads the wrapper 399 only")
    if claims.get(265, cca_token.REALM_2023) != cca_token.REALM_2023:
        raise Denied(f"form: Trustee does not know the realm profile {claims[265]} (claim 265)")
    if claims.get(44236) not in ("sha-256", "sha-512"):
        raise Denied(f"form: Trustee does not know the hash {claims.get(44236)} (claim 44236)")


def events(log):
    """(register, AAEL text or None) of each record of a TCG2 log, as far as its end."""
    at = 28 + struct.unpack_from("<I", log, 28)[0] + 4
    while at + 8 <= len(log) and log[at:at + 8] not in (b"\xff" * 8, bytes(8)):
        register, kind, digests = struct.unpack_from("<III", log, at)
        at += 12
        for _ in range(digests):
            at += 2 + DIGEST_SIZES[struct.unpack_from("<H", log, at)[0]]
        size, = struct.unpack_from("<I", log, at)
        event = log[at + 4:at + 4 + size]
        at += 4 + size
        text = None
        if kind in (EV_EVENT_TAG, EV_NO_ACTION) and len(event) >= 8 \
                and struct.unpack_from("<I", event)[0] == AAEL:
            text = event[8:].decode(errors="replace")
        if kind != EV_NO_ACTION:
            yield register, text
        else:
            yield register, text or "EV_NO_ACTION"
