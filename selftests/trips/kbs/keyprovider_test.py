# SPDX-License-Identifier: GPL-2.0-only
"""tsm-keyprovider: both forms of ocicrypt's protocol, known answers, and skopeo itself."""

import base64
import json
import os
import pathlib
import re
import secrets
import subprocess
import unittest

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import hostile_kbs
import faked_realm
from kbs_world import World

VECTORS = pathlib.Path(os.environ.get("VECTORS", faked_realm.TOP.parent / "shared/vectors"))
KID = "kbs:///default/key/1"
OPTIONS = b'{"symkey":"c2VjcmV0","digest":"sha256:00","cipheroptions":{"nonce":"AAAA"}}'


def b64(data):
    return base64.b64encode(data).decode()


class Provider(World):
    def setUp(self):
        super().setUp()
        self.kek = self.place / "kek"
        self.kek.write_bytes(self.content)

    def program(self, variant="asan"):
        return [faked_realm.BUILD / f"unit/{variant}/common/keyprovider", "--url", self.url, "--ca", self.ca,
                "--timeout", "10", "--log", self.place / "log"]

    def ask(self, request, *arguments, program=None):
        if not isinstance(request, bytes):
            request = json.dumps(request).encode()
        return subprocess.run([*(program or self.program()), *map(str, arguments)], input=request,
                              capture_output=True, env=self.realm.environment())

    def assertFails(self, done, status, *words):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, b"")
        line, = done.stderr.decode().splitlines()
        for word in words:
            self.assertIn(word, line)
        self.assertEqual((self.place / "log").read_text().splitlines()[-1], line)
        self.assertNotIn(self.content.hex(), line)

    def parameter(self, **values):
        values = {"keyid": KID, "keypath": str(self.kek), **values}
        return "::".join(f"{k}={v}" for k, v in values.items()).encode()

    def wrap_request(self, form, data=OPTIONS, parameter=None):
        """As Go's ocicrypt or ocicrypt-rs sends it."""
        ec = {"Parameters": {"attestation-agent": [b64(parameter or self.parameter())]},
              "DecryptConfig": {"Parameters": None} if form == "go" else None}
        return {"op": "keywrap",
                "keywrapparams": {"ec": ec, "optsdata": b64(data) if form == "go" else data.decode()},
                "keyunwrapparams": {"dc": None, "annotation": None}}

    @staticmethod
    def unwrap_request(annotation):
        return {"op": "keyunwrap", "keywrapparams": {"ec": None, "optsdata": None},
                "keyunwrapparams": {"dc": {"Parameters": {"attestation-agent": [b64(b"Enabled")]}},
                                    "annotation": b64(annotation)}}

    def result(self, done, group, member):
        """An array of numbers, which both languages take for bytes."""
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        answer = json.loads(done.stdout)
        self.assertEqual({k: list(v) for k, v in answer.items()}, {group: [member]})
        return bytes(answer[group][member])

    def wrap(self, form="go", *arguments, **more):
        done = self.ask(self.wrap_request(form, **more), *arguments)
        return self.result(done, "keywrapresults", "annotation")

    def unwrap(self, annotation, **more):
        return self.result(self.ask(self.unwrap_request(annotation), **more), "keyunwrapresults", "optsdata")


def packet(kid, key, plain):
    """The annotation of a keyprovider of confidential-containers, v1, by an AES of its own."""
    iv = secrets.token_bytes(12)
    return {"kid": kid, "wrapped_data": b64(AESGCM(key).encrypt(iv, plain, None)), "iv": b64(iv),
            "wrap_type": "A256GCM"}


