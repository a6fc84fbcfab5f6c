"""
Forks beside a running sandbox.

A forked child does not serve the sandbox: it closes the sockets and files. And no fork happens while a thread of the
sandbox imports: the child would have the lock of the module, but no thread that ever releases it.
"""

from __future__ import annotations

import logging  # noqa: F401 - the last to register for forks waits first: imports need the lock that logging holds then
import os
import threading
from typing import Protocol


class Forgetting(Protocol):
    """A listener, or the data file."""

    def forget(self) -> None:
        """Close what this process has inherited."""


forgotten_in_children: set[Forgetting] = set()
# Held around each import in a function, which threads of the sandbox may be the first to call; forks wait for it.
imports = threading.RLock()


def _begin_child() -> None:
    # Else a client would go on to reach a port, or wait on a connection, that the sandbox has closed.
    while forgotten_in_children:
        forgotten_in_children.pop().forget()
    imports.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=imports.acquire, after_in_parent=imports.release, after_in_child=_begin_child)
