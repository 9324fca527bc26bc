# SPDX-License-Identifier: GPL-2.0-only
"""The checkers: what each is run on, and how what it says is read."""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import includes

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build/static"
PLANTED = "selftests/static/planted/"
KTREE = pathlib.Path("/usr/src/linux-tools")
JOBS = 2

Finding = collections.namedtuple("Finding", "checker check path line text")


class Absent(Exception):
    """The checker is not installed."""


class Broken(Exception):
    """The checker is there and could not do its work."""


def run(*command, **options):
    options = {"cwd": TOP, "capture_output": True, "text": True, "errors": "replace"} | options
    try:
        return subprocess.run([str(c) for c in command], **options)
    except FileNotFoundError:
        raise Absent(f"{command[0]} is not installed")


def wanted(path):
    """Not if only changed files are to be checked (CHANGED names them), and this is none.

    A source is that, too, if a header of its folder, or a public one, is.
    """
    if "CHANGED" not in os.environ or path.startswith(PLANTED):
        return True
    changed = os.environ["CHANGED"].split()
    return path in changed or path.endswith(".c") and any(
        f.endswith(".h") and (f.startswith("userspace/include/") or os.path.dirname(f) == os.path.dirname(path))
        for f in changed)


def tracked(*patterns):
    """Files of the tree as git has them, those not added yet included."""
    listed = run("git", "ls-files", "-co", "--exclude-standard", "--", *patterns).stdout.split("\n")
    return sorted(f for f in listed if f and (TOP / f).is_file())


def text_of(path):
    return (TOP / path).read_text(errors="replace")


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(str(part).encode(errors="replace") + b"\0")
    return h.hexdigest()


KEPT = collections.Counter()     # how many results were asked for, and how many of them were there


def kept(key, make):
    """What make() returns, a list of findings, or what it returned for this key before."""
    place = BUILD / "results" / key
    KEPT["all"] += 1
    KEPT["cached"] += place.exists()
    if not place.exists():
        findings = make()
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_suffix(f".{os.getpid()}-{key[:8]}")
        partial.write_text(json.dumps(findings))
        partial.rename(place)
    return [Finding(*f) for f in json.loads(place.read_text())]


def in_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        return [finding for found in pool.map(function, items) for finding in found]


def newest_headers():
    trees = sorted(pathlib.Path("/usr/src").glob("linux-headers-*-arm64"),
                   key=lambda p: [int(n) for n in re.findall(r"\d+", p.name)])
    if not trees:
        raise Absent("no kernel headers are installed")
    return trees[-1]


class Checker:
    name = what = None

    def version(self):
        return run(self.name, "--version").stdout

    def finding(self, match):
        """Of a match with the groups path, line, check, text."""
        path = os.path.relpath(os.path.join(TOP, match["path"]), TOP)
        return Finding(self.name, match["check"], path, int(match["line"]), match["text"].strip())


class Licences(Checker):
    """A licence in the first lines, and that of the table in CONTRIBUTING.md."""
    name = "licences"
    what = "every file says its licence, and it is that of its folder"
    FOLDERS = (
        ("uapi/", {"GPL-2.0-only WITH Linux-syscall-note",
                   "((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)"}),
        ("userspace/libtsm", {"LGPL-2.1-or-later"}),
        ("userspace/include", {"LGPL-2.1-or-later"}),
        ("userspace/tsmctl", {"GPL-2.0-only"}),
        ("userspace/", {"LGPL-2.1-or-later", "GPL-2.0-only"}),
        ("", {"GPL-2.0-only", "((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)"}),
    )
    TAG = re.compile(r"SPDX-License-Identifier: (.*?)\s*(-->|\*/)?$")

    def run(self):
        findings = []
        for path in tracked():
            if path.startswith(("LICENSES/", "debian/", "Documentation/bench.")) or "/corpus/" in path or \
                    "/stores/" in path and path.endswith(".json"):
                continue    # the licences; debian/copyright says it; what a program wrote; JSON without comments
            found = next(filter(None, map(self.TAG.search, text_of(path).splitlines()[:3])), None)
            allowed = next(names for folder, names in self.FOLDERS if path.startswith(folder))
            if not found:
                findings.append(Finding(self.name, "missing", path, 1, "says no licence"))
            elif found[1] not in allowed:
                findings.append(Finding(self.name, "other", path, 1, f"{found[1]}: not the folder's"))
        return findings


