# SPDX-License-Identifier: GPL-2.0-only
"""What can be asked of the runner: its options, and what they may say."""

import argparse
import os
import pathlib
import re

import kernel as kernels

DESCRIPTION = """\
Boot an unmodified distribution kernel as an emulated realm and run a command in it.

The realm has this project in it: realm_tsm is loaded, tsmctl, tsm-keyprovider and the
libraries are installed, and userspace/examples is in /examples. With --module there is
only what was asked for: --module none is a bare realm.

COMMAND is a program and its arguments, not a line for a shell. For pipes, redirection
or several commands, run a shell:
  run -- sh -c 'tsmctl measure list | grep rim'
Its output and exit status come through unchanged, save for these:
  118  the guest ended without sending the command's status
  119  the guest's kernel printed a warning, an oops, a stall or a panic
  124  the deadline passed (--timeout)
  125  the realm could not be started
  128+N  the command was ended by signal N, or this program was
Without a command, an interactive shell runs in the realm.

The realm is test equipment. It shows how software behaves against the Realm
Services Interface; it isolates nothing, and passing on it is no conformance.
"""

# Modules that --module loads, in order
MODULES = {"none": [], "arm_cca_guest": ["arm_cca_guest"], "realm_tsm": ["realm_tsm"],
           "both": ["arm_cca_guest", "realm_tsm"]}

CALLS = "version|features|read|extend|init|continue|config|ipa-set|ipa-get|host-call"
FAULT = re.compile(
    rf"({CALLS})(@\d+(x(\d+|\*))?)?:"
    r"(error=(input|state|unknown|device|\d+)|stall|endless|lose|(length|bound|pad|delay)=\w+)")


def parser():
    made = argparse.ArgumentParser(
        prog="run", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="run [options] [--] [COMMAND...]")
    add = made.add_argument
    add("--kernel", metavar="VERSION|IMAGE",
        help="7.3, 7.3.4+deb13, debug (built with every check), or the path of an arm64 Image; "
             "default: the newest in the index")
    add("--headers", type=pathlib.Path, metavar="DIR",
        help="of that Image, for realm_tsm: the folder that it was built in, or /lib/modules/.../build; "
             "its other modules are looked for there and in ../kernel")
    add("--page", choices=sorted(kernels.PAGES), default="4k", help="the kernel's page size")
    add("--cpus", type=int, default=2, metavar="N", help="vCPUs (default 2)")
    add("--mem", default="1G", metavar="SIZE", help="memory (default 1G)")
    add("--hash", choices=["sha256", "sha384", "sha512"], default="sha256",
        help="the realm's measurement hash")
    add("--wrapper", choices=["399", "907"], default="399", help="the token's outer form")
    add("--profile", choices=["legacy", "2023"], default="2023", help="the token's claims")
    add("--sign", choices=["on", "off"], default="on",
        help="off: an instant token with an empty signature, for measuring drivers")
    add("--rpv", metavar="HEX", default="", help="realm personalization value, up to 64 bytes")
    add("--fault", action="append", default=[], metavar="SPEC",
        help="CALL[@N[xCOUNT]]:EFFECT makes a call misbehave; see monitor/README.md")
    add("--module", choices=list(MODULES),
        help="load these before COMMAND, and add nothing else; both: arm_cca_guest first; "
             "none: a bare realm; default: realm_tsm, with all of this project's programs")
    add("--file", action="append", default=[], metavar="HOST[:GUEST]",
        help="a file or folder for the guest, with the libraries that programs need")
    add("--package", action="append", default=[], metavar="NAME",
        help="a Debian package for the guest, with all that it needs; unpacked, not installed")
    add("--net", action="store_true",
        help="a network that reaches this machine's loopback (as 10.0.2.2), and nothing else")
    add("--disk", action="append", default=[], metavar="IMAGE",
        help="a disk of the guest, which may write to it: /dev/vda, then /dev/vdb and so on")
    add("--initrd", type=pathlib.Path, metavar="FILE",
        help="boot this initramfs: of a system on a --disk, which runs init COMMAND... itself")
    add("--monitor", type=pathlib.Path, metavar="IMAGE", help="another monitor image")
    add("--append", default="", metavar="ARGS", help="more of the kernel's command line")
    add("--timeout", type=float, default=300, metavar="SECONDS",
        help="deadline for the whole run (default 300; none for the interactive shell)")
    add("--ignore", metavar="REGEX", type=re.compile,
        help="a known complaint of the guest's kernel, up to its end of trace, is no failure")
    add("--console", action="store_true", help="show the guest's console on stderr")
    add("--print-rim", action="store_true",
        help="print the RIM computed from the same files, and boot nothing")
    add("--print-headers", action="store_true",
        help="print the folder of the kernel's headers, and boot nothing")
    add("--print-product", action="store_true",
        help="build what the realm has of this project, print its folder, and boot nothing")
    add("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    return made


def options(argv):
    """The runner's arguments; .product says whether the realm has all of the project in it."""
    checked = parser()
    args = checked.parse_args(argv)
    if args.command[:1] == ["--"]:
        del args.command[0]
    for spec in args.fault:
        if not FAULT.fullmatch(spec):
            checked.error(f"--fault {spec}: not CALL[@N[xCOUNT]]:EFFECT with CALL one of "
                          f"{CALLS.replace('|', ', ')}; for EFFECT see monitor/README.md")
    if not re.fullmatch(r"([0-9a-fA-F]{2}){0,64}", args.rpv):
        checked.error("--rpv takes up to 128 hex digits")
    prints = args.print_rim or args.print_headers or args.print_product
    if not args.command and not prints and not os.isatty(0):
        checked.error("a COMMAND is needed where there is no terminal")
    args.product = args.module is None and not args.initrd
    own = args.kernel and kernels.is_path(args.kernel)
    if args.headers and not own:
        checked.error("--headers goes with --kernel IMAGE: a kernel of the index has its own")
    if own and not args.headers and not args.initrd and "realm_tsm" in modules(args):
        checked.error("realm_tsm is built for the kernel that boots: name the headers of this Image with "
                      "--headers DIR, or boot it bare with --module none")
    return args


def modules(args):
    return MODULES[args.module or "realm_tsm"]
