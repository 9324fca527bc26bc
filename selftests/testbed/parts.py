# SPDX-License-Identifier: GPL-2.0-only
"""What of the realm is built from this tree, and where: each part on its first use."""

import fcntl
import os
import pathlib
import subprocess
import sys

import kernel as kernels

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("O") or TOP / "build").absolute()

# Of the product, in its own folder as `make install` leaves it, and in the realm
STAGE = BUILD / "realm-user/stage"
SHIPPED = {"usr/bin/tsmctl": "/usr/bin/tsmctl",
           "usr/bin/tsm-keyprovider": "/usr/bin/tsm-keyprovider",
           "usr/lib/libtsm.so.1": "/lib/libtsm.so.1",
           "usr/lib/libtsm-kbs.so.1": "/lib/libtsm-kbs.so.1",
           "usr/share/bash-completion/completions": "/usr/share/bash-completion/completions",
           "examples": "/examples"}


class CannotStart(Exception):
    pass


def say(text):
    print(f"realm: {text}", file=sys.stderr, flush=True)


def make(folder, *args, first=None):
    """Nothing is done where all is up to date; else what is made is said on a terminal.

    first: what is absent as long as it was never made, and its name for people.
    """
    if first and not first[0].exists() and os.isatty(2):
        say(f"building {first[1]}, once")
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["make", "-s", "-C", TOP / folder, f"O={BUILD}", *args],
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        raise CannotStart(f"make -C {folder} {' '.join(args)} failed, see above")


def testbed():
    """PID 1, the monitor and its platform."""
    make("selftests/testbed", first=(BUILD / "monitor/monitor.img", "the emulated realm's monitor"))


def product():
    """The folder that userspace/ is installed in for the realm, with PREFIX=/usr."""
    make("selftests/testbed", "product", first=(STAGE, "tsmctl and the libraries for the realm"))
    return STAGE


def module(kernel):
    """The file of realm_tsm, for this kernel."""
    if not (kernel.headers / "Makefile").exists():
        raise kernels.NotFound(
            f"realm_tsm needs the headers of kernel {kernel.release}, and there are none in "
            f"{kernel.headers}: boot a bare realm with --module none, or a kernel whose headers "
            f"are here: {', '.join(kernels.with_headers())}")
    built = BUILD / "kmod" / kernel.release / "realm_tsm.ko"
    # GCOV_PROFILE is heeded where the kernel was built to count lines that ran
    make(".", "modules", f"KDIR={kernel.headers}", "GCOV_PROFILE=y", *kernel.make_arguments,
         first=(built, f"realm_tsm for {kernel.release}"))
    return built
