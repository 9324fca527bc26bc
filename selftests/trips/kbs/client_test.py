# SPDX-License-Identifier: GPL-2.0-only
"""libtsm-kbs against a KBS: what an agent sees, right and wrong.

KBS_URL= and KBS_CA= run the tests of class Any against another KBS, a real Trustee for
one (Documentation/agents/trustee.rst), which has to hold default/key/1 with the content
of KBS_CONTENT (a file) and to know the platform of the folder KBS_REALM. Tests that make
a KBS misbehave need ours, and are skipped by name there.
"""

import base64
import email.utils
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import certificates
import hostile_kbs
import kbs
import faked_realm
from policy import Policy

URI = "kbs:///default/key/1"
INIT_DATA = 'version = "0.1.0"\nalgorithm = "sha512"\n[data]\n"a" = "b"\n'
URL = os.environ.get("KBS_URL")
TSMCTL = faked_realm.BUILD / "tsmctl/tsmctl"


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


class World(unittest.TestCase):
    """A faked realm and, if no other KBS is given, ours."""

    @classmethod
    def setUpClass(cls):
        faked_realm.build()
        folder = tempfile.mkdtemp(prefix="kbs", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.ca, cls.certificate = certificates.make(folder)

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="kbs", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.place)
        self.realm = faked_realm.FakedRealm(self.place)
        self.realm.write_anchors()
        self.content = secrets.token_bytes(32)
        self.policy = Policy(self.realm.anchors, self.realm.values, tsmctl=TSMCTL)
        self.kbs = kbs.Kbs(self.policy, {
            "default/key/1": self.content, "default/key/2": b"", "default/key/big": bytes(1 << 20),
            "default/key/denied": None})
        self.server = self.serve(self.kbs, self.certificate)
        self.url = self.server.url

    def serve(self, service, certificate):
        server = kbs.Server(service, certificate)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def tearDown(self):
        self.assertEqual(self.kbs.defects, [])

    def client(self, *commands, **more):
        more.setdefault("ca", self.ca)
        more.setdefault("timeout", 15000)
        return faked_realm.Client(self.realm, more.pop("url", self.url), *commands, **more)

    def run_client(self, *commands, **more):
        """The lines it printed. A leak or an overflow ends it otherwise than it should."""
        lines, said, status = self.client(*commands, **more).end()
        self.assertIn(status, (0, 1), said)
        self.assertNotIn("Sanitizer", said)
        self.said = said
        return lines

    def get(self, uri=URI, **more):
        line, = self.run_client("get", uri, **more)
        return line

    def right(self, content=None):
        content = self.content if content is None else content
        return f"ok {len(content)} {content.hex()}"

    def assertRight(self, line):
        self.assertEqual(line, self.right())

    def assertError(self, line, name, *words):
        self.assertEqual(line.split(" ")[0], name, line)
        for word in words:
            self.assertIn(word, line)

    def init_data(self, text):
        """Of a realm that was started with it."""
        (self.place / "toml").write_text(text)
        return {"initdata": self.place / "toml",
                "environment": {"FAKE_RPV": hashlib.sha512(text.encode()).hexdigest()}}

    def steps(self):
        return [step for _, step, _ in self.kbs.requests]


