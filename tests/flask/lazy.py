"""Lazy texts, made as those of Flask-Babel and speaklater are: of a function, at each use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Lazy:
    """A text that is made when it is needed, and that has the methods of one."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __str__(self) -> str:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(str(self), name)