class Places(Checker):
    """Nothing of one machine or network."""
    name = "places"
    what = "no path of one machine, no host of a mirror"
    HOST = re.compile(r"\b(deb|ftp\d*|mirrors?|archive|security|snapshot|proxy|registry|pypi|crates)"
                      r"\.[a-z0-9-]+(\.[a-z0-9-]+)+|\b(?!www\.)[a-z0-9.-]+\.debian\.(org|net)")
    PATH = re.compile(r"(?<![\w.$}*/-])/(home|Users|work|srv|mnt)/[\w.-]+")

    def run(self):
        findings = []
        for path in tracked():
            if path.startswith("LICENSES/") or "/corpus/" in path:
                continue
            for number, line in enumerate(text_of(path).splitlines(), 1):
                for check, found in (("host", self.HOST.search(line)), ("path", self.PATH.search(line)),
                                     ("path", str(TOP) in line and [str(TOP)])):
                    if found:
                        findings.append(Finding(self.name, check, path, number, found[0]))
        return findings


class InSource(Checker):
    """A comment that silences a checker hides from the list of suppressions."""
    name = "in-source"
    what = "no checker is silenced but in the list of suppressions"
    SILENCED = re.compile(r"shellcheck disable|NOLINT|cppcheck-suppress|#\s*noqa|pylint: disable|"
                          r"pragma (GCC|clang) diagnostic|__CHECKER__|-Wno-analyzer")

    def run(self):
        own = pathlib.Path(__file__).resolve()
        return [Finding(self.name, "comment", path, number, line.strip())
                for path in tracked() if not path.startswith("LICENSES/") and TOP / path != own
                for number, line in enumerate(text_of(path).splitlines(), 1)
                if self.SILENCED.search(line)]


class Includes(Checker):
    """The directions are includes.py's."""
    name = "includes"
    what = "none points upward or sideways, or into what a library keeps to itself"

    def run(self):
        tree = includes.of_tree()
        findings = [Finding(self.name, kind, path, line, text)
                    for path, line, kind, text in tree.findings()]
        wrong = sum(not f.path.startswith(PLANTED) for f in findings)
        self.what = f"{Includes.what}: {wrong} of {tree.total}"
        return findings


class Checkpatch(Checker):
    name = "checkpatch"
    what = "all C and assembler, --strict"
    SCRIPT = KTREE / "scripts/checkpatch.pl"
    LINE = re.compile(r"(?P<path>[^:]+):(?P<line>\d+): \w+:(?P<check>\w+): (?P<text>.*)")

    def one(self, path):
        # messages for people are long, and it knows only the kernel's pr_err() and the like
        longest = 100 if path.startswith(("kmod/", "uapi/")) else 120

        def make():
            out = run(self.SCRIPT, "--strict", "--no-tree", "--show-types", "--terse",
                      "--no-summary", f"--max-line-length={longest}", "-f", path).stdout
            return [self.finding(m) for m in map(self.LINE.match, out.splitlines()) if m]
        return kept(digest(self.name, self.of_script, longest, path, text_of(path)), make)

    def run(self):
        if not self.SCRIPT.exists():
            raise Absent(f"{self.SCRIPT} is not installed")
        self.of_script = digest(self.SCRIPT.read_text())
        made = {"kmod/nl_gen.c", "kmod/nl_gen.h", "uapi/linux/realm_tsm.h",   # by nl-regen
                "selftests/robustness/fuzz/inputs.h"}                                    # by make_corpora
        return in_parallel(self.one, [f for f in tracked("*.c", "*.h", "*.S") if f not in made and wanted(f)])


class Sparse(Checker):
    name = "sparse"
    what = "the module, and gcc's warnings of W=1"
    LINE = re.compile(r"(?P<path>[^: ]+):(?P<line>\d+):\d+: (?P<level>error|warning): "
                      r"(?P<text>.*?)(?: \[-W(?P<option>[^\]]*)\])?$")
    # The kernel's own test of sparse refuses one without __typeof_unqual__, Debian's, and lets
    # C=2 pass unchecked: its result is preset, and the operator told in terms of an older one.
    FLAGS = ("KBUILD_CHECKSRC=2", "CF=-D__typeof_unqual__=__typeof__", "W=1")

    def tree(self, folder, name):
        headers = newest_headers()

        def make():
            out = BUILD / name
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            built = run("make", "-s", f"-j{JOBS}", "-C", headers, f"O={headers}",
                        f"M={TOP / folder}", f"MO={out}", *self.FLAGS, "modules")
            found = [m for m in map(self.LINE.match, built.stderr.splitlines()) if m]
            if built.returncode and not found:
                raise Broken(built.stderr)
            findings = []
            for m in found:
                check = m["option"] or re.sub(r"\W+", "-", m["text"])[:40]
                findings.append(self.finding(m.groupdict() | {"check": check}))
            return findings
        sources = [f for f in tracked(folder or ".", "kmod", "uapi", "Kbuild")
                   if f.startswith(folder or ("kmod/", "uapi/", "Kbuild"))]
        return kept(digest(self.name, self.FLAGS, headers, self.version(),
                           *(text_of(f) for f in sources)), make)

    def run(self):
        return self.tree("", "module") + self.tree(PLANTED, "planted")


