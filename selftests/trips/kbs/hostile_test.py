# SPDX-License-Identifier: GPL-2.0-only
"""A KBS that means harm, and a process that does not stand still: libtsm-kbs ends in time,
with a documented errno and within bounds, and does nothing that it is told to by an answer."""

import gzip
import json
import time

import hostile_kbs
import kbs
from listener import Listener
from kbs_world import Ours

STEPS = ("auth", "attest", "resource")
POST_AND_GET = ("auth", "resource")


def answer(*headers, body=b"{}", status="200 OK"):
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode() + body


class Hostile(Ours):
    def both(self, fault, *expected, **more):
        """One of the expected errnos, for a POST and a GET."""
        for step in POST_AND_GET:
            with self.subTest(step=step):
                self.kbs.faults = {step: fault}
                begin = time.monotonic()
                line = self.get(**more)
                self.assertIn(line.split(" ")[0], expected, line)
                self.assertLess(time.monotonic() - begin, more.get("timeout", 3000) / 1000 + 2, line)
                self.assertTrue(line.isascii() and line.isprintable())


class Cookies(Hostile):
    SESSION = kbs.COOKIE.encode() + b"={id}"

    def sent(self):
        """What came as Cookie with the evidence."""
        return self.kbs.last["attest cookie"]

    def keep_sent(self):
        attest = self.kbs.attest

        def kept(body, request):
            self.kbs.last["attest cookie"] = request.headers.get("Cookie")
            return attest(body, request)
        self.kbs.attest = kept

    def test_attributes_mean_nothing(self):
        """Nobody but this KBS is talked to, and a realm's clock is its host's."""
        for attributes in (b"; Path=/elsewhere", b"; Domain=other.example", b"; Secure; HttpOnly", b"; Max-Age=0",
                           b"; Expires=Thu, 01 Jan 1970 00:00:00 GMT", b";", b"; \xff\x01", b"; a" + b"x" * 9000):
            with self.subTest(attributes=attributes[:20]):
                self.kbs.faults = {"auth": hostile_kbs.cookies(self.SESSION + attributes)}
                self.assertRight(self.get())

    def test_others_go_along(self):
        self.keep_sent()
        self.kbs.faults = {"auth": hostile_kbs.cookies(b"", b"route=1.2; Path=/", b"; x", self.SESSION, b'b="x"')}
        self.assertRight(self.get())
        self.assertRegex(self.sent(), '^route=1.2; kbs-session-id=[0-9a-f]{32}; b="x"$')

    def test_many_are_sent_as_far_as_a_header_goes(self):
        self.keep_sent()
        self.kbs.faults = {"auth": hostile_kbs.cookies(self.SESSION, *(b"c%d=" % n + b"x" * 100 for n in range(200)))}
        self.assertRight(self.get())
        self.assertIn("; c0=x", self.sent())
        self.assertLess(len(self.sent()), 8192)

    def test_EPROTO_what_is_no_session_or_cannot_be_sent(self):
        name = kbs.COOKIE.encode()
        for lines in ((name,), (name + b"x=1",), (name.upper() + b"=1",), (b"=1",), (b"",), (b"x=" + self.SESSION,),
                      (name + b"=a\x01b",), (name + b"=\xff",), (name + b"=a b",), (name + b"=a\tb",),
                      (name + b"=" + b"x" * 9000,), (*(b"c%d=" % n + b"x" * 100 for n in range(200)), self.SESSION)):
            with self.subTest(lines=lines[0][:30]):
                self.kbs.faults = {"auth": hostile_kbs.cookies(*lines)}
                self.fails("EPROTO", "kbs-session-id")

    def test_what_is_no_header(self):
        name = kbs.COOKIE.encode()
        for line, error in ((b"=a\0b", "EPROTO"), (b"=a\rX: y", "EKEYREJECTED"), (b"=" + b"x" * 200000, "EMSGSIZE")):
            self.kbs.faults = {"auth": hostile_kbs.cookies(name + line)}
            self.fails(error)


