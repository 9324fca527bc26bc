#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of cca_token and check-token: good tokens of every kind, and every way to spoil one.

Tokens are minted here with fresh keys. What other projects published is read from
../shared/vectors next to the tree, or from $VECTORS: extra, and skipped without it.
"""

import base64
import hashlib
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, utils

import cca_token
from cca_token import ALGORITHMS, HASHES, LEGACY, PLATFORM, REALM, REALM_2023, REALM_2024

TESTBED = pathlib.Path(__file__).resolve().parent.parent.parent / "testbed"
VECTORS = pathlib.Path(os.environ.get("VECTORS", TESTBED.parent.parent.parent / "shared/vectors"))

INSTANCE = b"\x01" + bytes(range(32))
IMPLEMENTATION = bytes(range(32, 64))
CHALLENGE = bytes(range(64))
CPAK = {alg: ec.generate_private_key(a.curve.curve) for alg, a in ALGORITHMS.items()}
RAK = {alg: ec.generate_private_key(a.curve.curve) for alg, a in ALGORITHMS.items()}
ABSENT = object()


def coordinates(key, size):
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")


def anchors(alg):
    curve = ALGORITHMS[alg].curve
    x, y = (base64.urlsafe_b64encode(c).decode().rstrip("=") for c in coordinates(CPAK[alg], curve.size))
    return json.dumps([{"instance-id": INSTANCE.hex(), "implementation-id": IMPLEMENTATION.hex().upper(),
                        "pkey": {"kty": "EC", "crv": curve.name, "x": x, "y": y}}])


ANCHORS = {alg: cca_token.load_anchors(anchors(alg)) for alg in ALGORITHMS}


def encoded_rak(profile, alg):
    curve = ALGORITHMS[alg].curve
    x, y = coordinates(RAK[alg], curve.size)
    if profile == LEGACY:
        return b"\x04" + x + y
    return cbor2.dumps({1: 2, -1: {v.name: k for k, v in cca_token.COSE_CURVES.items()}[curve.name], -2: x, -3: y})


def realm_claims(profile, alg, name):
    size = HASHES[name]().digest_size
    claims = {10: CHALLENGE, 44235: bytes(64), 44236: name, 44237: encoded_rak(profile, alg),
              44238: b"\x11" * size, 44239: [bytes([n]) * size for n in range(4)], 44240: "sha-256"}
    if profile != LEGACY:
        claims[265] = profile
    if profile == REALM_2024:
        claims |= {256: INSTANCE, 44243: 1}
    return claims


def platform_claims(realm, profile):
    return {10: HASHES[realm[44240]](realm[44237]).digest() if type(realm.get(44237)) is bytes else bytes(32),
            256: INSTANCE, 265: cca_token.PLATFORM_PROFILES[profile != LEGACY], 2395: 0x3003,
            2396: IMPLEMENTATION, 2399: [{1: "RMM", 2: bytes(32), 4: "1.0", 5: bytes(48), 6: "sha-256"}],
            2400: "https://verifier.example", 2401: b"\xcf" * 4, 2402: "sha-256"}


def sign(claims, key, alg, header=None, unprotected=None, tag=18):
    """claims: what is encoded as the payload, or its bytes."""
    algorithm = ALGORITHMS[alg]
    payload = claims if isinstance(claims, bytes) else cbor2.dumps(claims)
    protected = cbor2.dumps({1: alg} if header is None else header)
    der = key.sign(cbor2.dumps(["Signature1", protected, b"", payload]), ec.ECDSA(algorithm.digest))
    signature = b"".join(n.to_bytes(algorithm.curve.size, "big") for n in utils.decode_dss_signature(der))
    message = [protected, unprotected or {}, payload, signature]
    return cbor2.dumps(cbor2.CBORTag(tag, message) if tag else message)


def wrap(platform, realm, wrapper=399):
    if wrapper == 907:
        platform, realm = [263, platform], [263, realm]
    return cbor2.dumps(cbor2.CBORTag(wrapper, {PLATFORM: platform, REALM: realm}))


def mint(profile=REALM_2023, wrapper=399, alg=-35, name="sha-256", realm=None, platform=None):
    """A token whose claims are changed as the two dicts say, signed after that."""
    def changed(claims, changes):
        claims |= changes or {}
        return {k: v for k, v in claims.items() if v is not ABSENT}

    r = changed(realm_claims(profile, alg, name), realm)
    p = changed(platform_claims(r, profile), platform)
    return wrap(sign(p, CPAK[alg], alg), sign(r, RAK[alg], alg), wrapper)


class Good(unittest.TestCase):
    def check(self, token, alg=-35, **expected):
        steps = cca_token.check(token, ANCHORS[alg], **expected)
        self.assertTrue(cca_token.good(steps), steps)
        return steps

    def test_every_kind(self):
        kinds = itertools.product((LEGACY, REALM_2023, REALM_2024), (399, 907), ALGORITHMS, HASHES)
        for profile, wrapper, alg, name in kinds:
            with self.subTest(profile=profile, wrapper=wrapper, alg=alg, hash=name):
                size = HASHES[name]().digest_size
                steps = self.check(mint(profile, wrapper, alg, name), alg, challenge=CHALLENGE, wrapper=wrapper,
                                   hash_name=name, rim=b"\x11" * size, rems={0: bytes(size), 3: b"\3" * size})
                self.assertEqual([s.name for s in steps],
                                 ["wrapper", "platform token", "realm token", "platform claims", "realm claims",
                                  "platform signature", "lifecycle", "binding", "realm signature", "challenge",
                                  "hash algorithm", "RIM", "REM0", "REM3"])

    def test_kinds_of_the_field(self):
        """Profile, wrapper, hash and registers as firmware of the field has them, and each form of a store."""
        for profile, wrapper, name, rems in ((LEGACY, 399, "sha-512", False), (LEGACY, 399, "sha-256", False),
                                             (REALM_2023, 399, "sha-256", True), (REALM_2024, 907, "sha-256", True),
                                             (LEGACY, 907, "sha-256", True)):
            size = HASHES[name]().digest_size
            values = [bytes([0x70 + n if rems else 0]) * size for n in range(4)]
            token = mint(profile, wrapper, -35, name, realm={44239: values},
                         platform={2399: [{1: f"FW{n}", 5: bytes(32), 2: bytes([n]) * 32} for n in range(13)]})
            store = json.loads(anchors(-35))
            for text in (json.dumps(store), json.dumps([dict(reversed(store[0].items()))], indent=2)):
                with self.subTest(profile=profile, wrapper=wrapper, hash=name, store=text[:8]):
                    steps = cca_token.check(token, cca_token.load_anchors(text), wrapper=wrapper, hash_name=name,
                                            rems=dict(enumerate(values)))
                    self.assertTrue(cca_token.good(steps), steps)

    def test_tags_are_optional_and_claims_may_be_unknown(self):
        r = realm_claims(LEGACY, -35, "sha-256") | {"spurious": 1.5, -70000: [None, {b"x": True}]}
        p = {k: v for k, v in platform_claims(r, LEGACY).items() if k != 2400}
        self.check(wrap(sign(p, CPAK[-35], -35, tag=None), sign(r, RAK[-35], -35, tag=None, unprotected={4: b"k"})))

    def test_binding_with_each_hash(self):
        for name in HASHES:
            with self.subTest(hash=name):
                self.check(mint(realm={44240: name}))

    def test_longer_heads_than_needed(self):
        # tag 399 in four bytes and the map's count in two: valid CBOR, as a constrained encoder may write it
        self.check(b"\xda\x00\x00\x01\x8f\xb9\x00\x02" + mint()[4:])

    def test_media_type_in_907(self):
        outer = cbor2.loads(mint(wrapper=907))
        for kind in (0, 60, "application/eat+cwt"):
            self.check(cbor2.dumps(cbor2.CBORTag(907, {k: [kind, v[1]] for k, v in outer.value.items()})))

    def test_short_challenge_is_padded(self):
        self.check(mint(realm={10: CHALLENGE[:32] + bytes(32)}), challenge=CHALLENGE[:32])

    def test_second_anchor_of_the_same_ids(self):
        other = ec.generate_private_key(ec.SECP384R1()).public_key()
        token = mint()
        steps = cca_token.check(token, [(INSTANCE, IMPLEMENTATION, other)] + ANCHORS[-35])
        self.assertTrue(cca_token.good(steps), steps)


class Spoilt(unittest.TestCase):
    def refuse(self, token, step, keys=ANCHORS[-35], **expected):
        """step: the only one that may fail, or None for any."""
        steps = cca_token.check(token, keys, **expected)
        failed = [s.name for s in steps if not s.ok]
        self.assertTrue(failed, "taken for good")
        if step:
            self.assertEqual(failed, [step], steps)

    def test_every_truncation_and_trailing_bytes(self):
        for wrapper in (399, 907):
            token = mint(wrapper=wrapper)
            for end in range(len(token)):
                self.refuse(token[:end], None)
            self.refuse(token + b"\0", "wrapper")
            self.refuse(token + token, "wrapper")

    def test_every_byte_with_a_flipped_bit(self):
        token = mint()
        for i in range(len(token)):
            with self.subTest(byte=i):
                self.refuse(token[:i] + bytes([token[i] ^ 1 << i % 8]) + token[i + 1:], None)

    def test_realm_claims(self):
        wrong = {
            10: (ABSENT, b"", CHALLENGE[:32], CHALLENGE + b"\0", "x" * 64, [CHALLENGE], None),
            265: (b"x", "tag:arm.com,2025:realm#3.0.0", "legacy", 1, None, ""),
            44235: (ABSENT, bytes(63), bytes(65), "x" * 64, 0),
            44236: (ABSENT, "sha-512", "sha-1", "SHA-256", b"sha-256", -16, None),
            44237: (ABSENT, "x", 1, None),
            44238: (ABSENT, bytes(31), bytes(48), b"", "x" * 32, [bytes(32)]),
            44239: (ABSENT, [], [bytes(32)] * 3, [bytes(32)] * 5, [bytes(32)] * 3 + [bytes(48)],
                    [bytes(32)] * 3 + ["x" * 32], b"", bytes(32), {0: bytes(32)}),
        }
        for label, values in wrong.items():
            for value in values:
                with self.subTest(label=label, value=value):
                    if label == 265:
                        token = mint(realm={265: value})
                    else:
                        token = mint(LEGACY, realm={label: value})
                    self.refuse(token, "realm claims")

    def test_realm_claims_of_2024(self):
        for label, value in ((256, ABSENT), (256, INSTANCE[:-1]), (256, b"\x02" + INSTANCE[1:]), (256, "x" * 33),
                             (44243, ABSENT), (44243, b"\1"), (44243, -1), (44243, True), (44243, None)):
            with self.subTest(label=label, value=value):
                self.refuse(mint(REALM_2024, realm={label: value}), "realm claims")

    def test_hash_of_the_binding(self):
        r = realm_claims(LEGACY, -35, "sha-256")
        p = platform_claims(r, LEGACY)
        for value in (ABSENT, "sha-224", b"sha-256", 1):
            claims = {k: v for k, v in (r | {44240: value}).items() if v is not ABSENT}
            with self.subTest(value=value):
                self.refuse(wrap(sign(p, CPAK[-35], -35), sign(claims, RAK[-35], -35)), "realm claims")

    def test_platform_claims(self):
        component = {2: bytes(32), 5: bytes(32)}
        wrong = {
            10: (ABSENT, b"", bytes(31), bytes(33), "x" * 32),
            256: (ABSENT, INSTANCE[:-1], INSTANCE + b"\0", b"\x02" + INSTANCE[1:], "x" * 33),
            265: (ABSENT, "http://arm.com/CCA-SSD/2.0.0", b"http://arm.com/CCA-SSD/1.0.0", 1, ""),
            2395: (ABSENT, -1, 0x10000, "x", True, 1.0),
            2396: (ABSENT, IMPLEMENTATION[:-1], IMPLEMENTATION + b"\0", "x" * 32),
            2399: (ABSENT, [], {}, [1], [{}], [component | {2: bytes(31)}], [component | {5: "x" * 32}],
                   [component, {2: bytes(32)}], [component, {5: bytes(32)}], [component | {1: 1}],
                   [component | {4: b"1"}], [component | {6: None}]),
            2400: (b"https://verifier.example", 1, None),
            2401: (ABSENT, "x", 1),
            2402: (ABSENT, b"sha-256", 1),
        }
        for label, values in wrong.items():
            for value in values:
                with self.subTest(label=label, value=value):
                    self.refuse(mint(platform={label: value}), "platform claims")

    def test_wrapper(self):
        token = mint()
        parts = cbor2.loads(token).value
        p, r = parts[PLATFORM], parts[REALM]
        tagged = lambda tag, value: cbor2.dumps(cbor2.CBORTag(tag, value))
        for bad in (b"", b"\xff", cbor2.dumps(parts), tagged(398, parts), tagged(18, parts), tagged(907, parts),
                    tagged(399, {PLATFORM: p}), tagged(399, {REALM: r}), tagged(399, parts | {1: p}),
                    tagged(399, {PLATFORM: [263, p], REALM: [263, r]}), tagged(399, {PLATFORM: p, REALM: None}),
                    tagged(399, [p, r]), tagged(399, cbor2.CBORTag(399, parts)),
                    tagged(907, {PLATFORM: [263, p], REALM: r}), tagged(907, {PLATFORM: [263, p], REALM: [263]}),
                    tagged(907, {PLATFORM: [263, p], REALM: [263, r, 0]}),
                    tagged(907, {PLATFORM: [263, p], REALM: [-1, r]}),
                    tagged(907, {PLATFORM: [263, p], REALM: [65536, r]}),
                    tagged(907, {PLATFORM: [263, p], REALM: ["", r]}),
                    tagged(907, {PLATFORM: [263, p], REALM: [None, r]}),
                    tagged(907, {PLATFORM: [263, p], REALM: [263, "x"]}),
                    # reserved and indefinite length, duplicate key, text keys
                    b"\xdc" + (399).to_bytes(16, "big") + token[3:],
                    b"\xd9\x01\x8f\xbf" + token[4:] + b"\xff",
                    b"\xd9\x01\x8f\xa3" + token[4:] + cbor2.dumps(REALM) + cbor2.dumps(r),
                    tagged(399, {str(k): v for k, v in parts.items()})):
            with self.subTest(token=bad[:16].hex()):
                self.refuse(bad, "wrapper")
        self.refuse(token, "wrapper", wrapper=907)
        self.refuse(mint(wrapper=907), "wrapper", wrapper=399)

    def test_sign1(self):
        key = RAK[-35]
        r = realm_claims(REALM_2023, -35, "sha-256")
        p = sign(platform_claims(r, REALM_2023), CPAK[-35], -35)
        whole = cbor2.loads(sign(r, key, -35)).value
        encoded = cbor2.dumps(r)
        for name, bad in {
            "tag": sign(r, key, -35, tag=17),
            "CWT's tag around": cbor2.dumps(cbor2.CBORTag(61, cbor2.CBORTag(18, whole))),
            "trailing": sign(r, key, -35) + b"\0",
            "three": cbor2.dumps(whole[:3]),
            "five": cbor2.dumps(whole + [b""]),
            "map": cbor2.dumps(dict(enumerate(whole))),
            "no algorithm": sign(r, key, -35, header={}),
            "empty header": cbor2.dumps([b""] + whole[1:]),
            "header is no map": cbor2.dumps([cbor2.dumps([1, -35])] + whole[1:]),
            "header not encoded": cbor2.dumps([{1: -35}] + whole[1:]),
            "trailing in the header": cbor2.dumps([whole[0] + b"\0"] + whole[1:]),
            "algorithm's name": sign(r, key, -35, header={1: "ES384"}),
            "EdDSA": sign(r, key, -35, header={1: -8}),
            "critical": sign(r, key, -35, header={1: -35, 2: [1]}),
            "critical, unprotected": sign(r, key, -35, unprotected={2: [1]}),
            "algorithm twice": sign(r, key, -35, unprotected={1: -35}),
            "label twice": sign(r, key, -35, header={1: -35, 4: b"k"}, unprotected={4: b"k"}),
            "unprotected": cbor2.dumps([whole[0], [], *whole[2:]]),
            "detached payload": cbor2.dumps([*whole[:2], None, whole[3]]),
            "P-256's signature size": cbor2.dumps([*whole[:3], whole[3][:64]]),
            "short signature": cbor2.dumps([*whole[:3], whole[3][:-1]]),
            "long signature": cbor2.dumps([*whole[:3], whole[3] + b"\0"]),
            "DER": cbor2.dumps([*whole[:3], key.sign(b"", ec.ECDSA(ALGORITHMS[-35].digest))]),
            "text signature": cbor2.dumps([*whole[:3], "x" * 96]),
            "claims are an array": sign([1], key, -35),
            "trailing in the claims": sign(encoded + b"\0", key, -35),
            "duplicate claim": sign(bytes([encoded[0] + 1]) + encoded[1:] + b"\x0a\x58\x40" + CHALLENGE, key, -35),
            "claim keyed by bytes": sign(r | {b"x": 1}, key, -35),
            "claim keyed by true": sign(r | {True: 1}, key, -35),
            "text that is not UTF-8": sign(bytes([encoded[0] + 1]) + encoded[1:] + b"\x00\x61\xff", key, -35),
            "nested": sign(bytes([encoded[0] + 1]) + encoded[1:] + b"\x00" + b"\x81" * 100 + b"\x00", key, -35),
            "reserved value": sign(bytes([encoded[0] + 1]) + encoded[1:] + b"\x00\xf8\x10", key, -35),
        }.items():
            with self.subTest(name):
                self.refuse(wrap(p, bad), "realm token")

    def test_rak(self):
        raw = encoded_rak(LEGACY, -35)
        cose = cbor2.loads(encoded_rak(REALM_2023, -35))
        off = raw[:-1] + bytes([raw[-1] ^ 1])
        for value in (b"", raw[1:], raw + b"\0", b"\x02" + raw[1:49], b"\x03" + raw[1:], off,
                      b"\x04" + b"\xff" * 96, encoded_rak(REALM_2023, -35), encoded_rak(LEGACY, -7)):
            with self.subTest(value=value.hex()):
                self.refuse(mint(LEGACY, realm={44237: value}), "realm signature")
        for value in (cose | {1: 1}, cose | {-1: 1}, cose | {-1: 2.0}, cose | {-2: cose[-2][:-1]},
                      cose | {-3: True}, cose | {-2: b"\0" + cose[-2]}, cose | {-3: bytes(48)}, cose | {-4: bytes(48)},
                      cose | {3: -7}, {k: v for k, v in cose.items() if k != 1},
                      {k: v for k, v in cose.items() if k != -1}, {k: v for k, v in cose.items() if k != -3}, [], 1):
            with self.subTest(value=value):
                self.refuse(mint(realm={44237: cbor2.dumps(value)}), "realm signature")
        self.refuse(mint(realm={44237: cbor2.dumps(cose) + b"\0"}), "realm signature")
        self.refuse(mint(realm={44237: raw}), "realm signature")

    def test_other_keys(self):
        stranger = ec.generate_private_key(ec.SECP384R1())
        r = realm_claims(REALM_2023, -35, "sha-256")
        p = platform_claims(r, REALM_2023)
        good_p, good_r = sign(p, CPAK[-35], -35), sign(r, RAK[-35], -35)
        self.refuse(wrap(sign(p, stranger, -35), good_r), "platform signature")
        self.refuse(wrap(good_p, sign(r, stranger, -35)), "realm signature")
        self.refuse(mint(alg=-7), "platform signature")
        # the right key, but of another curve than the algorithm's
        self.refuse(wrap(sign(p, CPAK[-35], -36), good_r), "platform signature")
        self.refuse(wrap(good_p, sign(r, RAK[-35], -36)), "realm signature")

    def test_zero_signature(self):
        r = realm_claims(REALM_2023, -35, "sha-256")
        message = cbor2.loads(sign(r, RAK[-35], -35)).value
        zero = cbor2.dumps([*message[:3], bytes(96)])
        self.refuse(wrap(sign(platform_claims(r, REALM_2023), CPAK[-35], -35), zero), "realm signature")

    def test_no_anchor(self):
        key = ANCHORS[-35][0][2]
        for keys in ([], ANCHORS[-7], [(INSTANCE, bytes(32), key)], [(bytes(33), IMPLEMENTATION, key)]):
            self.refuse(mint(), "platform signature", keys)

    def test_anchor_of_another_platform(self):
        """A store of the same form, with another platform's key and ids."""
        other = [(b"\x01" + b"\xaa" * 32, b"\xaa" * 32, ec.generate_private_key(ec.SECP256R1()).public_key())]
        for profile in (LEGACY, REALM_2023):
            self.refuse(mint(profile), "platform signature", other)

    def test_unbound(self):
        self.refuse(mint(platform={10: bytes(32)}), "binding")
        self.refuse(mint(platform={10: bytes(64)}), "binding")
        # parts of two good tokens
        other = ec.generate_private_key(ec.SECP384R1())
        x, y = coordinates(other, 48)
        r = realm_claims(LEGACY, -35, "sha-256") | {44237: b"\x04" + x + y}
        p = cbor2.loads(mint(LEGACY)).value[PLATFORM]
        self.refuse(wrap(p, sign(r, other, -35)), "binding")

    def test_lifecycle(self):
        for wrong in (0, 0x2fff, 0x3100, 0xffff):
            self.refuse(mint(platform={2395: wrong}), "lifecycle")
        for right in (0x3000, 0x30ff):
            self.assertTrue(cca_token.good(cca_token.check(mint(platform={2395: right}), ANCHORS[-35])))

    def test_expectations(self):
        token = mint()
        self.refuse(token, "challenge", challenge=CHALLENGE[:63])
        self.refuse(token, "challenge", challenge=b"")
        self.refuse(token, "challenge", challenge=CHALLENGE[:-1] + b"x")
        self.refuse(token, "RIM", rim=bytes(32))
        self.refuse(token, "RIM", rim=b"\x11" * 31)
        self.refuse(token, "REM2", rems={1: b"\1" * 32, 2: bytes(32)})
        self.refuse(token, "hash algorithm", hash_name="sha-512")


