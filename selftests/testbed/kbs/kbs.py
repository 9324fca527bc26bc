#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A small Key Broker Service for tests: RCAR 0.4.0 to the letter, strict where Trustee is.

As a program, it serves until it is ended; as a module, tests run it in a thread and
tell it how to misbehave (hostile_kbs.py). The policy is policy.py's. What follows the colon
in an error's detail is ours: Trustee writes causes to its log alone. It is test
equipment: its secrets are whoever's who starts it.
"""

import argparse
import base64
import email.utils
import hashlib
import http.server
import json
import pathlib
import secrets
import signal
import ssl
import sys
import threading
import time
import tomllib
import traceback
import urllib.parse

from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwe, jwk, jwt

from policy import Denied, Disagreement, Policy

VERSION = "0.4.0"
COOKIE = "kbs-session-id"
HASHES = ("sha256", "sha384", "sha512")
ERRORS = "https://github.com/confidential-containers/kbs/errors"
BODY_MAX = 2 * 1024 * 1024
LOG_END = b"\xff" * 8


class Refused(Exception):
    """Becomes an answer of the protocol: status, and the error's type and detail."""

    def __init__(self, kind, detail, status=401):
        super().__init__(detail)
        self.kind, self.status = kind, status


def members(value, required, optional=(), what="message"):
    """An object with these members and no other."""
    if not isinstance(value, dict):
        raise Refused("SerdeError", f"{what} is no object")
    wrong = set(value) - set(required) - set(optional) or set(required) - set(value)
    if wrong:
        raise Refused("SerdeError", f"{what}: members {sorted(wrong)} are wrong or missing")
    return value


