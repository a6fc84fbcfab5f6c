"""The persistent connection of a transport: who may use it, and when it is renewed."""

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

# A part of `max_idle` after which a NOOP is worth its round trip.
_NOOP_AFTER = 0.25


class Connection:
    """
    One connection, held by one thread at a time, and renewed when it must be.

    Attributes:
        settings: The server's settings.
        owner: The thread or greenlet that holds the connection.
    """

    def __init__(self, settings: Settings) -> None:
        """Connect at the first email. The lock is of the kind that `threading` has by now."""
        self.settings = settings
        self.owner: int | None = None
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._opened = self._used = clocks()

    def acquire(self, thread: int, deadline: Deadline | None) -> bool:
        """Hold the connection; return False when others held it until the deadline."""
        lock = self._lock
        if lock.acquire(False) or lock.acquire(timeout=-1 if deadline is None else max(0.0, deadline.left())):
            self.owner = thread
            return True
        return False

    def release(self, error: BaseException | None, *, close: bool) -> None:
        """Let others have the connection, unless it is to be closed or something broke it: a rejected email did not."""
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
        Return the session, and whether it was used before: such a one may be gone although it seems to stand.

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
            return session.ask("NOOP").code < 400
        session.close()
        return False

    def quit(self, deadline: Deadline | None = None) -> None:
        """Say QUIT and close; a slow farewell takes no more than a quarter of the next email's time."""
        session, self._session = self._session, None
        if session is not None and session.sock is not None:
            session.finish(QUIT_SECONDS if deadline is None else deadline.left() / 4)


class Pool:
    """
    The connection that the emails of one transport share.

    A forked process opens its own, and leaves its parent's alone: no QUIT, and no end of TLS, is sent on it. So does a
    process once gevent or eventlet has replaced the locks of `threading`.

    Attributes:
        settings: The server's settings.
        connections: The connection of each process.
        closed: Whether nothing may be sent any more.
    """

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self.settings = settings
        self.closed = False
        self.connections = ProcessLocal(lambda: Connection(settings))

    def close(self) -> None:
        """Close for good, after the email that is under way; it never raises."""
        self.closed = True
        connection, thread = self.connections.made(), threading.get_ident()
        # A signal handler may interrupt an email of its own thread: that email closes the connection then.
        if connection is None or connection.owner == thread:
            return
        try:
            connection.acquire(thread, None)
        finally:
            if connection.owner == thread:
                connection.release(None, close=True)


class Hold:
    """
    A context in which a thread has a connection to itself; no exception, wherever it comes, leaves it held.

    It is the shared connection, except in a signal handler that interrupts an email of the same thread: waiting for
    that email would last for ever.
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
            DeadlineExceeded: Other emails held the connection all the time.
            ConfigurationError: The pool is closed.
        """
        connection, closed = self._connection, self._pool.closed
        try:
            if not closed and not connection.acquire(self._thread, self._deadline):
                raise DeadlineExceeded("out of time: other emails had the connection (raise deadline=)")
            if self._pool.closed:
                raise ConfigurationError("the transport is closed")
            return connection
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let others have the connection."""
        connection = self._connection
        if connection.owner == self._thread:
            connection.release(error, close=self._nested or self._pool.closed)
