"""A request to a webhook that is to be sent, and the result of it."""

from __future__ import annotations

import attrs

from .targets import Target

USER_AGENT = "Postmark"
Headers = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class Order:
    """
    A request that is to be sent.

    Attributes:
        url: The URL, which may have a user name and a password.
        login: User name and password; None for those of the URL, if it has any.
        headers: The headers of the webhook's settings, and `usual` those that all requests have.
        body: The body.
        timeout: Seconds for everything: the connection, all redirects and the response.
    """

    url: str = attrs.field(repr=False)
    login: tuple[str, str] | None = attrs.field(default=None, repr=False)
    headers: Headers = attrs.field(default=(), repr=False)
    usual: Headers = ()
    body: bytes = attrs.field(repr=False)
    timeout: float


@attrs.frozen(kw_only=True)
class Outcome:
    """
    The result of a request.

    Attributes:
        url: The URL that was posted to last, without user name and password.
        target: Its parts; None for a text that is not a URL.
        request_headers: The headers that were sent, with credentials.
        status: The status of the response; None if there was none.
        headers: The headers of the response, and `body` the first bytes of its body.
        seconds: How long everything took.
        error: Why there was no response; empty if there was one.
        final: Whether the request cannot be sent at all, so that another try makes no sense.
        has_login: Whether a user name and a password were sent.
    """

    url: str
    target: Target | None = None
    request_headers: Headers = attrs.field(default=(), repr=False)
    status: int | None = None
    headers: Headers = attrs.field(default=(), repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    seconds: float = 0.0
    error: str = ""
    final: bool = False
    has_login: bool = False
