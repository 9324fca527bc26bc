# SPDX-License-Identifier: GPL-2.0-only
"""Decide whether a CCA attestation token is right, strictly and independently.

check() returns one Step for each thing that was looked at, in order. A token is
good if every Step is ok. When its form is wrong there is nothing to verify, and
the last Step is the failed one.

Nothing is shared with the code under test, least of all the CBOR reader. The
reader takes every length that a constrained encoder may choose for a head (a
verifier has to be tolerant there, RFC 9783 5.1.1) and nothing else: definite
lengths, no duplicate keys, valid UTF-8, no trailing byte.
"""

import base64
import hashlib
import json
import struct
from typing import Any, NamedTuple

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

PLATFORM, REALM = 44234, 44241
CHALLENGE_SIZE = 64
MAX_DEPTH = 16

LEGACY = "legacy"
REALM_2023 = "tag:arm.com,2023:realm#1.0.0"
REALM_2024 = "tag:arm.com,2024:realm#2.0.0"
PLATFORM_PROFILES = ("http://arm.com/CCA-SSD/1.0.0", "tag:arm.com,2023:cca_platform#1.0.0")

HASHES = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
DIGEST_SIZES = (32, 48, 64)


class Step(NamedTuple):
    name: str
    ok: bool
    detail: str


class Refused(Exception):
    """What was looked at does not hold; the text says why."""


class Tag(NamedTuple):
    number: int
    value: Any


class Curve(NamedTuple):
    name: str
    curve: ec.EllipticCurve
    size: int


class Algorithm(NamedTuple):
    name: str
    curve: Curve
    digest: hashes.HashAlgorithm


class Sign1(NamedTuple):
    protected: bytes
    algorithm: Algorithm
    claims: dict
    payload: bytes
    signature: bytes


P256 = Curve("P-256", ec.SECP256R1(), 32)
P384 = Curve("P-384", ec.SECP384R1(), 48)
P521 = Curve("P-521", ec.SECP521R1(), 66)
CURVES = {c.name: c for c in (P256, P384, P521)}
COSE_CURVES = {1: P256, 2: P384, 3: P521}
ALGORITHMS = {
    -7: Algorithm("ES256", P256, hashes.SHA256()),
    -35: Algorithm("ES384", P384, hashes.SHA384()),
    -36: Algorithm("ES512", P521, hashes.SHA512()),
}


# CBOR

def decode(data):
    """The one data item that data holds, or Refused."""
    value, end = _item(data, 0, 0)
    if end != len(data):
        raise Refused(f"{len(data) - end} trailing bytes")
    return value


def _take(data, pos, count):
    if count > len(data) - pos:
        raise Refused(f"ends at byte {len(data)}, within an item at byte {pos}")
    return data[pos:pos + count], pos + count


def _head(data, pos):
    (first,), pos = _take(data, pos, 1)
    major, info = first >> 5, first & 31
    if info < 24:
        return major, info, info, pos
    if info > 27:
        raise Refused(f"indefinite length or reserved value at byte {pos - 1}")
    argument, pos = _take(data, pos, 1 << (info - 24))
    return major, info, int.from_bytes(argument, "big"), pos


def _item(data, pos, depth):
    if depth >= MAX_DEPTH:
        raise Refused(f"nested deeper than {MAX_DEPTH} levels")
    start = pos
    major, info, argument, pos = _head(data, pos)
    if major == 0:
        return argument, pos
    if major == 1:
        return -1 - argument, pos
    if major == 2:
        return _take(data, pos, argument)
    if major == 3:
        text, pos = _take(data, pos, argument)
        try:
            return text.decode("utf-8"), pos
        except UnicodeDecodeError:
            raise Refused(f"text at byte {start} is not UTF-8") from None
    if major == 4:
        array = []
        for _ in range(argument):
            value, pos = _item(data, pos, depth + 1)
            array.append(value)
        return array, pos
    if major == 5:
        return _map(data, pos, argument, depth)
    if major == 6:
        value, pos = _item(data, pos, depth + 1)
        return Tag(argument, value), pos
    return _simple(data, start, info, argument), pos


def _map(data, pos, count, depth):
    result = {}
    for _ in range(count):
        start = pos
        key, pos = _item(data, pos, depth + 1)
        # bool is an int to Python: True would be the key 1
        if type(key) not in (int, str, bytes):
            raise Refused(f"key at byte {start} is neither integer nor string")
        if key in result:
            raise Refused(f"duplicate key {key!r} at byte {start}")
        result[key], pos = _item(data, pos, depth + 1)
    return result, pos


