# SPDX-License-Identifier: GPL-2.0-only
"""Ways in which a token can be wrong, or unusual and still right.

Each function of KINDS changes a Token before it is encoded, or returns a
function that changes the encoded bytes. What is changed inside the signatures is
signed again, so that it is looked at.
"""

import tokens
from tokens import Map, Raw, Tag, encode, head

LABELS = {True: [10, 265, 256, 44235, 44236, 44237, 44238, 44239, 44240, 44243],
          False: [10, 256, 265, 2395, 2396, 2399, 2400, 2401, 2402]}


def _part(rng, token):
    return rng.choice(token.parts())


def _label(rng, token, part):
    return rng.choice(LABELS[part is token.realm])


def nothing(rng, token):
    return None


# --- on the encoded bytes ---

def flip(rng, token):
    def change(data):
        at = rng.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]
    return change


def splice(rng, token):
    def change(data):
        a, b = sorted((rng.randrange(len(data)), rng.randrange(len(data))))
        return rng.choice((data[:a], data[:a] + data[b:], data[:b] + data[a:], data + rng.randbytes(rng.randrange(1, 9)),
                           data[:a] + rng.randbytes(1) + data[a:], data[:a] + b"\0" * (b - a) + data[b:]))
    return change


def head_byte(rng, token):
    """The first bytes, where the wrapper's heads are."""
    def change(data):
        at = rng.randrange(12)
        return data[:at] + rng.randbytes(1) + data[at + 1:]
    return change


# --- claims ---

def _value(rng):
    return rng.choice((0, 1, -1, 23, 24, 0x3003, 0xffff, 0x10000, (1 << 63) - 1, (1 << 64) - 1, -(1 << 63), -(1 << 64),
                       b"", b"\x01" * 33, bytes(32), bytes(48), bytes(64), bytes(65), rng.randbytes(rng.randrange(70)),
                       "", "sha-256", "sha-384", "sha256", "sha-1", "SHA-256", "tag:arm.com,2023:realm#1.0.0",
                       "nul\0", "\u00fc", [], [bytes(32)] * 4, Map(), Map([(1, 2)]), Map([("a", 1), (-1, b"")]),
                       None, True, False, 1.5, Tag(1, 2), Tag(18, b"")))


def claim_value(rng, token):
    part = _part(rng, token)
    part.claims.put(_label(rng, token, part), _value(rng))


def claim_drop(rng, token):
    part = _part(rng, token)
    del part.claims[rng.randrange(len(part.claims))]


def claim_repeat(rng, token):
    part = _part(rng, token)
    pair = rng.choice(part.claims)
    part.claims.insert(rng.randrange(len(part.claims) + 1), rng.choice((pair, (pair[0], _value(rng)))))


def claim_length(rng, token):
    """A byte string that is a little longer or shorter."""
    part = _part(rng, token)
    i = rng.choice([i for i, (_, v) in enumerate(part.claims) if isinstance(v, bytes)])
    label, value = part.claims[i]
    part.claims[i] = label, value[:-1] if rng.random() < 0.5 else value + b"\0"


def claim_bit(rng, token):
    part = _part(rng, token)
    i = rng.choice([i for i, (_, v) in enumerate(part.claims) if isinstance(v, bytes)])
    label, value = part.claims[i]
    at = rng.randrange(len(value))
    part.claims[i] = label, value[:at] + bytes([value[at] ^ 1 << rng.randrange(8)]) + value[at + 1:]


def claim_unknown(rng, token):
    part = _part(rng, token)
    label = rng.choice((0, 1, -1, 99, 44242, 65537, (1 << 64) - 1, -(1 << 64), "10", "\u00fc", "", 44243))
    if not part.claims.get(label):
        part.claims.insert(rng.randrange(len(part.claims) + 1), (label, _value(rng)))


def claim_size(rng, token):
    """Lengths where a head gets longer: of a claim, of the payload, of the protected header."""
    part = _part(rng, token)
    size = rng.choice((23, 24, 255, 256, 0xffff, 0x10000))
    if rng.random() < 0.3:
        part.claims.append((99, rng.choice((bytes(size), "x" * size))))
        return
    what = part.claims if size > 256 else part.protected
    room = size - len(encode(what))
    what.append((99, next(bytes(n) for n in range(max(room, 0), -1, -1)
                          if len(encode(Map([*what, (99, bytes(n))]))) <= size or not n)))


