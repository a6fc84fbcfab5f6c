"""The persistent connection of a transport: its lock, and its renewal."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType

from ..._delivery import Deadline
from ..._net import ProcessLocal, clocks
from ...errors import ConfigurationError, DeadlineExceeded, InvalidEmail, SMTPError
from .connect import open_session
from .connection import QUIT_SECONDS, Broken, Session
from .options import Settings

# The part of `max_idle` after which a NOOP is worth a round trip.
_NOOP_AFTER = 0.25


class Connection:
    """
    One connection, held by one thread at a time, and renewed when necessary.

    Attributes:
        settings: The server's settings.
        owner: The thread or greenlet that holds the connection.
    """

    def __init__(self, settings: Settings) -> None:
        """Create a connection that is opened for the first email, with a lock of `threading`, which may be patched."""
        self.settings = settings
        self.owner: int | None = None
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._opened = self._used = clocks()

    def acquire(self, thread: int, deadline: Deadline | None) -> bool:
        """HeldConnection the connection; return False if others held it until the deadline."""
        lock = self._lock
        if lock.acquire(False) or lock.acquire(timeout=-1 if deadline is None else max(0.0, deadline.left())):
            self.owner = thread
            return True
        return False

    def release(self, error: BaseException | None, *, close: bool) -> None:
        """Release the connection; close it if asked to, or if an error broke it (a rejected email does not)."""
        session = self._session
        try:
            is_usable = error is None or isinstance(error, (SMTPError, InvalidEmail))
            if session is not None and not (is_usable and session.sock is not None):
                self._session = None
                session.close()
            elif close:
                self.quit()
            else:
                self._used = clocks()
        finally:
            self.owner = None
            self._lock.release()

    def session(self, deadline: Deadline) -> tuple[Session, bool]:
        """
        Return the session, and whether it was used before: the server may have closed a session that was.

        Raises:
            Broken: No connection could be made.
        """
        session = self._session
        if session is not None and self._is_fit(session, deadline):
            session.deadline = deadline
            return session, True
        self.quit(deadline)
        self._session = open_session(self.settings, deadline)
        self._opened = self._used = clocks()
        return self._session, False

    def _is_fit(self, session: Session, deadline: Deadline) -> bool:
        now, settings = clocks(), self.settings
        used, opened = self._used, self._opened
        # By either clock: the longer time counts.
        idle = max(now[0] - used[0], now[1] - used[1])
        age = max(now[0] - opened[0], now[1] - opened[1])
        is_due = idle > settings.max_idle or age > settings.max_age or session.messages >= settings.max_messages
        if is_due or session.full:
            return False
        if session.has_unread():
            session.close()
            return False
        if idle <= settings.max_idle * _NOOP_AFTER:
            return True
        session.deadline = deadline.sooner(max(0.1, deadline.left() / 4))
        with suppress(Broken):
            return session.execute("NOOP").code < 400
        session.close()
        return False

    def quit(self, deadline: Deadline | None = None) -> None:
        """Send QUIT and close; waiting for the reply takes at most a quarter of the time for the next email."""
        session, self._session = self._session, None
        if session is not None and session.sock is not None:
            session.finish(QUIT_SECONDS if deadline is None else deadline.left() / 4)


class Pool:
    """
    The connection that the emails of one transport share.

    A forked process opens a connection of its own, and leaves its parent's alone: neither QUIT nor the end of TLS is
    sent on it. The same holds for a process after gevent or eventlet has replaced the locks of `threading`.

    Attributes:
        settings: The server's settings.
        connections: The connection of each process.
        closed: Whether the pool is closed.
    """

    def __init__(self, settings: Settings) -> None:
        """Create a pool. No connection is opened until the first email."""
        self.settings = settings
        self.closed = False
        self.connections = ProcessLocal(lambda: Connection(settings))

    def close(self) -> None:
        """Close for good, after the current email; never raises."""
        self.closed = True
        connection, thread = self.connections.made(), threading.get_ident()
        # A signal handler may interrupt an email of its own thread: that email closes the connection when it ends.
        if connection is None or connection.owner == thread:
            return
        try:
            connection.acquire(thread, None)
        finally:
            if connection.owner == thread:
                connection.release(None, close=True)


class HeldConnection:
    """
    A context in which a thread holds a connection; no exception, wherever it is raised, leaves the connection held.

    The connection is the shared one, except in a signal handler that interrupts an email of the same thread: waiting
    for that email would deadlock.
    """

    __slots__ = ("_connection", "_deadline", "_nested", "_pool", "_thread")

    def __init__(self, pool: Pool, deadline: Deadline) -> None:
        """Choose the connection."""
        shared = pool.connections.get()
        self._pool, self._deadline = pool, deadline
        self._thread = threading.get_ident()
        self._nested = shared.owner == self._thread
        self._connection = Connection(pool.settings) if self._nested else shared

    def __enter__(self) -> Connection:
        """
        Wait for the connection.

        Raises:
            DeadlineExceeded: Other emails held the connection until the deadline.
            ConfigurationError: The pool is closed.
        """
        connection, closed = self._connection, self._pool.closed
        try:
            if not closed and not connection.acquire(self._thread, self._deadline):
                raise DeadlineExceeded("out of time: other emails used the connection (raise deadline=)")
            if self._pool.closed:
                raise ConfigurationError("the transport is closed")
            return connection
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release the connection."""
        connection = self._connection
        if connection.owner == self._thread:
            connection.release(error, close=self._nested or self._pool.closed)
