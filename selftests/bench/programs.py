#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure library and command: start-up, memory and size, beside named peers.

Start-up is counted in instructions (valgrind), the whole program with its dynamic
linking, beside a program that is linked to the same libraries and does nothing: what
is above 1 is ours. Memory is the peak of a run. Sizes are of stripped files, beside
what Debian has for the TPM, and for HTTP.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import tempfile

import bench

LIBTSM = ["libcbor", "libcrypto", "jansson", "libnl-genl-3.0"]


def peak(*command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.wait4(process.pid, 0)[2].ru_maxrss / 1024


def debian(name):
    """A library of the machine that the programs are for."""
    return pathlib.Path("/usr/lib", subprocess.run(["gcc", "-print-multiarch"], check=True, capture_output=True,
                                                   text=True).stdout.strip(), name)


def nothing(folder):
    """A program of the same libraries that returns at once."""
    libs = subprocess.run(["pkg-config", "--libs", *LIBTSM], check=True, capture_output=True, text=True).stdout.split()
    subprocess.run(["gcc", "-O2", "-x", "c", "-", "-o", f"{folder}/nothing", "-Wl,--no-as-needed", *libs],
                   input="int main(void) { return 0; }\n", text=True, check=True)
    return f"{folder}/nothing"


def stripped(path, folder):
    copy = shutil.copy(path, folder)
    subprocess.run(["strip", copy], check=True)
    return os.stat(copy).st_size / 1024


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    build = bench.OUT.parent
    subprocess.run(["make", "-s", "-C", bench.TOP / "userspace", f"O={build}", "libtsm", "libtsm-kbs", "tsmctl"], check=True,
                   stdout=subprocess.DEVNULL)
    os.environ["LD_LIBRARY_PATH"] = str(build / "libtsm")
    tsmctl, library = build / "tsmctl/tsmctl", build / "libtsm/libtsm.so.1"
    kbs = build / "libtsm-kbs/libtsm-kbs.so.1"
    with tempfile.TemporaryDirectory() as folder:
        empty = nothing(folder)
        started = bench.instructions(tsmctl, "--version")
        bench.row("tsmctl --version, instructions", "a program that does nothing", started, bench.instructions(empty),
                  "million", limit=1.3)
        bench.row("tsmctl --version, instructions", "openssl version", started, bench.instructions("openssl", "version"),
                  "million")
        bench.row("tsmctl --version, peak memory", "a program that does nothing", peak(tsmctl, "--version"),
                  peak(empty), "MiB", limit=1.3)
        for what, ours, theirs in (("tsmctl", tsmctl, pathlib.Path("/usr/bin/tpm2")),
                                   ("libtsm.so", library, debian("libtss2-esys.so.0")),
                                   ("libtsm-kbs.so", kbs, debian("libcurl.so.4"))):
            bench.row(f"{what}, size", theirs.name, stripped(ours, folder), stripped(theirs, folder), "KiB")


if __name__ == "__main__":
    main()