class Answers(Provider):
    def known(self):
        """An annotation as ocicrypt's other key providers make it, and what it holds."""
        plain = json.dumps({"symkey": b64(secrets.token_bytes(32)), "digest": f"sha256:{secrets.token_hex(32)}",
                            "cipheroptions": {"nonce": b64(secrets.token_bytes(16))}}).encode()
        return json.dumps(packet(KID, self.content, plain), indent="\t").encode(), plain

    def test_known_answer(self):
        annotation, plain = self.known()
        self.assertEqual(self.unwrap(annotation), plain)

    def test_known_answer_as_v2(self):
        annotation, plain = self.known()
        v2 = {**json.loads(annotation), "version": "0.1.0", "provider": "kbs",
              "provider_settings": {}, "annotations": {}}
        self.assertEqual(self.unwrap(json.dumps(v2).encode()), plain)

    def test_packet_whose_kid_is_no_resource(self):
        """As the hub's own test has it: read as a packet, its kid refused as a URI."""
        v1 = json.dumps(packet(f"kbs:///{KID}", self.content, OPTIONS)).encode()
        self.assertFails(self.ask(self.unwrap_request(v1)), 4, f"kbs:///{KID}")

    def test_wrap_and_unwrap(self):
        for form in ("go", "rust"):
            for algorithm in ("A256GCM", "A256CTR"):
                for v2 in ((), ("--v2",)):
                    with self.subTest(form=form, algorithm=algorithm, v2=v2):
                        made = self.wrap(form, *v2, parameter=self.parameter(algorithm=algorithm))
                        fields = json.loads(made)
                        self.assertEqual((fields["kid"], fields["wrap_type"]), (KID, algorithm))
                        self.assertEqual(fields.get("version"), "0.1.0" if v2 else None)
                        self.assertEqual(self.unwrap(made), OPTIONS)

    def test_packet_is_what_another_aes_makes_of_it(self):
        made = json.loads(self.wrap())
        data, iv = (base64.b64decode(made[n]) for n in ("wrapped_data", "iv"))
        self.assertEqual(AESGCM(self.content).decrypt(iv, data, None), OPTIONS)

    def test_iv_is_never_the_same(self):
        self.assertEqual(len({json.loads(self.wrap())["iv"] for _ in range(10)}), 10)

    def test_every_byte_and_length(self):
        for data in (b"", bytes(range(256)), secrets.token_bytes(5000)):
            self.assertEqual(self.unwrap(self.wrap(data=data)), data)

    def test_provider_of_another_name(self):
        request = self.wrap_request("go")
        request["keywrapparams"]["ec"]["Parameters"] = {"tsm": [b64(self.parameter())]}
        self.assertFails(self.ask(request), 3, "attestation-agent")
        self.assertEqual(self.ask(request, "--provider", "tsm").returncode, 0)

    def test_help(self):
        done = self.ask(b"", "--help")
        self.assertIn(b"Exit status:", done.stdout)

    def test_valgrind_finds_nothing(self):
        valgrind = ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full"]
        made = self.wrap()
        done = self.ask(self.unwrap_request(made), "--timeout", "60",
                        program=[*valgrind, *self.program("plain")])
        self.assertEqual(self.result(done, "keyunwrapresults", "optsdata"), OPTIONS)


@unittest.skipUnless(VECTORS.exists(), f"extra: no vectors of others at {VECTORS}")
class VectorsOfOthers(Provider):
    """Annotations that other projects published; Answers asks the same of its own."""

    def known(self):
        """The published annotation, and what the folder's README says that it holds."""
        readme = (VECTORS / "README.md").read_text()
        self.content = bytes.fromhex(re.search(r"KEK hex `([0-9a-f]{64})`", readme)[1])
        self.kbs.resources["default/key/1"] = self.content
        plain = re.search(r'`(\{"symkey".*?\})`', readme, re.S)[1]
        return (VECTORS / "guest-components/sample_kbc_annotation.json").read_bytes(), plain.encode()

    test_known_answer = Answers.test_known_answer
    test_known_answer_as_v2 = Answers.test_known_answer_as_v2

    def test_packet_whose_kid_is_no_resource(self):
        """v1.json of the hub."""
        v1 = (VECTORS / "guest-components/keyprovider-annotation-v1.json").read_bytes()
        self.assertFails(self.ask(self.unwrap_request(v1)), 4, "kbs:///kbs:///default/key/1")


