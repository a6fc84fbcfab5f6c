"""Ports that no program listens on."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

# Below the ports of outgoing connections (Linux: from 32,768, others: from 49,152), which could take the port at any
# moment.
_RANGE = range(20_000, 32_000)


def unused_port() -> int:
    """Return a port of 127.0.0.1 that no program listens on, and that no outgoing connection is given."""
    for port in random.sample(_RANGE, 200):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("200 ports of 127.0.0.1 are in use")