class Anchors(unittest.TestCase):
    def test_refused(self):
        entry = json.loads(anchors(-35))[0]
        jwk = entry["pkey"]
        for bad in ("", "{", "1", "[1]", '{"a": 1}', "[{}]",
                    *(json.dumps([entry | c]) for c in ({"instance-id": "0x01"}, {"implementation-id": 1},
                      {"pkey": jwk | {"crv": "P-999"}}, {"pkey": jwk | {"crv": "P-256"}}, {"pkey": jwk | {"kty": "RSA"}},
                      {"pkey": jwk | {"x": jwk["y"]}}, {"pkey": jwk | {"x": jwk["x"][:-4]}}, {"pkey": None}))):
            with self.subTest(bad), self.assertRaises(ValueError):
                cca_token.load_anchors(bad)


class Command(unittest.TestCase):
    def run_check(self, *options, stdin=b""):
        return subprocess.run([sys.executable, TESTBED / "check_token.py", *map(str, options)], input=stdin,
                              capture_output=True, check=False)

    def test_statuses(self):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(anchors(-35))
            f.flush()
            trust = ("--trust-anchors", f.name)
            size = 32
            done = self.run_check(*trust, "--challenge", CHALLENGE.hex(), "--hash", "sha256", "--wrapper", "399",
                                  "--rim", "11" * size, "--rem", "0=" + "00" * size, "--rem", "1=" + "01" * size, "-",
                                  stdin=mint())
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertTrue(all(line.startswith(b"ok   ") for line in done.stdout.splitlines()), done.stdout)
            self.assertIn(b"ok   platform signature: ES384, instance id " + INSTANCE.hex().encode(), done.stdout)

            done = self.run_check(*trust, "--json", "--rim", "22" * size, "-", stdin=mint())
            self.assertEqual(done.returncode, 1)
            report = json.loads(done.stdout)
            self.assertFalse(report["good"])
            self.assertEqual([s["name"] for s in report["steps"] if not s["ok"]], ["RIM"])

            done = self.run_check(*trust, "-", stdin=mint()[:-1])
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"FAIL wrapper: ", done.stdout)

            for wrong in ((), ("-",), trust, (*trust, "/nonexistent"), ("--trust-anchors", "/nonexistent", "-"),
                          ("--trust-anchors", __file__, "-"), (*trust, "--challenge", "0g", "-"),
                          (*trust, "--challenge", "00" * 65, "-"), (*trust, "--rem", "4=00", "-"),
                          (*trust, "--rem", "00", "-"), (*trust, "--hash", "md5", "-"), (*trust, "--wrapper", "1", "-")):
                with self.subTest(wrong):
                    self.assertEqual(self.run_check(*wrong, stdin=mint()).returncode, 2)


