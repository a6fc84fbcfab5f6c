"""The one connection that a transport keeps, and renews when it must."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from weakref import WeakSet

from ..._delivery import Deadline
from ...errors import ConfigurationError, DeadlineExceeded
from .opening import open_session
from .options import Settings
from .reading import Broken
from .session import QUIT_SECONDS, Session

# A part of `max_idle` after which a NOOP is worth its round trip.
_NOOP_AFTER = 0.25


class Kept:
    """
    A connection with its lock: one mail at a time goes over it, whichever thread brings it.

    Attributes:
        settings: What is known of the server.
    """

    def __init__(self, settings: Settings) -> None:
        """Connect at the first mail."""
        self.settings = settings
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._opened = self._used = clocks()
        self._closed = False
        self._parents: list[Session] = []
        _ALL.add(self)

    def hold(self, deadline: Deadline) -> None:
        """
        Have the connection alone, until `release`.

        Raises:
            DeadlineExceeded: Others had it all the time.
            ConfigurationError: It is closed.
        """
        if not (self._lock.acquire(blocking=False) or self._lock.acquire(timeout=max(0.0, deadline.left()))):
            raise DeadlineExceeded("out of time: other mails had the connection")
        if self._closed:
            self._lock.release()
            raise ConfigurationError("the transport is closed")

    def release(self) -> None:
        """Let others have it."""
        self._lock.release()

    def session(self, deadline: Deadline) -> tuple[Session, bool]:
        """
        Return a connection, and whether it has carried mail before: such a one may be gone although it seems to stand.

        Raises:
            Unopened: There is none.
        """
        session = self._session
        if session is not None and self._is_fit(session, deadline):
            session.deadline = deadline
            return session, True
        # A slow farewell must not take the time of the next mail.
        self._let_go(deadline.left() / 4)
        self._session = open_session(self.settings, deadline)
        self._opened = self._used = clocks()
        return self._session, False

    def _is_fit(self, session: Session, deadline: Deadline) -> bool:
        now, settings = clocks(), self.settings
        # By either clock: the longer time counts.
        used, opened = self._used, self._opened
        idle = max(now[0] - used[0], now[1] - used[1])
        age = max(now[0] - opened[0], now[1] - opened[1])
        if idle > settings.max_idle or age > settings.max_age or session.messages >= settings.max_messages:
            return False
        if session.has_unread():
            session.close()
            return False
        self._used = now
        if idle <= settings.max_idle * _NOOP_AFTER:
            return True
        session.deadline = deadline.sooner(max(0.1, deadline.left() / 4))
        with suppress(Broken):
            return not session.ask("NOOP").is_refusal
        session.close()
        return False

    def touch(self) -> None:
        """Note that the connection was of use just now."""
        self._used = clocks()

    def drop(self) -> None:
        """Close the connection, saying nothing: it is broken."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _let_go(self, seconds: float = QUIT_SECONDS) -> None:
        session, self._session = self._session, None
        if session is not None and session.sock is not None:
            session.finish(seconds)

    def close(self) -> None:
        """Close for good, after the mail that is under way; it never raises."""
        with self._lock:
            self._closed = True
            self._let_go()

    def leave_to_parent(self) -> None:
        """Begin anew in a child process: the connection is the parent's, and its locks may be held for ever."""
        session, self._session = self._session, None
        self._lock = threading.Lock()
        if session is not None:
            self._parents.append(session)
            if session.sock is not None:
                session.sock.close()


def clocks() -> tuple[float, float]:
    """Return the time by both clocks: the monotonic one stands still while a machine sleeps."""
    return time.monotonic(), time.time()


_ALL: WeakSet[Kept] = WeakSet()


def _after_fork() -> None:
    for kept in list(_ALL):
        kept.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