def _simple(data, start, info, argument):
    if info < 24 and argument in (20, 21, 22, 23):
        return (False, True, None, None)[argument - 20]
    if info in (25, 26, 27):
        size = 1 << (info - 24)
        return struct.unpack({2: ">e", 4: ">f", 8: ">d"}[size], data[start + 1:start + 1 + size])[0]
    raise Refused(f"simple value {argument} at byte {start}")


# Form

def _is(value, kind):
    return type(value) is kind


def _bstr(value, *sizes):
    return _is(value, bytes) and (not sizes or len(value) in sizes)


def _uint(value, limit):
    return _is(value, int) and 0 <= value <= limit


def _ueid(value):
    return _bstr(value, 33) and value[0] == 1


def _component(value):
    return (_is(value, dict) and _bstr(value.get(2), *DIGEST_SIZES) and _bstr(value.get(5), *DIGEST_SIZES)
            and all(_is(value[k], str) for k in (1, 4, 6) if k in value))


# label: (name, what it must look like). A claim that may be absent is in OPTIONAL.
PLATFORM_CLAIMS = {
    10: ("challenge", lambda v: _bstr(v, *DIGEST_SIZES)),
    256: ("instance id", _ueid),
    265: ("profile", lambda v: v in PLATFORM_PROFILES),
    2395: ("lifecycle", lambda v: _uint(v, 0xffff)),
    2396: ("implementation id", lambda v: _bstr(v, 32)),
    2399: ("software components", lambda v: _is(v, list) and v and all(map(_component, v))),
    2400: ("verification service", lambda v: _is(v, str)),
    2401: ("platform configuration", _bstr),
    2402: ("hash algorithm", lambda v: _is(v, str) and v in HASHES),
}
REALM_CLAIMS = {
    10: ("challenge", lambda v: _bstr(v, CHALLENGE_SIZE)),
    44235: ("RPV", lambda v: _bstr(v, 64)),
    44236: ("hash algorithm", lambda v: _is(v, str) and v in HASHES),
    44237: ("RAK", _bstr),
    44238: ("RIM", lambda v: _bstr(v, *DIGEST_SIZES)),
    44239: ("REMs", lambda v: _is(v, list) and len(v) == 4 and all(_bstr(r, *DIGEST_SIZES) for r in v)),
    44240: ("RAK hash algorithm", lambda v: _is(v, str) and v in HASHES),
}
REALM_2024_CLAIMS = {
    256: ("instance id", _ueid),
    44243: ("MEC policy", lambda v: _is(v, str) or _uint(v, 0xff)),
}
OPTIONAL = {2400}


def _unwrap(token, wanted):
    outer = decode(token)
    if not _is(outer, Tag) or outer.number not in (399, 907):
        raise Refused("neither tag 399 nor tag 907")
    if wanted and outer.number != wanted:
        raise Refused(f"tag {outer.number}, not {wanted}")
    # a CMW collection may say what type it is of
    optional = {"__cmwc_t"} if outer.number == 907 else set()
    if not _is(outer.value, dict) or set(outer.value) - optional != {PLATFORM, REALM}:
        raise Refused(f"not a map of exactly {PLATFORM} and {REALM}")
    parts = {label: outer.value[label] for label in (PLATFORM, REALM)}
    if outer.number == 907:
        for label, record in parts.items():
            if not (_is(record, list) and len(record) in (2, 3)
                    and (_uint(record[0], 0xffff) or _is(record[0], str) and record[0])
                    # what kinds of conceptual message it may be, a set of bits
                    and all(_uint(i, 2**64 - 1) and i for i in record[2:])):
                raise Refused(f"{label} is not an array of type and value")
            parts[label] = record[1]
    for label, part in parts.items():
        if not _bstr(part):
            raise Refused(f"{label} is not a byte string")
    return parts, f"tag {outer.number}, {len(token)} bytes"


def _header(protected):
    header = decode(protected) if protected else {}
    if not _is(header, dict) or any(_is(k, bytes) for k in header):
        raise Refused("protected header is not a map of labels")
    if 2 in header:
        raise Refused("protected header has critical parameters")
    if not _is(header.get(1), int) or header[1] not in ALGORITHMS:
        raise Refused(f"algorithm {header.get(1)!r}")
    return header