class Rim(unittest.TestCase):
    def test_value(self):
        dtb = b"\xd0\x0d\xfe\xed" + (16).to_bytes(4, "big") + bytes(8)
        with tempfile.TemporaryDirectory() as d:
            files = {n: pathlib.Path(d, n) for n in ("kernel", "initrd", "dtb")}
            for name, data in (("kernel", b"kernel"), ("initrd", b""), ("dtb", dtb + b"beyond its length")):
                files[name].write_bytes(data)
            for name in ("sha256", "sha384", "sha512"):
                h = lambda data: hashlib.new(name, data).digest()
                want = bytes(len(h(b"")))
                for component in (b"kernel", b"", b"console=ttyAMA0", dtb):
                    want = h(want + h(component))
                done = subprocess.run([TESTBED / "rim.py", "--hash", name, "--cmdline", "console=ttyAMA0",
                                       *(a for n, p in files.items() for a in (f"--{n}", p))],
                                      capture_output=True, check=False)
                self.assertEqual((done.returncode, done.stdout.decode()), (0, want.hex() + "\n"))
            files["dtb"].write_bytes(dtb[:15])
            done = subprocess.run([TESTBED / "rim.py", "--cmdline", "", *(a for n, p in files.items() for a in (f"--{n}", p))],
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 2)


