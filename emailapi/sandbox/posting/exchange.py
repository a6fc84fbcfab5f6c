"""One request to a webhook and its response, with all redirects."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urljoin

import attrs
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from ..._net import monotonic
from .orders import Headers, Order, Outcome
from .targets import NotAllowed, NotFound, Target, Targets, read_url

REDIRECTS = 10
# Of a response, so many bytes of the body are kept, so many headers, and so many characters of each.
BODY_KEPT = 10_000
_HEADERS_KEPT, _HEADER_KEPT = 100, 1_000
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_FAILURES = (OSError, HTTPError, http.client.HTTPException, ValueError)


class TimedOut(Exception):
    """A request took longer than it may."""


class Line:
    """The connection of one request, which ends at a time, or when the sandbox closes."""

    def __init__(self, seconds: float) -> None:
        """Allow so many seconds."""
        self._until = monotonic() + seconds
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._ended = False
        self._timer = threading.Timer(seconds, self.end)
        self._timer.daemon = True
        self._timer.start()

    @property
    def ended(self) -> bool:
        """Whether the time is over, or the sandbox closes."""
        return self._ended

    def left(self) -> float:
        """
        Return how many seconds are left.

        Raises:
            TimedOut: None.
        """
        left = self._until - monotonic()
        if self._ended or left <= 0:
            raise TimedOut
        return left

    def connect(self, target: Target, addresses: Iterable[str]) -> HTTPConnection:
        """
        Return a connection to the first of the addresses that one can be made to.

        Raises:
            OSError: None accepts one, or an error of `urllib3`.
            TimedOut: There is no time left.
        """
        failure: Exception = OSError("there is no address")
        for address in addresses:
            connection = _connection(target, address, self.left())
            with self._lock:
                self._connection = connection
            try:
                connection.connect()
            except (OSError, HTTPError) as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def end(self) -> None:
        """End what is under way: a connection that is being used fails."""
        with self._lock:
            self._ended = True
            sock = None if self._connection is None else self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def disconnect(self) -> None:
        """Close the connection; another one may be made."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Measure the time no longer."""
        self._timer.cancel()


def _connection(target: Target, address: str, timeout: float) -> HTTPConnection:
    """Return a connection to an address, not yet open; the certificate must be one of the host's name."""
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=timeout)
    name = target.host.removesuffix(".")
    return HTTPSConnection(address, target.port, timeout=timeout, server_hostname=name)


def _basic(login: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(login).encode()).decode("ascii")


def _headers(order: Order, target: Target, first: Target) -> tuple[Headers, bool]:
    """Return the headers of a request, and whether it has a login; another host gets no credentials."""
    usual: list[tuple[str, str]] = [("Host", target.host_header), *order.usual]
    own: list[tuple[str, str]] = []
    if target.origin == first.origin:
        own = [*order.headers]
        login = order.login or first.login
        if login is not None:
            own = [each for each in own if each[0].lower() != "authorization"]
            own.append(("Authorization", _basic(login)))
    named = {name.lower() for name, _ in own}
    return (*[each for each in usual if each[0].lower() not in named], *own), "authorization" in named


def send(order: Order, targets: Targets, line: Line) -> Outcome:
    """Send a request, follow its redirects, and return the result."""
    started = monotonic()
    try:
        outcome = _follow(order, targets, line)
    finally:
        line.close()
    return attrs.evolve(outcome, seconds=monotonic() - started)


def _follow(order: Order, targets: Targets, line: Line) -> Outcome:
    try:
        first = target = read_url(order.url)
    except NotAllowed as error:
        return Outcome(url="", error=str(error), final=True)
    method, outcome = "POST", Outcome(url=first.shown)
    for _ in range(REDIRECTS + 1):
        outcome = _once(order, target, first, method, targets, line)
        location = next((value for name, value in outcome.headers if name.lower() == "location"), "")
        if outcome.status not in _REDIRECTING or not location:
            return outcome
        try:
            target = read_url(urljoin(target.shown, location))
        except (NotAllowed, ValueError):
            return attrs.evolve(outcome, error="the redirect does not lead to a URL with http or https", final=True)
        method = "GET" if outcome.status == 303 else method
    return attrs.evolve(outcome, error=f"there were more than {REDIRECTS} redirects", final=True)


def _once(order: Order, target: Target, first: Target, method: str, targets: Targets, line: Line) -> Outcome:
    headers, has_login = _headers(order, target, first)
    outcome = Outcome(url=target.shown, target=target, request_headers=headers, has_login=has_login)
    try:
        addresses = targets.addresses(target)
        connection = line.connect(target, addresses)
        sent = HTTPHeaderDict()
        for name, value in headers:
            # The text that has the bytes of UTF-8: http.client writes Latin-1.
            sent.add(name, value.encode().decode("latin-1"))
        body = order.body if method == "POST" else None
        connection.request(method, target.path, body=body, headers=sent, preload_content=False, decode_content=False)
        response = connection.getresponse()
        line.left()  # a head that the deadline has cut off is not a response
        return attrs.evolve(outcome, status=response.status, headers=_kept(response), body=_body(response))
    except NotAllowed as error:
        return attrs.evolve(outcome, error=str(error), final=True)
    except NotFound as error:
        return attrs.evolve(outcome, error=str(error))
    except TimedOut:
        return attrs.evolve(outcome, error=f"{target.place} did not respond within {order.timeout:g} s")
    except _FAILURES as error:
        return attrs.evolve(outcome, error=_reason(error, target, order, line))
    finally:
        line.disconnect()


def _kept(response: BaseHTTPResponse) -> Headers:
    pairs = [*response.headers.iteritems()][:_HEADERS_KEPT]
    return tuple([(name[:_HEADER_KEPT], value[:_HEADER_KEPT]) for name, value in pairs])


def _body(response: BaseHTTPResponse) -> bytes:
    """Return the first bytes of a body; of one that breaks off, nothing: the status counts."""
    try:
        return response.read(BODY_KEPT)
    except _FAILURES:
        return b""
    finally:
        response.close()


def _reason(error: Exception, target: Target, order: Order, line: Line) -> str:
    """Return in words why there was no response."""
    if line.ended or isinstance(error, TimeoutError) or "timed out" in str(error):
        return f"{target.place} did not respond within {order.timeout:g} s"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return f"nothing listens on {target.place}"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {target.place} is not valid: {getattr(cause, 'verify_message', '') or cause}"
        if isinstance(cause, ssl.SSLError):
            return f"{target.place} does not speak TLS, or not this one ({cause.reason})"
        cause = cause.__cause__ or cause.__context__
    return f"{target.place} closed the connection without a valid response ({type(error).__name__})"
