#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Debian packages for the realm: what they need with them, downloaded and unpacked in the cache.

realm.py --package NAME puts them into the realm's initramfs. They are unpacked,
not installed: no maintainer script has run, so what a postinst makes (users,
alternatives, caches) is not there. Documentation is left out. Needs no root.

As a program, "packages.py NAME..." prints the folder, for whoever builds with them.
"""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

from kernel import NotFound, cache

UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale",
          "usr/share/lintian", "usr/share/bug")


def apt(archives, *args):
    """apt as on a machine of the realm's architecture where nothing is installed yet."""
    return subprocess.run(
        ["apt-get", "-qq", "-o", "APT::Architecture=arm64", "-o", "APT::Architectures::=arm64",
         "-o", "Dir::State::status=/dev/null", "-o", f"Dir::Cache::archives={archives}",
         "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
         "-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1",
         "--yes", "--no-install-recommends", *args], capture_output=True, text=True)


def complaint(names, done):
    said = done.stderr.strip().splitlines() or ["apt-get failed"]
    return NotFound(f"packages {' '.join(names)}: {said[-1]}: check the names and the network, "
                    "or run `make refresh` for a newer index")


def fetch(*names, say=lambda text: print(f"packages: {text}", file=sys.stderr)):
    """The folder that holds the packages and all that they depend on."""
    top = cache() / "packages"
    top.mkdir(parents=True, exist_ok=True)
    listed = apt(top, "--print-uris", "install", *names)
    if listed.returncode:
        raise complaint(names, listed)
    # of the versions that the index has now: after a refresh it is another folder
    files = sorted(line.split()[1] for line in listed.stdout.splitlines() if line.startswith("'"))
    tree = top / hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
    with open(top / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if tree.is_dir():
            return tree
        say(f"fetching {' '.join(names)} and what they need, {len(files)} packages (once)")
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=top) as folder:
            partial = pathlib.Path(folder)
            archives = partial / "archives"
            (archives / "partial").mkdir(parents=True)
            done = apt(archives, "--download-only", "install", *names)
            if done.returncode:
                raise complaint(names, done)
            (partial / "tree").mkdir()
            for deb in archives.glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", deb, partial / "tree"], check=True)
            for unused in UNUSED:
                shutil.rmtree(partial / "tree" / unused, ignore_errors=True)
            (partial / "tree").rename(tree)
    return tree


if __name__ == "__main__":
    try:
        print(fetch(*sys.argv[1:]))
    except NotFound as error:
        sys.exit(f"packages: error: {error}")