class Bodies(Hostile):
    def test_EPROTO_content_length_that_is_none(self):
        for length in ("-1", "-9223372036854775808", "abc", "", "0x10", "2, 3", "2 3"):
            with self.subTest(length=length):
                self.both(hostile_kbs.raw(answer(f"Content-Length: {length}")), "EPROTO", timeout=2000)

    def test_content_length_that_is_too_short(self):
        text = json.dumps({"nonce": "QQ==", "extra-params": ""}).encode()
        self.both(hostile_kbs.raw(answer("Content-Length: 5", body=text)), "EPROTO", timeout=2000)
        self.both(hostile_kbs.raw(answer("Content-Length: 0", body=text)), "EPROTO", timeout=2000)

    def test_content_length_that_is_too_long(self):
        self.both(hostile_kbs.raw(answer("Content-Length: 4000000")), "EHOSTUNREACH", timeout=800)

    def test_content_length_beyond_all_numbers(self):
        for length in (1 << 62, 10 ** 30):
            self.both(hostile_kbs.raw(answer(f"Content-Length: {length}")), "EHOSTUNREACH", "EMSGSIZE", timeout=1000)

    def test_two_content_lengths(self):
        for first, second in ((2, 5), (5, 2), (2, 1 << 50)):
            self.both(hostile_kbs.raw(answer(f"Content-Length: {first}", f"Content-Length: {second}")),
                           "EPROTO", "EHOSTUNREACH", "EMSGSIZE", timeout=800)

    def test_chunks_that_are_none(self):
        for body in (b"zz\r\n", b"-1\r\nx", b"fffffffffffffffff\r\nx", b"5\r\n{}", b"2\r\n{}garbage"):
            with self.subTest(body=body):
                self.both(hostile_kbs.raw(answer("Transfer-Encoding: chunked", body=body)),
                               "EPROTO", "EHOSTUNREACH", timeout=800)

    def test_EMSGSIZE_trailers_without_end(self):
        self.both(hostile_kbs.for_ever(answer("Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n"), b"X: y\r\n" * 1000),
                       "EMSGSIZE", "EPROTO", timeout=5000)

    def test_ETIMEDOUT_body_that_never_ends(self):
        """It neither says how long it is nor hangs up."""
        self.both(hostile_kbs.trickle(answer() + b" " * 100, 0.1), "ETIMEDOUT", timeout=800)

    def test_compression_is_not_asked_for(self):
        seen = []
        for step in STEPS:
            def look(handler, _step, _function, _body):
                seen.append(handler.headers.get("Accept-Encoding"))
                return False
            self.kbs.faults[step] = look
        self.assertRight(self.get())
        self.assertEqual(seen, [None] * 3)

    def test_EPROTO_bomb_is_not_opened(self):
        bomb = gzip.compress(bytes(64 << 20))
        for header in ("Content-Encoding: gzip", "Content-Encoding: deflate, gzip"):
            self.both(hostile_kbs.raw(answer(header, f"Content-Length: {len(bomb)}", body=bomb)), "EPROTO",
                           timeout=2000)
        self.both(hostile_kbs.raw(answer("Transfer-Encoding: gzip", body=bomb)), "EPROTO", timeout=2000)


class Heads(Hostile):
    def test_ETIMEDOUT_a_byte_a_second(self):
        self.both(hostile_kbs.trickle(answer("Content-Length: 2"), 1), "ETIMEDOUT", timeout=2500)

    def test_ETIMEDOUT_handshake_that_never_ends(self):
        def slowly(connection):
            for byte in b"\x16\x03\x03\x40\x00" + bytes(100):
                connection.sendall(bytes([byte]))
                time.sleep(1)
        for serve in (slowly, lambda connection: time.sleep(10)):
            with Listener(serve) as listener:
                self.fails("ETIMEDOUT", url=f"https://127.0.0.1:{listener.port}", timeout=2000)

    def test_handshake_of_noise(self):
        with Listener(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" * 100)) as listener:
            self.fails("EHOSTUNREACH", url=f"https://127.0.0.1:{listener.port}", timeout=800)

    def test_flood_of_informational_answers(self):
        for status in ("100 Continue", "102 Processing", "103 Early Hints"):
            with self.subTest(status):
                self.both(hostile_kbs.for_ever(b"", answer(body=b"", status=status) * 100),
                               "EMSGSIZE", "EHOSTUNREACH", "ETIMEDOUT", timeout=800)

    def test_some_informational_answers_are_waited_out(self):
        def fault(handler, *_more):
            handler.wfile.write(answer(body=b"", status="100 Continue") * 3)
            return False
        self.kbs.faults = dict.fromkeys(STEPS, fault)
        self.assertRight(self.get())

    def test_protocol_that_nobody_asked_for(self):
        self.both(hostile_kbs.raw(answer("Upgrade: h2c", "Connection: Upgrade", body=b"", status="101 Switching")),
                       "EPROTO", "EHOSTUNREACH", timeout=800)

    def test_EMSGSIZE_headers_without_end(self):
        self.both(hostile_kbs.for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000), "EMSGSIZE", timeout=5000)

    def test_status_that_is_none(self):
        for status in ("0 OK", "99 OK", "1000 OK", "-200 OK", "2OO OK", "999 OK", "\x1b[31m"):
            with self.subTest(status):
                self.both(hostile_kbs.raw(answer("Content-Length: 2", status=status)),
                               "EPROTO", "EAGAIN", "ETIMEDOUT", "EHOSTUNREACH", timeout=800)

    def test_answers_that_nobody_asked_for(self):
        """Two answers at once: the second is not taken for that to the next request."""
        challenge = json.dumps({"nonce": "QQ==", "extra-params": ""}).encode()
        one = answer(f"Set-Cookie: {kbs.COOKIE}=1", f"Content-Length: {len(challenge)}", body=challenge)
        two = answer("Content-Length: 17", body=b'{"token":"a.b.c"}')
        def fault(handler, *_more):
            handler.wfile.write(one + two)
            return True
        self.kbs.faults = {"auth": fault}
        self.fails("EKEYREJECTED", "session not found")


