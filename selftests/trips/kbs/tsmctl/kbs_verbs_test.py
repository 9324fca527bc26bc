# SPDX-License-Identifier: GPL-2.0-only
"""tsmctl kbs: which status, message and file does each outcome give?"""

import json
import os
import resource
import signal
import stat
import subprocess
import time

import hostile_kbs
import faked_realm
from kbs_world import URI
from tsmctl_run import ENVIRONMENT, Tsmctl


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
