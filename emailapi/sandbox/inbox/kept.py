"""Keeping what was read of the emails that were opened last: an email never changes, so it is read once for all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from ..captured import CapturedEmail

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Keeps what a function returns for emails."""

    def __init__(self, read: Callable[[CapturedEmail], _T], most: int) -> None:
        """Keep what `read` returns, for so many emails."""
        self._read, self._most = read, most
        self._values: OrderedDict[str, _T] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, email: CapturedEmail) -> _T:
        """Return what was read of an email, or read it."""
        with self._lock:
            if email.message_id in self._values:
                self._values.move_to_end(email.message_id)
                return self._values[email.message_id]
        made = self._read(email)
        with self._lock:
            self._values[email.message_id] = made
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return made
