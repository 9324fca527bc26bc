#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the fuzzers' corpora, and inputs.h, what they hold inputs against.

    make_corpora FOLDER

Everything follows from the names of keys and events: running this again gives the
same bytes. What is checked in beside this script came from it.
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "unit/libtsm/differential"))

import mutations
import tokens
from tokens import ALGS, encode, key

HASHES = {"sha-256": 0x0b, "sha-384": 0x0c, "sha-512": 0x0d}


class Log:
    def __init__(self, name="sha-256", more=()):
        self.name, self.alg = name, HASHES[name]
        self.rems = [bytes(len(self.hash(b"")))] * 5
        sizes = {0x04: 20, 0x0b: 32, 0x0c: 48, 0x0d: 64, 0x12: 32}
        algs = b"".join(struct.pack("<HH", a, sizes[a]) for a in (self.alg, *more))
        spec = b"Spec ID Event03\0" + struct.pack("<IBBBBI", 1, 0, 2, 0, 2, 1 + len(more)) + algs + b"\0"
        self.data = struct.pack("<II20xI", 0, 3, len(spec)) + spec

    def hash(self, data):
        return hashlib.new(self.name.replace("-", ""), data).digest()

    def record(self, register, kind, digest, event):
        digests = struct.pack("<IH", 1, self.alg) + digest if digest else struct.pack("<I", 0)
        self.data += struct.pack("<II", register, kind) + digests + struct.pack("<I", len(event)) + event
        if digest and kind != 3:
            self.rems[register % 5] = self.hash(self.rems[register % 5] + digest)
        return self

    def aael(self, register, text):
        event = struct.pack("<II", 0x4141454c, len(text)) + text.encode()
        return self.record(register, 6, self.hash(event), event)

    def init(self, register, value, bare=False):
        text = f"INIT/{self.name} {value.hex()}".encode()
        self.record(register, 3, None, text if bare else struct.pack("<II", 0x4141454c, len(text)) + text)
        self.rems[register] = value
        return self


def log():
    return Log().aael(1, "example.org start content").record(4, 6, bytes(range(32)), b"BARE" + bytes(4)).aael(2, "example.org pull image")


class Fixed(tokens.Token):
    """A right token that the log fits."""

    def __init__(self, seed, wrapper=None):
        super().__init__(tokens.rng(seed))
        self.wrapper = wrapper or self.wrapper
        self.realm.claims.put(44235, bytes(64))
        self.realm.claims.put(44236, "sha-256")
        self.realm.claims.put(44238, bytes(range(32)))
        self.realm.claims.put(44239, log().rems[1:])
        self.platform.claims.put(2399, [tokens.Map([(1, "BL"), (2, bytes(32)), (5, bytes(32))])])


def refvalues():
    return {"platform": [{"implementation-id": tokens.IMPLEMENTATION.hex(), "platform-configuration": "cfcfcfcf",
                          "sw-components": [{"measurement-value": bytes(32).hex(), "signer-id": bytes(32).hex(),
                                             "component-type": "BL", "version": None}]}],
            "realm": [{"initial-measurement": bytes(range(32)).hex(), "rak-hash-algorithm": name,
                       "extensible-measurements": [r.hex() for r in log().rems[1:]], "personalization-value": bytes(64).hex()}
                      for name in ("sha-256", "sha-384", "sha-512")]}


def token_corpus():
    for i in range(16):
        yield f"right-{i}", Fixed(f"corpus {i}").encode()
    for kind in mutations.KINDS[1:]:
        yield kind.__name__, mutations.mutate(tokens.rng(f"corpus {kind.__name__}"), kind)


def log_corpus():
    yield "right", log().data
    yield "empty", Log().data
    yield "ends-ff", log().data + b"\xff" * 16
    yield "ends-00", log().data + bytes(8)
    for name in HASHES:
        yield name, Log(name, (0x04, 0x12)).aael(1, "a b c").init(2, Log(name).hash(b"x")).aael(2, "a b c").data
    yield "no-action", Log().record(0, 3, bytes(32), b"SP800-155 Event3").aael(1, "a b c").data
    yield "rim", Log().record(0, 6, bytes(32), b"").data
    yield "beyond", Log().record(9, 6, bytes(32), b"").data
    yield "lie", log().data.replace(b"image", b"other")
    yield "init-twice", Log().init(1, bytes(32)).aael(1, "a b c").init(1, bytes(32)).data
    yield "init-bare", Log().init(1, bytes(32), True).aael(1, "a b c").init(2, bytes(range(32)), True).data
    yield "efi", Log("sha-384").record(1, 0x80000001, bytes(48), b"variable").record(3, 0x0d, bytes(48), b"grub\0").data
    yield "two", log().data + Log().init(1, log().rems[1]).aael(1, "a b c").data


