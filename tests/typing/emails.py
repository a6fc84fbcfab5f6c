"""The types of emails and of sending: checked by mypy --strict, never run."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, assert_type

import emailapi
from emailapi import (
    Address,
    Attachment,
    BatchResult,
    Client,
    Email,
    EmailAPIError,
    Header,
    InMemoryClient,
    MemoryTransport,
    SendResult,
    TrackLinks,
    Transport,
)

# What an email takes.
Email()
Email(sender="a@example.com", to="b@example.com", subject="Hi", text_body="Hello", metadata={"user_id": "7"})
Email(sender=Address("a@example.com", "A"), to=["b@example.com", Address("c@example.com")], cc=(), bcc=None)
Email(subject=None)
Email(headers={"X-A": "b"}, track_links="HtmlOnly", track_opens=True)
Email(headers=[Header("X-A", "b"), ("X-B", "c")], track_links=TrackLinks.NONE)
Email(attachments=Attachment(name="a.txt", content=b"x"))
Email(attachments=[Attachment.from_path("a.txt"), Attachment.from_path(Path("a.png"), "logo")])
Attachment.from_base64("a.txt", "YQ==", content_type="text/plain", content_id="a")

# What it does not.
Email("a@example.com")  # type: ignore[call-arg]
Email(txt_body="x")  # type: ignore[call-arg]
Email(to=5)  # type: ignore[arg-type]
Email(to=b"a@example.com")  # type: ignore[arg-type]
Email(sender=["a@example.com"])  # type: ignore[arg-type]
Email(subject=b"x")  # type: ignore[arg-type]
Email(text_body=b"x")  # type: ignore[arg-type]
Email(tag=["a"])  # type: ignore[arg-type]
Email(track_opens="yes")  # type: ignore[arg-type]
Email(metadata={"a": 1})  # type: ignore[dict-item]
Email(headers="X-A: b")  # type: ignore[arg-type]
Email(attachments=["a.txt"])  # type: ignore[list-item]
Attachment(name="a.txt")  # type: ignore[call-arg]
Attachment("a.txt", b"x")  # type: ignore[call-arg]
Attachment(name="a.txt", content="x")  # type: ignore[arg-type]
Attachment.from_base64("a.txt", b"YQ==")  # type: ignore[arg-type]
Address()  # type: ignore[call-arg]

# What it is, once built.
email = Email(to="a@example.com")
assert_type(email.sender, Address | None)
assert_type(email.to, tuple[Address, ...])
assert_type(email.subject, str)
assert_type(email.text_body, str | None)
assert_type(email.headers, tuple[Header, ...])
assert_type(email.attachments, tuple[Attachment, ...])
assert_type(email.metadata, dict[str, str])
assert_type(email.track_links, TrackLinks | str | None)
assert_type(email.to[0].header, str)
assert_type(Attachment.from_path("a.txt").content, bytes)
email.subject = "x"  # type: ignore[misc]
email.to[0].email = "x"  # type: ignore[misc]


def sending(client: Client, emails: Sequence[Email]) -> None:
    result = client.outbound.send(email)
    assert_type(result, SendResult)
    assert_type(result.message_id, str)
    assert_type(result.submitted_at, datetime | None)
    assert_type(result.inactive_recipients, tuple[str, ...])
    assert_type(result.idempotency_key, str | None)
    client.outbound.send({"to": "a@example.com"}, idempotency_key="k")
    client.outbound.send("a@example.com")  # type: ignore[arg-type]
    client.outbound.send([email])  # type: ignore[arg-type]
    client.outbound.send(email, "k")  # type: ignore[call-arg]

    batch = client.outbound.send_batch(emails)
    assert_type(batch, BatchResult)
    assert_type(batch[0], SendResult | EmailAPIError)
    assert_type(batch[:2], tuple[SendResult | EmailAPIError, ...])
    assert_type(batch.accepted, tuple[SendResult, ...])
    assert_type(batch.failed, tuple[EmailAPIError, ...])
    for item in batch:
        if isinstance(item, SendResult):
            assert_type(item, SendResult)
        else:
            assert_type(item, EmailAPIError)
    client.outbound.send_batch(email for email in emails)
    client.outbound.send_batch(email)  # type: ignore[arg-type]


def clients() -> None:
    with Client("token", timeout=(1, 2.5), sender="a@example.com", message_stream="outbound") as client:
        assert_type(client, Client)
        assert_type(client.with_options(timeout=3), Client)
    Client(b"token")  # type: ignore[arg-type]
    Client("token", timeout="3")  # type: ignore[arg-type]
    Client("token", tiemout=3)  # type: ignore[call-arg]
    Client("token", "https://api.example.com")  # type: ignore[call-arg]


class Bare:
    def send(self, email: Email, /) -> SendResult:
        return SendResult()

    def send_batch(self, emails: Iterable[Email], /) -> BatchResult:
        return BatchResult(())

    def close(self) -> None: ...


def by_a_transport() -> None:
    with Client.in_memory(sender="a@example.com") as client:
        assert_type(client, InMemoryClient)
        assert_type(client.transport, MemoryTransport)
        assert_type(client.transport.sent, list[Any])
        assert_type(client.with_options(deadline=3), InMemoryClient)
        client.transport.clear()
        _ = client.transport.snet  # type: ignore[attr-defined]
    assert_type(Client(transport=Bare(), fallback=MemoryTransport()).transport, Transport)
    Client(transport="smtp")  # type: ignore[arg-type]
    Client(transport=Bare)  # type: ignore[arg-type]
    Client.in_memory("token")  # type: ignore[call-arg]


assert_type(emailapi.__version__, str)
misspelt = emailapi.Clinet  # type: ignore[attr-defined]
