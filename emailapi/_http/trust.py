"""The certificates that a server is verified by: read once for each CA bundle, and not for each connection."""

from __future__ import annotations

import functools
import os
import ssl
from typing import Any


def trust_once(pool_options: dict[str, Any]) -> None:
    """
    Put a TLS context in the place of a CA bundle in a pool's options.

    urllib3 loads the bundle anew for each connection, which takes ten times as long as the handshake itself. A bundle
    that is not there stays: whoever opens a connection names it.
    """
    file, folder = pool_options.get("ca_certs"), pool_options.get("ca_cert_dir")
    path = file or folder
    if path is None:
        return
    try:
        changed = os.stat(path).st_mtime_ns
    except OSError:
        return
    pool_options["ssl_context"] = _context(ssl.SSLContext, file, folder, changed)
    for name in ("ca_certs", "ca_cert_dir"):
        pool_options.pop(name, None)


@functools.lru_cache(maxsize=8)
def _context(_kind: type, file: str | None, folder: str | None, _changed: int) -> ssl.SSLContext:
    """Return a context of the class that `ssl` has now, which gevent and eventlet replace by their own."""
    return ssl.create_default_context(cafile=file, capath=folder)
