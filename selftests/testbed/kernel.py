# SPDX-License-Identifier: GPL-2.0-only
"""Unmodified distribution kernels: found in the package index, kept in the cache."""

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


def versions(package, flavour):
    """Versions of linux-{package} for a flavour in the package index, newest first."""
    prefix = f"linux-{package}-"
    names = subprocess.run(["apt-cache", "pkgnames", prefix], check=True,
                           capture_output=True, text=True).stdout.split()
    pattern = re.compile(re.escape(prefix) + r"([0-9][^-]*)-" + flavour)
    found = [m[1] for m in map(pattern.fullmatch, names) if m]
    order = functools.cmp_to_key(lambda a, b: 1 if subprocess.run(
        ["dpkg", "--compare-versions", a, "gt", b]).returncode == 0 else -1)
    return sorted(found, key=order, reverse=True)


def resolve(wanted, page):
    """The release (as of uname -r) of the newest kernel whose version begins with wanted."""
    flavour = PAGES[page]
    for version in versions("image", flavour):
        if not wanted or version == wanted or re.match(re.escape(wanted) + r"[.+]", version):
            return f"{version}-{flavour}"
    raise NotFound(f"the package index lists no kernel {wanted or ''} with {page} pages")


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

    def module(self, name):
        """A module's file, or None where it is built in."""
        spellings = {name.replace("_", "-"), name.replace("-", "_")}
        for spelling in spellings:
            found = next(self.modules.glob(f"kernel/**/{spelling}.ko*"), None)
            if found:
                return found
        builtin = (self.modules / "modules.builtin").read_text()
        if any(f"/{s}.ko" in builtin for s in spellings):
            return None
        raise NotFound(f"kernel {self.release} has no module {name}")


def debug():
    """The debug kernel, built where the cache does not have it."""
    built = subprocess.run([SCRIPTS / "debug-kernel"], stdout=subprocess.PIPE, text=True)
    if built.returncode:
        raise NotFound("there is no debug kernel, see above")
    folder = pathlib.Path(built.stdout.strip())
    return Kernel((folder / "build/include/config/kernel.release").read_text().strip(), folder)


def find(wanted, page, say=lambda text: None):
    """A kernel in the cache, by what --kernel and --page say; "debug" is the bench's own."""
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
