#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compute the RIM of an emulated realm from the files that it was started with.

RIM = H(RIM || H(component)), from zeros, for kernel, initramfs, command line
(without its NUL) and device tree (as QEMU made it), in this order.
"""

import argparse
import hashlib
import sys


def contents(name):
    with open(name, "rb") as f:
        return f.read()


def dtb(name):
    """A device tree's own length: what follows it in a dump is not measured."""
    data = contents(name)
    if data[:4] != b"\xd0\x0d\xfe\xed":
        raise ValueError(f"{name}: not a device tree blob")
    size = int.from_bytes(data[4:8], "big")
    if size > len(data):
        raise ValueError(f"{name}: shorter than its header says")
    return data[:size]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hash", choices=("sha256", "sha384", "sha512"), default="sha256")
    parser.add_argument("--kernel", metavar="FILE", required=True)
    parser.add_argument("--initrd", metavar="FILE", required=True)
    parser.add_argument("--cmdline", metavar="TEXT", required=True)
    parser.add_argument("--dtb", metavar="FILE", required=True)
    args = parser.parse_args()

    try:
        components = (contents(args.kernel), contents(args.initrd), args.cmdline.encode(), dtb(args.dtb))
    except (OSError, ValueError) as e:
        parser.error(str(e))

    rim = bytes(hashlib.new(args.hash).digest_size)
    for component in components:
        rim = hashlib.new(args.hash, rim + hashlib.new(args.hash, component).digest()).digest()
    print(rim.hex())


if __name__ == "__main__":
    sys.exit(main())