class Elsewhere(Hostile):
    def test_EPROTO_nothing_leads_elsewhere(self):
        with Listener() as listener:
            for code in (300, 301, 302, 303, 305, 307, 308):
                for scheme in ("http", "https", "ftp", "gopher"):
                    with self.subTest(code=code, scheme=scheme):
                        self.kbs.faults = {"auth": hostile_kbs.raw(answer(
                            f"Location: {scheme}://127.0.0.1:{listener.port}/", "Content-Length: 0", body=b"",
                            status=f"{code} There"))}
                        self.fails("EPROTO", f"redirection ({code})")
            for there in ("file:///etc/passwd", "//127.0.0.1", "", "\x1b[31m", "?" * 70000):
                with self.subTest(there=there[:20]):
                    self.both(hostile_kbs.raw(answer(f"Location: {there}", "Content-Length: 0", body=b"",
                                                     status="302 Found")), "EPROTO", timeout=2000)
            where = f"127.0.0.1:{listener.port}"
            for header in (f"Location: https://{where}/", f"Refresh: 0; url=https://{where}/",
                           f'Alt-Svc: h2="{where}"; ma=9999', f"Content-Location: https://{where}/",
                           "Strict-Transport-Security: max-age=9999", f"Link: <https://{where}>; rel=preload"):
                def fault(handler, step, function, body, header=header):
                    message, session = function(body, handler)
                    handler.answer(step, 200, json.dumps(message).encode(), session, headers=[header.split(": ", 1)])
                    return True
                self.kbs.faults = {"auth": fault}
                self.assertRight(self.get())
            self.assertEqual(listener.taken, [])

    def test_EPROTO_it_wants_a_password(self):
        for scheme in ("Basic realm=x", "Digest realm=x, nonce=y", "Negotiate", "NTLM", "Bearer"):
            self.kbs.faults = {"auth": hostile_kbs.raw(answer(f"WWW-Authenticate: {scheme}", "Content-Length: 0", body=b"",
                                                        status="401 No"))}
            self.fails("EPROTONOSUPPORT")


class Words(Hostile):
    WORDS = ("a\0b", "\x1b]0;title\x07", "\x9b31m", "\u202egnol", "\x7f\b\r\n\t", "\ud800", "%s%n", "\u00ff" * 400)

    def test_words_are_printable(self):
        for words in self.WORDS:
            for fault in (hostile_kbs.status(401, kind=words, detail=words), hostile_kbs.text(words.encode(errors="surrogatepass"), 401)):
                with self.subTest(words=words[:10]):
                    self.both(fault, "EKEYREJECTED", "EPROTONOSUPPORT", timeout=2000)
        self.both(hostile_kbs.text(bytes(range(256)), 403), "EKEYREJECTED", "EPROTONOSUPPORT", timeout=2000)

    def test_reason_phrase_is_not_repeated(self):
        self.both(hostile_kbs.raw(answer("Content-Length: 0", body=b"", status="400 \x1b[31mred")), "EPROTO", timeout=2000)


class Process(Ours):
    """What else goes on in the process while a trip is under way."""

    def test_signals_end_nothing(self):
        self.kbs.faults = {step: hostile_kbs.slow(0.3) for step in STEPS}
        self.assertRight(self.get(signals=1))

    def test_fork_disturbs_nothing(self):
        """A child of that moment is without our descriptors once it runs another program."""
        self.kbs.faults = {step: hostile_kbs.slow(0.3) for step in STEPS}
        self.assertRight(self.get(forks=1))
        self.assertNotIn("inherited", self.said)
        self.assertEqual(self.steps(), list(STEPS))
