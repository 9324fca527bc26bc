# SPDX-License-Identifier: GPL-2.0-only
"""The commands of README and of the start pages work as they are written there.

Those for a Debian realm are check-install's.
"""

import os
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile
import time
import unittest

from blocks import PAGES, PLACES, TOP, blocks

BUILD = pathlib.Path(os.environ.get("O") or TOP / "build")
CROSS = "aarch64-linux-gnu-"
HEADERS = max(pathlib.Path("/usr/src").glob("linux-headers-*-arm64"))


def of(where):
    return [b for page in PAGES for b in blocks(page) if b.where == where]


def shell(commands, cwd, **environment):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=cwd, text=True,
                          env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f"status {done.returncode} of:\n{commands}{done.stdout[-3000:]}")
    return done.stdout


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.tmp = pathlib.Path(folder.name)
        # programs that are not in the root: it needs no sudo, and cc is the realm's
        for name, line in (("sudo", 'exec "$@"'), ("cc", f'exec {CROSS}gcc "$@"')):
            program = cls.tmp / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f"#!/bin/sh\n{line}\n")
            program.chmod(0o755)
        cls.path = f"{cls.tmp / 'bin'}:{os.environ['PATH']}"

    def test_every_block_says_where_it_is_run(self):
        for page in PAGES:
            for block in blocks(page):
                with self.subTest(page=block.page, block=block.text.split("\n")[0]):
                    self.assertIn(block.where, PLACES)

    def test_on_the_host(self):
        clone = self.tmp / "clone"
        clone.mkdir()
        shell(f"tar -c --exclude=./build --exclude=./.git . | tar -x -C {clone}", TOP)
        done = {"make check": "is what runs this", "make demo-container": "is a suite of its own"}
        for block in of("host"):
            for line in block.text.splitlines():
                command = re.sub(r" +# .*", "", line)
                if command in done:
                    continue
                with self.subTest(page=block.page, command=command):
                    begin = time.monotonic()
                    done[command] = shell(command, clone, PATH=self.path, KDIR=str(HEADERS),
                                          DESTDIR=str(self.tmp / "system"))
                    if command == "make demo":
                        print(f"# from clone to a verified token: {time.monotonic() - begin:.0f} s, "
                              "with the root and the kernel in the cache")
        self.assertIn("ok   realm signature", done["make demo"])

    def test_to_build_an_agent_and_in_a_realm(self):
        stage = shell("selftests/testbed/realm.py --print-product", TOP).strip()
        examples = shutil.copytree(TOP / "userspace/examples", self.tmp / "examples")
        for block in of("build"):
            with self.subTest(page=block.page, command=block.text):
                shell(block.text, examples, PATH=self.path, PKG_CONFIG_SYSROOT_DIR=str(stage),
                      PKG_CONFIG_LIBDIR=f"{stage}/usr/lib/pkgconfig")
        script = "set -eu\nmkdir /work\ncd /work\n"
        for block in of("realm"):
            script += f"echo '# {block.page}, {block.section}'\n(\n{block.text})\n"
        script += "for token in *token*; do echo $token $(base64 <$token | tr -d '\\n'); done\n"
        challenge = secrets.token_hex(64)
        said = shell(
            f"selftests/testbed/realm.py --module realm_tsm --file {examples}/agent:/usr/bin/agent "
            f"--file {stage}/usr/bin/tsmctl:/usr/bin/tsmctl "
            f"--file {stage}/usr/lib/libtsm.so.1:/lib/libtsm.so.1 "
            f"-- env challenge={challenge} sh -c \"$script\"", TOP, script=script)
        tokens = dict(re.findall(r"^(token[\w.]*) (\S+)$", said, re.M))
        for name, check in (("token", ""), ("token.cbor", f"--challenge {challenge}")):
            with self.subTest(token=name):
                shell(f"base64 -d <<<{tokens[name]} | selftests/testbed/check_token.py --trust-anchors "
                      f"{BUILD}/monitor/trust-anchors.json {check} -", TOP)
