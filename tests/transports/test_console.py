"""The transport that prints."""

from __future__ import annotations

import io
import threading

import pytest

from emailapi import (
    Address,
    Attachment,
    ConfigurationError,
    ConsoleTransport,
    Email,
    InvalidArgument,
    InvalidEmail,
    Transport,
)

EMAIL = Email(
    sender="Shop <shop@example.com>",
    to=[Address("jane@example.com", "Doe, Jane"), "b@example.com"],
    bcc="c@example.com",
    subject="Hi ✓",
    text_body="Hello",
    html_body="<p>Hello</p>",
    tag="welcome",
    metadata={"user": "7"},
    headers={"X-A": "b"},
    attachments=Attachment(name="a.txt", content=b"1234"),
    idempotency_key="k",
)


def test_the_console_transport_is_a_transport():
    assert isinstance(ConsoleTransport(), Transport)
    assert repr(ConsoleTransport()) == "ConsoleTransport()"


def test_an_email_is_printed_as_a_reader_sees_it():
    stream = io.StringIO()
    result = ConsoleTransport(stream).send(EMAIL)
    assert stream.getvalue().splitlines() == [
        "-" * 72,
        f"Message: {result.message_id}",
        "From: Shop <shop@example.com>",
        'To: "Doe, Jane" <jane@example.com>, b@example.com',
        "Bcc: c@example.com",
        "Subject: Hi ✓",
        "X-A: b",
        "tag: welcome",
        "idempotency_key: k",
        "metadata user: 7",
        "",
        "Hello",
        "",
        "<p>Hello</p>",
        "",
        "[a.txt, text/plain, 4 bytes]",
        "-" * 72,
    ]


def test_the_result_names_the_transport():
    result = ConsoleTransport(io.StringIO()).send(EMAIL)
    assert (result.via, result.idempotency_key) == ("console", "k")
    assert result.to == '"Doe, Jane" <jane@example.com>, b@example.com'
    assert result.submitted_at.tzinfo


def test_without_a_stream_the_current_standard_output_is_used(capsys):
    transport = ConsoleTransport()
    transport.send(EMAIL)
    assert "Subject: Hi" in capsys.readouterr().out


def test_an_email_must_be_complete():
    stream = io.StringIO()
    with pytest.raises(InvalidEmail, match="sender is missing"):
        ConsoleTransport(stream).send(EMAIL.replace(sender=None))
    assert stream.getvalue() == ""


def test_characters_that_the_stream_cannot_encode_are_escaped():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    ConsoleTransport(stream).send(EMAIL)
    assert b"Subject: Hi \\u2713" in raw.getvalue()


def test_emails_of_several_threads_do_not_mix():
    stream = io.StringIO()
    transport = ConsoleTransport(stream)
    threads = [threading.Thread(target=transport.send_batch, args=([EMAIL] * 20,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 80 * 17
    assert all(lines[at] == lines[at + 16] == "-" * 72 for at in range(0, len(lines), 17))


def test_a_closed_transport_prints_nothing_and_leaves_the_stream_open():
    stream = io.StringIO()
    with ConsoleTransport(stream) as transport:
        assert transport.within(1.0) is transport
    with pytest.raises(ConfigurationError, match="the transport is closed"):
        transport.send(EMAIL)
    assert stream.getvalue() == ""
    stream.write("still open")


def test_a_stream_must_have_write():
    with pytest.raises(InvalidArgument, match="stream must be a text stream, got int"):
        ConsoleTransport(7)


def test_a_binary_stream_is_named():
    with pytest.raises(InvalidArgument, match="^stream must be a text stream, got BytesIO$"):
        ConsoleTransport(io.BytesIO())
