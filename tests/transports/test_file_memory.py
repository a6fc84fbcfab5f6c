"""A large file is encoded into the one buffer that is sent, and copied no more."""

from __future__ import annotations

import os
import tracemalloc

import pytest

from emailapi import Attachment, Client, Email, SMTPTransport
from emailapi.mime import to_bytes
from emailapi.transports.smtp.connection import PIECE

from .smtp.scripted import Scripted, polite

SIZE = 3_000_000
COMMON = {"sender": "a@example.com", "to": "b@example.com", "subject": "Hi", "text_body": "Hello"}


@pytest.fixture
def client():
    """Give a client that connects to nothing."""
    with Client("token", base_url="http://127.0.0.1:9") as client:
        yield client


@pytest.mark.costly
@pytest.mark.parametrize(
    "encode",
    [lambda client, email: client.outbound._emails.check(email), lambda client, email: to_bytes(email)],
    ids=["api", "mime"],
)
def test_an_encoded_file_is_in_memory_once(client, encode):
    email = Email(**COMMON, attachments=Attachment(name="a.pdf", content=os.urandom(SIZE)))
    encode(client, email)  # fills caches
    tracemalloc.start()
    try:
        encode(client, email)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Base64 is 1.33 times the size of the file, 1.37 with line ends; a buffer grows in steps of an eighth.
    assert peak < 1.7 * SIZE


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 3, 5])
def test_a_message_of_any_size_arrives_with_its_end(size):
    """The last piece of a message leaves with the end of the message, wherever the pieces end."""
    header = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Hi\r\n\r\n"
    size = max(size, len(header) + 2)
    line = b"x" * 60 + b"\r\n"
    body = (line * (size // len(line) + 1))[: size - len(header) - 2] + b"\r\n"
    server = Scripted(polite("SIZE 0", "8BITMIME"))
    try:
        with SMTPTransport("127.0.0.1", server.port, tls="none") as transport:
            for _ in range(2):
                transport.send_message(header + body)
        assert server.messages == [header + body] * 2
    finally:
        server.close()
