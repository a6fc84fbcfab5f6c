"""The source of an inbound email as a message of the standard library."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from emailapi.webhooks import InboundEvent, parse

from .samples import INBOUND, body, changed


def message_of(source: str) -> EmailMessage:
    event = parse(body(changed(INBOUND, RawEmail=source)))
    assert isinstance(event, InboundEvent)
    return event.to_message()


LONG = (
    b'Received: from a by b;\r\n\tMon, 1 Jan 2024 00:00:00 +0000\r\nFrom: "A, B" <a@example.com>\r\n'
    b"Subject: " + b"long " * 50 + b"\r\n\r\nText\r\n"
)


def test_a_message_parsed_from_its_source_has_the_bytes_of_the_source():
    assert bytes(message_of(LONG.decode())) == LONG


@pytest.mark.parametrize(
    "header",
    [
        "Message-ID: <gr\u00fc\u00dfe@example.com>",
        "Subject: " + "\u2713" * 100,
        "From: \ud800 <a@example.com",
        'Content-Type: text/plain; charset="',
        "Content-Type: text/plain; a*",
        "Content-Disposition: attachment; filename*",
        "To: " + "(" * 50,
        "Date: 99 99 99",
    ],
    ids=lambda header: header.partition(":")[0],
)
def test_invalid_headers_of_a_source_are_unchanged(header):
    source = f"{header}\r\n\r\nText\r\n"
    message = message_of(source)
    assert bytes(message) == source.encode("utf-8", "surrogatepass")
    message["X-Own"] = "\u2713"
    assert b"X-Own: \xe2\x9c\x93\r\n" in bytes(message)
    assert all(str(value) == value for value in message.values())
