# SPDX-License-Identifier: GPL-2.0-only
"""Which kernel boots: a distribution's, found in the package index and kept in the cache, or one's own."""

import fcntl
import functools
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"
PAGES = {"4k": "arm64", "16k": "arm64-16k"}


class NotFound(Exception):
    """No such kernel in the package index, or it cannot be fetched."""


def cache():
    return pathlib.Path(os.environ["CACHE"])


def debian_order(version):
    """A key that sorts versions as dpkg does (deb-version(7)), without a process for each pair.

    A kernel's has no revision. Text and numbers in turn; in text "~" is before its end, and letters before the rest.
    """
    return [([-1 if c == "~" else ord(c) + (0 if c.isalpha() else 256) for c in text] + [0],
             int(number or 0)) for text, number in re.findall(r"([^0-9]*)([0-9]*)", version)]


def versions(package, flavour):
    """Versions of linux-{package} for a flavour in the package index, newest first."""
    prefix = f"linux-{package}-"
    names = subprocess.run(["apt-cache", "pkgnames", prefix], check=True,
                           capture_output=True, text=True).stdout.split()
    pattern = re.compile(re.escape(prefix) + r"([0-9][^-]*)-" + flavour)
    found = [m[1] for m in map(pattern.fullmatch, names) if m]
    return sorted(found, key=debian_order, reverse=True)


def resolve(wanted, page):
    """The release (as of uname -r) of the newest kernel whose version begins with wanted."""
    flavour = PAGES[page]
    for version in versions("image", flavour):
        if not wanted or version == wanted or re.match(re.escape(wanted) + r"[.+]", version):
            return f"{version}-{flavour}"
    listed = ", ".join(versions("image", flavour)) or "none: run `make refresh`"
    raise NotFound(f"the package index has no kernel {wanted or ''} with {page} pages; it has {listed}")


def with_headers():
    """Versions with 4K pages that modules can be built for: those whose headers setup unpacked."""
    return sorted(p.name.removeprefix("linux-headers-").removesuffix("-arm64")
                  for p in pathlib.Path("/usr/src").glob("linux-headers-*-arm64"))


def packages(release):
    """The image's package and those that its files were split off into (7.x)."""
    def shown(name):
        return subprocess.run(["apt-cache", "show", f"{name}:arm64"],
                              capture_output=True, text=True).stdout

    image = f"linux-image-{release}"
    parts = {f"linux-{p}-{release}" for p in ("binary", "modules", "base")}
    return [image, *sorted(p for p in parts if p in shown(image) and shown(p))]


class Kernel:
    """A kernel in the cache: its boot image and its modules."""

    def __init__(self, release, folder=None):
        self.release = release
        self.dir = folder or cache() / "kernel" / release

    @property
    def image(self):
        """The arm64 Image: raw, as the loader needs it."""
        for place in (self.modules / "vmlinuz", self.dir / "boot" / f"vmlinuz-{self.release}"):
            if place.exists():
                return place
        raise NotFound(f"{self.dir} holds no kernel image: remove that folder and run it again")

    @property
    def modules(self):
        for top in ("usr/lib", "lib"):
            place = self.dir / top / "modules" / self.release
            if place.is_dir():
                return place
        raise NotFound(f"{self.dir} holds no modules: remove that folder and run it again")

    @property
    def headers(self):
        """What modules are built against."""
        own = self.dir / "build"
        return own if own.exists() else pathlib.Path("/usr/src") / f"linux-headers-{self.release}"

    make_arguments = ()     # for modules: the headers know the machine

    def builtin(self):
        """The list of modules that are built in, for modprobe."""
        return (self.modules / "modules.builtin").read_bytes()

    @functools.cached_property
    def module_files(self):
        """The modules' files by their names, with "_" for "-": one look at 900 folders for all."""
        return {name.split(".ko")[0].replace("-", "_"): pathlib.Path(folder, name)
                for folder, _, names in os.walk(self.modules / "kernel")
                for name in names if ".ko" in name}

    def module(self, name):
        """A module's file, or None where it is built in."""
        found = self.module_files.get(name.replace("-", "_"))
        if found:
            return found
        spellings = {name.replace("_", "-"), name.replace("-", "_")}
        builtin = self.builtin().decode()
        if any(f"/{s}.ko" in builtin for s in spellings):
            return None
        raise NotFound(f"kernel {self.release} has no module {name}")


