# SPDX-License-Identifier: GPL-2.0-only
"""Whom does the client talk to? TLS, pins, proxies."""

import socket
import threading
import time

import certificates
import faked_realm
from listener import Listener
from kbs_world import URI, Ours


class Tls(Ours):
    """-ECONNABORTED: the server cannot prove to be the KBS."""

    def server_of(self, name, **more):
        ca, certificate = certificates.make(self.place, name, **more)
        return self.serve(self.kbs, certificate), ca, certificate

    def refused(self, url, *words, **more):
        begin = time.monotonic()
        line = self.get(url=url, **more)
        self.assertError(line, "ECONNABORTED", *words)
        self.assertLess(time.monotonic() - begin, 5, "tried again")
        self.assertNotIn("auth", self.steps())

    def test_ca_of_the_options(self):
        server, ca, _ = self.server_of("second")
        self.assertRight(self.get(url=server.url, ca=ca))

    def test_another_ca_is_refused(self):
        server, _, _ = self.server_of("second")
        self.refused(server.url)

    def test_another_name_is_refused(self):
        server, ca, _ = self.server_of("second", addresses=("127.0.0.2",))
        self.refused(server.url, ca=ca)

    def test_expired_certificate_is_refused(self):
        server, ca, _ = self.server_of("old", days=-1)
        self.refused(server.url, "expired", ca=ca)

    def test_system_cas_do_not_know_it(self):
        lines, said, _ = faked_realm.Client(self.realm, self.url, "get", URI, timeout=15000).end()
        self.assertError(lines[0], "ECONNABORTED")

    def test_pinned_certificate(self):
        server, _, certificate = self.server_of("second", addresses=("127.0.0.2",))
        lines, said, _ = faked_realm.Client(self.realm, server.url, "get", URI, pin=certificate).end()
        self.assertEqual(lines, [self.right()], said)

    def test_other_certificate_than_the_pinned_is_refused(self):
        _, _, certificate = self.server_of("second")
        lines, said, _ = faked_realm.Client(self.realm, self.url, "get", URI, pin=certificate).end()
        self.assertError(lines[0], "ECONNABORTED")

    def test_certificate_of_the_pinned_ca_is_not_the_pinned_one(self):
        """The CA's own certificate as pin: what it signed is another key."""
        lines, said, _ = faked_realm.Client(self.realm, self.url, "get", URI, pin=self.ca).end()
        self.assertError(lines[0], "ECONNABORTED")
        self.assertNotIn("auth", self.steps())

    def test_pin_that_is_no_certificate(self):
        (self.place / "empty").write_text("")
        for name, error in (("empty", "EBADMSG"), ("missing", "ENOENT")):
            lines, _, _ = faked_realm.Client(self.realm, self.url, "get", URI, pin=self.place / name).end()
            self.assertError(lines[0], error)

    def test_ca_file_that_is_missing(self):
        self.assertError(self.get(ca=self.place / "missing"), "EINVAL", "missing")


class Protocol(Ours):
    def test_proxy_of_the_options_and_of_the_environment(self):
        with Proxy() as proxy:
            self.assertRight(self.get(proxy=proxy.url))
            self.assertEqual(proxy.asked, [self.url.removeprefix("https://")])
            self.assertRight(self.get(environment={"https_proxy": proxy.url}))
            self.assertEqual(len(proxy.asked), 2)
            self.assertRight(self.get(environment={"https_proxy": proxy.url, "no_proxy": "127.0.0.1"}))
            self.assertRight(self.get(proxy="", environment={"https_proxy": proxy.url}))
            self.assertEqual(len(proxy.asked), 2)

    def test_proxy_that_refuses(self):
        with Proxy(refuse=True) as proxy:
            line = self.get(proxy=proxy.url, timeout=1000)
        self.assertError(line, "EHOSTUNREACH", "403")

    def test_plain_http_has_to_be_allowed(self):
        server = self.serve(self.kbs, None)
        self.assertError(self.get(url=server.url), "EINVAL", "does not authenticate the server")
        self.assertRight(self.get(url=server.url, flags=1))


class Proxy(Listener):
    """Tunnels, as far as it is told to."""

    def __init__(self, refuse=False):
        self.asked, self.refuse = [], refuse
        super().__init__(self.tunnel)
        self.url = f"http://127.0.0.1:{self.port}"

    def tunnel(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        where = head.split()[1].decode()
        if self.refuse:
            client.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        self.asked.append(where)
        host, _, port = where.rpartition(":")
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

        def pump(a, b):
            try:
                while data := a.recv(65536):
                    b.sendall(data)
                b.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        threading.Thread(target=pump, args=(server, client), daemon=True).start()
        pump(client, server)
