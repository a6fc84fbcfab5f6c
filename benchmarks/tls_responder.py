"""
The other end of `benchmarks.tls` and `benchmarks.cold`: `benchmarks.responder` with TLS, a thread for each connection.

    python -m benchmarks.tls_responder CERTIFICATE

It prints its port, and ends when its standard input does. `certificates` writes what both ends need.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import certifi
import trustme

from .responder import accept_email


@contextlib.contextmanager
def certificates() -> Iterator[tuple[str, str]]:
    """Yield the paths of a server's certificate with its key, and of a CA bundle: the usual one and that server's."""
    with TemporaryDirectory() as folder:
        authority, server, bundle = trustme.CA(), Path(folder, "server.pem"), Path(folder, "bundle.pem")
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(server)
        bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
        yield str(server), str(bundle)


def _meet(connection: socket.socket, context: ssl.SSLContext) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
        answer = accept_email(wrapped)
        while answer():
            pass


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_meet, args=(connection, context), daemon=True).start()


if __name__ == "__main__":
    opened, tls = socket.create_server(("127.0.0.1", 0)), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[1])
    threading.Thread(target=_serve, args=(opened, tls), daemon=True).start()
    print(opened.getsockname()[1], flush=True)
    sys.stdin.read()