@unittest.skipIf(URL and not os.environ.get("KBS_REALM"), "KBS_REALM is not set")
class Any(World):
    """What holds with every KBS that has the resource."""

    def setUp(self):
        super().setUp()
        if URL:
            self.url, self.ca = URL, os.environ.get("KBS_CA")
            self.realm.keys = pathlib.Path(os.environ["KBS_REALM"])
            self.content = pathlib.Path(os.environ["KBS_CONTENT"]).read_bytes()

    def client(self, *commands, **more):
        if URL and not self.ca:
            more = {"ca": None, "flags": 1, **more}
        return super().client(*commands, **{k: v for k, v in more.items() if v is not None})

    def test_resource(self):
        self.assertRight(self.get())

    def test_resource_with_each_kind_of_key(self):
        for kind in (0, 1, 2):
            with self.subTest(kind=kind):
                self.assertRight(self.get(key=kind))

    def test_token_in_wrapper_907_is_sent_in_399(self):
        self.assertRight(self.get(environment={"FAKE_TOKEN": "907"}))

    def test_token_of_the_legacy_profile(self):
        self.assertRight(self.get(environment={"FAKE_TOKEN": "legacy"}))

    def test_result_token_is_a_jwt(self):
        ok, token = self.run_client("attest", "token")
        self.assertEqual(ok, "ok")
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        self.assertIn("submods", claims)

    def test_init_data_short_and_long(self):
        """Its data comes back in the result token, which may then be too long for a header."""
        for size in (0, 10000, 200000):
            with self.subTest(size=size):
                self.assertRight(self.get(**self.init_data(f'{INIT_DATA}"c" = "{"x" * size}"\n')))

    def test_log_longer_than_a_request_may_be(self):
        (self.place / "log").write_bytes(bytes(2 << 20))
        self.assertRight(self.get(log=self.place / "log"))

    def test_session_serves_several_resources(self):
        lines = self.run_client("get", URI, "get", URI, "attest", "get", URI)
        self.assertEqual(lines, [self.right(), self.right(), "ok", self.right()])

    def test_missing_resource_is_refused(self):
        self.assertError(self.get("kbs:///default/key/missing"), "ENOKEY")

    def test_other_platform_is_refused(self):
        self.realm.keys = self.place / "other"
        self.realm.keys.mkdir()
        self.assertError(self.get(), "EKEYREJECTED")

    def test_bit_of_the_evidence_is_refused(self):
        self.assertError(self.get(environment={"FAKE_TOKEN": "forged"}), "EKEYREJECTED")


class Ours(World):
    def setUp(self):
        if URL:
            self.skipTest("needs our KBS, not that of KBS_URL")
        super().setUp()

    def fails(self, name, *words, within=5, uri=URI, **more):
        begin = time.monotonic()
        line = self.get(uri, **more)
        took = time.monotonic() - begin
        self.assertError(line, name, *words)
        self.assertLess(took, within, line)
        self.assertNotIn(self.content.hex(), line + self.said)
        return line