def no_duplicates(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member twice")
    return dict(pairs)


def parse(body):
    try:
        return json.loads(body, object_pairs_hook=no_duplicates)
    except ValueError as e:
        raise Refused("SerdeError", f"no JSON: {e}") from None


def jcs(value):
    """RFC 8785, for objects of ASCII texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def check_jwk(key):
    """The keys that Trustee encrypts to."""
    kind = key.get("kty") if isinstance(key, dict) else None
    if kind == "EC":
        members(key, ("kty", "crv", "alg", "x", "y"), what="tee-pubkey")
        good = key["alg"] == "ECDH-ES+A256KW" and key["crv"] in ("P-256", "P-521")
    elif kind == "RSA":
        members(key, ("kty", "alg", "n", "e"), what="tee-pubkey")
        good = key["alg"] == "RSA-OAEP-256"
    else:
        good = False
    if not good:
        raise Refused("JweError", "tee-pubkey: a kind of key that is not supported")
    return jwk.JWK(**key)


def encrypt(key, content, **header):
    """A flattened JWE with everything in the protected header, and its CEK."""
    made = jwe.JWE(content, protected=json.dumps(
        {"alg": json.loads(key.export_public())["alg"], "enc": "A256GCM", **header}), recipient=key)
    names = ("protected", "encrypted_key", "iv", "ciphertext", "tag")
    return dict(zip(names, made.serialize(compact=True).split("."))), made.cek


class Session:
    def __init__(self, seconds):
        self.id = secrets.token_hex(16)
        self.nonce = base64.b64encode(secrets.token_bytes(32)).decode()
        self.hash = "sha384"
        self.ends = time.monotonic() + seconds
        self.expires = email.utils.formatdate(time.time() + seconds, usegmt=True)
        self.token = None
        self.evidence = None    # for demonstrations of a replay


class Kbs:
    """The service's state; the HTTP server below only carries messages."""

    def __init__(self, policy, resources, session_seconds=300, token_seconds=300):
        self.policy = policy
        self.resources = dict(resources)
        self.session_seconds, self.token_seconds = session_seconds, token_seconds
        self.signer = jwk.JWK.from_pyca(ec.generate_private_key(ec.SECP256R1()))
        self.sessions, self.lock = {}, threading.Lock()
        self.faults = {}            # step: what answers instead; see hostile_kbs.py
        self.refuse_until = 0       # of the monotonic clock: 503 until then
        self.retry_after = None
        self.requests = []          # (seconds, step, status), in order
        self.defects = []           # what must never happen, as text
        self.secrets = []           # for the search of a client's memory: CEKs
        self.last = {}              # the last messages, by step
        self.began = time.monotonic()

    # --- the steps ---

    def auth(self, body, _request):
        message = members(parse(body), ("version", "tee", "extra-params"), what="Request")
        if message["version"] != VERSION:
            raise Refused("AttestationError", "KBS Client Protocol Version Mismatch: expect "
                          f"={VERSION} while the request is {message['version']}")
        if message["tee"] != "cca":
            raise Refused("AttestationError", f"unknown tee {message['tee']}")
        session = Session(self.session_seconds)
        with self.lock:
            self.sessions[session.id] = session
        return {"nonce": session.nonce, "extra-params": ""}, session

    def attest(self, body, request):
        session = self.session_of(request)
        message = members(parse(body), ("runtime-data", "tee-evidence"), ("init-data",), "Attestation")
        runtime = members(message["runtime-data"], ("nonce", "tee-pubkey"), what="runtime-data")
        evidence = members(message["tee-evidence"], ("primary_evidence", "additional_evidence"),
                           what="tee-evidence")
        self.last["attest"] = message
        if session.token:
            return {"token": session.token}, session
        if runtime["nonce"] != session.nonce:
            raise Refused("AttestationError", "the nonce is not that of the session")
        if evidence["additional_evidence"] != "":
            raise Refused("AttestationError", "additional evidence is not supported")
        check_jwk(runtime["tee-pubkey"])
        claims, data = self.appraise(session, runtime, evidence["primary_evidence"], message.get("init-data"))
        if not claims["not-affirmed"]:
            session.evidence = evidence
        session.token = self.result_token(claims, runtime["tee-pubkey"], data)
        return {"token": session.token}, session

    def appraise(self, session, runtime, evidence, init_data):
        members(evidence, ("token",), ("cc_eventlog",), "CcaEvidence")
        try:
            token = bytes(evidence["token"])
            log = base64.b64decode(evidence.get("cc_eventlog", ""), validate=True)
        except (TypeError, ValueError) as e:
            raise Refused("AttestationError", f"evidence: {e}") from None
        if log and not log.endswith(LOG_END):
            raise Refused("AttestationError", "cc_eventlog does not end with 8 bytes of 0xff")
        digest = hashlib.new(session.hash, jcs({**runtime, "additional-evidence": ""})).digest()
        try:
            claims, why = self.policy.check(token, digest.ljust(64, b"\0"), log)
        except Denied as e:
            raise Refused("AttestationError", f"verify TEE evidence failed: {e}") from None
        claims["not-affirmed"] = why
        return claims, None if init_data is None else self.check_init_data(claims, init_data)

    @staticmethod
    def check_init_data(claims, init_data):
        """Its data. As Trustee: the whole RPV against the digest as long as it is."""
        members(init_data, ("format", "body"), what="init-data")
        if init_data["format"] != "toml":
            raise Refused("AttestationError", "init-data: unknown format")
        try:
            body = tomllib.loads(init_data["body"])
            data = {name: str(text) for name, text in body["data"].items()}
            digest = hashlib.new({h: h for h in HASHES}[body["algorithm"]], init_data["body"].encode())
        except (ValueError, KeyError, AttributeError) as e:
            raise Refused("AttestationError", f"parse init data: {e}") from None
        if digest.hexdigest() != claims["rpv"]:
            raise Refused("AttestationError", "init data hash is different from that in CCA token (claim 44235)")
        return data

    def result_token(self, claims, key, data):
        now = int(time.time())
        body = {"iss": "test KBS", "iat": now, "nbf": now - 1, "exp": now + self.token_seconds,
                "eat_profile": "tag:github.com,2024:confidential-containers/Trustee",
                "submods": {"cpu0": {"ear.status": "warning" if claims["not-affirmed"] else "affirming", "ear.veraison.annotated-evidence": {
                    "cca": claims, "init_data_claims": data, "runtime_data_claims": {"tee-pubkey": key}}}}}
        token = jwt.JWT(header={"alg": "ES256", "typ": "JWT"}, claims=body)
        token.make_signed_token(self.signer)
        return token.serialize()

    def resource(self, path, request):
        token = self.token_of(request)
        try:
            claims = json.loads(jwt.JWT(jwt=token, key=self.signer, algs=["ES256"]).claims)
        except (jwt.JWException, ValueError) as e:
            raise Refused("TokenVerifierError", f"Token Verifier error: {type(e).__name__}") from None
        realm = claims["submods"]["cpu0"]
        evidence = realm["ear.veraison.annotated-evidence"]
        if realm["ear.status"] != "affirming":
            raise Refused("PolicyDeny", f"Access denied by policy: {evidence['cca']['not-affirmed']}")
        if path not in self.resources:
            raise Refused("PluginInternalError", "Plugin internal error")
        content = self.resources[path]
        if content is None:
            raise Refused("PolicyDeny", "Access denied by policy")
        key = evidence["runtime_data_claims"]["tee-pubkey"]
        answer, cek = encrypt(check_jwk(key), content)
        self.secrets.append(cek)
        self.last["jwe"] = answer
        return answer, None

    # --- sessions ---

    def find(self, request):
        for field in request.headers.get_all("Cookie") or []:
            for one in field.split(";"):
                name, _, value = one.strip().partition("=")
                if name == COOKIE:
                    with self.lock:
                        return self.sessions.get(value)
        return None

    def session_of(self, request):
        session = self.find(request)
        if not session:
            raise Refused("AttestationError", "session not found")
        if session.ends < time.monotonic():
            raise Refused("AttestationError", "session expired.")
        return session

    def token_of(self, request):
        session = self.find(request)
        if session and session.token and session.ends >= time.monotonic():
            return session.token
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused("TokenNotFound", "Attestation Token not found")
        return token

    def forget(self):
        """As after a restart: no session, and another key for tokens."""
        with self.lock:
            self.sessions.clear()
        self.signer = jwk.JWK.from_pyca(ec.generate_private_key(ec.SECP256R1()))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # else the body waits for the client to acknowledge the headers: 40 ms an answer
    disable_nagle_algorithm = True
    timeout = 120

    def do_POST(self):
        self.serve()

    def do_GET(self):
        self.serve()

    def step_of(self, path):
        """(name of the step, function, argument) for a path of the API."""
        kbs = self.server.kbs
        parts = path.split("/")
        if self.command == "POST" and parts == ["auth"]:
            return "auth", kbs.auth
        if self.command == "POST" and parts == ["attest"]:
            return "attest", kbs.attest
        if self.command == "GET" and parts[0] == "resource" and len(parts) == 4:
            return "resource", kbs.resource
        raise Refused("PluginNotFound", f"Plugin {parts[0]} not found", 404)

    def serve(self):
        kbs = self.server.kbs
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = urllib.parse.urlsplit(self.path).path
        step = "?"
        try:
            if not path.startswith("/kbs/v0/"):
                self.answer(step, 404, b"")
                return
            step, function = self.step_of(path.removeprefix("/kbs/v0/"))
            if length > BODY_MAX:       # no error of the protocol: Trustee's framework says it
                self.answer(step, 413, b"Payload reached size limit.")
                return
            if time.monotonic() < kbs.refuse_until:
                self.answer(step, 503, b"busy", retry_after=kbs.retry_after)
                return
            if step in kbs.faults and kbs.faults[step](self, step, function, body):
                return
            argument = path.removeprefix("/kbs/v0/resource/") if step == "resource" else body
            message, session = function(argument, self)
            self.answer(step, 200, json.dumps(message).encode(), session)
        except Refused as e:
            self.refuse(step, e)
        except Disagreement as e:
            kbs.defects.append(str(e))
            self.answer(step, 500, b"")
        except OSError:     # the client hung up: handle_error()
            raise
        except Exception:   # a defect of this server has to be seen by the test
            kbs.defects.append(traceback.format_exc())
            self.answer(step, 500, b"")

    def refuse(self, step, refused):
        detail = str(refused)
        if refused.kind == "AttestationError":
            detail = f"Attestation error: RCAR handshake {step.capitalize()} failed: {detail}"
        body = json.dumps({"type": f"{ERRORS}/{refused.kind}", "detail": detail}).encode()
        self.answer(step, refused.status, body)

    def answer(self, step, status, body, session=None, retry_after=None, headers=()):
        kbs = self.server.kbs
        kbs.requests.append((time.monotonic() - kbs.began, step, status))
        self.server.say(f"{step} {status} {'' if status == 200 else body.decode(errors='replace')}")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if session:
            self.send_header("Set-Cookie", f"{COOKIE}={session.id}; Expires={session.expires}")
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, kbs, certificate=None, address="127.0.0.1", port=0, say=lambda text: None):
        super().__init__((address, port), Handler)
        self.kbs, self.say = kbs, say
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, pathlib.Path(certificate).with_suffix(".key"))

    @property
    def url(self):
        return f"http{'s' if self.context else ''}://127.0.0.1:{self.server_port}"

    def finish_request(self, request, client_address):
        """In the request's own thread: a slow handshake must stop nobody else."""
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        try:
            super().finish_request(request, client_address)
        finally:
            if self.context:
                request.close()

    def handle_error(self, _request, _address):
        """What a client did wrong on its connection."""
        error = sys.exc_info()[1]
        if not isinstance(error, (OSError, ValueError)):
            self.kbs.defects.append(traceback.format_exc())
        self.say(f"connection: {type(error).__name__}: {error}")

    def __enter__(self):
        # how soon it ends when it is told to
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--trust-anchors", metavar="FILE", required=True)
    add("--reference-values", metavar="FILE", required=True)
    add("--policy", choices=("trustee", "log"), default="trustee",
        help="log: ours, not Trustee's; the event log explains the REMs")
    add("--approve", action="append", default=[], metavar='"DOMAIN OPERATION"',
        help="events that may occur (policy log)")
    add("--resource", action="append", default=[], metavar="REPOSITORY/TYPE/TAG=FILE")
    add("--certificate", metavar="FILE", help="PEM, its key in .key beside it; without, plain HTTP")
    add("--port", type=int, default=0)
    add("--ready", metavar="FILE", help="gets the URL when connections are accepted")
    add("--evidence", metavar="FILE", help="gets the last evidence that was accepted")
    add("--tsmctl", metavar="FILE", type=pathlib.Path)
    args = parser.parse_args()

    resources = {}
    for one in args.resource:
        name, _, file = one.partition("=")
        resources[name] = pathlib.Path(file).read_bytes()
    kbs = Kbs(Policy(args.trust_anchors, args.reference_values, args.policy, args.approve, args.tsmctl),
              resources)

    def say(text):
        print(f"kbs: {text}", flush=True)
        accepted = [s.evidence for s in list(kbs.sessions.values()) if s.evidence]
        if args.evidence and accepted:
            pathlib.Path(args.evidence).write_text(json.dumps(accepted[-1]))

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Server(kbs, args.certificate, port=args.port, say=say) as server:
        if args.ready:
            pathlib.Path(args.ready).write_text(server.url)
        say(f"serves at {server.url}, policy {args.policy}")
        threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