def claim_label(rng, token):
    """Labels that are neither integer nor text, or text with a NUL."""
    part = _part(rng, token)
    part.claims.append((rng.choice((b"", b"\x0a", True, None, 1.0, Map(), Raw(b"\x80"), "a\0b", Tag(1, 10))), 1))


def depth(rng, token):
    value = 1
    for _ in range(rng.randrange(8, 20)):
        value = rng.choice(([value], Map([(1, value)]), Tag(55799, value)))
    _part(rng, token).claims.append((99, value))


def rems(rng, token):
    size = len(token.digest(b""))
    token.realm.claims.put(44239, rng.choice(([bytes(size)] * rng.randrange(7), [bytes(size - 1)] * 4,
                                              [bytes(size)] * 3 + [_value(rng)], [bytes(32), bytes(48), bytes(64), bytes(32)])))


def hash_names(rng, token):
    name = rng.choice(("sha-256", "sha-384", "sha-512", "sha-1", "", "sha512"))
    token.realm.claims.put(rng.choice((44236, 44240)), name)


def profiles(rng, token):
    names = ("tag:arm.com,2023:realm#1.0.0", "tag:arm.com,2024:realm#2.0.0", "tag:arm.com,2023:cca_platform#1.0.0",
             "http://arm.com/CCA-SSD/1.0.0", "tag:arm.com,2030:realm#3.0.0", "legacy", "")
    _part(rng, token).claims.put(265, rng.choice(names))


def components(rng, token):
    value = token.platform.claims.get(2399)
    component = Map(value[0])
    rng.choice((lambda: component.put(rng.choice((1, 2, 4, 5, 6, 7, 3)), _value(rng)),
                lambda: component.pop(rng.randrange(len(component))),
                lambda: component.append(rng.choice(component)),
                lambda: component.append(("x", 1))))()
    token.platform.claims.put(2399, rng.choice(([component], [component] + value, value + [_value(rng)], [])))


def lifecycle(rng, token):
    token.platform.claims.put(2395, rng.choice((0, 0x2fff, 0x3000, 0x30ff, 0x3100, 0xffff, 0x10000, -1)))


# --- CBOR that an encoder would not write ---

def _unusual(rng, value):
    """Another encoding of the same value, or of none."""
    data = encode(value)
    major, argument = data[0] >> 5, data[0] & 31
    size = 0 if argument < 24 else 1 << (argument - 24)
    argument = int.from_bytes(data[1:1 + size], "big") if size else argument
    body = data[1 + size:]
    kinds = [head(major, argument, s) + body for s in (1, 2, 4, 8) if s > size and major < 7]
    if major in (2, 3):
        kinds += [bytes([major << 5 | 31]) + data + b"\xff", head(major, argument + 1) + body]
    if major in (4, 5):
        kinds += [bytes([major << 5 | 31]) + body + b"\xff", head(major, argument + 1) + body]
    if major == 3:
        kinds += [head(3, argument + 1) + body + rng.choice((b"\xff", b"\xc3", b"\x80")), head(3, argument + 2) + body + b"\xc0\x80"]
    kinds += [bytes([major << 5 | 28]) + body, b"\xff", b"\xf7", b"\xf8\x14", b"\xf8\xff", b"\xe0", b"\xf9\x3c\x00", b"\xc6\x00"]
    return Raw(rng.choice(kinds))


def cbor_claim(rng, token):
    part = _part(rng, token)
    i = rng.randrange(len(part.claims))
    label, value = part.claims[i]
    part.claims[i] = rng.choice(((label, _unusual(rng, value)), (_unusual(rng, label), value)))


def cbor_label_twice(rng, token):
    """One label in two encodings."""
    part = _part(rng, token)
    label, value = rng.choice([p for p in part.claims if isinstance(p[0], int)])
    part.claims.append((Raw(head(0, label, 8)), value))


def cbor_unknown(rng, token):
    part = _part(rng, token)
    part.claims.append((99, _unusual(rng, _value(rng))))


def cbor_payload(rng, token):
    part = _part(rng, token)
    part.payload = bytes(_unusual(rng, part.claims))


def cbor_cose(rng, token):
    part = _part(rng, token)
    i = rng.randrange(4)
    part.finish = lambda m: m[:i] + [_unusual(rng, m[i])] + m[i + 1:]