class Elsewhere(Ours):
    def test_kbs_of_another_process(self):
        """KBS_URL and what goes with it: all of Any are run, and nothing else is."""
        content, ready = self.place / "content", self.place / "ready"
        content.write_bytes(secrets.token_bytes(48))
        server = subprocess.Popen(
            [sys.executable, faked_realm.TOP / "selftests/testbed/kbs/kbs.py", "--tsmctl", TSMCTL,
             "--trust-anchors", self.realm.anchors, "--reference-values", self.realm.values,
             "--resource", f"default/key/1={content}", "--certificate", self.certificate, "--ready", ready], stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        while not (ready.exists() and ready.read_text()):
            self.assertIsNone(server.poll(), "the KBS ended")
            time.sleep(0.05)
        done = subprocess.run(
            [faked_realm.TOP / "selftests/harness/tap.py", __file__], capture_output=True, text=True, timeout=300,
            env={**os.environ, "KBS_URL": ready.read_text(), "KBS_CA": str(self.ca),
                 "KBS_REALM": str(self.realm.keys), "KBS_CONTENT": str(content)})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        results = [line.split(" ", 2)[2] for line in done.stdout.splitlines() if line.startswith("ok ")]
        self.assertEqual(sorted(r.removeprefix("Any.") for r in results if "# SKIP" not in r),
                         sorted(name for name in dir(Any) if name.startswith("test_")))
        self.assertIn("Errors.test_ENOKEY # SKIP needs our KBS, not that of KBS_URL", results)


class Protocol(Ours):
    def test_messages_are_those_of_0_4_0(self):
        self.assertRight(self.get())
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])
        message = self.kbs.last["attest"]
        self.assertEqual(set(message), {"init-data", "runtime-data", "tee-evidence"})
        self.assertIsNone(message["init-data"])
        self.assertEqual(message["tee-evidence"]["primary_evidence"]["token"][:3], [217, 1, 143])
        self.assertEqual(set(message["tee-evidence"]["primary_evidence"]), {"token"})

    def test_session_is_reused(self):
        lines = self.run_client("get", URI, "get", URI, "get", "kbs:///default/key/2")
        self.assertEqual(lines, [self.right(), self.right(), "ok 0 "])
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource", "resource"])

    def test_clock_of_the_realm_is_wrong(self):
        """An hour ahead: the session's cookie has expired before it comes."""
        right = email.utils.formatdate
        email.utils.formatdate = lambda seconds, **more: right(seconds - 3600, **more)
        self.addCleanup(setattr, email.utils, "formatdate", right)
        lines = self.run_client("get", URI, "get", URI)
        self.assertEqual(lines, [self.right()] * 2)
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource"])

    def test_token_is_reused_where_the_session_ended(self):
        self.kbs.session_seconds = 0.5
        client = self.client("get", URI, "wait", "get", URI)
        self.assertRight(client.line())
        self.assertEqual(client.line(), "waiting")
        time.sleep(0.6)
        client.resume()
        self.assertEqual(client.end()[0], [self.right()])
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource"])

    def test_expired_session_attests_once_more(self):
        client = self.client("get", URI, "wait", "get", URI)
        self.assertRight(client.line())
        self.assertEqual(client.line(), "waiting")
        self.kbs.forget()
        client.resume()
        self.assertEqual(client.end()[0], [self.right()])
        self.assertEqual(self.steps(), ["auth", "attest", "resource", "resource", "auth", "attest", "resource"])

    def test_each_session_has_a_key_of_its_own(self):
        seen = set()
        for _ in range(3):
            self.run_client("attest", "attest")
            seen.add(self.kbs.last["attest"]["runtime-data"]["tee-pubkey"]["x"])
        self.assertEqual(len(seen), 3)

    def test_hash_that_the_kbs_chose(self):
        def choose(name):
            def change(message):
                session = next(s for s in self.kbs.sessions.values() if s.nonce == message["nonce"])
                session.hash = name.lower()
                return {**message, "extra-params": {"selected-hash-algorithm": name}}
            return hostile_kbs.changed(change)
        for name in ("sha256", "SHA384", "sha512"):
            with self.subTest(name=name):
                self.kbs.faults = {"auth": choose(name)}
                self.assertRight(self.get())

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

    def test_proxy_of_the_options_and_of_the_environment(self):
        with Proxy() as proxy:
            self.assertRight(self.get(proxy=proxy.url))
            self.assertEqual(proxy.asked, [self.url.removeprefix("https://")])
            self.assertRight(self.get(environment={"https_proxy": proxy.url}))
            self.assertEqual(len(proxy.asked), 2)
            self.assertRight(self.get(environment={"https_proxy": proxy.url, "no_proxy": "127.0.0.1"}))
            self.assertRight(self.get(proxy="", environment={"https_proxy": proxy.url}))
            self.assertEqual(len(proxy.asked), 2)

    def test_proxy_that_refuses(self):
        with Proxy(refuse=True) as proxy:
            line = self.get(proxy=proxy.url, timeout=1000)
        self.assertError(line, "EHOSTUNREACH", "403")

    def test_plain_http_has_to_be_allowed(self):
        server = self.serve(self.kbs, None)
        self.assertError(self.get(url=server.url), "EINVAL", "does not authenticate the server")
        self.assertRight(self.get(url=server.url, flags=1))

    def test_valgrind_finds_nothing(self):
        done = self.client("get", URI, "attest", "get", URI, variant="plain", timeout=60000, prefix=(
            "valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect"), request_timeout=60000).end()
        self.assertEqual(done, ([self.right(), "ok", self.right()], "", 0))


