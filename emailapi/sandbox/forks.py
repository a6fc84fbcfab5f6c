"""Sockets of listeners in a forked child, where no thread serves them: they are closed."""

from __future__ import annotations

import os
from typing import Protocol


class Forgetting(Protocol):
    """A listener."""

    def forget(self) -> None:
        """Close this process's copies of the sockets."""


forgotten_in_children: set[Forgetting] = set()


def _forget_all() -> None:
    # Else a client would go on to reach a port, or wait on a connection, that the sandbox has closed.
    while forgotten_in_children:
        forgotten_in_children.pop().forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
