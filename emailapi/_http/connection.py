"""Exchanges, and connections that know whether a request may have been read, and keep to the exchange's deadline."""

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

from .._net import clocks, monotonic, readiness, received_from
from .._signals import raised_by_signal

# Load balancers close connections that are idle for a minute or more; a new one costs less than a lost response.
IDLE_SECONDS = 45.0
# A body of at most this size is sent in one write with the head.
SMALL_BODY = 65_536


class Exchange:
    """
    One request and its response.

    The exchange is the current one while its `with` block runs, in this thread or greenlet. A connection keeps the
    exchange that it was taken from the pool for: a signal handler that sends an email meanwhile has another exchange,
    on another connection.

    Attributes:
        sent: Whether the request may have been read; None once connections that do not tell may have sent it.
        unexpected: Whether the server sent more than the one response.
        until: The deadline, on the monotonic clock.
        timeout: Seconds that one write may take.
    """

    __slots__ = ("_token", "sent", "timeout", "unexpected", "until")

    def __init__(self, until: float = math.inf, timeout: float | None = None) -> None:
        self.sent: bool | None = False
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
        """Return the seconds before the deadline."""
        return self.until - monotonic()

    def check(self) -> None:
        """
        Check that the deadline has not passed.

        Raises:
            TimeoutError: The deadline has passed.
        """
        if self.left() <= 0:
            raise TimeoutError("the deadline has passed")

    def limit(self, sock: Any) -> None:
        """Limit the next operation of a socket to the time before the deadline."""
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        timeout = sock.gettimeout()
        if left < (math.inf if timeout is None else timeout):
            sock.settimeout(left)


# Without limits, for code that uses one of our connections outside an exchange.
_current: ContextVar[Exchange] = ContextVar("emailapi-exchange", default=Exchange())  # noqa: B039 - has no limits
current_exchange = _current.get


class UnexpectedData(http.client.HTTPException):
    """The server sent data after its response, or before the request."""


class ProxyLoginRequired(OSError):
    """The proxy rejected the user name and password, or requires them."""


class _TimedFile(io.RawIOBase):
    """
    The file that a response is read from.

    A timeout of the socket starts anew with each byte; this class ends the reading of status line, headers,
    `100 Continue`, chunk sizes and body at the deadline of the exchange.
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


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, connection: Watched, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._connection: Watched | None = connection
        self.fp: Any = io.BufferedReader(_TimedFile(self.fp.detach(), sock, connection.exchange))

    def _read_status(self) -> tuple[str, int, str]:
        # The standard library skips only 100, and since 3.14 at most a hundred of them. After another 1xx, such as
        # 103, the final response would still come, and be read as the response to the next request.
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def _close_conn(self) -> None:
        # Called at the end of the response, before its connection is returned to the pool.
        connection, self._connection = self._connection, None
        more = False
        if connection is not None and connection.is_ready is not None:
            self.fp.raw.ended = True
            left = self.fp.peek(1)
            more = bool(left) or connection.has_data(connection.is_ready)
            # An empty line after a response is not another response.
            connection.exchange.unexpected = more and (not left or bool(left.strip(b"\r\n")))
        super()._close_conn()  # type: ignore[misc]
        if more:
            connection.close()  # type: ignore[union-attr]


class Watched:
    """
    Knows whether a byte of the request was written, and writes it before the deadline of the exchange.

    Types of exceptions do not tell: a reset after the request through a proxy is a `ProxyError`, a bad TLS record an
    `SSLError`. Name resolution, TCP, the proxy's CONNECT and the TLS handshake all happen in `connect`.
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

    def response_class(self, sock: Any, *args: Any, **options: Any) -> _TimedResponse:
        return _TimedResponse(self, sock, *args, **options)

    def _new_conn(self) -> Any:
        """Connect by TCP, with one timeout for all addresses of a host; urllib3 has one for each address."""
        name, timeout = self._dns_host, self.timeout
        failure: Exception = TimeoutError("the deadline has passed")
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
                    # CONNECT and the TLS handshake get the remaining time.
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
        except UnicodeError:  # urllib3 reports the error in its own words
            return [name]
        return [str(info[4][0]) for info in found]

    def connect(self) -> None:
        exchange = self.exchange
        sent, timeout, exchange.timeout = exchange.sent, exchange.timeout, None  # CONNECT has the connect timeout
        self.is_ready = None
        try:
            super().connect()  # type: ignore[misc]
        finally:
            exchange.sent, exchange.timeout = sent, timeout  # the bytes of CONNECT were not the request
        self._used = clocks()
        self.is_ready = readiness(self.sock)
        self._fresh = True

    def was_idle_for_long(self, now: tuple[float, float]) -> bool:
        """Whether the server may have closed this connection, or be about to."""
        # By either clock: the monotonic clock stops while a machine sleeps or a container is frozen.
        used = self._used
        return now[0] - used[0] > IDLE_SECONDS or now[1] - used[1] > IDLE_SECONDS

    @property
    def is_connected(self) -> bool:
        """Whether this connection may be reused: not idle for long, not closed, and without unexpected data."""
        now = clocks()
        if self.was_idle_for_long(now):
            return False
        self._used = now
        return self.sock is not None and self.is_ready is not None and not self.is_ready()

    def has_data(self, is_ready: Callable[[], object]) -> bool:
        """Whether data follows a response; a closed connection is detected before its next use."""
        try:
            return self.sock is not None and bool(is_ready()) and bool(received_from(self.sock))
        except OSError:
            return False

    def request(self, method: str, url: str, body: Any = None, *args: Any, **options: Any) -> None:
        # A small body is sent with its head: a write of its own costs more than all other steps.
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
        left = memoryview(data)
        while left:
            if exchange.timeout is not None:
                sock.settimeout(exchange.timeout)
                exchange.limit(sock)
            exchange.sent = True
            # Not `sendall`, which has one time limit for all data, however much of it the peer accepts meanwhile.
            left = left[sock.send(left) :]


class Connection(Watched, HTTPConnection):  # type: ignore[misc]
    """A connection without TLS."""


class TLSConnection(Watched, HTTPSConnection):  # type: ignore[misc]
    """A connection with TLS."""
