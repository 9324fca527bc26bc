# SPDX-License-Identifier: GPL-2.0-only
"""A registry that images are pulled from, as the host has it: nobody has to trust it.

The pull side of the OCI distribution protocol, over an OCI layout in a folder, by
digest; and a file of orders, what the host wants the realm to run.
"""

import http.server
import json
import pathlib
import sys
import threading

NAME = "demo"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        served = self.server.registry
        kind, content = None, None
        if self.path == "/v2/":
            kind, content = "application/json", b"{}"
        elif self.path == "/orders":
            kind, content = "text/plain", served.orders.encode()
        elif self.path.startswith((f"/v2/{NAME}/manifests/sha256:", f"/v2/{NAME}/blobs/sha256:")):
            kind, content = served.blob(self.path.rpartition(":")[2])
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """A client that hung up is no event; anything else is said."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)


class Registry:
    """Serves @layout on loopback; the realm calls this machine 10.0.2.2."""

    def __init__(self, layout):
        self.blobs = pathlib.Path(layout) / "blobs/sha256"
        manifest, = json.loads((pathlib.Path(layout) / "index.json").read_text())["manifests"]
        self.manifest = manifest["digest"]
        self.kinds = {manifest["digest"].partition(":")[2]: manifest["mediaType"]}
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.registry = self
        self.address = f"10.0.2.2:{self.server.server_port}"
        self.reference = f"{self.address}/{NAME}@{self.manifest}"
        self.orders = ""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def blob(self, digest):
        path = self.blobs / pathlib.PurePath(digest).name
        if not path.is_file():
            return None, None
        return self.kinds.get(digest, "application/octet-stream"), path.read_bytes()
