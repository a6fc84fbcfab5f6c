"""The body of a response: read and decompressed in pieces, limited in size and time."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import requests

from .._delivery import Kind, Request
from .._signals import raised_by_signal
from . import errors as failure
from .connection import Exchange

READ_LIMIT = 64_000_000
SEND_LIMIT = 1_000_000
# A response to a send repeats the recipients, possibly escaped, and names inactive ones twice.
REPEATED = 3
PIECE = 65_536
SMALL_PIECE = 256
CODINGS_LIMIT = 5


class UnreadableBody(Exception):
    """A body that is too large, or in a content coding that was not requested."""


def read_body(response: requests.Response, request: Request, exchange: Exchange) -> bytes:
    """
    Return the decompressed body of a response; empty if it breaks off and the status is sufficient.

    Raises:
        UnreadableBody: The body is too large, or cannot be decompressed.
    """
    limit = READ_LIMIT
    if request.kind is Kind.SEND:
        limit = min(READ_LIMIT, SEND_LIMIT + REPEATED * len(request.body or b""))
    try:
        content = getattr(response, "_content", False)
        if isinstance(content, bytes):  # read by a hook, or made by a test
            return join((content,), limit, exchange.check)
        if hasattr(response.raw, "length_remaining"):
            return read_raw(response.raw, limit, exchange.check)
        # Made by an adapter of the user's.
        return join(response.iter_content(PIECE), limit, exchange.check)
    except BaseException as error:
        response.close()
        exchange.unexpected = False  # the rest of this response
        unreadable = isinstance(error, UnreadableBody)
        if unreadable or raised_by_signal(error) or not failure.has_decisive_status(response.status_code, error):
            raise
    return b""


def read_raw(raw: Any, limit: int, check: Callable[[], None]) -> bytes:
    """
    Read the body of a response of `urllib3`.

    Args:
        raw: The response.
        limit: The most bytes that the body may have, compressed or decompressed.
        check: Raises an error after the deadline.

    Raises:
        UnreadableBody: The body is larger, or cannot be decompressed.
    """
    coding = raw.headers.get("Content-Encoding")
    length = raw.length_remaining
    if not coding and length is not None and length <= limit:
        body: bytes = raw.read(decode_content=False)
        return body
    # Read only the bytes that have arrived, to check the deadline in between: older urllib3 waits for a whole piece.
    read, size = (raw.read1, PIECE) if hasattr(raw, "read1") else (raw.read, SMALL_PIECE)
    pieces = iter(lambda: read(size, decode_content=False), b"")
    return join(_decoded(pieces, coding or "", limit, check), limit, check)


def join(pieces: Iterable[bytes], limit: int, check: Callable[[], None]) -> bytes:
    """
    Join all pieces.

    Raises:
        UnreadableBody: The pieces have more bytes than the limit.
    """
    body = io.BytesIO()
    for piece in _within(pieces, limit, check):
        body.write(piece)
    return body.getvalue()


def _within(pieces: Iterable[bytes], limit: int, check: Callable[[], None]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise UnreadableBody(f"the response is larger than {limit / 1_000_000:.3g} MB")
        check()
        yield piece


def _decoded(pieces: Iterable[bytes], coding: str, limit: int, check: Callable[[], None]) -> Iterable[bytes]:
    """Undo the codings of a body, the last one first; no step may exceed the limit."""
    codings = [name for name in (part.strip().lower() for part in coding.split(",")) if name not in ("", "identity")]
    if len(codings) > CODINGS_LIMIT or not {*codings} <= {"gzip", "x-gzip", "deflate"}:
        raise UnreadableBody(
            f"the response has the content coding {coding[:80]!r}, but only gzip and deflate were requested"
        )
    for name in reversed(codings):
        pieces = _inflated(_within(pieces, limit, check), name)
    return pieces


def _inflated(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Decompress in pieces of limited size, however large the result of a compressed piece."""
    inflate = None
    for piece in pieces:
        more = bool(piece)
        while more:
            if inflate is None or inflate.eof:
                if inflate is not None and (coding == "deflate" or not piece.startswith(b"\x1f")):
                    break  # data after a complete body is ignored; gzip may have several members
                inflate = zlib.decompressobj(_window(coding, piece))
            try:
                out = inflate.decompress(piece, PIECE)
            except zlib.error:
                raise UnreadableBody(f"the response is not valid {coding}, which its header claims") from None
            yield out
            piece = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            more = bool(piece) or (len(out) == PIECE and not inflate.eof)
    if inflate is not None and not inflate.eof:
        raise UnreadableBody(f"the {coding} data of the response is incomplete")


def _window(coding: str, start: bytes) -> int:
    """Return the `wbits` of a coding for `zlib`; `deflate` data has zlib's header (RFC 9110) or, wrongly, none."""
    if coding != "deflate":
        return 16 + zlib.MAX_WBITS
    return zlib.MAX_WBITS if start[0] & 0x0F == 8 else -zlib.MAX_WBITS