class Coccinelle(Checker):
    name = "coccinelle"
    what = "the kernel's semantic patches that report, on the module"
    SCRIPTS = KTREE / "scripts/coccinelle"
    LINE = re.compile(r"(?P<path>[^:]+\.[ch]):(?P<line>\d+)(?::\d+(?:-\d+)?)?: (?P<text>.*)")

    def python(self):
        """spatch's reports are Python's, whose library it looks for without its version."""
        library = next(pathlib.Path("/usr/lib").glob("*/libpython3.*.so.1.0"), None)
        if not library:
            raise Absent("libpython3, which spatch reports with, is not installed")
        place = BUILD / "python" / library.name.removesuffix(".1.0")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_symlink():
            place.symlink_to(library)
        return os.environ | {"LD_LIBRARY_PATH": str(place.parent)}

    def one(self, script):
        text = script.read_text()
        options = [o for line in re.findall(r"^// *Options: *(.*)", text, re.MULTILINE)
                   for o in line.split()]

        def make():
            findings = []
            for folder in ("kmod", PLANTED):    # of files named one by one, it takes all as one
                done = run("spatch", "-D", "report", "--no-show-diff", "--very-quiet", "--cocci-file",
                           script, *options, "-I", "kmod", "-I", ".", "--dir", folder,
                           env=self.environment)
                if done.returncode:
                    raise Broken(f"{script}: {done.stderr}")
                name = str(script.relative_to(self.SCRIPTS)).removesuffix(".cocci")
                findings += [self.finding(m.groupdict() | {"check": name})
                             for m in map(self.LINE.match, done.stdout.splitlines()) if m]
            return findings
        return kept(digest(self.name, text, self.sources), make)

    def run(self):
        self.environment = self.python()
        self.sources = digest(*map(text_of, tracked("kmod/*.c", "kmod/*.h", f"{PLANTED}*.c")))
        scripts = [s for s in sorted(self.SCRIPTS.rglob("*.cocci")) if self.reports(s.read_text())]
        return in_parallel(self.one, scripts)

    @staticmethod
    def reports(script):
        """Not those two whose reports are made by OCaml, which needs its compiler."""
        return re.search(r"^virtual.*\breport\b", script, re.MULTILINE) and ":ocaml" not in script


class KernelDoc(Checker):
    name = "kernel-doc"
    what = "each comment of kernel-doc in the module and its header, -Wall"
    SCRIPT = KTREE / "tools/docs/kernel-doc"
    LINE = re.compile(r"(?:Warning|Error): (?P<path>[^:]+):(?P<line>\d+) (?P<text>.*)")

    def run(self):
        if not self.SCRIPT.exists():
            raise Absent(f"{self.SCRIPT} is not installed")
        # what it has to say of a file it says twice
        files = tracked("kmod/*.[ch]", "uapi/*.h", f"{PLANTED}*.c")
        said = run("python3", self.SCRIPT, "-Wall", "-none", *files)
        if said.returncode and not said.stderr:
            raise Broken("it says nothing and fails")
        return [self.finding(m.groupdict() | {"check": "comment"})
                for m in map(self.LINE.match, dict.fromkeys(said.stderr.splitlines())) if m]


def userspace_commands():
    """The compiler's command for each C file of userspace, as its Makefile has it."""
    printed = run("make", "-nBk", "-C", "userspace", "V=1", f"O={BUILD}/userspace").stdout
    commands = {}
    folder = TOP / "userspace"
    for line in printed.replace("\\\n", " ").splitlines():
        moved = re.search(r"-C (\w\S*)", line)
        if moved and "make" in line:
            folder = TOP / "userspace" / moved[1]
        if " -c -o " not in line:
            continue
        compiler, *words = shlex.split(line)
        at = words.index("-o")
        source = os.path.relpath(folder / words[-1], TOP)
        flags = [f for i, f in enumerate(words[:-1])
                 if f not in ("-MMD", "-MP", "-c") and i not in (at, at + 1)]
        commands[source] = [re.sub(r"^-I(?!/)", f"-I{folder}/", f) for f in flags]
    if not commands:
        raise Broken("make prints no compiler's command for userspace")
    any_flags = next(iter(commands.values()))
    return commands | {f: any_flags for f in tracked(f"{PLANTED}userspace.c")}


