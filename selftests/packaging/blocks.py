# SPDX-License-Identifier: GPL-2.0-only
"""Literal blocks of documentation, and where each of them is run as it stands.

A line before the block says so: ".. run: WHERE" in reStructuredText, "<!-- run: WHERE -->"
in Markdown. WHERE is one of PLACES; "shown" is for what is no command.
"""

import pathlib
import re
import textwrap
from typing import NamedTuple

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = [TOP / "README.md", *sorted((TOP / "Documentation/start").glob("*.rst"))]
PLACES = {
    "host": "in a fresh clone on the machine that builds",
    "build": "where libtsm is installed, beside the examples",
    "realm": "as root in an emulated realm with module and command",
    "verify": "by the suite of that name, with its output",
    "debian": "by an administrator, in a Debian realm",
    "debian-agent": "by the user agent there",
    "debian-reboot": "there, and it starts anew",
    "measure": "in a realm, by selftests/trips/measure_test.py, which compares the output",
    "shown": "nowhere: it is no command",
}
MARK = re.compile(r"(?:\.\.|<!--) run: ([\w-]+)(?: -->)?$")


class Block(NamedTuple):
    page: str
    section: str
    where: str          # one of PLACES, None where nothing says so
    text: str


def blocks(path):
    """The literal blocks of a page, in order."""
    lines = path.read_text().expandtabs().split("\n")
    section, where, found, i = "", None, [], 0
    literal_next = path.suffix == ".md"     # there, every indented block is one
    while i < len(lines):
        line = lines[i]
        mark = MARK.match(line)
        if mark:
            where = mark[1]
        elif line.startswith("#") or (i + 1 < len(lines) and re.fullmatch(r"[=-]{3,}", lines[i + 1])):
            section = line.strip("# ")
        elif line.endswith("::") and not line.startswith("..") and path.suffix == ".rst":
            literal_next = True
        elif line.startswith("    ") and literal_next and not lines[i - 1].strip():
            end = i
            while end < len(lines) and (not lines[end].strip() or lines[end].startswith("    ")):
                end += 1
            found.append(Block(path.name, section, where,
                               textwrap.dedent("\n".join(lines[i:end])).strip("\n") + "\n"))
            i, where = end, None
            literal_next = path.suffix == ".md"
            continue
        i += 1
    return found
