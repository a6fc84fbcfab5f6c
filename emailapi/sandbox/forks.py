"""Sockets and files of a sandbox in a forked child, which does not serve it: they are closed."""

from __future__ import annotations

import os
from typing import Protocol


class Forgetting(Protocol):
    """A listener, or the data file."""

    def forget(self) -> None:
        """Close what this process has inherited."""


forgotten_in_children: set[Forgetting] = set()


def _forget_all() -> None:
    # Else a client would go on to reach a port, or wait on a connection, that the sandbox has closed.
    while forgotten_in_children:
        forgotten_in_children.pop().forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