@unittest.skipUnless(VECTORS.exists(), f"extra: no vectors of others at {VECTORS}")
class VectorsOfOthers(unittest.TestCase):
    """Complete tokens that other projects published, all under the public test key of TF-A."""

    TOKENS = (
        ("trustee/cca-example-token.cbor", 399, "sha-512"),
        ("rust-ccatoken/cca-token-01.cbor", 399, "sha-256"),
        ("rust-ccatoken/cca-token-draft-ffm-00.cbor", 399, "sha-256"),
        ("ccatoken/realm/tf-rmm/cca_token.cbor", 399, "sha-256"),
        ("tf-m-tools/cca_example_token.cbor", 907, "sha-256"),
        ("tf-m-tools/cca_example_token_legacy.cbor", 907, "sha-256"),
    )

    def test_all(self):
        for anchor in ("trustee/tastore.json", "rust-ccatoken/ta-tfa.json"):
            keys = cca_token.load_anchors((VECTORS / anchor).read_text())
            for name, wrapper, hash_name in self.TOKENS:
                with self.subTest(name):
                    token = (VECTORS / name).read_bytes()
                    steps = cca_token.check(token, keys, wrapper=wrapper, hash_name=hash_name)
                    self.assertTrue(cca_token.good(steps), steps)

    def test_anchor_of_another_platform(self):
        name, anchor = "rust-ccatoken/cca-token-01.cbor", "rust-ccatoken/ta.json"
        steps = cca_token.check((VECTORS / name).read_bytes(), cca_token.load_anchors((VECTORS / anchor).read_text()))
        self.assertEqual([s.name for s in steps if not s.ok], ["platform signature"])


if __name__ == "__main__":
    unittest.main()
