"""The persistent connection of a transport: its lock, and its renewal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..._delivery import Deadline
from ..._net import ProcessLocal, clocks, monotonic
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
        lock: The lock of the holder. A signal handler of the same thread may take the lock again: it runs while the
            session rests, or sees its thread as the owner.
    """

    def __init__(self, settings: Settings) -> None:
        """Create a connection that is opened for the first email, with a lock of `threading`, which may be patched."""
        self.settings = settings
        self.owner: int | None = None
        self.lock = threading.RLock()
        self._session: Session | None = None
        self._rests = False  # whether the session is between two emails, and nothing has interrupted the last one
        self._opened = self._used = clocks()

    def release(self, error: BaseException | None, *, close: bool) -> None:
        """End the use of the session; close it if asked to, or if an error broke it (a rejected email does not)."""
        session = self._session
        is_usable = error is None or isinstance(error, (SMTPError, InvalidEmail))
        if session is not None and not (is_usable and session.sock is not None):
            self._session = None
            session.close()
            return
        self._rests = True
        if close:
            self.quit()
        else:
            self._used = clocks()

    def session(self, deadline: Deadline) -> tuple[Session, bool]:
        """
        Return the session, and whether it was used before: the server may have closed a session that was.

        Raises:
            Broken: No connection could be made.
        """
        session, rests = self._session, self._rests
        # Until `release` has seen how the email ended, no other email may use the session.
        self._rests = False
        if session is not None:
            if not rests and not session.full:
                session.close()  # a signal has kept an earlier email from ending its use
            elif self._is_fit(session, deadline):
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
        connection = self.connections.made()
        # A signal handler may interrupt an email of its own thread: that email closes the connection when it ends.
        if connection is not None and connection.owner != threading.get_ident():
            with connection.lock:
                connection.quit()

    @contextmanager
    def hold(self, deadline: Deadline) -> Iterator[Connection]:
        """
        Hold the connection for one email; no exception, wherever it is raised, leaves the connection held.

        The connection is the shared one, except in a signal handler that interrupts an email of the same thread:
        waiting for that email would deadlock.

        Raises:
            DeadlineExceeded: Other emails held the connection until the deadline.
            ConfigurationError: The pool is closed.
        """
        thread, connection = threading.get_ident(), self.connections.get()
        is_nested = connection.owner == thread
        if is_nested:
            connection = Connection(self.settings)
        took: list[bool] = []
        try:
            # Taken and noted in one call to C: a signal handler could raise between two calls.
            took.extend(map(connection.lock.acquire, (True,), (max(0.0, deadline.at - monotonic()),)))
            if self.closed:
                raise ConfigurationError("the transport is closed")
            if True not in took:
                raise DeadlineExceeded("out of time: other emails used the connection (raise deadline=)")
            connection.owner = thread
            try:
                yield connection
            except GeneratorExit:  # discarded: the next email closes the session
                raise
            except BaseException as error:
                connection.release(error, close=is_nested or self.closed)
                raise
            connection.release(None, close=is_nested or self.closed)
        finally:
            # Also runs when a signal has interrupted the end of the `with` block, and this generator is discarded.
            if True in took:
                connection.owner = None
                connection.lock.release()
