# SPDX-License-Identifier: GPL-2.0-only
"""Ways in which a KBS can go wrong. Each makes a function for Kbs.faults.

It gets the handler, the step's name, the step's function and the request's body;
true says that it answered.
"""

import json
import time

from jwcrypto import jwe, jwk

import kbs


def status(code, kind="AttestationError", detail="told to fail", **more):
    def fault(handler, step, _function, _body):
        body = json.dumps({"type": f"{kbs.ERRORS}/{kind}", "detail": detail}).encode()
        handler.answer(step, code, body, **more)
        return True
    return fault


def text(body, code=200):
    def fault(handler, step, _function, _body):
        handler.answer(step, code, body)
        return True
    return fault


def redirect(to):
    def fault(handler, step, _function, _body):
        handler.answer(step, 302, b"", headers=[("Location", to)])
        return True
    return fault


def slow(seconds):
    """Right, but late."""
    def fault(_handler, _step, _function, _body):
        time.sleep(seconds)
        return False
    return fault


def drip(seconds):
    """Right as far as it comes: a byte now and then, for so long."""
    def fault(handler, step, _function, _body):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b" ")
            time.sleep(0.1)
        handler.close_connection = True
        return True
    return fault


def cut(handler, _step, _function, _body):
    """No answer."""
    handler.close_connection = True
    handler.connection.shutdown(2)
    return True


def cut_half(handler, step, _function, _body):
    """Half an answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"nonce": "')
    return cut(handler, step, None, None)


def raw(data):
    """These bytes, whatever they are, and no more."""
    def fault(handler, _step, _function, _body):
        handler.close_connection = True
        handler.wfile.write(data)
        return True
    return fault


def trickle(data, seconds):
    """A byte now and then, until the client hangs up."""
    def fault(handler, _step, _function, _body):
        handler.close_connection = True
        for byte in data:
            handler.wfile.write(bytes([byte]))
            time.sleep(seconds)
        return True
    return fault


def for_ever(head, more):
    """Until the client hangs up."""
    def fault(handler, _step, _function, _body):
        handler.close_connection = True
        handler.wfile.write(head)
        while True:
            handler.wfile.write(more)
    return fault


def noise(handler, _step, _function, _body):
    """No HTTP."""
    handler.wfile.write(bytes(range(256)) * 4)
    handler.close_connection = True
    return True


def huge(handler, _step, _function, _body):
    """An answer without an end."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.close_connection = True
    while True:     # until the client hangs up
        handler.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def huge_said(handler, _step, _function, _body):
    """An answer that says how long it is."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(1 << 40))
    handler.end_headers()
    handler.close_connection = True
    while True:
        handler.wfile.write(b" " * 0x10000)


def huge_header(handler, _step, _function, _body):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n")
    handler.close_connection = True
    return True


def changed(change):
    """The right answer with something changed in it (and the right cookie)."""
    def fault(handler, step, function, body):
        argument = handler.path.removeprefix("/kbs/v0/resource/") if step == "resource" else body
        message, session = function(argument, handler)
        message = change(message) or message
        handler.answer(step, 200, json.dumps(message).encode(), session)
        return True
    return fault


def cookies(*lines):
    """The right answer with these Set-Cookie lines, of bytes; {id} is the session's."""
    def fault(handler, _step, function, body):
        message, session = function(body, handler)
        text = json.dumps(message).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(text)
        for line in lines:
            head += b"Set-Cookie: " + line.replace(b"{id}", session.id.encode()) + b"\r\n"
        handler.wfile.write(head + b"\r\n" + text)
        return True
    return fault


def without_cookie(handler, step, function, body):
    message, _session = function(body, handler)
    handler.answer(step, 200, json.dumps(message).encode())
    return True


def times(n, fault):
    """Only the first so many times."""
    left = [n]

    def counted(*args):
        left[0] -= 1
        return left[0] >= 0 and fault(*args)
    return counted


# --- wrong JWEs ---

def flip(name):
    """One bit of a member."""
    def change(message):
        value = message[name]
        at = len(value) // 2
        message[name] = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1:]
    return changed(change)


def drop(name):
    return changed(lambda message: {k: v for k, v in message.items() if k != name})


def put(name, value):
    return changed(lambda message: {**message, name: value})


def for_key(alg="ECDH-ES+A256KW", content=b"made up", **header):
    """To another key than the session's."""
    def fault(handler, step, _function, _body):
        key = jwk.JWK.generate(kty="EC", crv="P-256", alg=alg) if alg.startswith("ECDH") else \
            jwk.JWK.generate(kty="RSA", size=2048, alg=alg)
        message, _cek = kbs.encrypt(key, content, **header)
        handler.answer(step, 200, json.dumps(message).encode())
        return True
    return fault


def header(**more):
    """To the session's key, with more in the protected header."""
    def fault(handler, step, _function, _body):
        claims = handler.server.kbs.last["attest"]["runtime-data"]["tee-pubkey"]
        message, _cek = kbs.encrypt(jwk.JWK(**claims), b"content", **more)
        handler.answer(step, 200, json.dumps(message).encode())
        return True
    return fault


def with_aad(content, change=None):
    """To the session's key, of RSA, and authenticated with something more, or something else."""
    def fault(handler, step, _function, _body):
        claims = handler.server.kbs.last["attest"]["runtime-data"]["tee-pubkey"]
        header = json.dumps({"alg": claims["alg"], "enc": "A256GCM"})
        made = json.loads(jwe.JWE(content, protected=header, aad=b"more", recipient=jwk.JWK(**claims)).serialize())
        handler.answer(step, 200, json.dumps({**made, **(change or {})}).encode())
        return True
    return fault