def cbor_wrapper(rng, token):
    i, k = rng.randrange(2), rng.randrange(2)
    token.entries = lambda pairs: [tuple(_unusual(rng, v) if (n, j) == (i, k) else v for j, v in enumerate(p))
                                   for n, p in enumerate(pairs)]


# --- COSE ---

def cose_tag(rng, token):
    _part(rng, token).tag = rng.choice((None, None, 17, 98, 61, 18 << 8))


def cose_shape(rng, token):
    part = _part(rng, token)
    i = rng.randrange(4)
    part.finish = rng.choice((lambda m: m[:3], lambda m: m + [b""], lambda m: [], lambda m: b"",
                              lambda m: m[:i] + [_value(rng)] + m[i + 1:], lambda m: m[:2] + [None] + m[3:],
                              lambda m: Map([(1, 2)])))


def cose_alg(rng, token):
    part = _part(rng, token)
    part.protected = Map([(1, rng.choice((-7, -35, -36, -8, -37, 0, 5, "ES256", None, b"", (1 << 64) - 1, -(1 << 64), [-7])))])


def cose_headers(rng, token):
    part = _part(rng, token)
    extra = rng.choice(((1, part.signer.alg.id), (2, [1]), (4, b"kid"), (99, 1), ("x", 1), (b"", 1), (True, 1), ([], 1)))
    where = rng.choice((part.protected, part.unprotected))
    rng.choice((where.append, lambda pair: where.insert(0, pair)))(extra)
    if rng.random() < 0.2:
        part.unprotected.append(part.protected[0])


def cose_protected(rng, token):
    part = _part(rng, token)
    part.protected = rng.choice((b"", b"\xa0", b"\x80", encode(part.protected) + b"\0", b"\x40", bytes(_unusual(rng, part.protected)),
                                 encode(Map([(4, b"")])), encode(Map([(1, part.signer.alg.id)] * 2))))


def cose_signature(rng, token):
    part = _part(rng, token)
    size = part.signer.alg.size
    order = {32: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551}.get(size, 1)
    part.finish = lambda m: m[:3] + [rng.choice((
        m[3][:-1], m[3] + b"\0", b"", b"\0" + m[3][:-1], bytes(2 * size), b"\xff" * 2 * size, m[3][size:] + m[3][:size],
        m[3][:size] + bytes(size), order.to_bytes(size, "big") + m[3][size:],
        # the other s that verifies
        m[3][:size] + ((order - int.from_bytes(m[3][size:], "big")) % order or 1).to_bytes(size, "big")))]


def cose_signer(rng, token):
    part = _part(rng, token)
    part.signer = tokens.key(part.signer.alg, "somebody else")


# --- wrapper ---

def wrapper_tag(rng, token):
    token.wrapper = rng.choice((398, 400, 18, 906, 908, 61, 399 << 16))


def wrapper_entries(rng, token):
    extra = rng.choice(((0, b""), (44242, b""), ("__cmwc_t", "uid"), ("__cmwc_t", 1), (b"", b""), (True, b"")))
    token.entries = rng.choice((lambda p: p[:1], lambda p: p[1:], lambda p: p + [p[0]], lambda p: p + [extra],
                                lambda p: [extra] + p, lambda p: p[::-1], lambda p: []))


def wrapper_record(rng, token):
    kind = rng.choice((0, 263, 0xffff, 0x10000, 1 << 32, -1, "", "application/eat+cwt", "\u00fc", b"", None, True, []))
    token.wrapper = 907
    token.entries = rng.choice((
        lambda p: [(label, [kind, record[1]]) for label, record in p],
        lambda p: [(p[0][0], [kind, p[0][1][1]]), p[1]],
        lambda p: [(label, record[1]) for label, record in p],
        lambda p: [(label, record[:1]) for label, record in p],
        lambda p: [(label, record + [rng.choice((0, 4, -1, "x"))]) for label, record in p],
        lambda p: [(label, record + [1, 2]) for label, record in p],
        lambda p: [(label, record[::-1]) for label, record in p]))


# --- the RAK and what binds it ---

def rak_form(rng, token):
    """Right bytes in every form, bound and signed: is it the form of this profile?"""
    claim = rng.choice((token.rak.point(), encode(token.rak.cose())))
    token.realm.claims.put(44237, claim)
    token.bind(claim)


