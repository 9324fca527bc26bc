# SPDX-License-Identifier: GPL-2.0-only
"""Mint CCA tokens, right ones and ones that are wrong in one way, from a seed.

The same seed gives the same tokens: keys are derived from names, signatures are
deterministic (RFC 6979). CBOR is written here and nowhere else, because most of
the ways to be wrong are ways that an encoder does not have.
"""

import base64
import hashlib
import random
import struct
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

PLATFORM, REALM = 44234, 44241
INSTANCE, IMPLEMENTATION = b"\x01" + bytes(range(32)), bytes(range(32, 64))
CHALLENGE = bytes(range(64))


class Raw(bytes):
    """Bytes that are CBOR already."""


class Tag(NamedTuple):
    number: int
    value: Any


class Map(list):
    """Pairs in their order, maybe with a key twice."""

    def put(self, key, value):
        for i, (k, _) in enumerate(self):
            if k == key and type(k) is type(key):
                self[i] = (key, value)
                return
        self.append((key, value))

    def get(self, key):
        return next((v for k, v in self if k == key), None)


class Alg(NamedTuple):
    id: int
    name: str
    crv: int
    curve: Any
    hash: Any
    size: int


ALGS = [Alg(-7, "P-256", 1, ec.SECP256R1(), hashes.SHA256(), 32),
        Alg(-35, "P-384", 2, ec.SECP384R1(), hashes.SHA384(), 48),
        Alg(-36, "P-521", 3, ec.SECP521R1(), hashes.SHA512(), 66)]


def head(major, argument, size=None):
    """A head in its shortest form, or with the argument in size bytes."""
    if size is None:
        size = 0 if argument < 24 else next(s for s in (1, 2, 4, 8) if argument < 1 << 8 * s)
    if not size:
        return bytes([major << 5 | argument])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + argument.to_bytes(size, "big")


def encode(value):
    if isinstance(value, Raw):
        return bytes(value)
    if value is None or value is True or value is False:
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, Map):
        return head(5, len(value)) + b"".join(encode(k) + encode(v) for k, v in value)
    if isinstance(value, Tag):
        return head(6, value.number) + encode(value.value)
    return head(4, len(value)) + b"".join(map(encode, value))


