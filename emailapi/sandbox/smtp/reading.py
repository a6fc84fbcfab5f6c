"""The end of a message in a stream: a line with a dot."""

from __future__ import annotations

from asyncio import LimitOverrunError, StreamReader
from collections.abc import Callable

_END = b"\r\n.\r\n"
_EMPTY = b".\r\n"


async def read_message(reader: StreamReader, limit: int, alive: Callable[[], object]) -> bytes | None:
    """
    Read a message up to the line with a dot, and return it without that line and without the dots before others.

    The message is read in pieces of the stream's limit, whatever the length of its lines. Only CRLF ends a line: a dot
    after a bare line feed is part of the message.

    Args:
        reader: The stream, from the first byte of the message on.
        limit: The largest message, in bytes. A larger one is read to its end, and not kept.
        alive: Called after each piece.

    Returns:
        The message, or None if it is too large.

    Raises:
        IncompleteReadError: The stream ends before the message.
    """
    pieces = [await _read_beginning(reader)]
    if pieces[0] == _EMPTY:
        return b""
    size, ended = len(pieces[0]), pieces[0].endswith(_END)
    while not ended:
        try:
            piece, ended = await reader.readuntil(_END), True
        except LimitOverrunError as error:
            piece = await reader.readexactly(error.consumed)
        alive()
        size += len(piece)
        if size - len(_EMPTY) > limit:
            pieces.clear()
        else:
            pieces.append(piece)
    if size - len(_EMPTY) > limit:
        return None
    message = b"".join(pieces)[: -len(_EMPTY)]
    if b"\r\n." in message:
        message = message.replace(b"\r\n.", b"\r\n")
    return message.removeprefix(b".")


async def _read_beginning(reader: StreamReader) -> bytes:
    """
    Return the first bytes of a message, which hold its end as a whole or not at all.

    No more is read than the message must have still: what follows its end is the next command.
    """
    start = await reader.readexactly(len(_EMPTY))
    while start != _EMPTY and not start.endswith(_END) and (held := _overlap(start)):
        start += await reader.readexactly(len(_END) - held)
    return start


def _overlap(data: bytes) -> int:
    """Return how many bytes at the end of some data may be the beginning of the end of the message."""
    return next((length for length in range(len(_END) - 1, 0, -1) if data.endswith(_END[:length])), 0)
