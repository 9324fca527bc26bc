# SPDX-License-Identifier: GPL-2.0-only
"""tsmctl's verbs kbs and trustee: exit statuses, messages, files."""

import base64
import json
import os
import resource
import signal
import stat
import subprocess
import time

import hostile_kbs
import faked_realm
from client_test import URI, World

ENVIRONMENT = {"LD_LIBRARY_PATH": f"{faked_realm.BUILD}/libtsm:{faked_realm.BUILD}/libtsm-kbs"}


class Tsmctl(World):
    def command(self, *arguments):
        """The tsmctl with the faked kernel in it."""
        return [faked_realm.BUILD / "unit/plain/common/tsmctl", *map(str, arguments)]

    def run_tsmctl(self, *arguments, environment=None, **more):
        return subprocess.run(self.command(*arguments), capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL,
                              env=self.realm.environment(**ENVIRONMENT, **(environment or {})), **more)

    def kbs_run(self, *arguments, **more):
        return self.run_tsmctl("kbs", *arguments, "--url", self.url, "--ca", self.ca, **more)

    def get(self, *arguments, uri=URI, **more):
        return self.kbs_run("get", uri, *arguments, **more)

    def assertFails(self, done, status, *words):
        """One line, on stderr."""
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, b"")
        lines = [l for l in done.stderr.decode().splitlines() if not l.startswith("tsmctl: warning: ")]
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("tsmctl: "))
        for word in words:
            self.assertIn(word, lines[0])


