#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which include points the wrong way? One line each, and a count at the end.

    includes.py

The directions are in two places: MAY below for folders, and Kbuild for the kernel
module, whose objects stand in flow order there. A finding is one of

    upward    a file includes what rests on it
    sideways  neither rests on the other
    private   a program, or a test that is no unit test, includes what a library keeps
              to itself
    circle    two files include each other's headers
    dots      an include climbs out of its folder with ".."; -iquote names the root instead
"""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PLANTED = "selftests/static/planted/"

LIBTSM = "userspace/libtsm/"
PUBLIC = "userspace/include/tsm/"
PRIVATE = (LIBTSM, "userspace/libtsm-kbs/", "userspace/tsmctl/", "userspace/tsm-keyprovider/")

# What each folder may include besides itself. The longest name counts; what has no name
# here includes nothing but itself.
MAY = {
    f"{LIBTSM}base/": (),
    f"{LIBTSM}log/": (f"{LIBTSM}base/",),
    f"{LIBTSM}token/": (f"{LIBTSM}base/",),
    # it reads the kernel's log, and names registers as logs do
    f"{LIBTSM}guest/": (f"{LIBTSM}base/", f"{LIBTSM}log/", "uapi/"),
    f"{LIBTSM}appraisal/": (f"{LIBTSM}base/", f"{LIBTSM}log/", f"{LIBTSM}token/"),
    # both libraries need it, and neither exports it
    "userspace/libtsm-kbs/": (PUBLIC, f"{LIBTSM}base/opts.h"),
    "userspace/tsmctl/": (PUBLIC,),
    "userspace/tsm-keyprovider/": (PUBLIC,),
    "userspace/examples/": (PUBLIC,),
    "kmod/": ("uapi/",),
    # unit tests and fuzzers alone look inside
    "selftests/unit/": (PUBLIC, *PRIVATE, "uapi/", "selftests/robustness/fuzz/inputs.h"),
    "selftests/unit/monitor/": (PUBLIC, "selftests/testbed/monitor/"),
    "selftests/robustness/fuzz/": (PUBLIC, *PRIVATE, "selftests/unit/common/"),
    "selftests/robustness/": (PUBLIC, "selftests/unit/common/", "uapi/"),
    "selftests/bench/": (PUBLIC, "selftests/unit/common/", "selftests/kselftest/tsm/", "uapi/"),
    "selftests/trips/": (PUBLIC, "selftests/unit/common/"),
    "selftests/kselftest/": ("uapi/",),
    "selftests/testbed/monitor/": (),
    # in the place of libtsm's lowest folder
    PLANTED: (),
}

# a public header is of the folder that makes it true
OF_PUBLIC = {"tsm": "base", "eventlog": "log", "token": "token", "realm": "guest", "report": "guest",
             "measurement": "guest", "monitor": "guest", "verify": "appraisal"}

# where -iquote and -I look, after the folder of the file
ROOTS = (LIBTSM, "userspace/", "selftests/unit/common/", "selftests/kselftest/tsm/",
         "selftests/testbed/monitor/", "selftests/")
SYSTEM_ROOTS = ("userspace/include/", "uapi/", "")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]')


def folder_of(path):
    """Its name in MAY, or the folder that it is in."""
    if path.startswith(PUBLIC):
        of = OF_PUBLIC.get(pathlib.Path(path).stem)
        return f"{LIBTSM}{of}/" if of else "userspace/libtsm-kbs/"
    named = [name for name in MAY if path.startswith(name)]
    return max(named, key=len) if named else path.rpartition("/")[0] + "/"


def may_include(folder, path):
    of = folder_of(path)
    return of == folder or any(path.startswith(name) or of == name for name in MAY.get(folder, ()))


class Module:
    """The kernel module's objects in the order of Kbuild."""

    def __init__(self, kbuild):
        self.place = {}      # name: (position, layer, line)
        layer = None
        for number, line in enumerate(kbuild.splitlines()):
            comment = re.match(r"# (\w+)$", line)
            layer = comment[1] if comment else layer
            if line.startswith("realm_tsm-y"):
                for name in re.findall(r"kmod/(\w+)\.o", line):
                    self.place[name] = (len(self.place), layer, number)

    def wrong(self, path, target):
        """What is wrong with this include, or None."""
        a, b = (self.place.get(pathlib.Path(p).stem) for p in (path, target))
        if not b or a == b:      # a header without an object is below all
            return None
        if not a or b[0] < a[0]:
            return "upward"
        return "sideways" if a[1] == b[1] == "interfaces" and a[2] != b[2] else None


class Tree:
    """All includes of the tree's C files, from {path: text}."""

    def __init__(self, files):
        self.files = files
        self.module = Module(files["Kbuild"])
        self.total = 0

    def target(self, path, kind, name):
        """The path of what is included, None for what is not of this tree."""
        roots = SYSTEM_ROOTS
        if kind == '"':
            roots = (path.rpartition("/")[0] + "/", *ROOTS)
        found = (str(pathlib.PurePosixPath(root + name)) for root in roots)
        return next((f for f in found if f in self.files and f.endswith(".h")), None)

    def each(self):
        """(path, line, include's text, target or None) of each include."""
        for path, text in self.files.items():
            if path.endswith((".c", ".h", ".S")):
                for line, found in enumerate(map(INCLUDE.match, text.splitlines()), 1):
                    if found:
                        yield path, line, found[2], self.target(path, found[1], found[2])

    def wrong(self, path, target):
        if path.startswith("kmod/") and target.startswith("kmod/"):
            return self.module.wrong(path, target)
        folder = folder_of(path)
        if may_include(folder, target):
            return None
        if may_include(folder_of(target), path) or folder == PLANTED:
            return "upward"
        return "private" if target.startswith(PRIVATE) and not path.startswith(LIBTSM) else "sideways"

    def findings(self):
        """(path, line, kind, text), in the order of the files."""
        found, edges = [], {}
        for path, line, name, target in self.each():
            self.total += 1
            if ".." in name.split("/"):
                found.append((path, line, "dots", name))
            if not target:
                continue
            kind = self.wrong(path, target)
            if kind:
                found.append((path, line, kind, target))
            own, other = (p.rpartition(".")[0].removesuffix("_priv") for p in (path, target))
            if own != other:
                edges.setdefault((own, other), (path, line, target))
        for (own, other), (path, line, target) in edges.items():
            if own < other and (other, own) in edges:
                found.append((path, line, "circle", f"{target}, and {other} includes {own}.h"))
        return sorted(found)


def of_tree(top=TOP):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.[chS]", "Kbuild"], cwd=top,
                            check=True, capture_output=True, text=True).stdout.split()
    return Tree({path: (top / path).read_text(errors="replace") for path in listed
                 if (top / path).is_file()})


def main():
    tree = of_tree()
    findings = [f for f in tree.findings() if not f[0].startswith(PLANTED)]
    for path, line, kind, text in findings:
        print(f"{path}:{line}: {kind}: {text}")
    print(f"{len(findings)} of {tree.total} includes point the wrong way")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
