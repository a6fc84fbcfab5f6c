"""Effects of faults on requests: another response, a slow one, or none."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from types import NoneType
from typing import TYPE_CHECKING

import attrs

from ..errors import InvalidArgument
from ..wire import dump_json, json_value
from .arguments import check_stored_text

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

FAULT_DOMAIN = "fault.sandbox.test"
# An email to this address stays in the queue until a test delivers it.
QUEUED_ADDRESS = f"queued@{FAULT_DOMAIN}"
# How often a waiting request looks whether its client has gone, in seconds.
_LOOK = 0.1
# How long a request without a response is held; clients give up earlier.
HANG = 600.0
_YEAR = 365 * 86_400
_HTML = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
_BY_STATUS = {401: 10, 404: 12, 413: 300, 422: 300, 429: 429, 500: 101, 503: 100}
_BY_ADDRESS = re.compile(r"(?P<status>[2-5]\d\d)(?:-(?P<code>\d{1,4}))?@" + re.escape(FAULT_DOMAIN))
_REPLY_BY_ADDRESS = re.compile(r"(?P<code>[45]\d\d)(?:-(?P<enhanced>\d\.\d{1,3}\.\d{1,3}))?@" + re.escape(FAULT_DOMAIN))
_REPLY = re.compile(r"[45]\d\d(?: [ -~]{0,500})?")

Write = Callable[[bytes], object]


@attrs.frozen(kw_only=True)
class Effect:
    """
    What happens to a request.

    Attributes:
        words: The effect in words.
        status: Status of the response that is sent instead of carrying the request out; None to carry it out.
        body: Body of this response, and `content_type` its type.
        retry_after: The header Retry-After of this response, in seconds.
        reply: The reply of SMTP that is sent instead of carrying a command or a message out.
        cut: Whether the connection is closed without a response: `"before"` or `"after"` the request is carried out.
        hang: Whether there is no response, and the connection stays open.
        wait_head: Seconds before the response, and `wait_body` before its body.
        drip: Seconds that the body takes, byte by byte.
    """

    words: str
    status: int | None = None
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    retry_after: int | None = None
    reply: str = ""
    cut: str = ""
    hang: bool = False
    wait_head: float = 0.0
    wait_body: float = 0.0
    drip: float = 0.0

    @property
    def prevents(self) -> bool:
        """Whether the request is not carried out."""
        return self.status is not None or bool(self.reply) or self.cut == "before" or self.hang


def rejecting(
    status: int | None,
    code: int | None,
    message: str | None,
    body: str | bytes | dict[str, object] | list[object] | None,
    known: Callable[[int], tuple[int, str] | None],
    retry_after: int | None = None,
) -> Effect:
    """
    Return the effect of a response that the sandbox would not have sent.

    Args:
        status: HTTP status; by default that of the code, or 503.
        code: The `ErrorCode`; by default the usual one of the status, if there is any.
        message: The `Message`; by default the meaning of the code.
        body: The whole body instead: text, bytes, or a value that is sent as JSON.
        known: Returns status and meaning of a code, or None.
        retry_after: The header Retry-After, in seconds.

    Raises:
        InvalidArgument: A value cannot be sent.
    """
    for name, value, least, most in (
        ("status", status, 200, 599),
        ("code", code, 0, 9_999),
        ("retry_after", retry_after, 0, _YEAR),
    ):
        _check_number(name, value, least, most)
    check_stored_text(message, "message")
    if not isinstance(body, (str, bytes, dict, list, NoneType)):
        raise InvalidArgument(
            f"body must be text, bytes, or an object or array for JSON, got {type(body).__name__}", argument="body"
        )
    if status is None:
        row = None if code is None else known(code)
        status = 503 if code is None else 422 if row is None else row[0]
    if code is None:
        code = _BY_STATUS.get(status)
    content, html = _content(status, code, message, body, known)
    return Effect(
        words=f"returned {status}" + ("" if html or body is not None else f" with code {code}"),
        status=status,
        body=content,
        content_type="text/html; charset=utf-8" if html else "application/json; charset=utf-8",
        retry_after=retry_after,
    )


def _content(
    status: int,
    code: int | None,
    message: str | None,
    body: str | bytes | dict[str, object] | list[object] | None,
    known: Callable[[int], tuple[int, str] | None],
) -> tuple[bytes, bool]:
    """Return the bytes of a response, and whether they are HTML, as that of a proxy."""
    if isinstance(body, (dict, list)):
        return dump_json(json_value(body, "body")), False
    if body is not None:
        return body.encode("utf-8", "replace") if isinstance(body, str) else bytes(body), True
    if code is None:
        return _HTML.format(status=status).encode(), True
    row = known(code)
    return dump_json(
        {"ErrorCode": code, "Message": message or (f"{row[1]}." if row else "The sandbox was asked to fail.")}
    ), False


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and least <= value <= most):
        return
    raise InvalidArgument(f"{name} must be a number from {least} to {most}, got {value!r:.80}", argument=name)


def by_address(addresses: Iterable[str], known: Callable[[int], tuple[int, str] | None] | None) -> Effect | None:
    """
    Return the effect that an address of the fault domain asks for, or None.

    Args:
        addresses: The addresses.
        known: Returns status and meaning of a code, or None; None for SMTP, which has no statuses.
    """
    for address in addresses:
        local, _, domain = address.rpartition("@")
        if domain != FAULT_DOMAIN:
            continue
        if local == "timeout":
            return Effect(words="no response", hang=True)
        if local in ("cut-before-accept", "cut-after-accept"):
            return Effect(words=local.replace("-", " "), cut=local.split("-")[1])
        found = _BY_ADDRESS.fullmatch(address)
        if found and known is not None:
            code = int(found["code"]) if found["code"] else None
            return rejecting(int(found["status"]), code, None, None, known)
    return None


def smtp_effect(reply: str | int) -> Effect:
    """
    Return the effect of a reply of SMTP that rejects.

    Raises:
        InvalidArgument: The reply does not reject, or has no text in ASCII.
    """
    text = str(reply)
    if not _REPLY.fullmatch(text):
        raise InvalidArgument(
            f"reply must be a code from 400 to 599 and a text in ASCII, as '451 4.7.1 Try later', got {reply!r}",
            argument="reply",
        )
    text = text if len(text) > len("451 ") else f"{text[:3]} The sandbox was asked to reject"
    return Effect(words=f"replied {text}", reply=text)


def reply_by_address(address: str) -> Effect | None:
    """Return the effect of the reply that a recipient of the fault domain asks for, or None."""
    found = _REPLY_BY_ADDRESS.fullmatch(address.lower())
    if found is None:
        return None
    enhanced = f" {found['enhanced']}" if found["enhanced"] else ""
    return smtp_effect(f"{found['code']}{enhanced} The recipient asked the sandbox to reject it")


class ConnectionCut(Exception):
    """The connection is to be closed without any response."""


class Shaping:
    """Applies effects to responses, until the sandbox closes."""

    def __init__(self) -> None:
        """Begin with an open sandbox."""
        self._closing = threading.Event()

    @property
    def closing(self) -> bool:
        """Whether the sandbox closes."""
        return self._closing.is_set()

    def close(self) -> None:
        """End all waiting."""
        self._closing.set()

    def shape(
        self, effect: Effect, environ: WSGIEnvironment, response: Iterable[bytes], write: Write
    ) -> Iterable[bytes]:
        """
        Return the body of a response as the effect lets it leave.

        Raises:
            ConnectionCut: There is to be no response.
        """
        if effect.hang:
            self._wait(HANG, environ)
        if effect.hang or effect.cut:
            _close(response)
            raise ConnectionCut
        self._wait(effect.wait_head, environ)
        if effect.wait_body or effect.drip:
            return self._slowly(effect, environ, response, write)
        return response

    def _slowly(
        self, effect: Effect, environ: WSGIEnvironment, response: Iterable[bytes], write: Write
    ) -> Iterator[bytes]:
        body = b"".join(response)
        _close(response)
        write(b"")  # sends the head
        self._wait(effect.wait_body, environ)
        if not effect.drip:
            yield body
            return
        for index in range(len(body)):
            yield body[index : index + 1]
            self._wait(effect.drip / len(body), environ)

    def _wait(self, seconds: float, environ: WSGIEnvironment) -> None:
        gone = environ.get("waitress.client_disconnected", lambda: False)
        while seconds > 0 and not self._closing.is_set() and not gone():
            self._closing.wait(min(_LOOK, seconds))
            seconds -= _LOOK


def _close(response: Iterable[bytes]) -> None:
    close = getattr(response, "close", None)
    if close is not None:
        close()