def store_corpus():
    yield "anchors", json.dumps(tokens.anchors()).encode()
    yield "anchors-empty", b"[]"
    yield "refvalues", json.dumps(refvalues()).encode()
    yield "refvalues-realm", json.dumps({"realm": [{"initial-measurement": bytes(64).hex(), "rak-hash-algorithm": "sha-512"}]}).encode()
    yield "refvalues-wrong", json.dumps(refvalues() | {"deny": []}).encode()
    for alg in ALGS:
        yield f"jwk-{alg.name}", json.dumps(key(alg, "cpak").jwk()).encode()
        yield f"cose-{alg.name}", encode(key(alg, "cpak").cose())
        yield f"pem-{alg.name}", pem(key(alg, "cpak"))
    yield "pem-two", pem(key(ALGS[0], "cpak")) + pem(key(ALGS[1], "cpak"))
    entry = tokens.anchors()[0] | {"pkey": pem(key(ALGS[0], "cpak")).decode()}
    yield "anchors-pem", json.dumps([entry]).encode()
    yield "deep", b'{"realm":' + b"[" * 9
    yield "strings", b'["\\u0041\\"\\\\[[[,", "\xc3\xbc"]'


NOTIFIES, FAILS, FROM_A_PROCESS = 1, 2, 4       # as fuzz_netlink.c has them
REPORT, PROVIDER, EVENT, MONITOR = range(4)
REALM_GET, EVENT_ADD, EVENT_NTF, LOG_GET, REPORT_GET = 1, 3, 4, 5, 6


