# SPDX-License-Identifier: GPL-2.0-only
"""Is a secret in the process only while it is in use?"""

import base64
import json
import pathlib
import struct

import hostile_kbs
from kbs_world import URI, Ours


class Memory(Ours):
    """After the key is freed nothing secret is in the process, and before it is found."""

    def search(self, pid, wanted):
        """Names of what is found in the memory of a process."""
        found = set()
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for line in maps:
                fields = line.split()
                begin, end = (int(n, 16) for n in fields[0].split("-"))
                if "r" not in fields[1] or fields[-1] in ("[vvar]", "[vvar_vclock]", "[vsyscall]"):
                    continue
                mem.seek(begin)
                data = mem.read(end - begin)
                found |= {name for name, patterns in wanted.items() if any(p in data for p in patterns)}
        return found

    @staticmethod
    def forms(secret):
        """As bytes, as OpenSSL's numbers have them, as texts."""
        return [secret, secret[::-1], secret.hex().encode(), secret.hex().upper().encode(),
                base64.b64encode(secret).rstrip(b"="), base64.urlsafe_b64encode(secret).rstrip(b"=")]

    def agreed(self, private, curve):
        """The shared secret and the key that wraps the content's key, as the client had them."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
        raw = self.kbs.last["jwe"]["protected"]
        epk = json.loads(base64.urlsafe_b64decode(raw + "=="))["epk"]
        x, y = (int.from_bytes(base64.urlsafe_b64decode(epk[n] + "=="), "big") for n in "xy")
        public = ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
        key = ec.derive_private_key(int.from_bytes(private, "big"), curve)
        z = key.exchange(ec.ECDH(), public)
        info = struct.pack(">I14sIII", 14, b"ECDH-ES+A256KW", 0, 0, 256)
        return z, ConcatKDFHash(hashes.SHA256(), 32, info).derive(z)

    def check_kind(self, kind, curve=None):
        client = self.client("take", URI, "wait", "drop", "wait", "free", "wait", variant="plain", key=kind,
                             environment={"TELL_KEY": "1"})
        private = bytes(b ^ 0x5a for b in bytes.fromhex(client.line().removeprefix("key ")))
        self.assertEqual([client.line(), client.line()], ["ok", "waiting"])
        secrets_of = {"resource": self.content, "content key": self.kbs.secrets[-1], "private key": private}
        if curve:
            secrets_of["shared secret"], secrets_of["wrapping key"] = self.agreed(private, curve)
        wanted = {name: self.forms(secret) for name, secret in secrets_of.items()}
        pid = client.process.pid
        self.assertEqual(self.search(pid, wanted), {"resource", "private key"}, "in use")
        client.resume()
        self.assertEqual([client.line(), client.line()], ["ok", "waiting"])
        self.assertEqual(self.search(pid, wanted), {"private key"}, "resource freed")
        client.resume()
        self.assertEqual([client.line(), client.line()], ["ok", "waiting"])
        self.assertEqual(self.search(pid, wanted), set(), "session freed")
        client.resume()
        self.assertEqual(client.end(), ([], "", 0))

    def test_P_256(self):
        from cryptography.hazmat.primitives.asymmetric import ec
        self.check_kind(0, ec.SECP256R1())

    def test_P_521(self):
        from cryptography.hazmat.primitives.asymmetric import ec
        self.check_kind(1, ec.SECP521R1())

    def test_RSA(self):
        self.check_kind(2)

    def test_resource_that_does_not_open_leaves_nothing(self):
        """The content is decrypted before its tag can be looked at."""
        self.kbs.faults = {"resource": hostile_kbs.flip("tag")}
        client = self.client("take", URI, "wait", variant="plain")
        self.assertError(client.line(), "EBADMSG")
        self.assertEqual(client.line(), "waiting")
        wanted = {"resource": self.forms(self.content), "content key": self.forms(self.kbs.secrets[-1])}
        self.assertEqual(self.search(client.process.pid, wanted), set())
        client.resume()
        client.end()

    def test_resource_is_not_dumped(self):
        """VM_DONTDUMP, "dd": the pages that hold it are left out of a core dump."""
        client = self.client("take", URI, "wait", variant="plain")
        self.assertEqual([client.line(), client.line()], ["ok", "waiting"])
        pid = client.process.pid
        begin = None
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for line in maps:
                start, end = (int(n, 16) for n in line.split()[0].split("-"))
                if "r" in line.split()[1] and "[v" not in line:
                    mem.seek(start)
                    if self.content in mem.read(end - start):
                        self.assertIsNone(begin, "it is there twice")
                        begin = f"{start:x}-"
        smaps = pathlib.Path(f"/proc/{pid}/smaps").read_text()
        flags = smaps[smaps.index(f"\n{begin}"):].split("VmFlags:")[1].splitlines()[0].split()
        self.assertIn("dd", flags)
        client.resume()
        client.end()