class Kbs(Tsmctl):
    def test_get_to_stdout(self):
        done = self.get()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, self.content, b""))

    def test_get_into_a_file_for_its_owner_alone(self):
        out = self.place / "key"
        out.write_text("before")
        out.chmod(0o666)
        done = self.get("--out", out)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        self.assertEqual(out.read_bytes(), self.content)
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o600)

    def test_get_of_an_empty_resource(self):
        done = self.get(uri="kbs:///default/key/2")
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_attest(self):
        done = self.kbs_run("attest")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.count(b"."), 2)
        done = self.kbs_run("attest", "--show")
        shown = json.loads(done.stdout)
        self.assertEqual((shown["verified"], shown["header"]["alg"]), (False, "ES256"))
        self.assertEqual(shown["claims"]["submods"]["cpu0"]["ear.status"], "affirming")

    def test_15_result_token_that_is_no_jwt(self):
        for token in ("abc", "e30.e3", "e30", "e30.!!.x", ".."):
            self.kbs.faults = {"attest": hostile_kbs.put("token", token)}
            self.assertEqual(self.kbs_run("attest", "--show").returncode, 15, token)

    def test_2_usage(self):
        self.assertFails(self.run_tsmctl("kbs", "get", URI), 2, "--url")
        self.assertFails(self.run_tsmctl("kbs", "attest"), 2, "--url")
        self.assertFails(self.kbs_run("get"), 2, "takes one resource")
        self.assertFails(self.get("more"), 2, "takes one resource")
        self.assertFails(self.kbs_run("attest", "more"), 2, "takes no more")
        self.assertFails(self.get("--show"), 2, "--show")
        self.assertFails(self.kbs_run("attest", "--out", "x"), 2, "--out")

    def test_2_a_terminal_gets_no_secret(self):
        master, terminal = os.openpty()
        done = subprocess.run(self.command("kbs", "get", URI, "--url", self.url), stdout=terminal,
                              stderr=subprocess.PIPE, env=self.realm.environment(**ENVIRONMENT))
        os.close(terminal)
        os.close(master)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--out FILE", done.stderr)

    def test_3_bad_input(self):
        for wrong in (("--timeout", "0"), ("--timeout", "-1"), ("--timeout", "x"), ("--timeout", ""),
                      ("--timeout", "86401"), ("--pin", self.ca)):
            self.assertFails(self.get(*wrong), 3)
        self.assertFails(self.run_tsmctl("kbs", "get", URI, "--url", "http://127.0.0.1:1"), 3, "authenticate")
        self.assertFails(self.get(uri="kbs:///a"), 3)
        (self.place / "toml").write_bytes(b"a\0b")
        self.assertFails(self.get("--initdata", self.place / "toml"), 3, "no text")
        (self.place / "toml").write_bytes(b"a")
        self.assertFails(self.get("--initdata", self.place / "toml"), 3, "RPV")

    def test_1_files(self):
        self.assertFails(self.get("--initdata", self.place / "missing"), 1)
        self.assertFails(self.get("--log", self.place / "missing"), 1)
        self.assertFails(self.get("--out", self.place / "no/file"), 1, "cannot write")

    def test_7_not_reached(self):
        done = self.run_tsmctl("kbs", "get", URI, "--url", "https://127.0.0.1:1", "--timeout", "1")
        self.assertFails(done, 7, "gave up")
        self.assertIn(b"warning: KBS: https://127.0.0.1:1", done.stderr)
        self.kbs.faults = {"auth": hostile_kbs.status(503)}
        self.assertFails(self.get("--timeout", "1"), 7, "overloaded or failing")
        self.kbs.faults = {"auth": hostile_kbs.slow(3)}
        self.assertFails(self.get("--timeout", "1"), 7)

    def test_13_refused(self):
        self.assertFails(self.get(uri="kbs:///default/key/denied"), 13, "PolicyDeny")
        self.realm.expect([faked_realm.realm_values(**{"initial-measurement": "99" * 32})])
        self.assertFails(self.get(), 13, "PolicyDeny", "realm reference values", "44238")
        self.assertIn(b'"ear.status": "warning"', self.kbs_run("attest", "--show").stdout)
        self.realm.expect([faked_realm.realm_values()], {**faked_realm.PLATFORM, "platform-configuration": "00"})
        self.assertFails(self.kbs_run("attest"), 13, "AttestationError", "2401")

    def test_14_no_such_resource(self):
        self.assertFails(self.get(uri="kbs:///default/key/missing"), 14)

    def test_15_not_the_kbs(self):
        self.assertFails(self.run_tsmctl("kbs", "get", URI, "--url", self.url), 15, self.url)
        for step, fault in (("auth", hostile_kbs.text(b"garbage")), ("auth", hostile_kbs.redirect("/")),
                            ("resource", hostile_kbs.flip("tag")), ("resource", hostile_kbs.huge),
                            ("auth", hostile_kbs.status(401))):
            self.kbs.faults = {step: fault}
            self.assertFails(self.get(), 15)

    def test_4_and_8_of_the_realm(self):
        self.assertFails(self.get(environment={"FAKE_FAULTS": "read outblob:5"}), 8)
        (self.realm.root / "provider").write_text("tdx_guest\n")
        self.assertFails(self.get(), 4, "tdx_guest")

    def test_a_failure_leaves_the_file_as_it_was(self):
        out = self.place / "secret"
        out.write_text("before")
        self.assertFails(self.get("--out", out, uri="kbs:///default/key/missing"), 14)
        self.assertEqual(out.read_text(), "before")
        self.assertEqual(list(self.place.glob("secret*")), [out])

    def test_a_signal_ends_it(self):
        self.kbs.faults = {"auth": hostile_kbs.slow(5)}
        process = subprocess.Popen(self.command("kbs", "get", URI, "--url", self.url, "--ca", self.ca),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.realm.environment(**ENVIRONMENT))
        time.sleep(1)
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.assertLess(time.monotonic() - begin, 2)

    def test_without_the_library(self):
        environment = {"LD_LIBRARY_PATH": f"{faked_realm.BUILD}/libtsm"}
        done = subprocess.run(self.command("kbs", "attest", "--url", self.url), capture_output=True,
                              env=self.realm.environment(**environment))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"install libtsm-kbs1", done.stderr)

    def test_other_verbs_load_nothing_of_it(self):
        done = subprocess.run(["ldd", faked_realm.BUILD / "tsmctl/tsmctl"], capture_output=True, text=True)
        self.assertNotRegex(done.stdout, "curl|jose|libssl")

    def dumps_core(self, command):
        """Does it leave a core, when it is told to after a second?"""
        def begin():
            signal.signal(signal.SIGQUIT, signal.SIG_DFL)   # a job in the background ignores it
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.place,
            env=self.realm.environment(**ENVIRONMENT), preexec_fn=begin)
        time.sleep(1)
        process.send_signal(signal.SIGQUIT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -signal.SIGQUIT
        self.assertTrue(os.WIFSIGNALED(status))
        return os.WCOREDUMP(status)

    def test_it_leaves_no_core(self):
        if not self.dumps_core(["sleep", "10"]):
            self.skipTest("nothing leaves a core on this machine")
        self.kbs.faults = {"auth": hostile_kbs.slow(3)}
        self.assertFalse(self.dumps_core(self.command("kbs", "get", URI, "--url", self.url, "--ca", self.ca)))


class Trustee(Tsmctl):
    """trustee export, and a KBS that runs on what it wrote."""

    def setUp(self):
        super().setUp()
        self.token = self.place / "token"
        self.token.write_bytes(subprocess.run(
            [faked_realm.BUILD / "unit/plain/common/mint_token", "399"], check=True, capture_output=True,
            env=self.realm.environment()).stdout)
        self.cpak = self.place / "cpak.pem"
        subprocess.run(["openssl", "pkey", "-in", self.realm.keys / "platform-P-384.pem", "-pubout",
                        "-out", self.cpak], check=True)
        self.ta, self.rv, self.rvps = (self.place / name for name in ("ta.json", "rv.json", "rvps.json"))

    def export(self, *arguments, token=None):
        return self.run_tsmctl("trustee", "export", "--cpak", self.cpak, "--trust-anchors", self.ta,
                               "--reference-values", self.rv, *arguments, token or self.token)

    def assertExported(self, done):
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_what_is_written(self):
        self.assertExported(self.export())
        self.assertEqual(json.loads(self.ta.read_text()), json.loads(self.realm.anchors.read_text()))
        values = json.loads(self.rv.read_text())
        self.assertEqual(values, {"platform": [faked_realm.PLATFORM], "realm": [faked_realm.REALM]})

    def test_kbs_accepts_the_realm_by_it(self):
        self.assertExported(self.export())
        self.policy.anchors, self.policy.reference_values = self.ta, self.rv
        self.assertEqual(self.get().stdout, self.content)

    def test_without_rems_and_rpv(self):
        for given, missing in (("--any-rems", "extensible-measurements"), ("--any-rpv", "personalization-value")):
            self.assertExported(self.export(given))
            left = {k: v for k, v in faked_realm.REALM.items() if k != missing}
            self.assertEqual(json.loads(self.rv.read_text())["realm"], [left])

    def said_to_the_rvps(self, *arguments):
        """What the message registers: names, and what is accepted for each."""
        self.assertExported(self.export("--rvps", self.rvps, *arguments))
        message = json.loads(self.rvps.read_text())
        self.assertEqual((message.pop("version"), message.pop("type")), ("0.1.0", "sample"))
        self.assertEqual(set(message), {"payload"})
        return json.loads(base64.b64decode(message["payload"], validate=True))

    def test_message_to_the_rvps(self):
        def b64(hexes):
            return base64.b64encode(bytes.fromhex(hexes)).decode()
        name = "cca.realm.cca-realm-{}".format
        rpv, rems = name("personalization-value"), name("extensible-measurements")
        full = {name("initial-measurement"): [b64(faked_realm.RIM)], rems: [[b64(r) for r in faked_realm.REMS]],
                rpv: [b64(faked_realm.RPV)]}
        self.assertEqual(self.said_to_the_rvps(), full)
        self.assertEqual(self.said_to_the_rvps("--any-rems", "--any-rpv"),
                         {k: v for k, v in full.items() if k not in (rems, rpv)})
        rims = self.said_to_the_rvps("--rim", "77" * 32, "--rim", faked_realm.RIM, "--rim", "77" * 32)
        self.assertEqual(rims, {**full, name("initial-measurement"): [b64("77" * 32), b64(faked_realm.RIM)]})

    def test_other_rims(self):
        self.assertExported(self.export("--rim", "77" * 32, "--rim", faked_realm.RIM))
        found = [r["initial-measurement"] for r in json.loads(self.rv.read_text())["realm"]]
        self.assertEqual(found, ["77" * 32, faked_realm.RIM])
        self.policy.reference_values = self.rv
        self.assertEqual(self.get().stdout, self.content)
        self.assertExported(self.export("--rim", "77" * 32))
        self.assertFails(self.get(), 13, "44238")

    def test_key_as_jwk(self):
        anchor, = json.loads(self.realm.anchors.read_text())
        self.cpak.write_text(json.dumps({**anchor["pkey"], "kid": "x", "use": "sig"}))
        self.assertExported(self.export())
        self.assertEqual(json.loads(self.ta.read_text()), [anchor])

    def test_2_usage(self):
        self.assertFails(self.run_tsmctl("trustee", "export"), 2)
        self.assertFails(self.run_tsmctl("trustee", "export", self.token), 2, "--trust-anchors")
        self.assertFails(self.run_tsmctl("trustee", "export", "--reference-values", self.rv, self.token), 2,
                         "--cpak")
        self.assertFails(self.export(*("--rim", faked_realm.RIM) * 17), 2, "at most 16")

    def test_3_bad_input(self):
        for wrong in (("--rim", "00"), ("--rim", "zz"), ("--rim", "88" * 48)):
            self.assertFails(self.export(*wrong), 3, "--rim")
        anchor, = json.loads(self.realm.anchors.read_text())
        for text in ("", "{}", json.dumps({**anchor["pkey"], "d": "AA"}),
                     (self.realm.keys / "platform-P-384.pem").read_text(),
                     json.dumps({**anchor["pkey"], "x": "AA"})):
            self.cpak.write_text(text)
            self.assertFails(self.export(), 3)
        self.assertFalse(self.ta.exists())

    def test_10_not_genuine(self):
        data = bytearray(self.token.read_bytes())
        data[-1] ^= 1
        (self.place / "forged").write_bytes(data)
        self.assertFails(self.export(token=self.place / "forged"), 10, "realm signature")
        subprocess.run(["openssl", "ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out",
                        self.place / "other.key"], check=True)
        subprocess.run(["openssl", "pkey", "-in", self.place / "other.key", "-pubout", "-out", self.cpak], check=True)
        self.assertFails(self.export(), 10, "platform signature")
        self.assertFalse(self.ta.exists())
        self.assertFalse(self.rv.exists())

    def test_1_files(self):
        self.assertFails(self.export(token=self.place / "missing"), 1)
        self.cpak = self.place / "missing"
        self.assertFails(self.export(), 1)


del World, Tsmctl
