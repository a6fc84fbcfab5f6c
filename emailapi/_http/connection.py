"""Exchanges, and connections that say whether a request may have been read and keep to the exchange's deadline."""

from __future__ import annotations

import http.client
import io
import math
import socket
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import allowed_gai_family

from .._delivery import raised_by_signal
from .._net import clocks, monotonic, readiness, received_from

# Load balancers close what is idle for a minute or more; renewing a connection costs less than losing an answer.
IDLE_SECONDS = 45.0
# A body of this size or less leaves in one write with its head.
SMALL_BODY = 65_536


class Exchange:
    """
    One request on its way, and its response; each has an object of its own.

    It is the current one while its `with` block runs, in this thread or greenlet. A connection keeps the exchange that
    it was taken from the pool for: a signal handler that sends an email meanwhile has another one, on another
    connection.

    Attributes:
        sent: Whether the request may have been read: None where our connections do not say.
        unexpected: Whether more came than the one response.
        until: When all must be over, on the monotonic clock.
        timeout: Seconds that one write may take.
    """

    __slots__ = ("_token", "sent", "timeout", "unexpected", "until")

    def __init__(self, until: float = math.inf, timeout: float | None = None) -> None:
        self.sent: bool | None = None
        self.unexpected = False
        self.until = until
        self.timeout = timeout

    def __enter__(self) -> Exchange:
        self._token: Token[Exchange] = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _current.reset(self._token)

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.until - monotonic()

    def check(self) -> None:
        """
        Check that there is time left.

        Raises:
            TimeoutError: There is none.
        """
        if self.left() <= 0:
            raise TimeoutError("the deadline is over")

    def limit(self, sock: Any) -> None:
        """Let the next operation of a socket take no longer than what is left."""
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        timeout = sock.gettimeout()
        if left < (math.inf if timeout is None else timeout):
            sock.settimeout(left)


# Without limits, for whoever uses one of our connections outside an exchange.
_current: ContextVar[Exchange] = ContextVar("emailapi-exchange", default=Exchange())  # noqa: B039 - has no limits
current_exchange = _current.get


class UnexpectedData(http.client.HTTPException):
    """The server sent more than its response, or something before it was asked."""


class LoginRefused(OSError):
    """The proxy rejected the user name and password, or requires them."""