class Key:
    def __init__(self, private):
        self.private = private
        self.alg = next(alg for alg in ALGS if alg.curve.name == private.curve.name)
        numbers = private.public_key().public_numbers()
        self.x, self.y = (n.to_bytes(self.alg.size, "big") for n in (numbers.x, numbers.y))

    def point(self):
        return b"\x04" + self.x + self.y

    def cose(self):
        return Map([(1, 2), (-1, self.alg.crv), (-2, self.x), (-3, self.y)])

    def jwk(self):
        def b64(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        return {"kty": "EC", "crv": self.alg.name, "x": b64(self.x), "y": b64(self.y)}

    def sign(self, data, hash=None):
        der = self.private.sign(data, ec.ECDSA(hash or self.alg.hash, deterministic_signing=True))
        return b"".join(n.to_bytes(self.alg.size, "big") for n in utils.decode_dss_signature(der))


_keys = {}


def key(alg, name):
    if (alg.id, name) not in _keys:
        seed = hashlib.sha512(f"{name} {alg.name}".encode()).digest()
        _keys[alg.id, name] = Key(ec.derive_private_key(int.from_bytes(seed[:alg.size - 1], "big"), alg.curve))
    return _keys[alg.id, name]


class Part:
    """A COSE_Sign1 in the making."""

    def __init__(self, claims, signer):
        self.claims, self.signer = claims, signer
        self.protected = Map([(1, signer.alg.id)])
        self.unprotected = Map()
        self.tag = 18
        self.payload = None         # instead of the encoded claims
        self.finish = lambda members: members   # the last word on the array of four

    def encode(self):
        protected = self.protected if isinstance(self.protected, bytes) else encode(self.protected)
        payload = encode(self.claims) if self.payload is None else self.payload
        signed = encode(["Signature1", protected, b"", payload])
        message = self.finish([protected, self.unprotected, payload, self.signer.sign(signed)])
        return encode(message if self.tag is None else Tag(self.tag, message))


class Token:
    """A right token of random kind, to be made wrong before encode()."""

    def __init__(self, rng):
        self.wrapper = rng.choice((399, 907))
        self.realm_profile = rng.choice((None, "tag:arm.com,2023:realm#1.0.0",
                                         "tag:arm.com,2024:realm#2.0.0"))
        self.rak = key(rng.choice(ALGS[:2] if rng.random() < 0.9 else ALGS), "rak")
        cpak = key(rng.choice(ALGS[:2]), "cpak")
        self.rak_hash = rng.choice(("sha-256", "sha-384", "sha-512"))
        self.hash = rng.choice(("sha-256", "sha-384", "sha-512"))
        claim = self.rak.point() if self.realm_profile is None else encode(self.rak.cose())
        self.realm = Part(self.realm_claims(rng, claim), self.rak)
        self.platform = Part(self.platform_claims(rng), cpak)
        self.bind(claim)
        self.entries = lambda entries: entries      # the last word on the wrapper's pairs

    def digest(self, data):
        return hashlib.new(self.hash.replace("-", ""), data).digest()

    def bind(self, claim, name=None):
        name = (name or self.rak_hash).replace("-", "")
        self.platform.claims.put(10, hashlib.new(name, claim).digest())

    def realm_claims(self, rng, rak):
        claims = Map([(10, CHALLENGE), (44235, rng.randbytes(64)), (44236, self.hash), (44237, rak),
                      (44238, self.digest(b"rim")), (44239, [self.digest(bytes([i])) for i in range(4)]),
                      (44240, self.rak_hash)])
        if self.realm_profile:
            claims.insert(0, (265, self.realm_profile))
        if self.realm_profile and "2024" in self.realm_profile:
            claims += [(256, b"\x01" + rng.randbytes(32)), (44243, rng.choice((0, 1, "shared")))]
        rng.shuffle(claims)
        return claims

    def platform_claims(self, rng):
        component = Map([(1, "BL"), (2, rng.randbytes(rng.choice((32, 48, 64)))), (4, "1.0"),
                         (5, rng.randbytes(32)), (6, "sha-256")])
        claims = Map([(265, rng.choice(("http://arm.com/CCA-SSD/1.0.0", "tag:arm.com,2023:cca_platform#1.0.0"))),
                      (10, b""), (2396, IMPLEMENTATION), (256, INSTANCE), (2401, b"\xcf" * 4), (2395, 0x3003),
                      (2402, "sha-256"), (2399, [component] + [Map([(2, bytes(32)), (5, bytes(32))])] * rng.randrange(3))])
        if rng.random() < 0.5:
            claims.append((2400, "https://verifier.example/"))
        rng.shuffle(claims)
        return claims

    def parts(self):
        return self.platform, self.realm

    def encode(self):
        pairs = [(PLATFORM, self.platform.encode()), (REALM, self.realm.encode())]
        if self.wrapper == 907:
            pairs = [(label, [263, part]) for label, part in pairs]
        return encode(Tag(self.wrapper, Map(self.entries(pairs))))


def _maps(value):
    """With Maps instead of dicts, as encode() wants it."""
    if isinstance(value, dict):
        return Map((k, _maps(v)) for k, v in value.items())
    return [_maps(v) for v in value] if isinstance(value, list) else value


class Taken(Token):
    """A token that was decoded: its wrapper's tag, its parts' claims, and the keys to sign it with again."""

    def __init__(self, wrapper, realm, platform, rak, cpak):
        self.wrapper, self.rak = wrapper, rak
        self.realm_profile, self.hash, self.rak_hash = realm.get(265), realm[44236], realm[44240]
        self.realm, self.platform = Part(_maps(realm), rak), Part(_maps(platform), cpak)
        self.entries = lambda entries: entries


def anchors(names=("cpak",), instance=INSTANCE, implementation=IMPLEMENTATION):
    """A trust anchor file: the keys of these names on both usual curves."""
    return [{"instance-id": instance.hex(), "implementation-id": implementation.hex(),
             "pkey": key(alg, name).jwk()} for name in names for alg in ALGS[:2]]


def rng(seed):
    return random.Random(seed)
