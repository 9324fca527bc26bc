#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check a CCA attestation token; exit 0 if all holds, 1 if not, 2 on wrong usage."""

import argparse
import json
import sys

sys.dont_write_bytecode = True  # the source folder stays as it is

import cca_token


def rem(text):
    number, _, value = text.partition("=")
    if number not in ("0", "1", "2", "3"):
        raise ValueError
    return int(number), bytes.fromhex(value)


def challenge(text):
    value = bytes.fromhex(text)
    if len(value) > cca_token.CHALLENGE_SIZE:
        raise ValueError
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trust-anchors", metavar="FILE", required=True, help="platform keys, JSON")
    parser.add_argument("--challenge", metavar="HEX", type=challenge, help="at most 64 bytes, zero-padded to 64")
    parser.add_argument("--rim", metavar="HEX", type=bytes.fromhex)
    parser.add_argument("--rem", metavar="N=HEX", type=rem, action="append", default=[], help="N is 0 to 3")
    parser.add_argument("--hash", choices=("sha256", "sha384", "sha512"), help="algorithm of RIM and REMs")
    parser.add_argument("--wrapper", type=int, choices=(399, 907))
    parser.add_argument("--json", action="store_true", help="print the steps as JSON")
    parser.add_argument("token", metavar="TOKEN", help="file, or - for standard input")
    args = parser.parse_args()

    try:
        with open(args.trust_anchors, encoding="utf-8") as f:
            anchors = cca_token.load_anchors(f.read())
        if args.token == "-":
            token = sys.stdin.buffer.read()
        else:
            with open(args.token, "rb") as f:
                token = f.read()
    except (OSError, ValueError) as e:
        parser.error(str(e) if isinstance(e, OSError) else f"{args.trust_anchors}: {e}")

    steps = cca_token.check(token, anchors, challenge=args.challenge, rim=args.rim, rems=dict(args.rem),
                            hash_name=args.hash and args.hash.replace("sha", "sha-"), wrapper=args.wrapper)
    good = cca_token.good(steps)
    if args.json:
        print(json.dumps({"good": good, "steps": [s._asdict() for s in steps]}, indent=2))
    else:
        for s in steps:
            print("ok  " if s.ok else "FAIL", s.name + ":", s.detail)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