class _TimedFile(io.RawIOBase):
    """
    What an answer is read from.

    A timeout of the socket begins anew with each byte; this ends status line, headers, `100 Continue`, chunk sizes
    and body alike when the exchange's time is over.
    """

    def __init__(self, file: Any, sock: Any, exchange: Exchange) -> None:
        self._file, self._sock, self._exchange = file, sock, exchange
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.ended:
            return 0
        self._exchange.limit(self._sock)
        count: int | None = self._file.readinto(buffer)
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _TimedAnswer(http.client.HTTPResponse):
    def __init__(self, connection: Watched, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._connection: Watched | None = connection
        self.fp: Any = io.BufferedReader(_TimedFile(self.fp.detach(), sock, connection.exchange))

    def _read_status(self) -> tuple[str, int, str]:
        # The standard library passes over 100 alone, and since 3.14 over a hundred of them at most. After another, as
        # 103, the real answer would still come, and be read as that to the next request.
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def _close_conn(self) -> None:
        # Called when the response is at its end, before its connection goes back to the pool.
        connection, self._connection = self._connection, None
        more = False
        if connection is not None and connection.is_ready is not None:
            self.fp.raw.ended = True
            left = self.fp.peek(1)
            more = bool(left) or connection.has_data(connection.is_ready)
            # An empty line behind a response is no other response.
            connection.exchange.unexpected = more and (not left or bool(left.strip(b"\r\n")))
        super()._close_conn()  # type: ignore[misc]
        if more:
            connection.close()  # type: ignore[union-attr]


class Watched:
    """
    Tells whether a byte of the request was written, and writes it within the exchange's time.

    Types of exceptions lie about the first: a reset after the request through a proxy is a `ProxyError`, a bad TLS
    record an `SSLError`. Name, TCP, proxy CONNECT and TLS handshake all happen in `connect`.
    """

    exchange = Exchange()
    _used = (0.0, 0.0)
    _fresh = False
    _joins = False
    _head = b""
    _dns_host: Any
    timeout: Any
    sock: Any
    close: Callable[[], None]
    is_ready: Callable[[], object] | None = None  # there is none while it connects

    def response_class(self, sock: Any, *args: Any, **options: Any) -> _TimedAnswer:
        return _TimedAnswer(self, sock, *args, **options)

    def _new_conn(self) -> Any:
        """Connect by TCP: urllib3 gives each address of a host the whole timeout, one after another."""
        name, timeout = self._dns_host, self.timeout
        failure: Exception = TimeoutError("the deadline is over")
        try:
            for address in self._addresses(name):
                self._dns_host, self.timeout = address, min(timeout, self.exchange.left())
                if self.timeout <= 0:
                    break
                try:
                    sock = super()._new_conn()  # type: ignore[misc]
                except (urllib3_errors.ConnectTimeoutError, urllib3_errors.NewConnectionError) as error:
                    failure = error
                    if raised_by_signal(error):
                        break
                else:
                    # The rest: CONNECT, and the TLS handshake.
                    sock.settimeout(max(min(timeout, self.exchange.left()), 0.001))
                    return sock
        finally:
            self._dns_host, self.timeout = name, timeout
        raise failure

    def _addresses(self, name: str) -> list[str]:
        try:
            found = socket.getaddrinfo(name.strip("[]"), self.port, allowed_gai_family(), socket.SOCK_STREAM)  # type: ignore[attr-defined]
        except socket.gaierror as error:
            raise urllib3_errors.NameResolutionError(self.host, self, error) from error  # type: ignore[attr-defined,arg-type]
        except UnicodeError:  # said by urllib3, in its own words
            return [name]
        return [str(info[4][0]) for info in found]

    def connect(self) -> None:
        exchange = self.exchange
        sent, timeout, exchange.timeout = exchange.sent, exchange.timeout, None  # CONNECT keeps to the connect timeout
        self.is_ready = None
        try:
            super().connect()  # type: ignore[misc]
        finally:
            exchange.sent, exchange.timeout = sent, timeout  # what CONNECT wrote was not the request
        self._used = clocks()
        self.is_ready = readiness(self.sock)
        self._fresh = True

    def was_idle_for_long(self, now: tuple[float, float]) -> bool:
        """Whether the server may have forgotten this connection, or be about to."""
        # By either clock: the monotonic one stands still while a machine sleeps, or a container is frozen.
        used = self._used
        return now[0] - used[0] > IDLE_SECONDS or now[1] - used[1] > IDLE_SECONDS

    @property
    def is_connected(self) -> bool:
        """Whether this connection may serve again: not idle for long, not closed, and nothing came meanwhile."""
        now = clocks()
        if self.was_idle_for_long(now):
            return False
        self._used = now
        return self.sock is not None and self.is_ready is not None and not self.is_ready()

    def has_data(self, is_ready: Callable[[], object]) -> bool:
        """Whether something came behind a response; the end of the connection is found when it is to serve again."""
        try:
            return self.sock is not None and bool(is_ready()) and bool(received_from(self.sock))
        except OSError:
            return False

    def request(self, method: str, url: str, body: Any = None, *args: Any, **options: Any) -> None:
        # A small body leaves with its head: a write of its own costs more than all that is done to it before.
        self._joins = isinstance(body, bytes) and 0 < len(body) <= SMALL_BODY
        self._head = b""
        super().request(method, url, body, *args, **options)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self._joins and not self._head:
            self._head = data
            return
        data, self._head, self._joins = self._head + data if self._head else data, b"", False
        if self.sock is None and self.auto_open:  # type: ignore[attr-defined]
            self.connect()
        sock, exchange = self.sock, self.exchange
        exchange.limit(sock)
        if self._fresh and self.is_ready is not None:
            self._fresh = False
            if self.is_ready() and (before := received_from(sock)) is not None:
                raise UnexpectedData("sent data before the request" if before else "closed before the request")
        exchange.sent = True
        left = memoryview(data)
        while left:
            if exchange.timeout is not None:
                sock.settimeout(exchange.timeout)
                exchange.limit(sock)
            # As much as the system takes, and not `sendall`: that has one time limit for all it writes, however much
            # the other side takes meanwhile.
            left = left[sock.send(left) :]


class Connection(Watched, HTTPConnection):  # type: ignore[misc]
    """A connection without TLS."""


class TLSConnection(Watched, HTTPSConnection):  # type: ignore[misc]
    """A connection with TLS."""