class Userspace(Checker):
    """One run for each C file of the libraries and tools."""

    def run(self):
        self.headers = digest(self.version(), *map(text_of, tracked("userspace/*.h", "uapi/*.h")))

        def one(item):
            path, flags = item
            return kept(digest(self.name, self.command(path, []), flags, self.headers, text_of(path)),
                        lambda: [self.finding(m) for m in map(
                            self.LINE.match, self.output(path, flags).splitlines()) if m])
        return in_parallel(one, [item for item in userspace_commands().items() if wanted(item[0])])

    def output(self, path, flags):
        done = run(*self.command(path, flags))
        return done.stdout + done.stderr


class GccAnalyzer(Userspace):
    name = "gcc-analyzer"
    what = "gcc -fanalyzer, userspace"
    LINE = re.compile(r"(?P<path>[^: ]+):(?P<line>\d+):\d+: warning: (?P<text>.*) "
                      r"\[-Wanalyzer-(?P<check>[^\]]*)\]$")

    def version(self):
        return run("gcc", "--version").stdout

    def command(self, path, flags):
        return ["gcc", *flags, "-O0", "-fanalyzer", "-fdiagnostics-plain-output", "-c",
                "-o", "/dev/null", path]


class ClangTidy(Userspace):
    name = "clang-tidy"
    what = "clang's analyzer, bugprone, cert; userspace"
    LINE = re.compile(r"(?P<path>[^: ]+):(?P<line>\d+):\d+: warning: (?P<text>.*) \[(?P<check>[^\],]*)")
    # Not asked: what is this style's own (a negated strcmp(), parameters of one type, printf()
    # whose failure nobody can be told of), Annex K, which no libc here has, and the order of
    # evaluation where && settles it.
    CHECKS = ("-*,clang-analyzer-*,bugprone-*,cert-*,-bugprone-easily-swappable-parameters,"
              "-bugprone-suspicious-string-compare,-bugprone-implicit-widening-of-multiplication-result,"
              "-bugprone-switch-missing-default-case,-bugprone-assignment-in-if-condition,-bugprone-inc-dec-in-conditions,-cert-err33-c,"
              "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling")

    def command(self, path, flags):
        return ["clang-tidy", "--quiet", f"--checks={self.CHECKS}", path, "--", *flags]


class Cppcheck(Userspace):
    name = "cppcheck"
    what = "warning, performance, portability; userspace"
    LINE = re.compile(r"(?P<path>[^: ]+):(?P<line>\d+):\d+: (?P<check>[^:]*): (?P<text>.*)")

    def command(self, path, flags):
        # it knows no -iquote
        flags = [f"-I{f}" if before == "-iquote" else f for before, f in zip(["", *flags], flags)
                 if f[:2] in ("-D", "-I") or before == "-iquote"]
        return ["cppcheck", "--quiet", "--enable=warning,performance,portability", "--inconclusive",
                "--std=c11", "--check-level=exhaustive", "--suppress=missingIncludeSystem",
                "--template={file}:{line}:{column}: {id}: {message}", *flags, path]


class Shellcheck(Checker):
    name = "shellcheck"
    what = "all shell scripts"
    LINE = re.compile(r"(?P<path>[^:]+):(?P<line>\d+):\d+: \w+: (?P<text>.*) \[(?P<check>SC\d+)\]$")

    def run(self):
        scripts = [f for f in tracked() if wanted(f) and re.match(r"#!/bin/(ba)?sh\b", text_of(f)[:20])]
        out = run("shellcheck", "--format=gcc", "--external-sources", "--source-path=SCRIPTDIR",
                  *scripts).stdout
        return [self.finding(m) for m in map(self.LINE.match, out.splitlines()) if m]


class Generated(Checker):
    name = "nl-regen"
    what = "netlink code and uapi header are as the generator makes them"

    SPEC = "Documentation/netlink/specs/realm-tsm.yaml"

    def differences(self, tree, path):
        done = run(tree / "scripts/nl-regen", "--check")
        lines = (done.stdout + done.stderr).splitlines() if done.returncode else []
        return [Finding(self.name, "differs", path, 0, line) for line in lines]

    def run(self):
        # what is planted for it: a specification that the code was not made from
        other = BUILD / "nl-regen"
        for path in tracked("scripts/nl-regen", self.SPEC, "kmod/nl_gen.*", "uapi"):
            (other / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / path, other / path)
        spec = text_of(self.SPEC)
        (other / self.SPEC).write_text(re.sub(r"(name: word-max\s+value: )", r"\g<1>1", spec))
        return self.differences(TOP, self.SPEC) + self.differences(other, PLANTED + self.SPEC)


ALL = [Licences(), Places(), InSource(), Includes(), Checkpatch(), Sparse(), Coccinelle(), KernelDoc(),
       GccAnalyzer(), ClangTidy(), Cppcheck(), Shellcheck(), Generated()]
