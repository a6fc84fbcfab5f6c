"""A pool of connections, and the exchange of one request and response."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests

from .._delivery import Deadline, Kind, Request, Response, clear_frames, no_response, out_of_time
from .._hosts import as_host, is_loopback
from .._net import ProcessLocal, monotonic
from .._secrets import Secret
from .._signals import raised_by_signal
from .._version import __version__
from ..errors import ConfigurationError, EmailAPIError
from . import errors as failure
from .body import UnreadableBody, read_body
from .connection import Exchange, UnexpectedData
from .patched import connections_are_stock, is_stock, open_session
from .pool import Adapter

USER_AGENT = f"emailapi/{__version__} requests/{requests.__version__}"

_SOCKS = ("socks5h", "socks5", "socks4a", "socks4")
# Tests may replace `requests.Session` later.
_RequestsSession = requests.Session


def _split(url: str) -> SplitResult:
    return urlsplit(url if "//" in url else f"//{url}")


def _on_loopback(url: str) -> bool:
    try:
        return is_loopback(_split(url).hostname or "")
    except ValueError:  # not an address: the session rejects it, or the first request
        return True


def _check_session(session: requests.Session) -> requests.Session:
    """Reject a session that would send an email twice, or the token to an unverified server."""
    if not isinstance(session, _RequestsSession):
        raise ConfigurationError(f"session must be a requests.Session, got {type(session).__name__}")
    # A session that `create_autospec` made has no attributes of instances.
    if getattr(session, "verify", None) is False:
        raise ConfigurationError("session has verify=False, which would send the token to any server: remove it")
    for prefix, adapter in getattr(session, "adapters", {}).items():
        retries = getattr(adapter, "max_retries", None)
        if retries is not None and retries.total != 0:
            raise ConfigurationError(
                f"session's adapter for {prefix!r} retries by itself, which would send emails twice: set max_retries=0"
            )
    return session


class Session:
    """
    A pool of connections to one base URL, with one token.

    Threads may share it; a forked child opens connections of its own.
    """

    def __init__(
        self, base_url: str, token_header: str, token: Secret, session: requests.Session | None = None
    ) -> None:
        """Resolve the proxies and the CA bundle of the environment, once."""
        self.base_url = base_url
        self._headers = {
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            token_header: token,
        }
        self._given = None if session is None else _check_session(session)
        with _RequestsSession() as resolver:
            self._settings: dict[str, Any] = dict(resolver.merge_environment_settings(base_url, {}, True, None, None))
        if _on_loopback(base_url):
            # A proxy on another machine cannot reach our loopback, and would see the unencrypted token.
            proxies = self._settings["proxies"].items()
            self._settings["proxies"] = {scheme: proxy for scheme, proxy in proxies if _on_loopback(proxy)}
        self._closed = False
        self._adapters = ProcessLocal(self._adapter_class())
        self._pid = os.getpid()

    def _adapter_class(self) -> type[Adapter]:
        proxy = requests.utils.select_proxy(self.base_url, self._settings["proxies"]) or ""
        scheme = proxy.partition(":")[0].lower()
        if self._given is not None or not proxy:
            return Adapter
        self._check_proxy(proxy)
        if not scheme.startswith("socks"):
            return Adapter
        if scheme not in _SOCKS:
            raise ConfigurationError(
                f"the proxy {self._proxy()} has the scheme {scheme!r}: use one of {', '.join(_SOCKS)}"
            )
        try:
            from .socks import SocksAdapter
        except ImportError:
            raise ConfigurationError(
                f"the proxy {self._proxy()} is a SOCKS proxy, which needs PySocks: pip install 'requests[socks]', "
                "or pass a session= with an adapter of your own"
            ) from None
        return SocksAdapter

    def _check_proxy(self, proxy: str) -> None:
        try:
            parts = _split(proxy)
            as_host(parts.hostname, "the host")
            # Some versions of urllib3 take a line break at the end, as urlsplit does.
            is_valid = parts.port != 0 and not any(map(str.isspace, proxy))
        except (ValueError, ConfigurationError):
            is_valid = False
        if not is_valid:
            raise ConfigurationError(failure.invalid_proxy(self._proxy()))

    def __repr__(self) -> str:
        """Name the host, never the token."""
        return f"Session({self.base_url!r})"

    def close(self) -> None:
        """Close all connections; a session that the user gave stays open."""
        self._closed = True
        adapter = self._adapters.made()
        if adapter is not None:
            adapter.close()

    def check_open(self) -> None:
        """
        Check that the client is open.

        Raises:
            ConfigurationError: The client is closed.
        """
        if self._closed:
            raise ConfigurationError("the client is closed")

    def exchange(
        self, request: Request, timeout: tuple[float, float], deadline: Deadline, attempt: int = 1
    ) -> Response:
        """
        Send one request, once, and return its response, whatever its status.

        Raises:
            DeadlineExceeded: The deadline passed, and nothing was sent.
            ConnectionFailed: Nothing was sent.
            DeliveryUnknown: A write got no response.
            TransportError: A read got no response.
            ConfigurationError: The client is closed, or the environment names a CA bundle or proxy that is not valid.
        """
        self.check_open()
        if self._given is not None:
            _check_session(self._given)
        left = deadline.at - monotonic()
        if left <= 0:
            raise out_of_time(request, f"the request was not sent ({self.base_url})", attempt)
        timeout = min(timeout[0], left), min(timeout[1], left)
        exchange = Exchange(deadline.at, timeout[1])
        passing: BaseException | None = None
        try:
            with exchange:
                if self._given is None and is_stock():
                    return self._by_adapter(exchange, request, timeout, attempt)
                return self._by_session(exchange, request, timeout, attempt)
        except BaseException as error:
            if exchange.sent is not False:  # first: another signal may interrupt what follows
                request.may_have_been_done = True
            try:
                passing = self._passing(error)
                if passing is None:
                    ours = self._failure(request, exchange, error, timeout, deadline, attempt)
            finally:
                failure.close_sockets(error)
                clear_frames(error)
        if passing is None:
            # Raised outside the handler: as a context, the other exception would keep the request, token and email.
            raise ours
        try:
            raise passing
        finally:
            passing = None  # otherwise its frames, and their content, would stay until the next garbage collection

    def _passing(self, error: BaseException) -> BaseException | None:
        """Return the exception if it does not stem from the exchange but from outside, such as a signal handler."""
        # Hooks and adapters of the user's session may raise anything.
        kinds = failure.KINDS if self._given is None else (Exception,)
        return raised_by_signal(error) if isinstance(error, kinds) else error

    def _by_adapter(self, exchange: Exchange, request: Request, timeout: tuple[float, float], attempt: int) -> Response:
        """Send a request directly to our adapter: a `requests.Session` would triple the costs."""
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url, prepared.body = request.method, self._url(request), request.body
        headers = self._headers
        if request.body is not None:
            headers = {**headers, "Content-Type": "application/json", "Content-Length": str(len(request.body))}
        elif request.method != "GET":
            headers = {**headers, "Content-Length": "0"}
        # Our own headers, in one spelling: a case-insensitive mapping costs as much as encoding an email.
        prepared.headers = headers  # type: ignore[assignment]
        received = self._adapters.get().send(prepared, timeout=timeout, **self._settings)
        return self._read(received, exchange, request, attempt)

    def _by_session(self, exchange: Exchange, request: Request, timeout: tuple[float, float], attempt: int) -> Response:
        """Send a request by the user's session, or by a new session if a tool has replaced parts of `requests`."""
        if self._given is not None:
            if self._pid != os.getpid():
                self._given.close()  # its open connections are the parent's; it opens new ones
                self._pid = os.getpid()
            exchange.sent = None
            return self._read(self._send(self._given, request, timeout, {}), exchange, request, attempt)
        adapter = self._adapters.get() if connections_are_stock() else None
        with open_session(adapter) as session:
            exchange.sent = None
            received = self._send(session, request, timeout, self._settings)
            return self._read(received, exchange, request, attempt)

    def _send(
        self, session: requests.Session, request: Request, timeout: tuple[float, float], settings: Mapping[str, Any]
    ) -> requests.Response:
        options: dict[str, Any] = {**settings, "timeout": timeout, "allow_redirects": False, "stream": True}
        headers = self._headers if request.body is None else {**self._headers, "Content-Type": "application/json"}
        send = getattr(session, request.method.lower())  # not `request`: a test may have replaced `post`
        try:
            # Exact `str`, which tools can serialize; in no variable, so that no traceback shows the token.
            received = send(
                self._url(request), data=request.body, headers={key: str(headers[key]) for key in headers}, **options
            )
        except requests.HTTPError as error:
            # A hook of the user's has raised an error for a status: there is a response.
            if error.response is None or not failure.is_about(error, self.base_url):
                raise
            received = error.response
        except BaseException as error:
            clear_frames(error)  # frames of requests show the token
            raise
        if not isinstance(received, requests.Response):
            raise TypeError(
                f"requests.Session.{request.method.lower()}() gave a {type(received).__name__}, not a Response"
            )
        if not isinstance(received.status_code, int):
            raise TypeError(f"requests.Session gave a response with the status {received.status_code!r}")
        return received

    def _url(self, request: Request) -> str:
        return f"{self.base_url}{request.path}?{request.query}" if request.query else self.base_url + request.path

    def _read(self, received: requests.Response, exchange: Exchange, request: Request, attempt: int) -> Response:
        """Read a response; a response that is not a success counts even if its body cannot be read."""
        status, headers = received.status_code, received.headers
        proxy = self._proxy() if status == 407 else ""
        try:
            body = read_body(received, request, exchange)
        except UnreadableBody as error:
            return Response(status, headers, None, str(error), attempt, proxy)
        if exchange.unexpected:
            raise UnexpectedData("sent more than its response, which may be another request's")
        return Response.parse(status, headers, body, attempts=attempt, proxy=proxy)

    def _proxy(self) -> str:
        """Return host and port of the proxy in use, without its login; empty if there is none."""
        given = getattr(self._given, "proxies", {})
        found = requests.utils.select_proxy(self.base_url, {**self._settings["proxies"], **given})
        return (found or "").rpartition("@")[2].rpartition("//")[2].rstrip("/")

    def _failure(
        self,
        request: Request,
        exchange: Exchange,
        error: BaseException,
        timeout: tuple[float, float],
        deadline: Deadline,
        attempt: int,
    ) -> EmailAPIError:
        """Convert an exception of `requests`, `urllib3` or the system into an error of this package."""
        # With the user's session, `sent` may be about another request: its hooks may use another client.
        sent = exchange.sent if self._given is None else None
        wrong = failure.configuration(error, sent, self._settings["verify"], self._proxy())
        if wrong is not None:
            return ConfigurationError(f"the request cannot be made: {wrong}")
        if sent is None:
            sent = not failure.surely_not_sent(error, self.base_url)
        why = f"{failure.reason(error, sent, timeout, self._proxy())} ({self.base_url}){failure.remedy(error)}"
        if deadline.left() <= 0 and (not sent or request.kind is Kind.READ):
            return out_of_time(request, why, attempt)
        lasting = failure.is_lasting(error)
        return no_response(request, why, sent=sent, retryable=not lasting, attempts=attempt)
