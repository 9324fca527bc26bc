# SPDX-License-Identifier: GPL-2.0-only
"""For the KBS's tests: a faked kernel, its platform's keys, and the client in it."""

import base64
import functools
import json
import os
import pathlib
import subprocess
import tempfile

from cryptography.hazmat.primitives import serialization

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent
BUILD = pathlib.Path(os.environ.get("O") or TOP / "build")

# what selftests/unit/common/mint.c puts into a token
IMPLEMENTATION_ID = "1e" * 32
INSTANCE_ID = "01" * 33
RIM = "88" * 32
REMS = [f"e{n}" * 32 for n in range(4)]
RPV = "bb" * 64
COMPONENTS = [
    {"measurement-value": "00" * 31 + "01", "signer-id": "00" * 31 + "02", "version": "1.0",
     "component-type": "BL", "hash-algo-id": "sha-256"},
    {"measurement-value": "00" * 31 + "03", "signer-id": "00" * 31 + "04"}]
PLATFORM = {"implementation-id": IMPLEMENTATION_ID, "platform-configuration": "cfcfcfcf",
            "sw-components": COMPONENTS}
# as Trustee's reader wants it: with each claim that it knows
REALM = {"initial-measurement": RIM, "rak-hash-algorithm": "sha-256",
         "extensible-measurements": REMS, "personalization-value": RPV}



@functools.cache
def build():
    """All that these tests run."""
    for folder, *what in (("userspace",), ("selftests/unit", "trips")):
        subprocess.run(["make", "-s", "-j2", "-C", TOP / folder, f"O={BUILD}", *what], check=True,
                       stdout=subprocess.DEVNULL)


def realm_values(**more):
    return {"initial-measurement": RIM, "rak-hash-algorithm": "sha-256", **more}


class FakedRealm:
    """A folder that the client's kernel calls end in, and what a verifier knows of it."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder)
        (self.root / "sys/kernel/config/tsm/report").mkdir(parents=True)
        (self.root / "sys/devices/platform/arm-cca-dev").mkdir(parents=True)
        (self.root / "provider").write_text("arm_cca_guest\n")
        self.keys = self.root / "keys"
        self.keys.mkdir()
        self.anchors, self.values = self.root / "anchors.json", self.root / "values.json"
        self.expect([realm_values()])

    def expect(self, realm, platform=PLATFORM):
        self.values.write_text(json.dumps({"platform": [platform], "realm": realm}))

    def write_anchors(self):
        """Once the keys are there: a token is minted for that."""
        subprocess.run([BUILD / "unit/plain/common/mint_token", "399"], check=True, capture_output=True,
                       env={**os.environ, "MINT_KEYS": str(self.keys)})
        key = serialization.load_pem_private_key((self.keys / "platform-P-384.pem").read_bytes(), None)
        numbers = key.public_key().public_numbers()
        x, y = (base64.urlsafe_b64encode(n.to_bytes(48, "big")).rstrip(b"=").decode()
                for n in (numbers.x, numbers.y))
        self.anchors.write_text(json.dumps([{
            "instance-id": INSTANCE_ID, "implementation-id": IMPLEMENTATION_ID,
            "pkey": {"kty": "EC", "crv": "P-384", "x": x, "y": y}}]))

    def environment(self, **more):
        return {**os.environ, "FAKE_ROOT": str(self.root), "MINT_KEYS": str(self.keys),
                "ASAN_OPTIONS": "detect_leaks=1", **more}


class Client:
    """One run of the client program (client.c says what it takes)."""

    def __init__(self, realm, url, *commands, variant="asan", prefix=(), environment=None, **options):
        line = [*prefix, BUILD / f"unit/{variant}/trips/kbs/client", url,
                *(f"{k}={v}" for k, v in options.items()), *commands]
        self.said = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.said, text=True,
                                        env=realm.environment(**(environment or {})))

    def line(self):
        """The next line, as it comes."""
        return self.process.stdout.readline().rstrip("\n")

    def resume(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self, timeout=120):
        """(the lines left, what it said on stderr, status)."""
        out, _ = self.process.communicate(timeout=timeout)
        self.said.seek(0)
        with self.said:
            return out.splitlines(), self.said.read(), self.process.returncode
