"""Requests to a running sandbox and to webhooks: without proxies, and without following redirects."""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from time import monotonic
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from ..errors import ConfigurationError, ConnectionFailed
from .declaring import token_of

_AUTH = "EMAILAPI_WEBHOOK_AUTH"


class Reply(NamedTuple):
    """
    The response to a request.

    Attributes:
        status: The HTTP status.
        body: The body.
        milliseconds: The time from the request to the response.
    """

    status: int
    body: bytes
    milliseconds: int


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is a response like another: what the request carries is for its host only."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def exchange(
    method: str,
    url: str,
    data: bytes | None,
    headers: Mapping[str, str],
    *,
    timeout: float = 30,
    verify: bool = True,
) -> Reply:
    """
    Send a request, and return the response, whatever its status.

    Raises:
        ConnectionFailed: There is no response.
    """
    context = ssl.create_default_context() if verify else ssl._create_unverified_context()  # noqa: S323 - asked for
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context), _NoRedirects())
    started = monotonic()
    try:
        with opener.open(Request(url, data, dict(headers), method=method), timeout=timeout) as response:  # noqa: S310
            status, body = response.status, response.read()
    except HTTPError as error:
        with error:
            status, body = error.code, error.read()
    except (URLError, OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ssl.SSLCertVerificationError):
            why = f"the certificate of {url} is not trusted: {reason.verify_message}"
            advice = "set SSL_CERT_FILE to a file with its authority, or give --no-tls-verify"
            raise ConnectionFailed(f"{why}; {advice}", retryable=False) from None
        raise ConnectionFailed(f"{url} does not respond: {reason}") from None
    return Reply(status, body, round((monotonic() - started) * 1000))


def webhook_login(path: str | None) -> tuple[str, str] | None:
    """
    Return user name and password of a webhook: from a file, or from EMAILAPI_WEBHOOK_AUTH.

    Raises:
        ConfigurationError: The text is not of the form USER:PASSWORD.
    """
    from .._secrets import Secret

    text = Secret(token_of(path) if path is not None else os.environ.get(_AUTH, ""))
    if not text:
        return None
    user, sign, _ = text.partition(":")
    if not sign or not user:
        del user  # it may be the password
        raise ConfigurationError(f"{path or _AUTH} must have the form USER:PASSWORD")
    return user, Secret(text[len(user) + 1 :])


def basic_auth(login: tuple[str, str] | None) -> dict[str, str]:
    """Return the header for user name and password."""
    if login is None:
        return {}
    from .._secrets import Secret

    return {"Authorization": Secret("Basic " + base64.b64encode(":".join(login).encode()).decode("ascii"))}
