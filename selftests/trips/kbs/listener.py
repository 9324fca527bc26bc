# SPDX-License-Identifier: GPL-2.0-only
"""What does a peer do that is no web server? A test says it, for each connection."""

import socket
import threading


class Listener:
    """Takes connections, and does with each what it is told to."""

    def __init__(self, serve=lambda connection: None):
        self.taken = []
        self.serve = serve
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.taken.append(connection)
            threading.Thread(target=self.quietly, args=(connection,), daemon=True).start()

    def quietly(self, connection):
        try:
            self.serve(connection)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.socket.close()
        for connection in self.taken:
            connection.close()
