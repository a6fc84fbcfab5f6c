"""Connections that say whether a request may have been read, and keep to the deadline of a call."""

from __future__ import annotations

import http.client
import io
import math
import socket
import threading
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, exceptions as urllib3_errors
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import allowed_gai_family

POOL_SIZE = 32
# Load balancers close what is idle for a minute or more; renewing a connection costs less than losing an answer.
IDLE_SECONDS = 45.0
# A body of this size or less leaves in one write with its head.
SMALL_BODY = 65_536


class _Call(threading.local):
    """
    The call under way in this thread.

    Attributes:
        sent: Whether its request may have been read: None where our connections do not say.
        until: When it must be over, on the monotonic clock.
        timeout: Seconds that one write may take.
    """

    sent: bool | None = None
    until: float | None = None
    timeout: float | None = None


call = _Call()


def _left() -> float:
    return math.inf if call.until is None else call.until - time.monotonic()


def _limit(sock: Any) -> None:
    """Let the next operation of a socket take no longer than what is left of the call."""
    left = _left()
    if left <= 0:
        raise TimeoutError("the deadline is over")
    timeout = sock.gettimeout()
    if left < (math.inf if timeout is None else timeout):
        sock.settimeout(left)


class _TimedFile(io.RawIOBase):
    """
    What an answer is read from.

    A timeout of the socket begins anew with each byte; this ends status line, headers, `100 Continue`, chunk sizes
    and body alike when the call's time is over.
    """

    def __init__(self, file: Any, sock: Any) -> None:
        self._file, self._sock = file, sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _limit(self._sock)
        count: int | None = self._file.readinto(buffer)
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _TimedAnswer(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: Any = io.BufferedReader(_TimedFile(self.fp.detach(), sock))

    def _read_status(self) -> tuple[str, int, str]:
        # The standard library passes over 100 alone, and since 3.14 over a hundred of them at most. After another, as
        # 103, the real answer would still come, and be read as that to the next request.
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Watched:
    """
    Tells whether a byte of the request was written, and writes it within the call's time.

    Types of exceptions lie about the first: a reset after the request through a proxy is a `ProxyError`, a bad TLS
    record an `SSLError`. Name, TCP, proxy CONNECT and TLS handshake all happen in `connect`.
    """

    response_class = _TimedAnswer
    _used = (0.0, 0.0)
    _joins = False
    _head = b""
    _dns_host: Any
    timeout: Any

    def _new_conn(self) -> Any:
        """Connect by TCP: urllib3 gives each address of a host the whole timeout, one after another."""
        name, timeout = self._dns_host, self.timeout
        failure: Exception = TimeoutError("the deadline is over")
        try:
            for address in self._addresses(name):
                self._dns_host, self.timeout = address, min(timeout, _left())
                if self.timeout <= 0:
                    break
                try:
                    sock = super()._new_conn()  # type: ignore[misc]
                except (urllib3_errors.ConnectTimeoutError, urllib3_errors.NewConnectionError) as error:
                    failure = error
                else:
                    sock.settimeout(max(min(timeout, _left()), 0.001))  # the rest: CONNECT, and the TLS handshake
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
        timeout, call.timeout = call.timeout, None  # what CONNECT writes and reads keeps to the connect timeout
        try:
            super().connect()  # type: ignore[misc]
        finally:
            call.sent, call.timeout = False, timeout  # what CONNECT wrote was not the request
        self._used = _now()

    @property
    def is_connected(self) -> bool:
        """Whether this connection may serve again: not closed by the other side, and not idle for long."""
        now = _now()
        # By either clock: the monotonic one stands still while a machine sleeps, or a container is frozen.
        if any(new - old > IDLE_SECONDS for new, old in zip(now, self._used, strict=True)):
            return False
        self._used = now
        connected: bool = super().is_connected  # type: ignore[misc]
        return connected

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
        sock = self.sock  # type: ignore[attr-defined]
        _limit(sock)
        call.sent = True
        left = memoryview(data)
        while left:
            if call.timeout is not None:
                sock.settimeout(call.timeout)
                _limit(sock)
            # As much as the system takes, and not `sendall`: that has one time limit for all it writes, however much
            # the other side takes meanwhile.
            left = left[sock.send(left) :]


def _now() -> tuple[float, float]:
    return time.monotonic(), time.time()


class _Connection(_Watched, HTTPConnection):  # type: ignore[misc]
    pass


class _TLSConnection(_Watched, HTTPSConnection):  # type: ignore[misc]
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class Adapter(HTTPAdapter):
    """The stock adapter with our connections, one remembered pool, and answers without cookies and history."""

    def __init__(self) -> None:
        self._pool: Any = None
        super().__init__(pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return the pool for the one host, proxy and CA bundle that this adapter serves."""
        call.sent = False
        pool = self._pool  # another thread may close the client meanwhile
        if pool is None:
            pool = self._pool = super().get_connection_with_tls_context(*args, **options)
        return pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Return what stands in the request line, without asking again which proxy serves where there is none."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def build_response(self, request: requests.PreparedRequest, raw: HTTPResponse) -> requests.Response:  # type: ignore[override]
        """Return what users' tests that put `responses` in the place of the network expect, and nothing more."""
        response = requests.Response()
        response.status_code = raw.status
        response.headers = raw.headers  # type: ignore[assignment]  # they compare in any case, too
        response.raw = raw
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        self._pool = None
        super().close()
