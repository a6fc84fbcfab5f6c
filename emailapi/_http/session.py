"""One pool of connections, and one exchange over it."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import requests

from .._delivery import Answer, Deadline, Kind, Request, no_answer, out_of_time
from .._version import __version__
from ..errors import ConfigurationError
from ..settings import Secret, is_loopback
from . import failure
from .connection import Adapter, call

USER_AGENT = f"emailapi/{__version__} requests/{requests.__version__}"


def _on_loopback(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url if "//" in url else f"//{url}").hostname or "")
    except ValueError:  # a proxy's address that is none: it is said when it is to be used
        return True


def _check_session(session: requests.Session) -> requests.Session:
    """Refuse a session that would send twice, or to whoever answers."""
    if not isinstance(session, requests.Session):
        raise ConfigurationError(f"session must be a requests.Session, not {type(session).__name__}")
    if session.verify is False:
        raise ConfigurationError("session has verify=False: the token would go to whoever answers")
    for prefix, adapter in session.adapters.items():
        retries = getattr(adapter, "max_retries", None)
        if retries is not None and retries.total != 0:
            raise ConfigurationError(f"session's adapter for {prefix!r} retries by itself: mails would be sent twice")
    return session


class Session:
    """
    One pool of connections to one base URL, with one token.

    It may be shared by threads; after a fork the child opens connections of its own.
    """

    def __init__(
        self, base_url: str, token_header: str, token: Secret, session: requests.Session | None = None
    ) -> None:
        """Resolve what the environment says of proxies and CA bundles, once."""
        self.base_url = base_url
        self._headers = {
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            token_header: token,
        }
        self._given = None if session is None else _check_session(session)
        with requests.Session() as resolver:
            self._settings: dict[str, Any] = dict(resolver.merge_environment_settings(base_url, {}, True, None, None))
        if _on_loopback(base_url):
            # Another machine's proxy could not reach it, and would see the token, which is in clear to stay here.
            proxies = self._settings["proxies"].items()
            self._settings["proxies"] = {scheme: proxy for scheme, proxy in proxies if _on_loopback(proxy)}
        self._closed = False
        self._pid = os.getpid()
        self._adapter = Adapter()
        self._abandoned: list[Adapter] = []

    def __repr__(self) -> str:
        """Name the host, never the token."""
        return f"Session({self.base_url!r})"

    def close(self) -> None:
        """Close all connections; a session that the user gave stays the user's to close."""
        self._closed = True
        if self._pid == os.getpid():  # else they are the parent's, and so are their locks
            self._adapter.close()

    def check_open(self) -> None:
        """
        Return while the client is open.

        Raises:
            ConfigurationError: It is closed.
        """
        if self._closed:
            raise ConfigurationError("the client is closed")

    def exchange(self, request: Request, timeout: tuple[float, float], deadline: Deadline) -> Answer:
        """
        Send one request, once, and return its answer, whatever its status.

        Raises:
            DeadlineExceeded: There was no time left, and nothing was sent.
            ConnectionFailed: Nothing was sent.
            DeliveryUnknown: A write got no answer.
            TransportError: A read got no answer.
            ConfigurationError: The client is closed, or the environment names a CA bundle or proxy that cannot serve.
        """
        self.check_open()
        if self._given is not None:
            _check_session(self._given)
        url = self.base_url + request.path + (f"?{request.query}" if request.query else "")
        headers = self._headers if request.body is None else {**self._headers, "Content-Type": "application/json"}
        left = deadline.left()
        if left <= 0:
            raise out_of_time(request)
        timeout = min(timeout[0], left), min(timeout[1], left)
        call.sent, call.until, call.timeout = None, deadline.at, timeout[1]
        try:
            if self._given is not None:
                return self._exchange_by(self._given, request, url, headers, timeout)
            return self._exchange(request, url, headers, timeout)
        except Exception as error:  # whatever it is: hooks and adapters of the user's may raise anything
            ours = self._failure(request, error, timeout, deadline)
            failure.let_go(error)
        # Raised out here so that it does not carry the other one, which holds the request with token and mail.
        raise ours

    def _exchange(self, request: Request, url: str, headers: dict[str, Any], timeout: tuple[float, float]) -> Answer:
        if self._pid != os.getpid():
            # What another thread held at the fork stays locked in the child: the parent's pool must not be emptied, not
            # even by the garbage collector.
            self._abandoned.append(self._adapter)
            # In this order: another thread that sees the new process must see the new connections, too.
            self._adapter, self._pid = Adapter(), os.getpid()
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url, prepared.body = request.method, url, request.body
        if request.body is not None or request.method != "GET":
            headers = {**headers, "Content-Length": str(len(request.body or b""))}
        # Our own names, in one spelling: a mapping for any spelling costs as much as the whole encoding of a mail.
        prepared.headers = headers  # type: ignore[assignment]
        response = self._adapter.send(prepared, timeout=timeout, **self._settings)
        try:
            body = response.raw.read(decode_content=True)
        except BaseException as error:
            response.raw.close()
            if not failure.says_enough(response.status_code, error):
                raise
            body = b""
        return Answer(response.status_code, response.headers, body)

    def _exchange_by(
        self,
        session: requests.Session,
        request: Request,
        url: str,
        headers: dict[str, Any],
        timeout: tuple[float, float],
    ) -> Answer:
        if self._pid != os.getpid():
            session.close()  # what it has open is the parent's; it opens new ones
            self._pid = os.getpid()
        try:
            response = session.request(
                request.method, url, data=request.body, headers=headers, timeout=timeout, allow_redirects=False
            )
        except requests.HTTPError as error:
            # A hook of the user's raises for a status: the answer is there.
            if error.response is None or not failure.is_about(error, self.base_url):
                raise
            response = error.response
        return Answer(response.status_code, response.headers, response.content)

    def _failure(
        self, request: Request, error: Exception, timeout: tuple[float, float], deadline: Deadline
    ) -> Exception:
        """Turn what `requests`, `urllib3` or the system raised into an error of ours."""
        # By a session of the user's the mark says nothing of this call: its hooks may use another client.
        sent = call.sent if self._given is None else None
        wrong = failure.configuration(error, sent, self._settings["verify"])
        if wrong is not None:
            return ConfigurationError(f"the request cannot be made: {wrong}")
        if sent is None:
            sent = not failure.surely_not_sent(error, self.base_url)
        if deadline.left() <= 0 and (not sent or request.kind is Kind.READ):
            return out_of_time(request)
        why = f"{failure.reason(error, sent, timeout)} ({self.base_url})"
        return no_answer(request, why, sent=sent, retryable=not failure.by_certificate(error))