def _sign1(data):
    message = decode(data)
    if _is(message, Tag):
        if message.number != 18:
            raise Refused(f"tag {message.number}, not COSE_Sign1's 18")
        message = message.value
    if not _is(message, list) or len(message) != 4:
        raise Refused("COSE_Sign1 is not an array of four")
    protected, unprotected, payload, signature = message
    if not (_bstr(protected) and _is(unprotected, dict) and _bstr(payload) and _bstr(signature)):
        raise Refused("COSE_Sign1's members are not bstr, map, bstr, bstr")
    header = _header(protected)
    if any(_is(k, bytes) for k in unprotected) or set(header) & set(unprotected) or {1, 2} & set(unprotected):
        raise Refused("unprotected header is not a map of labels of its own")
    algorithm = ALGORITHMS[header[1]]
    if len(signature) != 2 * algorithm.curve.size:
        raise Refused(f"{algorithm.name} signature of {len(signature)} bytes, not {2 * algorithm.curve.size}")
    claims = decode(payload)
    if not _is(claims, dict) or any(_is(k, bytes) for k in claims):
        raise Refused("payload is not a map of claims")
    return Sign1(protected, algorithm, claims, payload, signature), f"COSE_Sign1 with {algorithm.name}"


def _claims(claims, wanted):
    for label, (name, right) in wanted.items():
        if label not in claims:
            if label not in OPTIONAL:
                raise Refused(f"no {name} ({label})")
        elif not right(claims[label]):
            raise Refused(f"{name} ({label}) has a wrong type, length or value")


def _platform_claims(claims):
    _claims(claims, PLATFORM_CLAIMS)
    return True, f"profile {claims[265]}"


def _realm_claims(claims):
    profile = claims.get(265, LEGACY)
    if profile not in (LEGACY, REALM_2023, REALM_2024) or claims.get(265) == LEGACY:
        raise Refused(f"unknown profile {profile!r}")
    _claims(claims, REALM_CLAIMS)
    if profile == REALM_2024:
        _claims(claims, REALM_2024_CLAIMS)
    size = HASHES[claims[44236]]().digest_size
    if {len(v) for v in (claims[44238], *claims[44239])} != {size}:
        raise Refused(f"a measurement is not of {claims[44236]}'s {size} bytes")
    return profile, f"profile {profile}, hash {claims[44236]}"


# Keys and signatures

def _point(curve, x, y):
    if len(x) != curve.size or len(y) != curve.size:
        raise Refused(f"coordinates are not of {curve.name}'s {curve.size} bytes")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve.curve)
    try:
        return numbers.public_key()
    except ValueError:
        raise Refused(f"not a point of {curve.name}") from None


def _rak(claim, profile, algorithm):
    if profile == LEGACY:
        end_of_x = 1 + algorithm.curve.size
        if claim[:1] != b"\x04":
            raise Refused("RAK is not an uncompressed point")
        return _point(algorithm.curve, claim[1:end_of_x], claim[end_of_x:])
    key = decode(claim)
    if not _is(key, dict) or key.get(1) != 2 or set(key) - {1, 2, 3, 4, -1, -2, -3}:
        raise Refused("RAK is not a public COSE_Key of type EC2")
    if not _is(key.get(-1), int) or COSE_CURVES.get(key[-1]) is not algorithm.curve:
        raise Refused(f"RAK is not on {algorithm.name}'s curve")
    if 3 in key and ALGORITHMS.get(key[3] if _is(key[3], int) else None) is not algorithm:
        raise Refused(f"RAK is for another algorithm than {algorithm.name}")
    if 2 in key and not _bstr(key[2]):
        raise Refused("RAK's key id is not a byte string")
    if 4 in key and not (_is(key[4], list) and any(_is(op, int) and op == 2 for op in key[4])):
        raise Refused("RAK is not for verifying")
    if not _bstr(key.get(-2)) or not _bstr(key.get(-3)):
        raise Refused("RAK's coordinates are not byte strings")
    return _point(algorithm.curve, key[-2], key[-3])


