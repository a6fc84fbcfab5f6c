"""The trusted certificates: loaded once per CA bundle, not once per connection."""

from __future__ import annotations

import functools
import os
import ssl
from typing import Any


def trust_once(pool_options: dict[str, Any]) -> None:
    """
    Replace the CA bundle in a pool's options by a TLS context.

    urllib3 loads the bundle for each connection, which takes ten times as long as the handshake. A bundle that does not
    exist is left in the options: urllib3's error names it.
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
    """Return a context of the current class of `ssl`, which gevent and eventlet replace."""
    return ssl.create_default_context(cafile=file, capath=folder)
