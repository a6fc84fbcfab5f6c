"""Posting of webhook events to an application, by its test client."""

from __future__ import annotations

import base64
import inspect
import io
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import attrs

from ..wire import dump_json, load_json

_JSON = "application/json"
_KNOWN = "a test client of Flask, Django or Starlette, a client of httpx or requests, or a WSGI application"


@attrs.frozen
class Posted:
    """
    The response of a WSGI application.

    Attributes:
        status_code: The status.
        headers: The headers.
        content: The body.
    """

    status_code: int
    headers: dict[str, str]
    content: bytes = attrs.field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON."""
        return load_json(self.content)


def post(
    event: Mapping[str, Any] | str | bytes,
    *,
    client: Any,
    url: str,
    basic: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """
    Post a webhook event as the service does, and return the response.

    Args:
        event: The payload from a builder, or the body as a string or bytes.
        client: The test client of Flask, Django or Starlette, a client of httpx or requests, or a WSGI application.
        url: The URL of the webhook; a path is enough for test clients.
        basic: User name and password.
        headers: Additional headers, such as those that a `Verifier` checks.

    Returns:
        The response of the client, which has the attribute `status_code`; a `Posted` for a WSGI application.

    Raises:
        TypeError: `client` is of another type, or asynchronous.
    """
    body = event if isinstance(event, bytes) else event.encode() if isinstance(event, str) else dump_json(event)
    sent = {"User-Agent": "Postmark", "Content-Type": _JSON}
    if basic is not None:
        user, password = basic
        sent["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    sent |= headers or {}
    called = getattr(client, "post", client)
    if any(map(inspect.iscoroutinefunction, (called, client, getattr(client, "__call__", None)))):  # noqa: B004
        raise TypeError(f"client must be {_KNOWN}, not the asynchronous {type(client).__name__}")
    libraries = {kind.__module__.partition(".")[0] for kind in type(client).__mro__}
    if called is client:
        libraries.clear()  # an application, as one of Flask
    if libraries & {"httpx", "httpx2", "starlette"}:
        return client.post(url, content=body, headers=sent)
    if "requests" in libraries:
        return client.post(url, data=body, headers=sent)
    if libraries & {"werkzeug", "django"}:
        kind = sent.pop("Content-Type")
        return client.post(url, data=body, content_type=kind, headers=sent)
    if callable(client):
        return _post_to_wsgi(client, url, body, sent)
    raise TypeError(f"client must be {_KNOWN}, not {type(client).__name__}")


def _post_to_wsgi(application: Callable[..., Any], url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
    parts = urlsplit(url)
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        # WSGI's texts are Latin-1 (PEP 3333).
        "PATH_INFO": unquote(parts.path or "/", "latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme or "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value.encode("utf-8").decode("latin-1")
    environ.setdefault("HTTP_HOST", parts.netloc.rpartition("@")[2] or "localhost")
    started: list[Any] = []
    written: list[bytes] = []

    def start_response(status: str, found: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
        started[:] = [status, found]
        return written.append

    pieces = application(environ, start_response)
    try:
        written += pieces
    finally:
        getattr(pieces, "close", lambda: None)()
    status, found = started
    return Posted(int(status.split()[0]), dict(found), b"".join(written))