def rak_key(rng, token):
    rak, claims = token.rak, token.realm.claims
    cose = rak.cose()
    if claims.get(265) is None:
        claim = rng.choice((b"\x05" + rak.x + rak.y, b"\x02" + rak.x, rak.x + rak.y, rak.point() + b"\0", rak.point()[:-1],
                            b"\x04" + rak.y + rak.x, b"\x04" + b"\xff" * 2 * rak.alg.size, b"\x04" + bytes(2 * rak.alg.size), b"",
                            b"\x00", b"\x06" + rak.x + rak.y))
    else:
        rng.choice((lambda: cose.put(1, rng.choice((1, 3, "EC2", 2))), lambda: cose.put(-1, rng.choice((1, 2, 3, 8, "P-256"))),
                    lambda: cose.put(2, rng.choice((b"kid", "kid"))), lambda: cose.put(3, rng.choice((-7, -35, -36, "ES384", rak.alg.id))),
                    lambda: cose.put(4, rng.choice(([2], [1], [1, 2], [], "verify", [2, "sign"]))),
                    lambda: cose.put(rng.choice((-4, -5, 5, 6, 0, "x")), b"\1"), lambda: cose.pop(rng.randrange(4)),
                    lambda: cose.put(-3, rng.choice((True, False, b"", rak.x, b"\0" + rak.y, rak.y[1:]))),
                    lambda: cose.put(-2, rng.choice((b"", rak.y, b"\0" + rak.x, b"\xff" * rak.alg.size))),
                    lambda: cose.append(rng.choice(cose)), lambda: rng.shuffle(cose), lambda: cose.append((b"", 1))))()
        claim = rng.choice((encode(cose),) * 8 + (encode(cose) + b"\0", bytes(_unusual(rng, cose)), encode([]), b"", b"\xa0"))
    claims.put(44237, claim)
    token.bind(claim)


def rak_of_another(rng, token):
    other = tokens.key(token.rak.alg, "another rak")
    claim = other.point() if token.realm_profile is None else encode(other.cose())
    token.realm.claims.put(44237, claim)
    if rng.random() < 0.5:
        token.bind(claim)       # bound, and not what signed
    elif rng.random() < 0.5:
        token.realm.signer = other      # what signed, and not bound


def binding(rng, token):
    rak = token.realm.claims.get(44237)
    rng.choice((lambda: token.bind(rak, "sha-256"), lambda: token.bind(rak, "sha-384"), lambda: token.bind(rak, "sha-512"),
                lambda: token.bind(rak + b"\0"), lambda: token.bind(encode(rak)),
                lambda: token.platform.claims.put(10, token.platform.claims.get(10)[:32])))()


def ids(rng, token):
    label, value = rng.choice(((256, b"\x01" + bytes(32)), (256, b"\x02" + tokens.INSTANCE[1:]), (2396, bytes(32)),
                               (256, tokens.INSTANCE), (2396, tokens.IMPLEMENTATION[:-1])))
    token.platform.claims.put(label, value)


def challenge(rng, token):
    token.realm.claims.put(10, rng.choice((tokens.CHALLENGE[:-1] + b"\0", b"\xff" + tokens.CHALLENGE[1:], tokens.CHALLENGE,
                                           tokens.CHALLENGE[:32] + bytes(32))))


KINDS = [nothing, flip, splice, head_byte, claim_value, claim_drop, claim_repeat, claim_length, claim_bit, claim_unknown, claim_size,
         claim_label, depth, rems, hash_names, profiles, components, lifecycle, cbor_claim, cbor_label_twice, cbor_unknown,
         cbor_payload, cbor_cose, cbor_wrapper, cose_tag, cose_shape, cose_alg, cose_headers, cose_protected, cose_signature,
         cose_signer, wrapper_tag, wrapper_entries, wrapper_record, rak_form, rak_key, rak_of_another, binding, ids, challenge]


def mutate(rng, kind, make=tokens.Token):
    """An encoded token that this kind of change was made to, and sometimes a second."""
    token = make(rng)
    changes = [kind(rng, token)]
    if rng.random() < 0.1:
        changes.append(rng.choice(KINDS)(rng, token))
    data = token.encode()
    for change in changes:
        if change:
            data = change(data)
    return data
