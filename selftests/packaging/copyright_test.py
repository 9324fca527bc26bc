# SPDX-License-Identifier: GPL-2.0-only
"""debian/copyright says of each file what the file says of itself."""

import fnmatch
import pathlib
import re
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SAID = re.compile(r"SPDX-License-Identifier: (.+?)(?: \*/| -->)?$", re.M)
# as the kernel's generator has it, and as the format of debian/copyright does
SAME = {"((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)":
        "GPL-2.0-only WITH Linux-syscall-note or BSD-3-Clause"}
NOT_OURS = {".git", "build", "LICENSES"}


def paragraphs():
    for text in (TOP / "debian/copyright").read_text().split("\n\n"):
        yield {name: " ".join(value.split()) for name, value in
               re.findall(r"^([\w-]+):(.*(?:\n .*)*)", text, re.M)}


class Copyright(unittest.TestCase):
    def test_licence_of_each_file(self):
        rules = [(p["Files"].split(), p["License"]) for p in paragraphs() if "Files" in p]
        seen = 0
        for path in TOP.rglob("*"):
            name = path.relative_to(TOP)
            if name.parts[0] in NOT_OURS or path.is_symlink() or not path.is_file():
                continue
            said = SAID.search(path.read_bytes()[:400].decode(errors="replace"))
            if not said:
                continue
            seen += 1
            licence = [l for globs, l in rules if any(fnmatch.fnmatch(str(name), g) for g in globs)][-1]
            with self.subTest(file=str(name)):
                self.assertEqual(SAME.get(said[1].strip(), said[1].strip()), licence)
        self.assertGreater(seen, 400)

    def test_each_licence_has_its_text(self):
        texts = {p["License"].split(" Redistribution")[0].split(" On Debian")[0]
                 for p in paragraphs() if "Files" not in p and "License" in p}
        for p in paragraphs():
            for licence in p["License"].split(" or ") if "Files" in p else ():
                self.assertIn(licence, texts)