class Refusals(Provider):
    def test_2_usage(self):
        for wrong in (("--what",), ("--url",), ("more",), ("--timeout", "0"), ("--timeout", "1x")):
            self.assertFails(self.ask(b"", *wrong), 2)
        done = self.ask(self.unwrap_request(self.wrap()), program=[self.program()[0], "--log", self.place / "log"])
        self.assertFails(done, 2, "--url")

    def test_3_request(self):
        good = self.unwrap_request(b"{}")
        for wrong in (b"", b"x", b"[]", b"{}", b'{"op":1}', b'{"op":"other"}', b'{"op":"keywrap"}',
                      b'{"op":"keyunwrap"}', b"\xff\xfe", b"{" * 100000,
                      json.dumps({**good, "keyunwrapparams": {"annotation": "!!!"}}).encode(),
                      json.dumps({**good, "keyunwrapparams": {"annotation": "AAA"}}).encode(),
                      json.dumps({**good, "keyunwrapparams": {"annotation": "A==="}}).encode(),
                      json.dumps({**good, "keyunwrapparams": {"annotation": "AA=A"}}).encode(),
                      json.dumps({**good, "keyunwrapparams": {"annotation": "AAAA\n"}}).encode(),
                      json.dumps({**good, "keyunwrapparams": [1]}).encode()):
            with self.subTest(wrong=wrong[:40]):
                self.assertFails(self.ask(wrong), 3)
        self.assertFails(self.ask(b" " * (1 << 20)), 3, "longer than")

    def test_3_annotation(self):
        good = json.loads(self.wrap())
        for change in ({"kid": None}, {"kid": 1}, {"iv": "!"}, {"iv": "AAAA"}, {"wrapped_data": "AAAA"},
                       {"wrapped_data": None}, {"wrap_type": "A128GCM"}, {"wrap_type": None},
                       {"version": "0.2.0"}, {"version": 1}, {"provider": "aliyun"}):
            with self.subTest(**change):
                self.assertFails(self.ask(self.unwrap_request(json.dumps({**good, **change}).encode())), 3)
        for text in (b"", b"null", b"[]", b"{}", b'{"kid":"a","kid":"b"}'):
            self.assertFails(self.ask(self.unwrap_request(text)), 3)
        self.assertEqual(self.kbs.requests, [], "a key was asked for in vain")

    def test_3_parameter(self):
        for wrong in (b"keyid", b"keyid=" + KID.encode(), b"keypath=/x", b"keyid=x::keypath=y",
                      self.parameter(algorithm="A128GCM"), self.parameter(other="x"), b"\0", b"a=b::",
                      self.parameter() + b"\0more"):
            with self.subTest(wrong=wrong):
                self.assertFails(self.ask(self.wrap_request("go", parameter=wrong)), 3)

    def test_4_key_file(self):
        for length in (0, 16, 31, 33, 64):
            self.kek.write_bytes(bytes(length))
            self.assertFails(self.ask(self.wrap_request("go")), 4, "bytes")
        self.assertFails(self.ask(self.wrap_request("go", parameter=self.parameter(keypath="/no/file"))), 4)

    def test_4_kbs(self):
        made = json.loads(self.wrap())

        def fails(kid, *words):
            done = self.ask(self.unwrap_request(json.dumps({**made, "kid": kid}).encode()))
            self.assertFails(done, 4, kid, *words)
        fails("kbs:///default/key/missing", "PluginInternalError")
        fails("kbs:///default/key/denied", "PolicyDeny")
        fails("kbs:///default/key/big", "1048576 bytes")
        fails("kbs:///default/key/2", "0 bytes")
        fails("kbs://other.example/default/key/1", "another KBS")
        self.realm.expect([faked_realm.realm_values(**{"initial-measurement": "99" * 32})])
        fails(KID, "realm reference values", "44238")
        self.kbs.faults = {"resource": hostile_kbs.for_key()}
        fails(KID)

    def test_words_of_an_image_are_harmless(self):
        made = json.loads(self.wrap())
        words = "a\x1b]0;title\x07\x7f\r\nb\u009b31m"
        for name, status, shown in (("kid", 4, "a?]0;title????b??31m"), ("wrap_type", 3, "a?]0;title????b??31m")):
            log = self.place / "log"
            done = self.ask(self.unwrap_request(json.dumps({**made, name: words}).encode()), "--log", log)
            self.assertFails(done, status, shown)
            self.assertEqual(log.read_bytes(), done.stderr)
            log.unlink()

    def test_5_another_key(self):
        made = json.loads(self.wrap())
        data = bytearray(base64.b64decode(made["wrapped_data"]))
        for at in (0, len(data) // 2, len(data) - 1):
            data[at] ^= 1
            changed = json.dumps({**made, "wrapped_data": b64(data)}).encode()
            self.assertFails(self.ask(self.unwrap_request(changed)), 5, KID)
            data[at] ^= 1
        self.kbs.resources["default/key/1"] = secrets.token_bytes(32)
        self.assertFails(self.ask(self.unwrap_request(json.dumps(made).encode())), 5)

    def test_1_nobody_reads_the_answer(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(self.program(), input=json.dumps(self.wrap_request("go")).encode(), stdout=full,
                                  stderr=subprocess.PIPE, env=self.realm.environment())
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write", done.stderr)


class Skopeo(Provider):
    """An image, encrypted and decrypted by an unmodified skopeo."""

    def setUp(self):
        super().setUp()
        config = {"key-providers": {"attestation-agent": {"cmd": {
            "path": str(self.program("plain")[0]), "args": [str(a) for a in self.program("plain")[1:]]}}}}
        (self.place / "ocicrypt.json").write_text(json.dumps(config))
        (self.place / "hello").write_text("hello from the layer\n")
        for command in (["init", "--layout", self.place / "image"], ["new", "--image", self.place / "image:plain"],
                        ["insert", *([] if os.geteuid() == 0 else ["--rootless"]),
                         "--image", self.place / "image:plain", self.place / "hello", "/hello"]):
            subprocess.run(["umoci", *command], check=True, capture_output=True)

    def copy(self, source, target, *options):
        return subprocess.run(
            ["skopeo", "--insecure-policy", "copy", "-q", *options, f"oci:{self.place}/{source}",
             f"oci:{self.place}/{target}"], capture_output=True, text=True,
            env=self.realm.environment(OCICRYPT_KEYPROVIDER_CONFIG=str(self.place / "ocicrypt.json"),
                                       HOME=str(self.place)))

    def layers(self, name):
        folder = self.place / name.split(":")[0]
        index = json.loads((folder / "index.json").read_text())
        entry = next(m for m in index["manifests"]
                     if m["annotations"]["org.opencontainers.image.ref.name"] == name.split(":")[1])
        manifest = json.loads((folder / "blobs" / entry["digest"].replace(":", "/")).read_text())
        return manifest["layers"]

    def encrypted(self):
        done = self.copy("image:plain", "sealed:image", "--encryption-key",
                         f"provider:attestation-agent:{self.parameter().decode()}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        layer, = self.layers("sealed:image")
        self.assertTrue(layer["mediaType"].endswith("+encrypted"))
        return layer

    def test_there_and_back(self):
        layer = self.encrypted()
        annotation = json.loads(base64.b64decode(
            layer["annotations"]["org.opencontainers.image.enc.keys.provider.attestation-agent"]))
        self.assertEqual(annotation["kid"], KID)
        done = self.copy("sealed:image", "opened:image", "--decryption-key", "provider:attestation-agent")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.layers("opened:image")[0]["digest"], self.layers("image:plain")[0]["digest"])
        self.assertEqual([s for _, s, _ in self.kbs.requests], ["auth", "attest", "resource"])

    def test_refused_realm_gets_nothing(self):
        self.encrypted()
        self.realm.expect([faked_realm.realm_values(**{"initial-measurement": "99" * 32})])
        done = self.copy("sealed:image", "opened:image", "--decryption-key", "provider:attestation-agent")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("44238", (self.place / "log").read_text())
        self.assertFalse((self.place / "opened/index.json").exists())


del World, Provider