def _verify(sign1, key):
    """Whether the signature is key's, as RFC 9053 2.1 has ECDSA."""
    if key.curve.name != sign1.algorithm.curve.curve.name:
        return False
    half = len(sign1.signature) // 2
    r, s = (int.from_bytes(part, "big") for part in (sign1.signature[:half], sign1.signature[half:]))
    signed = cbor2.dumps(["Signature1", sign1.protected, b"", sign1.payload])
    try:
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(sign1.algorithm.digest))
    except InvalidSignature:
        return False
    return True


def _platform_signature(platform, anchors):
    instance, implementation = platform.claims[256], platform.claims[2396]
    keys = [key for key in anchors if key[:2] == (instance, implementation)]
    if not keys:
        raise Refused(f"no trust anchor for instance id {instance.hex()}, implementation id {implementation.hex()}")
    if not any(_verify(platform, key) for _, _, key in keys):
        raise Refused(f"not made by the key of instance id {instance.hex()}")
    return True, f"{platform.algorithm.name}, instance id {instance.hex()}"


def _lifecycle(platform):
    lifecycle = platform.claims[2395]
    if not 0x3000 <= lifecycle <= 0x30ff:
        raise Refused(f"platform is not secured: {lifecycle:#06x}")
    return True, f"{lifecycle:#06x}, secured"


def _binding(platform, realm):
    name = realm.claims[44240]
    if HASHES[name](realm.claims[44237]).digest() != platform.claims[10]:
        raise Refused(f"platform challenge is not the {name} of the RAK")
    return True, f"platform challenge is the {name} of the RAK"


def _realm_signature(realm, profile):
    if not _verify(realm, _rak(realm.claims[44237], profile, realm.algorithm)):
        raise Refused("not made by the RAK")
    return True, f"{realm.algorithm.name}, by the RAK"


def _equal(have, want):
    if have != want:
        raise Refused(f"{_text(have)}, not {_text(want)}")
    return True, _text(have)


def _text(value):
    return value.hex() if _is(value, bytes) else str(value)


# The whole

def load_anchors(text):
    """Trust anchors of a JSON file, as (instance id, implementation id, key); ValueError if it is none."""
    anchors = []
    try:
        for entry in json.loads(text):
            jwk = entry["pkey"]
            if jwk["kty"] != "EC":
                raise ValueError(f"key type {jwk['kty']}")
            x, y = (base64.urlsafe_b64decode(jwk[c] + "=" * (-len(jwk[c]) % 4)) for c in "xy")
            anchors.append((bytes.fromhex(entry["instance-id"]), bytes.fromhex(entry["implementation-id"]),
                            _point(CURVES[jwk["crv"]], x, y)))
    except (KeyError, TypeError, AttributeError, Refused) as e:
        raise ValueError(f"{type(e).__name__}: {e}") from None
    return anchors


def check(token, anchors, challenge=None, rim=None, rems=None, hash_name=None, wrapper=None):
    """Look at token (bytes) and return the list of Steps.

    anchors: what load_anchors() returned. challenge: bytes, at most 64. rim:
    bytes. rems: a dict, number (0 to 3) to bytes. hash_name: "sha-256", ...
    wrapper: 399 or 907. What is None is not compared.
    """
    steps = []

    def step(name, function, *arguments):
        try:
            value, detail = function(*arguments)
        except Refused as e:
            steps.append(Step(name, False, str(e)))
            return None
        steps.append(Step(name, True, detail))
        return value

    parts = step("wrapper", _unwrap, token, wrapper)
    platform = parts and step("platform token", _sign1, parts[PLATFORM])
    realm = platform and step("realm token", _sign1, parts[REALM])
    profile = (realm and step("platform claims", _platform_claims, platform.claims)
               and step("realm claims", _realm_claims, realm.claims))
    if not profile:
        return steps

    step("platform signature", _platform_signature, platform, anchors)
    step("lifecycle", _lifecycle, platform)
    step("binding", _binding, platform, realm)
    step("realm signature", _realm_signature, realm, profile)
    if challenge is not None:
        step("challenge", _equal, realm.claims[10], challenge.ljust(CHALLENGE_SIZE, b"\0"))
    if hash_name is not None:
        step("hash algorithm", _equal, realm.claims[44236], hash_name)
    if rim is not None:
        step("RIM", _equal, realm.claims[44238], rim)
    for number, rem in sorted((rems or {}).items()):
        step(f"REM{number}", _equal, realm.claims[44239][number], rem)
    return steps


def good(steps):
    return bool(steps) and all(s.ok for s in steps)
