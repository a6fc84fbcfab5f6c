"""The types of mappings as emails, and of filters: checked by mypy --strict, never run."""

from collections.abc import Iterator
from typing import assert_type

from emailapi import (
    Attachment,
    BounceType,
    BulkEmailFields,
    Client,
    EmailFields,
    Sending,
    SendResult,
    TemplateEmailFields,
)

good: EmailFields = {
    "to": ["a@example.com"],
    "subject": "Hi",
    "attachments": [{"name": "a.txt", "content": b"x"}, Attachment(name="b.txt", content=b"x")],
    "track_links": "HtmlOnly",
}
typo: EmailFields = {"to": "a@example.com", "sbject": "Hi"}  # type: ignore[typeddict-unknown-key]
kind: EmailFields = {"to": 7}  # type: ignore[typeddict-item]
links: EmailFields = {"track_links": "Html"}  # type: ignore[typeddict-item]
nameless: EmailFields = {"attachments": [{"content": b"x"}]}  # type: ignore[list-item]
template: TemplateEmailFields = {"template_alias": "welcome", "template_model": {"name": "Jane"}}
bare: TemplateEmailFields = {"template_alias": "welcome"}  # type: ignore[typeddict-item]
bulk: BulkEmailFields = {"subject": "Hi", "text_body": "Hello", "messages": [{"to": "a@example.com"}]}


def rows() -> Iterator[EmailFields]:
    yield {"to": "a@example.com", "subject": "Hi", "text_body": "Hello"}
    yield {"to": "a@example.com", "text": "Hello"}  # type: ignore[typeddict-unknown-key]


def sending(client: Client, plain: dict[str, str]) -> None:
    assert_type(client.outbound.send(good), SendResult)
    assert_type(client.outbound.send(plain), SendResult)
    assert_type(client.outbound.send_many(rows()), Sending)
    assert_type(client.outbound.send_template_many([template]), Sending)
    client.outbound.send_batch([good, plain])
    client.outbound.send_template(template)
    client.outbound.send_bulk(bulk)


def filters(client: Client, text: str) -> None:
    client.bounces.list(type=BounceType.HARD_BOUNCE)
    client.bounces.list(type="HardBounce")
    client.bounces.list(type="HardBonce")  # type: ignore[arg-type]
    client.bounces.list(type=text)  # type: ignore[arg-type]
    client.messages.list(status="Sent")
    client.messages.list(status="delivered")  # type: ignore[arg-type]
    client.inbound.list(status="Blocked")
    client.suppressions.list(origin="Recipient", suppression_reason="Bounce")  # type: ignore[arg-type]
    client.streams.list(message_stream_type="Broadcasts")
    client.templates.list(template_type="Layouts")  # type: ignore[arg-type]
    client.messages.opens(platform="Mobile")
    client.messages.opens(platform="Phone")  # type: ignore[arg-type]
