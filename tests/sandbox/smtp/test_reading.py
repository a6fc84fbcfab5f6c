"""The end of a message in a stream."""

from __future__ import annotations

import asyncio

import pytest

from emailapi.sandbox.smtp.reading import read_message

MESSAGES = {
    "empty": (b".\r\n", b""),
    "a line": (b"x\r\n.\r\n", b"x\r\n"),
    "an empty line": (b"\r\n.\r\n", b"\r\n"),
    "a dot before a dot": (b"..\r\n.\r\n", b".\r\n"),
    "dots in lines": (b"a\r\n..b\r\n...\r\n.\r\n", b"a\r\n.b\r\n..\r\n"),
    "a bare line feed": (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
    "a bare carriage return": (b"a\r.\r\r\n.\r\n", b"a\r.\r\r\n"),
    "line ends of both kinds": (b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
    "a long line": (b"x" * 300 + b"\r\n.\r\n", b"x" * 300 + b"\r\n"),
    "the end in a piece's end": (b"x" * 62 + b"\r\n.\r\n", b"x" * 62 + b"\r\n"),
}


def _read(data: bytes, step: int, limit: int = 10_000, stream_limit: int = 64) -> tuple[bytes | None, bytes, int]:
    """Return the message, what is left in the stream, and how often it was said to be alive."""

    async def run() -> tuple[bytes | None, bytes, int]:
        reader = asyncio.StreamReader(limit=stream_limit)
        alive = []

        async def feed() -> None:
            for at in range(0, len(data), step):
                reader.feed_data(data[at : at + step])
                await asyncio.sleep(0)
            reader.feed_eof()

        feeding = asyncio.create_task(feed())
        message = await read_message(reader, limit, lambda: alive.append(1))
        await feeding
        return message, await reader.read(), len(alive)

    return asyncio.run(run())


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 64, 1000])
@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_ends_at_a_dot_line_however_it_is_split(name, step):
    sent, message = MESSAGES[name]
    assert _read(sent + b"QUIT\r\n", step)[:2] == (message, b"QUIT\r\n")


def test_a_message_that_is_too_large_is_read_to_its_end():
    message, rest, alive = _read(b"x" * 500 + b"\r\n.\r\nQUIT\r\n", 50, limit=499)
    assert (message, rest) == (None, b"QUIT\r\n")
    assert alive > 1


@pytest.mark.parametrize("size", [1, 63, 64, 500])
def test_the_limit_applies_to_the_message_only(size):
    sent = b"x" * (size - 2) + b"\r\n.\r\n" if size > 1 else b"x\r\n.\r\n"
    length = len(sent) - 3
    assert _read(sent, 50, limit=length)[0] is not None
    assert _read(sent, 50, limit=length - 1)[0] is None


def test_a_stream_that_ends_is_an_error():
    with pytest.raises(asyncio.IncompleteReadError):
        _read(b"From: x\r\n\r\nhalf a", 4)
