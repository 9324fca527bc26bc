#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Hold libtsm's verdicts against those of selftests/testbed/cca_token.py.

Both are given thousands of tokens that are wrong in one way or another: made here,
or from one that an emulated realm gave, changed and signed again with the keys of
its platform. They share no code, so what one of them does wrong, the other shows.
Prints TAP.
"""

import argparse
import collections
import json
import pathlib
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent.parent / "testbed")]

import cca_token
import mutations
import tokens
from cryptography.hazmat.primitives.serialization import load_pem_private_key

FORM = ("wrapper", "platform token", "realm token", "platform claims", "realm claims")
STEPS = {"platform signature": (1, 2), "binding": (3,), "realm signature": (4,), "challenge": (5,), "lifecycle": (6,)}


def block(data):
    return struct.pack("<I", len(data)) + data


def beyond_c(token):
    """Has it what <tsm/token.h> refuses because a C program could not be told of it?"""
    def is_text(value):
        return isinstance(value, str) and "\0" not in value

    for label, part in cca_token._unwrap(token, None)[0].items():
        claims = cca_token._sign1(part)[0].claims
        texts = [k for k in claims if not isinstance(k, int)]
        if label == cca_token.PLATFORM:
            texts += [c[k] for c in claims[2399] for k in (1, 4, 6) if k in c] + [claims.get(2400, "")]
        elif claims.get(265) == cca_token.REALM_2024 and isinstance(claims[44243], str):
            texts.append(claims[44243])
        if not all(map(is_text, texts)) or any(isinstance(k, int) and not -2**63 <= k < 2**63 for k in claims):
            return True
    return False


def disagreement(token, steps, marks):
    """What the two say that is not the same, None if they agree."""
    script = {s.name: s.ok for s in steps}
    if cca_token.good(steps) and beyond_c(token):
        return None if marks[0] == "x" else "a limit that is stated"
    if cca_token.good(steps) != (marks[-1] == "v"):
        return "the whole"
    if not all(script.get(name) for name in FORM) or marks[0] != "v":
        return None     # refused by both, one of them without a further look
    return next((name for name, where in STEPS.items() if script[name] != all(marks[i] in "v-" for i in where)), None)


def from_realm(token, platform):
    """What makes Tokens out of this one; rak.pem and cpak.pem of the platform sign them."""
    parts = cca_token._unwrap(token, None)[0]
    realm, signed_platform = (cca_token._sign1(parts[label])[0].claims for label in (cca_token.REALM, cca_token.PLATFORM))
    rak, cpak = (tokens.Key(load_pem_private_key((platform / name).read_bytes(), None)) for name in ("rak.pem", "cpak.pem"))
    return lambda rng: tokens.Taken(cca_token.decode(token).number, realm, signed_platform, rak, cpak)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judge", help="the program that verifies with libtsm")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=4000)
    parser.add_argument("--realm-token", metavar="FILE", type=pathlib.Path, help="change this one; its challenge is 00 to 3f")
    parser.add_argument("--platform", metavar="FOLDER", type=pathlib.Path,
                        help="of the emulated platform that it came from: keys and trust-anchors.json")
    parser.add_argument("--save", metavar="FILE", type=pathlib.Path, help="leave what the judge is given here, too")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for tokens that the two do not agree on")
    args = parser.parse_args()

    anchors, make = json.dumps(tokens.anchors()), tokens.Token
    if args.realm_token:
        anchors = (args.platform / "trust-anchors.json").read_text()
        make = from_realm(args.realm_token.read_bytes(), args.platform)
    each = -(-args.tokens // len(mutations.KINDS))
    stream = [(kind, mutations.mutate(tokens.rng(f"{args.seed} {kind.__name__} {i}"), kind, make))
              for kind in mutations.KINDS for i in range(each)]
    data = b"".join(map(block, (anchors.encode(), tokens.CHALLENGE, *(t for _, t in stream))))
    if args.save:
        args.save.write_bytes(data)
    said = subprocess.run([args.judge], check=True, stdout=subprocess.PIPE, input=data)
    lines = said.stdout.decode("ascii").splitlines()
    if len(lines) != len(stream):
        sys.exit(f"{args.judge}: {len(lines)} answers to {len(stream)} tokens")
    keys = cca_token.load_anchors(anchors)

    print(f"1..{len(mutations.KINDS)}")
    print(f"# seed {args.seed}, {len(stream)} tokens")
    count = collections.Counter()
    failed = collections.Counter()
    for n, ((kind, token), line) in enumerate(zip(stream, lines)):
        marks, whole, reason = line.split(" ", 2)
        steps = cca_token.check(token, keys, challenge=tokens.CHALLENGE)
        count[kind, whole] += 1
        what = disagreement(token, steps, marks + whole)
        if what:
            failed[kind] += 1
            print(f"# {kind.__name__} {n % each}, {what}: libtsm {marks} {reason}")
            print(f"#     script: {'; '.join(s.name + ': ' + s.detail for s in steps if not s.ok) or 'all holds'}")
            if args.keep:
                args.keep.mkdir(parents=True, exist_ok=True)
                (args.keep / f"{kind.__name__}-{n % each}.cbor").write_bytes(token)
    for i, kind in enumerate(mutations.KINDS, 1):
        print(f"{'not ok' if failed[kind] else 'ok'} {i} - {kind.__name__}: "
              f"{each} tokens, {count[kind, 'v']} of them valid, {failed[kind]} disagreements")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