class Tls(Ours):
    """-ECONNABORTED: the server cannot prove to be the KBS."""

    def server_of(self, name, **more):
        ca, certificate = certificates.make(self.place, name, **more)
        return self.serve(self.kbs, certificate), ca, certificate

    def refused(self, url, *words, **more):
        begin = time.monotonic()
        line = self.get(url=url, **more)
        self.assertError(line, "ECONNABORTED", *words)
        self.assertLess(time.monotonic() - begin, 5, "tried again")
        self.assertNotIn("auth", self.steps())

    def test_ca_of_the_options(self):
        server, ca, _ = self.server_of("second")
        self.assertRight(self.get(url=server.url, ca=ca))

    def test_another_ca_is_refused(self):
        server, _, _ = self.server_of("second")
        self.refused(server.url)

    def test_another_name_is_refused(self):
        server, ca, _ = self.server_of("second", addresses=("127.0.0.2",))
        self.refused(server.url, ca=ca)

    def test_expired_certificate_is_refused(self):
        server, ca, _ = self.server_of("old", days=-1)
        self.refused(server.url, "expired", ca=ca)

    def test_system_cas_do_not_know_it(self):
        lines, said, _ = faked_realm.Client(self.realm, self.url, "get", URI, timeout=15000).end()
        self.assertError(lines[0], "ECONNABORTED")

    def test_pinned_certificate(self):
        server, _, certificate = self.server_of("second", addresses=("127.0.0.2",))
        lines, said, _ = faked_realm.Client(self.realm, server.url, "get", URI, pin=certificate).end()
        self.assertEqual(lines, [self.right()], said)

    def test_other_certificate_than_the_pinned_is_refused(self):
        _, _, certificate = self.server_of("second")
        lines, said, _ = faked_realm.Client(self.realm, self.url, "get", URI, pin=certificate).end()
        self.assertError(lines[0], "ECONNABORTED")

    def test_certificate_of_the_pinned_ca_is_not_the_pinned_one(self):
        """The CA's own certificate as pin: what it signed is another key."""
        lines, said, _ = faked_realm.Client(self.realm, self.url, "get", URI, pin=self.ca).end()
        self.assertError(lines[0], "ECONNABORTED")
        self.assertNotIn("auth", self.steps())

    def test_pin_that_is_no_certificate(self):
        (self.place / "empty").write_text("")
        for name, error in (("empty", "EBADMSG"), ("missing", "ENOENT")):
            lines, _, _ = faked_realm.Client(self.realm, self.url, "get", URI, pin=self.place / name).end()
            self.assertError(lines[0], error)

    def test_ca_file_that_is_missing(self):
        self.assertError(self.get(ca=self.place / "missing"), "EINVAL", "missing")