def attribute(kind, value):
    data = struct.pack("<I", value) if isinstance(value, int) else value
    return struct.pack("<HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(kind, data, seq=0xffffffff):
    return struct.pack("<IHHII", 16 + len(data), kind, 0, seq, 0) + data


def answer(command, *attributes, seq=0xffffffff):
    return message(0x21, struct.pack("<BBH", command, 1, 0) + b"".join(attribute(*a) for a in attributes), seq)


def status(kind, error):
    return message(kind, struct.pack("<i", error) + bytes(16))


def datagram(*messages, flags=0):
    data = b"".join(messages)
    return struct.pack("<BH", flags, len(data)) + data


def netlink_corpus():
    """Of each operation what a kernel answers, and what stands in the way."""
    realm = answer(REALM_GET, (1, 1), (2, 0), (3, b"sha256\0"), (4, 32), (5, bytes(64)), (6, 2), (9, b""))
    added = answer(EVENT_ADD, (1, 1), (7, bytes(32)), (8, 3))
    token = answer(REPORT_GET, (2, bytes(range(200))), (3, 2))
    whole = struct.pack("<IIIH", 1, 6, 1, 0x0b) + bytes(range(32)) + struct.pack("<I", 0)
    records = [answer(LOG_GET, (1, n), (2, whole)) for n in range(6)]
    done, acknowledged, refused = status(3, 0), status(2, 0), status(2, -1)

    def notify(n, flags=NOTIFIES):
        return datagram(answer(EVENT_NTF, (1, 4), (7, bytes(range(32))), (8, n), seq=0), flags=flags)

    for name, op, data in (
            ("report", REPORT, datagram(token, acknowledged) + datagram(*records[:2]) + datagram(records[2], done)),
            ("report-cut", REPORT, datagram(token[:-5])), ("report-none", REPORT, datagram(acknowledged)),
            ("report-gap", REPORT, datagram(token) + datagram(records[0], records[2], done)),
            ("provider", PROVIDER, datagram(realm)), ("provider-refused", PROVIDER, datagram(refused)),
            ("event", EVENT, datagram(added, acknowledged)), ("event-refused", EVENT, datagram(refused)),
            ("event-process", EVENT, datagram(added, flags=FROM_A_PROCESS) + datagram(added)),
            ("event-fails", EVENT, datagram(flags=FAILS | 5 << 3)),
            ("monitor", MONITOR, datagram(realm) + notify(3) + notify(4)),
            ("monitor-lost", MONITOR, datagram(realm) + notify(5) + datagram(*records[3:], done) + notify(6)),
            ("monitor-full", MONITOR, datagram(realm) + datagram(flags=NOTIFIES | FAILS | 5 << 3) + datagram(records[3], done)),
            ("monitor-twice", MONITOR, datagram(realm) + notify(3) + notify(3) + notify(2)),
            ("monitor-lies", MONITOR, datagram(realm) + notify(9) + datagram(records[3], done))):
        yield name, bytes([op]) + data


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def der(k):
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    return k.private.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def jwe(k, content, sender="sender", aad="", **more):
    """A resource for a session's key, of the form that RCAR has, with everything fixed."""
    from cryptography.hazmat.primitives import hashes, keywrap
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
    epk, cek, iv = key(k.alg, sender), hashlib.sha256(b"cek").digest(), bytes(range(12))
    z = epk.private.exchange(ec.ECDH(), k.private.public_key())
    kek = ConcatKDFHash(hashes.SHA256(), 32, struct.pack(">I14sIII", 14, b"ECDH-ES+A256KW", 0, 0, 256)).derive(z)
    protected = b64(json.dumps({"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "epk": epk.jwk(), **more}).encode())
    sealed = AESGCM(cek).encrypt(iv, content, (protected + ("." + aad if aad else "")).encode())
    made = {"protected": protected, "encrypted_key": b64(keywrap.aes_key_wrap(kek, cek)), "iv": b64(iv),
            "ciphertext": b64(sealed[:-16]), "tag": b64(sealed[-16:])}
    return made | ({"aad": aad} if aad else {})


P256, P521 = ALGS[0], ALGS[2]
CHALLENGE = {"nonce": base64.b64encode(bytes(range(32))).decode(), "extra-params": ""}
RESULT = {"token": "eyJhbGciOiJub25lIn0.e30."}
CONTENT = bytes(range(32))


def kbs_answer(body, status=200, cookie=True):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return struct.pack("<HBH", status, cookie, len(body)) + body


def kbs_corpus():
    """Answers to auth, attest and for a resource; or no further ones."""
    auth, attest = kbs_answer(CHALLENGE), kbs_answer(RESULT)
    right = jwe(key(P256, "session"), CONTENT)
    refused = {"type": "https://github.com/confidential-containers/kbs/errors/AttestationError", "detail": "no \u00e9"}

    def chosen(name):
        return kbs_answer(CHALLENGE | {"extra-params": {"selected-hash-algorithm": name}})

    yield "p256", b"\0" + auth + attest + 2 * kbs_answer(right)
    yield "p521", b"\1" + auth + attest + 2 * kbs_answer(jwe(key(P521, "session"), CONTENT))
    yield "again", b"\0" + auth + attest + kbs_answer(right) + kbs_answer(refused, 401) + auth + attest + kbs_answer(right)
    yield "empty", b"\0" + auth + attest + kbs_answer(jwe(key(P256, "session"), b""))
    yield "aad", b"\0" + auth + attest + kbs_answer(jwe(key(P256, "session"), CONTENT, aad="QQ"))
    yield "kid", b"\0" + auth + attest + kbs_answer(jwe(key(P256, "session"), CONTENT, kid="x"))
    for more in ({"apu": "QQ"}, {"zip": "DEF"}, {"crit": ["exp"], "exp": 1}, {"enc": "A128GCM"}, {"alg": "RSA-OAEP-256"},
                 {"epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": 1}}):
        yield "header-" + min(more), b"\0" + auth + attest + kbs_answer(jwe(key(P256, "session"), CONTENT, **more))
    for name in right:
        yield f"without-{name}", b"\0" + auth + attest + kbs_answer({k: v for k, v in right.items() if k != name})
    for name in ("sha256", "SHA512", "md5"):
        yield f"hash-{name}", b"\0" + chosen(name) + attest + kbs_answer(right)
    yield "no-cookie", b"\0" + kbs_answer(CHALLENGE, cookie=False)
    yield "no-token", b"\0" + auth + kbs_answer({"token": "a b"})
    for status in (302, 401, 404, 413, 418, 429, 503):
        yield f"auth-{status}", b"\0" + kbs_answer(refused, status)
        yield f"attest-{status}", b"\0" + auth + kbs_answer(refused | {"type": "no slash"}, status)
        yield f"resource-{status}", b"\0" + auth + attest + kbs_answer(b"<html>", status)
    yield "deep", b"\0" + kbs_answer(b"[" * 3000)


def keyprovider_corpus():
    """Requests in Go's and in Rust's form, and annotations of both versions."""
    def text(data):
        return base64.b64encode(data).decode()

    v1 = {"kid": "kbs:///default/key/1", "wrapped_data": text(bytes(48)), "iv": text(bytes(12)), "wrap_type": "A256GCM"}
    v2 = v1 | {"version": "0.1.0", "provider": "kbs", "provider_settings": {}, "annotations": {}}
    ctr = v1 | {"iv": text(bytes(16)), "wrapped_data": text(b"x"), "wrap_type": "A256CTR"}
    ec = {"Parameters": {"attestation-agent": [text(b"keyid=kbs:///default/key/1::keypath=key")]}, "DecryptConfig": {}}
    wrap = {"op": "keywrap", "keywrapparams": {"ec": ec, "optsdata": text(b'{"symkeyopts":"x"}')}, "keyunwrapparams": {}}
    unwrap = {"op": "keyunwrap", "keywrapparams": {}, "keyunwrapparams": {
        "dc": {"Parameters": {}}, "annotation": text(json.dumps(v1).encode())}}
    for name, value in (("wrap-go", wrap), ("unwrap", unwrap),
                        ("wrap-rust", wrap | {"keywrapparams": {"ec": ec, "optsdata": '{"symkeyopts":"x"}'}}),
                        ("wrap-nothing", wrap | {"keywrapparams": {}}), ("op", {"op": "other"}), ("null", None),
                        ("unwrap-v2", unwrap | {"keyunwrapparams": {"annotation": text(json.dumps(v2).encode())}}),
                        ("unwrap-no-base64", unwrap | {"keyunwrapparams": {"annotation": "a b="}})):
        yield name, b"\0" + json.dumps(value).encode()
    for name, value in (("v1", v1), ("v2", v2), ("ctr", ctr), ("iv", ctr | {"wrap_type": "A256GCM"}),
                        ("version", v2 | {"version": "9"}), ("kid", {k: v1[k] for k in v1 if k != "kid"}), ("array", [v1])):
        yield f"annotation-{name}", b"\1" + json.dumps(value).encode()
    yield "annotation-twice", b"\1" + json.dumps(v1).encode().replace(b'"iv"', b'"kid"')


def pem(k):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    return k.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def c_array(name, data):
    lines = [", ".join(f"0x{b:02x}" for b in data[i:i + 14]) for i in range(0, len(data), 14)]
    return f"static const uint8_t {name}[] __attribute__((unused)) = {{\n\t" + ",\n\t".join(lines) + f"\n}};\n" \
           f"static const size_t {name}_len __attribute__((unused)) = sizeof({name});\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, corpus in (("token", token_corpus), ("eventlog", log_corpus), ("stores", store_corpus),
                         ("netlink", netlink_corpus), ("kbs", kbs_corpus), ("keyprovider", keyprovider_corpus)):
        where = folder / "corpus" / name
        where.mkdir(parents=True, exist_ok=True)
        for i, (file, data) in enumerate(corpus()):
            # every third with calls that fail now and then
            (where / file).write_bytes(struct.pack("<IB", 1 + i * 7919, 20 if i % 3 == 2 else 0) + data)
    text = "/* SPDX-License-Identifier: GPL-2.0-only */\n/* by make_corpora: what the fuzzers hold inputs against */\n" \
           "#ifndef INPUTS_H\n#define INPUTS_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n"
    for name, data in (("input_anchors", json.dumps(tokens.anchors()).encode()), ("input_challenge", tokens.CHALLENGE),
                       ("input_refvalues", json.dumps(refvalues()).encode()), ("input_log", log().data),
                       ("input_token", Fixed("input", 399).encode()),
                       ("input_key_p256", der(key(P256, "session"))), ("input_key_p521", der(key(P521, "session"))),
                       ("input_jwe_p256", json.dumps(jwe(key(P256, "session"), CONTENT)).encode())):
        text += c_array(name, data) + "\n"
    (folder / "inputs.h").write_text(text + "#endif\n")


if __name__ == "__main__":
    main()
