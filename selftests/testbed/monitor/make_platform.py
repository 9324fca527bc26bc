#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the keys and platform tokens of an emulated platform.

FOLDER gets these, once; what is there already is kept:
  cpak.pem, rak.pem        private keys of the platform and of its realms (P-384)
then, made from them every time:
  cpak-pub.pem             the platform's public key
  platform.h               for the monitor: RAK and platform tokens
  trust-anchors.json       for verifiers, in rust-ccatoken's form
  reference-platform.json  the same, the platform's part of the reference values

These are test keys. They live in a build folder, and vouch for nothing.
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import sys

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

SIZE = 48                       # of a P-384 coordinate
LIFECYCLE_SECURED = 0x3003

IMPLEMENTATION_ID = hashlib.sha256(b"realm-tsm emulated platform").digest()
CONFIGURATION = bytes.fromhex("cfcfcfcf")
SIGNER = hashlib.sha256(b"realm-tsm emulated platform: signer").digest()
COMPONENTS = [("BL", "1.0.0"), ("M1", "1.1.0"), ("M2", "1.2.0"), ("M3", "1.3.0")]

PROFILES = {"legacy": "http://arm.com/CCA-SSD/1.0.0",
            "2023": "tag:arm.com,2023:cca_platform#1.0.0"}


def measurement(kind):
    return hashlib.sha256(f"realm-tsm emulated platform: {kind}".encode()).digest()


def key(path):
    """The private key in this file, made now where there is none."""
    try:
        return serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        made = ec.generate_private_key(ec.SECP384R1())
    partial = path.with_suffix(".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
        f.write(made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                   serialization.NoEncryption()))
    partial.rename(path)
    return made


def coordinates(private):
    numbers = private.public_key().public_numbers()
    return numbers.x.to_bytes(SIZE, "big"), numbers.y.to_bytes(SIZE, "big")


def rak_claims(rak):
    """The realm public key claim (44237) of each profile."""
    x, y = coordinates(rak)
    return {"legacy": b"\x04" + x + y,
            "2023": cbor2.dumps({1: 2, -1: 2, -2: x, -3: y})}    # COSE_Key, EC2, P-384


def instance_id(cpak):
    """An EAT UEID of type RAND (1), drawn with the key."""
    x, y = coordinates(cpak)
    return b"\x01" + hashlib.sha256(x + y).digest()


def sign1(private, payload):
    """COSE_Sign1 with ES384 (RFC 9052, 4.2 and 4.4)."""
    protected = cbor2.dumps({1: -35})
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = utils.decode_dss_signature(private.sign(signed, ec.ECDSA(hashes.SHA384())))
    signature = r.to_bytes(SIZE, "big") + s.to_bytes(SIZE, "big")
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))


def platform_token(cpak, profile, rak_claim):
    return sign1(cpak, cbor2.dumps({
        10: hashlib.sha256(rak_claim).digest(),     # binds the realm token to this one
        256: instance_id(cpak),
        265: PROFILES[profile],
        2395: LIFECYCLE_SECURED,
        2396: IMPLEMENTATION_ID,
        2399: [{1: kind, 2: measurement(kind), 4: version, 5: SIGNER, 6: "sha-256"}
               for kind, version in COMPONENTS],
        2401: CONFIGURATION,
        2402: "sha-256",
    }))


def c_array(name, data):
    rows = [data[i:i + 12] for i in range(0, len(data), 12)]
    body = "".join("\t" + " ".join(f"0x{b:02x}," for b in row) + "\n" for row in rows)
    return f"static const unsigned char {name}[{len(data)}] = {{\n{body}}};\n"


def header(cpak, rak):
    parts = ["/* SPDX-License-Identifier: GPL-2.0-only */\n"
             "/* Made by mint: the keys and tokens of one emulated platform. */\n"]
    private = rak.private_numbers().private_value.to_bytes(SIZE, "big")
    parts.append(c_array("platform_rak_private", private))
    for profile, claim in rak_claims(rak).items():
        parts.append(c_array(f"platform_rak_{profile}", claim))
        parts.append(c_array(f"platform_token_{profile}", platform_token(cpak, profile, claim)))
    return "\n".join(parts)


def trust_anchors(cpak):
    x, y = (base64.urlsafe_b64encode(c).rstrip(b"=").decode() for c in coordinates(cpak))
    return [{"instance-id": instance_id(cpak).hex(),
             "implementation-id": IMPLEMENTATION_ID.hex(),
             "pkey": {"kty": "EC", "crv": "P-384", "x": x, "y": y}}]


def reference_platform():
    return {"platform": [{
        "implementation-id": IMPLEMENTATION_ID.hex(),
        "platform-configuration": CONFIGURATION.hex(),
        "sw-components": [{"component-type": kind, "measurement-value": measurement(kind).hex(),
                           "signer-id": SIGNER.hex(), "version": version}
                          for kind, version in COMPONENTS]}]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", type=pathlib.Path)
    folder = parser.parse_args().folder

    cpak, rak = key(folder / "cpak.pem"), key(folder / "rak.pem")
    public = cpak.public_key().public_bytes(serialization.Encoding.PEM,
                                            serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "cpak-pub.pem").write_bytes(public)
    for name, value in (("trust-anchors.json", trust_anchors(cpak)),
                        ("reference-platform.json", reference_platform())):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n")
    (folder / "platform.h").write_text(header(cpak, rak))   # last: what make looks at
    return 0


if __name__ == "__main__":
    sys.exit(main())
