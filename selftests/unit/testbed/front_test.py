# SPDX-License-Identifier: GPL-2.0-only
"""What people meet first says what there is, what is missing and what to do: runner, make, scripts. No boot."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent


def call(*line, **environment):
    return subprocess.run([*map(str, line)], cwd=TOP, env={**os.environ, **environment}, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)


class Front(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tmp = pathlib.Path(folder.name)

    def says(self, done, status, *words, lines=None):
        """It ended with this status and said all of the words, in that many lines."""
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stdout + done.stderr)
        if lines is not None:
            self.assertEqual(len((done.stdout + done.stderr).splitlines()), lines, done.stderr)


class Runner(Front):
    def run_realm(self, *options):
        return call("selftests/testbed/realm.py", *options, "--", "true")

    def image(self, content=b"Linux version 7.9.9-own (somebody) "):
        path = self.tmp / "Image"
        path.write_bytes(content[:0].ljust(0x38, b"\0") + b"ARM\x64" + content)
        return path

    def test_help_says_that_the_command_is_no_line_for_a_shell(self):
        self.says(call("selftests/testbed/realm.py", "--help"), 0, "not a line for a shell", "-- sh -c '")

    def test_unknown_kernel_lists_those_of_the_index(self):
        listed = call("apt-cache", "pkgnames", "linux-image-").stdout
        newest = re.search(r"^linux-image-([0-9][^-]*)-arm64$", listed, re.M)[1]
        self.says(self.run_realm("--kernel", "1.0"), 125, "no kernel 1.0", newest, lines=1)

    def test_unknown_choices_are_listed(self):
        for option, words in (("--module", "realm_tsm"), ("--page", "16k"), ("--hash", "sha384"),
                              ("--fault", "extend")):
            with self.subTest(option=option):
                self.says(self.run_realm(option, "unknown"), 2, option, words)

    def test_image_of_ones_own_wants_headers_for_the_module(self):
        self.says(self.run_realm("--kernel", self.image()), 2, "--headers DIR", "--module none")

    def test_headers_of_another_kernel(self):
        config = self.tmp / "headers/include/config"
        config.mkdir(parents=True)
        arguments = ("--kernel", self.image(), "--headers", self.tmp / "headers")
        self.says(self.run_realm(*arguments), 125, "no kernel headers", lines=1)
        (config / "kernel.release").write_text("7.9.8-own\n")
        self.says(self.run_realm(*arguments), 125, "7.9.8-own", "7.9.9-own", lines=1)

    def test_headers_are_for_an_image(self):
        self.says(self.run_realm("--headers", self.tmp), 2, "--headers goes with --kernel IMAGE")

    def test_what_is_no_image(self):
        self.says(self.run_realm("--module", "none", "--kernel", TOP / "README.md"), 125, "is no arm64 Image", lines=1)
        self.says(self.run_realm("--module", "none", "--kernel", self.tmp / "none"), 125, "no file", lines=1)
        self.says(self.run_realm("--module", "none", "--kernel", "/boot/Image"), 125, "build root", lines=1)


class Make(Front):
    def test_help_lists_all_targets(self):
        said = call("make", "-s", "help").stdout
        phony = re.search(r"^\.PHONY: (.*)$", (TOP / "Makefile").read_text(), re.M)[1].split()
        # "make" alone is the module; help is what is read here
        missing = {t for t in phony if not re.search(rf"make ([\w-]+,? )*{t}\b", said)} - {"modules", "help"}
        self.assertEqual(missing, set())
        self.assertLessEqual(max(map(len, said.splitlines())), 90)
        for group in ("Use", "Build", "Test", "Long tests"):
            self.assertIn(f"\n{group}, ", said)

    def test_no_module_can_be_built(self):
        """Each time the reason, and what can be made instead; headers that do are accepted."""
        config = self.tmp / "include/config"
        config.mkdir(parents=True)
        steps = (("Makefile", "", "is not configured"),
                 ("include/config/kernel.release", "6.18.0-amd64\n", "another architecture"),
                 ("include/config/auto.conf", "CONFIG_ARM64=y\n", None),
                 ("include/config/kernel.release", "6.12.3-arm64\n", "begins with 6.13"))
        done = call("make", "-s", f"KDIR={self.tmp / 'none'}")
        self.says(done, 2, "arm64" if os.uname().machine != "aarch64" else "linux-headers-", "make host",
                  "make realm", "make check", "KDIR=")
        for file, content, reason in steps:
            (self.tmp / file).write_text(content)
            done = call("scripts/can-build-module", self.tmp)
            with self.subTest(reason=reason):
                self.says(done, 1 if reason else 0, reason or "")
                self.assertEqual("make host" in done.stderr, bool(reason))

    def test_host_names_what_is_missing_before_it_compiles(self):
        finder = self.tmp / "pkg-config"
        finder.write_text("#!/bin/sh\ncase $2 in libcbor | jose) exit 1 ;; esac\n")
        finder.chmod(0o755)
        done = call("make", "-s", "host", f"O={self.tmp / 'build'}", PKG_CONFIG=str(finder))
        self.says(done, 2, "apt install libcbor-dev libjose-dev\n")
        self.assertFalse((self.tmp / "build").exists())


class Scripts(Front):
    def test_enter(self):
        self.says(call("scripts/enter", "--help"), 0, "usage: scripts/enter", lines=1)
        self.says(call("scripts/enter"), 1, "usage: scripts/enter", lines=1)
        self.says(call("scripts/enter", "--unknown"), 1, "usage: scripts/enter", lines=1)

    def test_setup(self):
        self.says(call("scripts/setup", "--help"), 0, "--refresh", "--remove", lines=3)
        self.says(call("scripts/setup", "--unknown"), 1, "usage: scripts/setup", lines=1)

    def test_cache_that_cannot_be_written(self):
        for folder in ("/proc/none", "/dev/null"):
            with self.subTest(folder=folder):
                self.says(call("scripts/setup", XDG_CACHE_HOME=folder), 1, folder, "XDG_CACHE_HOME", lines=1)


if __name__ == "__main__":
    unittest.main()
