"""An email that is too large is rejected before anything of it is encoded or copied."""

from __future__ import annotations

import tracemalloc

import pytest

from emailapi import (
    Attachment,
    BulkEmail,
    BulkMessage,
    Client,
    Email,
    EmailAPIError,
    InvalidEmail,
    MemoryTransport,
    SESTransport,
)

MEGABYTE = 1_000_000
COMMON = {"sender": "a@example.com", "to": "b@example.com", "subject": "Hi"}


@pytest.fixture
def client():
    """Give a client that connects to nothing."""
    with Client("token", base_url="http://127.0.0.1:9", fallback=MemoryTransport()) as client:
        yield client


@pytest.fixture
def ses(monkeypatch):
    """Give a transport to Amazon SES that connects to nothing."""
    for name, value in {
        "ACCESS_KEY_ID": "AKIDEXAMPLE",
        "SECRET_ACCESS_KEY": "x",
        "EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    with SESTransport(region_name="eu-west-1") as transport:
        yield transport


def send_bulk(client: Client, **content: object) -> object:
    bulk = BulkEmail(sender="a@example.com", subject="Hi", messages=[BulkMessage(to="b@example.com")], **content)
    return client.outbound.send_bulk(bulk)


@pytest.mark.parametrize(
    "send",
    [
        lambda client, ses, content: client.outbound.send(Email(**COMMON, **content)),
        lambda client, ses, content: client.outbound.send_batch([Email(**COMMON, **content)]).raise_for_errors(),
        lambda client, ses, content: send_bulk(client, **content),
        lambda client, ses, content: ses.send(Email(**COMMON, **content)),
    ],
    ids=["send", "batch", "bulk", "ses"],
)
@pytest.mark.parametrize(
    "content, field",
    [
        (
            lambda: {"text_body": "Hi", "attachments": [Attachment(name="a.pdf", content=bytes(60 * MEGABYTE))]},
            "attachments",
        ),
        (lambda: {"html_body": "x" * (12 * MEGABYTE)}, "html_body"),
        (lambda: {"text_body": "x" * (12 * MEGABYTE)}, "text_body"),
    ],
    ids=["attachment", "html", "text"],
)
def test_an_email_that_is_too_large_is_measured_without_a_copy(send, content, field, client, ses):
    content = content()
    tracemalloc.start()
    try:
        with pytest.raises(EmailAPIError) as caught:
            send(client, ses, content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    error = getattr(caught.value, "result", [caught.value])[0]
    assert isinstance(error, InvalidEmail)
    assert error.field == field
    assert peak < 10 * MEGABYTE


def test_attachments_just_below_the_limit_are_measured_with_the_whole_email(client):
    """Base64 makes 4 bytes of 3; the rest of the email counts, too."""
    email = Email(**COMMON, text_body="x" * 100, attachments=[Attachment(name="a", content=bytes(7_499_990))])
    with pytest.raises(InvalidEmail, match="bytes with its attachments in base64, the API accepts 10000000"):
        client.outbound.send(email)