def is_path(wanted):
    """Whether --kernel names a file, not a version."""
    return "/" in wanted or os.path.isfile(wanted)


class OwnKernel(Kernel):
    """An Image of somebody's own. What is no module beside its headers counts as built in."""

    make_arguments = ("ARCH=arm64", "CROSS_COMPILE=aarch64-linux-gnu-")
    image = None
    headers = None

    def __init__(self, image, headers):
        self.image = pathlib.Path(image).absolute()
        if not self.image.is_file():
            hidden = " in the build root: copy it below your home or this clone" \
                if self.image.parts[1] in ("boot", "etc", "lib", "run", "usr", "var") else ""
            raise NotFound(f"there is no file {image}{hidden}")
        data = self.image.read_bytes()
        if data[0x38:0x3c] != b"ARM\x64":
            raise NotFound(f"{image} is no arm64 Image: take arch/arm64/boot/Image, not compressed")
        banner = re.search(rb"Linux version ([^ \0%]+) ", data)
        if not banner:
            raise NotFound(f"{image} does not say which Linux version it is")
        super().__init__(banner[1].decode(), self.image.parent)
        self.headers = headers.absolute() if headers else None
        self.builtins = []
        if headers:
            self.check_headers()

    def check_headers(self):
        try:
            release = (self.headers / "include/config/kernel.release").read_text().strip()
        except OSError as e:
            raise NotFound(f"{self.headers} holds no kernel headers (no include/config/kernel.release)") from e
        if release != self.release:
            raise NotFound(f"the headers are of {release}, and {self.image} is {self.release}")

    def builtin(self):
        return "".join(f"kernel/{name}.ko\n" for name in self.builtins).encode()

    def module(self, name):
        for spelling in {name.replace("_", "-"), name.replace("-", "_")}:
            for place in (self.headers, self.headers.parent / "kernel") if self.headers else ():
                found = next(place.glob(f"**/{spelling}.ko*"), None)
                if found:
                    return found
        self.builtins.append(name.replace("-", "_"))
        return None


def debug():
    """The debug kernel, built where the cache does not have it."""
    built = subprocess.run([SCRIPTS / "debug-kernel"], stdout=subprocess.PIPE, text=True)
    if built.returncode:
        raise NotFound("there is no debug kernel, see above")
    folder = pathlib.Path(built.stdout.strip())
    return Kernel((folder / "build/include/config/kernel.release").read_text().strip(), folder)


def find(wanted, page, say=lambda text: None, headers=None):
    """A kernel in the cache, by what --kernel and --page say; "debug" is the bench's own."""
    if wanted and is_path(wanted):
        return OwnKernel(wanted, headers)
    return debug() if wanted == "debug" else fetch(resolve(wanted, page), say)


def module_content(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def module_depends(content):
    """Names of the modules that this one needs, from its .modinfo."""
    found = re.search(rb"\0depends=([^\0]*)\0", content)
    return found[1].decode().split(",") if found and found[1] else []


def fetch(release, say):
    """The kernel, downloaded and unpacked where the cache does not have it yet."""
    kernel = Kernel(release)
    kernel.dir.parent.mkdir(parents=True, exist_ok=True)
    with open(kernel.dir.parent / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kernel.dir.is_dir():
            return kernel
        for left in kernel.dir.parent.glob(".partial-*"):    # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        say(f"fetching kernel {release} (about 100 MB, once)")
        partial = pathlib.Path(tempfile.mkdtemp(prefix=".partial-", dir=kernel.dir.parent))
        try:
            partial.chmod(0o755)
            download = partial / "deb"
            download.mkdir()
            got = subprocess.run(
                ["apt-get", "-qq", "-o", "APT::Sandbox::User=root",
                 "download", *[f"{p}:arm64" for p in packages(release)]],
                cwd=download, capture_output=True, text=True)
            if got.returncode:
                raise NotFound(f"kernel {release} could not be downloaded "
                               f"({got.stderr.strip().splitlines()[-1]}): "
                               "check the network, or run `make refresh` for a newer index")
            for deb in download.glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", deb, partial / "tree"], check=True)
            whole = Kernel(release, partial / "tree")
            if not whole.image.exists() or not (whole.modules / "modules.builtin").exists():
                raise NotFound(f"the packages of kernel {release} lack its list of modules")
            whole.dir.rename(kernel.dir)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return kernel
