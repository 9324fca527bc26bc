# SPDX-License-Identifier: GPL-2.0-only
"""Manual pages and completion say what the programs have: no more and no less."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("O") or TOP / "build")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def output(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more)


stage = tempfile.TemporaryDirectory()
man = pathlib.Path(stage.name) / "usr/share/man"


def rendered(page):
    environment = {**os.environ, "MANWIDTH": "100", "MAN_KEEP_FORMATTING": ""}
    done = output("man", "--warnings", "-l", page, cwd=man, env=environment)
    return done.stdout, done.stderr


def pages(section):
    return {p.stem: p for p in (man / f"man{section}").iterdir()}


def run_program(name, *arguments):
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{stage.name}/usr/lib"}
    return output(f"{stage.name}/usr/bin/{name}", *arguments, env=environment).stdout


def verbs():
    """{page's name: options} as tsmctl --help and each verb's own have them."""
    text = run_program("tsmctl", "--help").split("\nExit status")[0]
    entries = re.split(r"^  tsmctl (?=[a-z-])", text, flags=re.M)[1:-1]
    found = {}
    for entry in entries:
        words = re.match(r"[a-z]+(?: [a-z][a-z-]*)*(?=[ \n]|$)", entry)[0].split()
        own = run_program("tsmctl", *words, "--help")
        found["-".join(["tsmctl", *words])] = set(OPTION.findall(own.split("\n\n")[0]))
    return found


def completed(program, *words):
    """What a Tab at the end of these words of a command line offers."""
    script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '"$FUNCTION" "$PROGRAM"; printf "%s\\n" "${COMPREPLY[@]}"')
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{stage.name}/usr/lib",
                   "FUNCTION": "_" + program.replace("-", "_"),
                   "PROGRAM": f"{stage.name}/usr/bin/{program}"}
    rules = f"{stage.name}/usr/share/bash-completion/completions/{program}"
    done = output("bash", "-euc", script, "bash", rules, program, *words, env=environment)
    return set(done.stdout.split())


def own_options(text):
    """Options that a page describes; its examples may have those of other programs."""
    return set(OPTION.findall(re.split(r"\n(?:EXAMPLES|SEE ALSO)\n", text)[0]))


class Staged(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        output("make", "-s", "-C", TOP, f"O={BUILD}", "PREFIX=/usr", f"DESTDIR={stage.name}",
               "install")


class Pages(Staged):
    def test_groff_has_no_complaint(self):
        for section in "134":
            for name, page in pages(section).items():
                with self.subTest(page=name):
                    self.assertEqual(rendered(page)[1], "")

    def test_each_verb_has_its_page(self):
        self.assertEqual({n for n in pages(1) if n.startswith("tsmctl-")}, set(verbs()))

    def test_options_are_those_of_the_help(self):
        for name, options in verbs().items():
            with self.subTest(verb=name):
                self.assertEqual(own_options(rendered(pages(1)[name])[0]), options)

    def test_tsmctl_1_leads_to_each_verb(self):
        text = rendered(pages(1)["tsmctl"])[0]
        self.assertEqual(set(re.findall(r"tsmctl-[a-z-]+(?=\(1\))", text)), set(verbs()))

    def test_exit_statuses_are_those_of_the_help(self):
        def statuses(text):
            text = re.split(r"(?i)\nexit status:?\n", text)[1]
            return re.findall(r"^ +(\d+) +(\w+)", text.split("\nEXAMPLES")[0], flags=re.M)
        self.assertEqual(statuses(rendered(pages(1)["tsmctl"])[0]),
                         statuses(run_program("tsmctl", "--help")))

    def test_each_exported_function_has_a_page(self):
        exported = set()
        for version_map in (TOP / "userspace").glob("*/*.map"):
            exported |= set(re.findall(r"\b(tsm_\w+);", version_map.read_text()))
        self.assertTrue(exported)
        headers = {f"tsm_{h.stem}" for h in (TOP / "userspace/include/tsm").glob("*.h")}
        self.assertEqual(exported, set(pages(3)) - headers - {"libtsm"})
        for name in exported:
            with self.subTest(function=name):
                self.assertRegex(rendered(pages(3)[name])[0], rf"\b{name}\(")

    def test_module_parameters(self):
        declared = set()
        for source in (TOP / "kmod").glob("*.c"):
            declared |= set(re.findall(r"module_param(?:_[a-z]+)?\((\w+)", source.read_text()))
        text = re.split(r"\n\s+Groups", rendered(pages(4)["realm_tsm"])[0].split("Parameters")[1])[0]
        self.assertEqual(set(re.findall(r"^ +([a-z]+(?:_[a-z]+)+)\b", text, flags=re.M)), declared)


class KeyProvider(Staged):
    def test_options_are_those_of_the_help(self):
        options = set(OPTION.findall(run_program("tsm-keyprovider", "--help")))
        self.assertEqual(own_options(rendered(pages(1)["tsm-keyprovider"])[0]), options)
        self.assertEqual(completed("tsm-keyprovider", "--"), options - {"--help"})
        self.assertEqual(completed("tsm-keyprovider", "--v"), {"--v2"})


class Completion(Staged):
    def test_verbs(self):
        words = {tuple(name.split("-")[1:]) for name in verbs()}
        self.assertEqual(completed("tsmctl", ""), {w[0] for w in words} | {"--help", "--version"})
        for first in {w[0] for w in words if len(w) > 1}:
            with self.subTest(first=first):
                self.assertEqual(completed("tsmctl", first, ""),
                                 {w[1] for w in words if w[0] == first and len(w) > 1})

    def test_options(self):
        for name, options in verbs().items():
            with self.subTest(verb=name):
                self.assertEqual(completed(*name.split("-"), "--"), options)

    def test_of_a_part_of_a_word(self):
        self.assertEqual(completed("tsmctl", "re"), {"report"})
        self.assertEqual(completed("tsmctl", "report", "--challenge", "00", "--o"), {"--out"})
        self.assertEqual(completed("tsmctl", "none", ""), set())