class Errors(Ours):
    """Each errno of <tsm/kbs.h> by its name, each way to fail; all within the deadline."""

    def test_EINVAL_arguments(self):
        for uri in ("kbs:///a/b", "kbs://other/a/b/c", "https://a/b/c/d"):
            self.fails("EINVAL", uri=uri)
        for more in ({"url": "ftp://x"}, {"flags": 2}, {"key": 3}, {"pin": self.ca},
                     {"url": "https://user:word@127.0.0.1"}):
            self.fails("EINVAL", **more)
        self.assertEqual(self.steps(), [])

    def test_EINVAL_init_data_of_another_realm(self):
        (self.place / "toml").write_text("data")
        self.fails("EINVAL", "RPV", initdata=self.place / "toml")
        self.assertNotIn("attest", self.steps())

    def test_EKEYREJECTED_by_the_rim(self):
        self.realm.expect([faked_realm.realm_values(**{"initial-measurement": "99" * 32})])
        self.fails("EKEYREJECTED", "realm reference values", "44238", "PolicyDeny")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])

    def test_EKEYREJECTED_by_the_rems(self):
        self.realm.expect([faked_realm.realm_values(**{"extensible-measurements": faked_realm.REMS})])
        self.assertRight(self.get())
        self.realm.expect([faked_realm.realm_values(**{"extensible-measurements": ["00" * 32] * 4})])
        self.fails("EKEYREJECTED", "realm reference values", "44239", "PolicyDeny")

    def test_EKEYREJECTED_by_the_platform(self):
        self.realm.expect([faked_realm.realm_values()], {**faked_realm.PLATFORM, "platform-configuration": "00"})
        self.fails("EKEYREJECTED", "platform reference values", "2401", "AttestationError")
        self.assertEqual(self.steps(), ["auth", "attest"])

    def test_EKEYREJECTED_of_what_trustee_cannot_read(self):
        self.fails("EKEYREJECTED", "265", environment={"FAKE_TOKEN": "2024"})

    def test_EKEYREJECTED_by_the_resource_policy(self):
        self.fails("EKEYREJECTED", "PolicyDeny", uri="kbs:///default/key/denied")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])

    def test_EKEYREJECTED_after_one_more_attestation(self):
        """A reused session is doubted once, a new one never: no endless attesting."""
        lines = self.run_client("get", URI, "get", "kbs:///default/key/denied")
        self.assertError(lines[1], "EKEYREJECTED", "PolicyDeny")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"] + ["resource"] + ["auth", "attest", "resource"])

    def test_EKEYREJECTED_session_that_ends_at_once(self):
        self.kbs.session_seconds = -1
        self.fails("EKEYREJECTED", "session expired.")

    def test_ENOKEY(self):
        self.fails("ENOKEY", "PluginInternalError", uri="kbs:///default/key/missing")
        self.assertEqual(self.steps(), ["auth", "attest", "resource"])

    def test_ENOKEY_costs_a_session_nothing(self):
        lines = self.run_client("get", URI, "get", "kbs:///default/key/missing", "get", URI)
        self.assertEqual([line.split(" ")[0] for line in lines], ["ok", "ENOKEY", "ok"])
        self.assertEqual(self.steps(), ["auth", "attest"] + ["resource"] * 3)

    def test_ENOKEY_of_another_plugin(self):
        self.fails("ENOKEY", "Plugin pkcs11 not found", uri="kbs+pkcs11:///a/b")

    def test_EHOSTUNREACH_nobody_listens(self):
        self.fails("EHOSTUNREACH", "gave up", url="https://127.0.0.1:1", timeout=1500)

    def test_EHOSTUNREACH_connection_cut(self):
        for step in ("auth", "attest", "resource"):
            for fault in (hostile_kbs.cut, hostile_kbs.cut_half):
                with self.subTest(step=step, fault=fault.__name__):
                    self.kbs.faults = {step: fault}
                    self.fails("EHOSTUNREACH", "gave up at try", timeout=1500)

    def test_connection_cut_once_is_made_up_for(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.times(1, hostile_kbs.cut)}
                self.assertRight(self.get())

    def test_EAGAIN_until_the_timeout(self):
        for code in (429, 500, 502, 503):
            for step in ("auth", "attest", "resource"):
                with self.subTest(step=step, code=code):
                    self.kbs.faults = {step: hostile_kbs.status(code)}
                    self.fails("EAGAIN", str(code), "told to fail", "gave up at try", timeout=1200)

    def test_busy_for_a_while_is_waited_for(self):
        self.kbs.refuse_until = time.monotonic() + 2
        self.assertRight(self.get())

    def test_retry_after_is_heeded(self):
        self.kbs.faults = {"auth": hostile_kbs.times(1, hostile_kbs.status(503, retry_after=2))}
        begin = time.monotonic()
        self.assertRight(self.get())
        self.assertGreaterEqual(time.monotonic() - begin, 2)

    def test_EAGAIN_retry_after_is_later_than_the_timeout(self):
        self.kbs.faults = {"auth": hostile_kbs.status(503, retry_after=3600)}
        self.fails("EAGAIN", "gave up at try 1", timeout=10000)

    def test_ETIMEDOUT_slow(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.slow(4)}
                self.fails("ETIMEDOUT", timeout=1500, within=3)
        self.kbs.faults = {"auth": hostile_kbs.drip(4)}
        self.fails("ETIMEDOUT", timeout=1500, within=3)

    def test_ETIMEDOUT_of_one_request_is_made_up_for(self):
        self.kbs.faults = {"auth": hostile_kbs.times(1, hostile_kbs.slow(3))}
        self.assertRight(self.get(request_timeout=500))

    def test_EPROTO_garbage(self):
        for step in ("auth", "attest", "resource"):
            for body in (b"", b"garbage", b"[]", b"null", b'{"nonce":', b"\0\xff" * 50, b"{}", b'{"a":1,"a":2}',
                         b"[" * 100000):
                with self.subTest(step=step, body=body[:10]):
                    self.kbs.faults = {step: hostile_kbs.text(body)}
                    self.fails("EPROTO")

    def test_EPROTO_no_http(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.noise}
                self.fails("EPROTO", timeout=3000)

    def test_EPROTO_redirection(self):
        for step in ("auth", "attest", "resource"):
            with self.subTest(step=step):
                self.kbs.faults = {step: hostile_kbs.redirect(self.url + "/kbs/v0/auth")}
                self.fails("EPROTO", "redirection (302)")
                self.assertEqual(self.steps().count("auth"), 1)
                self.kbs.requests.clear()

    def test_EPROTO_challenge(self):
        for name, value in (("nonce", 1), ("nonce", ""), ("nonce", "not base64"), ("nonce", "A" * 2000),
                            ("nonce", "\u00e9"), ("nonce", "a\r\nb"),
                            ("extra-params", {"selected-hash-algorithm": "md5"}),
                            ("extra-params", {"selected-hash-algorithm": 1})):
            with self.subTest(name=name, value=value):
                self.kbs.faults = {"auth": hostile_kbs.put(name, value)}
                self.fails("EPROTO")

    def test_EPROTO_no_cookie(self):
        self.kbs.faults = {"auth": hostile_kbs.without_cookie}
        self.fails("EPROTO", "kbs-session-id")

    def test_EPROTO_result_token(self):
        for value in (1, "", "a b", "a\r\nX: y", None):
            with self.subTest(value=value):
                self.kbs.faults = {"attest": hostile_kbs.put("token", value)}
                self.fails("EPROTO", "no token")

    def test_EPROTO_no_kbs_at_the_url(self):
        self.fails("EPROTO", "404", url=self.url + "/elsewhere")

    def test_EPROTO_other_statuses(self):
        for code in (204, 400, 418):
            with self.subTest(code=code):
                self.kbs.faults = {"attest": hostile_kbs.status(code) if code != 204 else hostile_kbs.text(b"", 204)}
                self.fails("EPROTO", str(code))

    def test_EPROTONOSUPPORT_version(self):
        version = kbs.VERSION
        self.addCleanup(setattr, kbs, "VERSION", version)
        kbs.VERSION = "0.5.0"
        self.fails("EPROTONOSUPPORT", "Version Mismatch: expect =0.5.0 while the request is 0.4.0")

    def test_EBADMSG_wrong_jwe(self):
        wrong = {"tag": hostile_kbs.flip("tag"), "ciphertext": hostile_kbs.flip("ciphertext"), "iv": hostile_kbs.flip("iv"),
                 "encrypted_key": hostile_kbs.flip("encrypted_key"), "another key": hostile_kbs.for_key(),
                 "short tag": hostile_kbs.put("tag", "AAAA"), "no ciphertext": hostile_kbs.put("ciphertext", ""),
                 "apu": hostile_kbs.header(apu="QQ"), "aad": hostile_kbs.put("aad", "QQ"),
                 "short key": hostile_kbs.put("encrypted_key", "AAAAAAAAAAA")}
        for name, fault in wrong.items():
            with self.subTest(name):
                self.kbs.faults = {"resource": fault}
                self.fails("EBADMSG")

    def test_EBADMSG_wrong_jwe_for_rsa(self):
        for fault in (hostile_kbs.flip("encrypted_key"), hostile_kbs.for_key("RSA-OAEP-256"), hostile_kbs.flip("tag")):
            self.kbs.faults = {"resource": fault}
            self.fails("EBADMSG", key=2)

    def test_EBADMSG_epk(self):
        def with_epk(**change):
            def fault(message):
                raw = message["protected"]
                header = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
                header["epk"].update(change)
                raw = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
                return {**message, "protected": raw}
            return hostile_kbs.changed(fault)
        for change in ({"x": "AAAA"}, {"x": base64.urlsafe_b64encode(b"\1" * 32).decode().rstrip("=")},
                       {"crv": "P-521"}, {"kty": "OKP"}, {"y": None}, {"x": 1}):
            with self.subTest(**change):
                self.kbs.faults = {"resource": with_epk(**change)}
                self.fails("EBADMSG", "epk")

    def test_EPROTO_jwe_of_another_form(self):
        for name in ("protected", "encrypted_key", "iv", "ciphertext", "tag"):
            with self.subTest(name):
                self.kbs.faults = {"resource": hostile_kbs.drop(name)}
                self.fails("EPROTO")
        for fault in (hostile_kbs.for_key("RSA-OAEP-256"), hostile_kbs.header(enc="A128GCM"), hostile_kbs.header(zip="DEF"),
                      hostile_kbs.header(crit=["exp"], exp=1), hostile_kbs.put("protected", "e30"),
                      hostile_kbs.put("protected", "!!"), hostile_kbs.put("encrypted_key", "A" * 2000)):
            self.kbs.faults = {"resource": fault}
            self.fails("EPROTO")

    def test_jwe_with_what_does_not_matter(self):
        self.kbs.faults = {"resource": hostile_kbs.put("aad", None)}
        self.assertRight(self.get())
        self.kbs.faults = {"resource": hostile_kbs.put("unprotected", {"zip": "DEF", "enc": "A128GCM"})}
        self.assertRight(self.get())
        self.kbs.faults = {"resource": hostile_kbs.header(kid="x")}
        self.assertEqual(self.get(), self.right(b"content"))

    def test_jwe_with_aad(self):
        self.kbs.faults = {"resource": hostile_kbs.with_aad(b"content")}
        self.assertEqual(self.get(key=2), self.right(b"content"))
        for aad in ("", "QQ", None):
            self.kbs.faults = {"resource": hostile_kbs.with_aad(b"content", {"aad": aad})}
            self.fails("EBADMSG", key=2)

    def test_EMSGSIZE(self):
        for step in ("auth", "attest", "resource"):
            for fault in (hostile_kbs.huge, hostile_kbs.huge_said):
                with self.subTest(step=step, fault=fault.__name__):
                    self.kbs.faults = {step: fault}
                    self.fails("EMSGSIZE")
        self.kbs.faults = {}
        self.fails("EMSGSIZE", uri="kbs:///default/key/big", max=1000000)
        self.assertTrue(self.get("kbs:///default/key/big").startswith(f"ok {1 << 20} "))

    def test_EMSGSIZE_of_the_evidence(self):
        self.fails("EMSGSIZE", "413", **self.init_data(INIT_DATA + "#" * (2 << 20)))

    def test_EMSGSIZE_of_a_header(self):
        self.kbs.faults = {"auth": hostile_kbs.huge_header}
        self.fails("EMSGSIZE")

    def faulty(self, kind, **more):
        """(errno's name, text) of each run in which a call failed."""
        lines = self.run_client("faults", kind, URI, timeout=60000, **more)
        self.assertEqual(lines.pop().split()[0::2], ["all", "ok"])
        self.assertEqual([line for line in lines if line.startswith("not again")], [])
        return [line.split(" ", 3)[2:] for line in lines]

    def test_ENOMEM_wherever_memory_ends(self):
        results = self.faulty("memory")
        self.assertGreater(len(results), 100)
        self.assertEqual([r for r in results if r[0] != "ENOMEM"], [])

    def test_ENOMEM_or_made_up_for_wherever_curl_s_memory_ends(self):
        """What curl takes for a failure to connect is tried again."""
        results = self.faulty("curl")
        self.assertGreater(len(results), 100)
        self.assertEqual([r for r in results if r[0] not in ("ENOMEM", "ok")], [])

    def test_EIO_wherever_openssl_fails(self):
        text = 'version = "0.1.0"\nalgorithm = "sha512"\n[data]\n"a" = "b"\n'
        (self.place / "toml").write_text(text)
        rpv = {"FAKE_RPV": hashlib.sha512(text.encode()).hexdigest()}
        for kind, least in ((0, 18), (2, 12)):
            results = self.faulty("openssl", key=kind, initdata=self.place / "toml", environment=rpv)
            self.assertGreaterEqual(len(results), least)
            for name, text in results:
                self.assertEqual(name, "EIO", text)
                self.assertIn("OpenSSL cannot", text)

    def test_EINTR_cancelled_on_the_network(self):
        self.kbs.faults = {"auth": hostile_kbs.slow(5)}
        self.fails("EINTR", cancel=500, within=2)

    def test_EINTR_cancelled_between_tries(self):
        self.kbs.faults = {"auth": hostile_kbs.status(503, retry_after=10)}
        self.fails("EINTR", cancel=500, within=2)

    def test_report_s_errors_come_through(self):
        for fault, name in (("mkdir:13", "EACCES"), ("read outblob:110", "ETIMEDOUT"), ("read outblob:5", "EIO")):
            with self.subTest(name):
                self.fails(name, environment={"FAKE_FAULTS": fault}, timeout=2000)
        self.fails("EIO", "cannot be read: token:", environment={"FAKE_TOKEN": "cut"})
        self.fails("EIO", "another challenge", environment={"FAKE_TOKEN": "other challenge"})
        (self.realm.root / "provider").write_text("tdx_guest\n")
        self.fails("ENODEV", "tdx_guest")

    def test_words_of_the_kbs_are_harmless(self):
        words = "a\x1b[31m\nb" + "\u00e9" * 3 + "x" * 2000
        self.kbs.faults = {"attest": hostile_kbs.status(401, kind="E\n\x1b", detail=words)}
        line = self.fails("EKEYREJECTED", '"a?[31m?b??')
        self.assertLess(len(line), 600)
        self.assertTrue(line.isascii() and line.isprintable())

    def test_error_without_words(self):
        self.kbs.faults = {"attest": hostile_kbs.text(b"<html>no", 403)}
        self.fails("EKEYREJECTED", '"<html>no"')


