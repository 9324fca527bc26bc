#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""An encrypted container image, opened by a realm that may, and by no other.

The image's owner encrypts it with unmodified skopeo, and gives its key to a Key
Broker Service (KBS). The host boots realms. Each attests itself through skopeo,
ocicrypt and tsm-keyprovider, and runs the image's command if it gets the key. One
control run gets it; then one input at a time is changed, and nobody does.

Results are TAP. The realms are emulated: this shows software at work, not isolation.
"""

import json
import os
import pathlib
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent
sys.path += [str(TOP / "selftests/testbed/kbs"), str(TOP / "selftests/testbed")]

import certificates
import initramfs
import packages
from jwcrypto import jwk
from registry import Registry

BUILD = pathlib.Path(os.environ.get("O") or TOP / "build")
REALM_USER = BUILD / "realm-user"
HERE = TOP / "selftests/trips/container"
KEY = "default/key/image"
EVENTS = "example.org/container"
LIBRARIES = {**os.environ, "LD_LIBRARY_PATH": f"{BUILD / 'libtsm'}:{BUILD / 'libtsm-kbs'}"}


def step(text):
    print(f"\n# == {text}", flush=True)


def run(*line, **options):
    return subprocess.run(list(map(str, line)), check=True, stdin=subprocess.DEVNULL, **options)


def make(folder, *variables):
    run("make", "-s", "-C", TOP / folder, *variables, stdout=sys.stderr)


class Kbs:
    """The test KBS as a process; a context that ends it."""

    def __init__(self, place, image, mode, port=0):
        self.log = open(place / f"kbs-{mode}.log", "w+")
        ready = place / "ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, TOP / "selftests/testbed/kbs/kbs.py", "--trust-anchors", place / "anchors.json",
             "--reference-values", place / "values.json", "--policy", mode, "--approve", f"{EVENTS} Pull",
             "--resource", f"{KEY}={image.key}", "--certificate", place / "server.pem",
             "--evidence", place / "evidence.json", "--ready", ready, "--port", str(port)],
            stdout=self.log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while not (ready.exists() and ready.read_text()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"demo: error: the KBS did not start: {self.said()}")
            time.sleep(0.05)
        self.port = int(ready.read_text().rpartition(":")[2])

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def released(self):
        """How often a key was given away."""
        return self.said().count("kbs: resource 200")

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Tap:
    def __init__(self, planned):
        self.number = self.failed = 0
        print(f"1..{planned}")

    def result(self, ok, text):
        self.number += 1
        self.failed += not ok
        print(f"{'ok' if ok else 'not ok'} {self.number} - {text}", flush=True)


class Image:
    """Busybox from Debian's package with a secret word beside it; encrypted, and its key."""

    def __init__(self, place):
        self.word = secrets.token_hex(16)
        self.key = place / "key"
        self.key.write_bytes(secrets.token_bytes(32))
        root, plain, self.layout = place / "root", f"{place}/plain:demo", place / "sealed"
        shutil.copytree(packages.fetch("busybox-static"), root, symlinks=True)
        (root / "word").write_text(f"{self.word}\n")
        busybox = next(f"/{p}" for p in ("bin/busybox", "usr/bin/busybox") if (root / p).exists())
        command = busybox, "sh", "-c", f"echo \"the secret word is $({busybox} cat /word)\""
        run("umoci", "init", "--layout", place / "plain")
        run("umoci", "new", "--image", plain)
        run("umoci", "insert", *([] if os.geteuid() == 0 else ["--rootless"]), "--image", plain, root, "/")
        run("umoci", "config", "--image", plain, "--architecture", "arm64",
            *(a for word in command for a in ("--config.cmd", word)))
        ocicrypt(place / "host.json", BUILD / "tsm-keyprovider/tsm-keyprovider")
        run("skopeo", "--insecure-policy", "copy", "-q", "--encryption-key",
            f"provider:attestation-agent:keyid=kbs:///{KEY}::keypath={self.key}",
            f"oci:{plain}", f"oci:{self.layout}:demo",
            env={**LIBRARIES, "OCICRYPT_KEYPROVIDER_CONFIG": str(place / "host.json"), "HOME": str(place)})


def ocicrypt(file, program, *arguments):
    file.write_text(json.dumps({"key-providers": {"attestation-agent": {
        "cmd": {"path": str(program), "args": list(map(str, arguments))}}}}))