class Threads(Ours):
    def in_threads(self, variant):
        done = subprocess.run([faked_realm.BUILD / f"unit/{variant}/trips/kbs/threads", self.url, self.ca, URI, self.content.hex()],
                              capture_output=True, text=True, timeout=300, env=self.realm.environment())
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("ok\n", "", 0))

    def test_a_ctx_in_each_thread(self):
        self.in_threads("asan")

    def test_a_ctx_in_each_thread_has_no_race(self):
        self.in_threads("tsan")


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


class Listener:
    """Takes connections, and does with each what it is told to."""

    def __init__(self, serve=lambda connection: None):
        self.taken = []
        self.serve = serve
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.taken.append(connection)
            threading.Thread(target=self.quietly, args=(connection,), daemon=True).start()

    def quietly(self, connection):
        try:
            self.serve(connection)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.socket.close()
        for connection in self.taken:
            connection.close()


class Proxy(Listener):
    """Tunnels, as far as it is told to."""

    def __init__(self, refuse=False):
        self.asked, self.refuse = [], refuse
        super().__init__(self.tunnel)
        self.url = f"http://127.0.0.1:{self.port}"

    def tunnel(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        where = head.split()[1].decode()
        if self.refuse:
            client.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        self.asked.append(where)
        host, _, port = where.rpartition(":")
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

        def pump(a, b):
            try:
                while data := a.recv(65536):
                    b.sendall(data)
                b.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        threading.Thread(target=pump, args=(server, client), daemon=True).start()
        pump(client, server)