def programs(folder):
    """Of the packages' files those that run: together they are a quarter, and each boot measures them."""
    tree = packages.fetch("skopeo", "umoci", "crun")
    wanted = [f"usr/bin/{name}" for name in ("skopeo", "umoci", "crun")]
    for name in wanted:
        needed = (f"usr/lib/aarch64-linux-gnu/{n}" for n in initramfs.Elf((tree / name).read_bytes()).needed())
        wanted += [n for n in needed if n not in wanted and (tree / n).exists()]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / name, folder / name)
    shutil.copytree(tree / "etc/containers", folder / "etc/containers")
    return folder


class Realm:
    """What the host boots: its inputs, which a run may change."""

    def __init__(self, place, registry, kbs_port):
        self.registry = registry
        (place / "host").write_text(registry.address)
        ocicrypt(place / "guest.json", "/usr/bin/tsm-keyprovider", "--url", f"https://10.0.2.2:{kbs_port}",
                 "--ca", "/etc/demo/ca.pem", "--log", "/run/keyprovider.log")
        self.script, self.changed = HERE / "guest.sh", place / "guest"
        # one bit of its comment: the script does what it did
        self.changed.write_text(self.script.read_text().replace("note:", "nOte:"))
        self.changed.chmod(0o755)
        self.files = {programs(place / "programs"): "/",
                      place / "host": "/etc/demo/host", place / "server-ca.pem": "/etc/demo/ca.pem",
                      place / "guest.json": "/etc/demo/ocicrypt.json",
                      REALM_USER / "tsmctl/tsmctl": "/usr/bin/tsmctl",
                      REALM_USER / "tsm-keyprovider/tsm-keyprovider": "/usr/bin/tsm-keyprovider",
                      REALM_USER / "libtsm/libtsm.so.1": "/lib/libtsm.so.1",
                      REALM_USER / "libtsm-kbs/libtsm-kbs.so.1": "/lib/libtsm-kbs.so.1"}

    def line(self, *more, script=None, argument="demo=a"):
        files = {**self.files, script or self.script: "/usr/bin/guest"}
        return [TOP / "selftests/testbed/realm.py", "--module", "realm_tsm", "--net", "--mem", "2G",
                *(a for host, guest in files.items() for a in ("--file", f"{host}:{guest}")),
                "--append", argument, *more, "--", "env", "OCICRYPT_KEYPROVIDER_CONFIG=/etc/demo/ocicrypt.json",
                "guest"]

    def rim(self):
        """As computed from kernel, initramfs and command line, before any boot."""
        return run(*self.line("--print-rim"), capture_output=True, text=True).stdout.strip()

    def boot(self, *orders, **changes):
        """(status, what the container printed, what the realm said)."""
        self.registry.orders = "".join(f"{order}\n" for order in orders)
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(list(map(str, self.line(*changes.pop("more", ()), **changes))),
                                       stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
            said = []
            try:
                for text in process.stderr:
                    print(f"#   {text}", end="", flush=True)
                    said.append(text)
            except BaseException:
                process.terminate()     # it ends its realm
                raise
            finally:
                status = process.wait()
            out.seek(0)
            return status, out.read(), "".join(said)


class Demo:
    def __init__(self, place):
        self.place = place
        self.tap = Tap(9)

    def export(self, token, *arguments):
        """What the KBS has to know of a platform and of a realm, from a token that is as it should be."""
        run(BUILD / "tsmctl/tsmctl", "trustee", "export", "--cpak", BUILD / "monitor/cpak-pub.pem",
            "--trust-anchors", self.place / "anchors.json", "--reference-values", self.place / "values.json",
            *arguments, token, env=LIBRARIES)

    def control(self, kbs, image, what, **changes):
        before = kbs.released()
        status, out, _ = self.realm.boot(self.pull, **changes)
        print(f"#   the container: {out}", end="")
        self.tap.result(status == 0 and out == f"the secret word is {image.word}\n"
                        and kbs.released() == before + 1,
                        f"{what}: the key is released once, and the image's command runs")

    def refused(self, kbs, image, what, words, *orders, **changes):
        """All of the @words stand in what the realm was told."""
        before = kbs.released()
        status, out, said = self.realm.boot(*orders, self.pull, **changes)
        reason = next((line for line in said.splitlines()
                       if line.startswith("tsm-keyprovider:") and all(w in line for w in words)), None)
        ok = status == 1 and reason and not out and image.word not in said and kbs.released() == before
        self.tap.result(ok, f"{what}: {reason or f'the words {words} are not in what was said'}")

    def replayed(self, kbs):
        """Evidence that was accepted, sent once more by whoever has recorded it, with a key of theirs."""
        context = ssl.create_default_context(cafile=self.place / "server-ca.pem")
        server = f"https://127.0.0.1:{kbs.port}/kbs/v0"

        def post(name, message, **headers):
            request = urllib.request.Request(f"{server}/{name}", json.dumps(message).encode(), headers)
            try:
                with urllib.request.urlopen(request, context=context, timeout=60) as answer:
                    return json.load(answer), answer.headers
            except urllib.error.HTTPError as e:
                return json.load(e), e.headers

        auth, headers = post("auth", {"version": "0.4.0", "tee": "cca", "extra-params": {}})
        public = json.loads(jwk.JWK.generate(kty="EC", crv="P-256", alg="ECDH-ES+A256KW").export_public())
        answer, _ = post("attest", {
            "runtime-data": {"nonce": auth["nonce"], "tee-pubkey": public},
            "tee-evidence": json.loads((self.place / "evidence.json").read_text()),
        }, Cookie=headers["Set-Cookie"])
        reason = answer.get("detail", "")
        ok = "token" not in answer and "challenge" in reason and "claim 10 " in reason
        self.tap.result(ok, f"a replayed token: {reason or answer}")

    def run(self):
        step("An image is encrypted by its owner, on the host, by unmodified skopeo")
        image = Image(self.place)
        self.tap.result(not any(image.word.encode() in blob.read_bytes()
                                for blob in (image.layout / "blobs/sha256").iterdir()),
                        "the encrypted image does not have the secret word in the clear")

        step("A token of any realm says what the platform is; its key is its maker's to give")
        token = self.place / "platform.token"
        with open(token, "wb") as out:
            run(TOP / "selftests/testbed/realm.py", "--module", "realm_tsm",
                "--file", f"{REALM_USER / 'tsmctl/tsmctl'}:/usr/bin/tsmctl",
                "--file", f"{REALM_USER / 'libtsm/libtsm.so.1'}:/lib/libtsm.so.1",
                "--", "tsmctl", "report", stdout=out)
        self.export(token)

        certificates.make(self.place)
        registry = Registry(image.layout)
        self.pull = f"Pull {registry.reference}"
        with Kbs(self.place, image, "log") as kbs:
            step("The realm's RIM, computed from its kernel, initramfs and command line, is the reference value")
            self.realm = Realm(self.place, registry, kbs.port)
            rim = self.realm.rim()
            print(f"# {rim}")
            self.export(token, "--rim", rim)

            step("Policy: ours, the event log explains the registers and each event has to be approved")
            self.control(kbs, image, "control")
            rims = "realm reference values", "44238"
            step("One byte of the initramfs is changed")
            self.refused(kbs, image, "one byte of the initramfs", rims, script=self.realm.changed)
            step("One byte of the command line is changed")
            self.refused(kbs, image, "one byte of the command line", rims, argument="demo=b")
            step("The host orders something else, too")
            self.refused(kbs, image, "one unapproved event", ("event log", "Exec", "44239"), "Exec id")
            step("The platform has another key")
            self.refused(kbs, image, "another platform's key", ("trust anchor", "claim 256"),
                         more=("--monitor", BUILD / "other-platform/monitor.img"))
            step("Evidence of the control run is sent again, in a session of somebody else's")
            self.replayed(kbs)
            evidence = json.loads((self.place / "evidence.json").read_text())
            good = self.place / "good.token"
            good.write_bytes(bytes(evidence["primary_evidence"]["token"]))

        step("Policy: what Trustee can check, the registers' exact values, which are those of the control run")
        self.export(good)
        with Kbs(self.place, image, "trustee", kbs.port) as kbs:
            self.control(kbs, image, "control, exact registers")
            self.refused(kbs, image, "one unapproved event, exact registers",
                         ("realm reference values", "44239"), "Exec id")
        return self.tap.failed


def main():
    step("The programs are built for this machine and for the realm, and a second platform is minted")
    make("userspace", f"O={BUILD}")
    make("userspace", f"O={REALM_USER}", "CC=aarch64-linux-gnu-gcc")
    make("selftests/testbed/monitor", f"O={BUILD / 'other-platform'}")
    place = BUILD / "demo-container"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return 1 if Demo(place).run() else 0


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):      # what runs is ended on the way out
        signal.signal(number, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        sys.exit(f"demo: error: {pathlib.Path(error.cmd[0]).name} ended with status {error.returncode}, see above")
