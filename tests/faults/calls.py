"""One call of each kind, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

import emailapi
from emailapi import Client, Email, EmailAPIError, TemplateEmail, _net
from emailapi.models.bulk import BulkEmail, BulkMessage

SENDER = "sender@example.com"


def new_email(tag: str, **more: Any) -> Email:
    """Return an email that is told from others by its tag."""
    return Email(**{"sender": SENDER, "to": f"{tag}@example.com", "subject": tag, "text_body": "x", "tag": tag, **more})


def template(tag: str) -> TemplateEmail:
    """Return a template's email, likewise."""
    return TemplateEmail(sender=SENDER, to=f"{tag}@example.com", template_alias="t", template_model={}, tag=tag)


def bulk() -> BulkEmail:
    """Return a bulk request of one message."""
    message = BulkMessage(to="a@example.com")
    return BulkEmail(sender=SENDER, subject="s", text_body="x", messages=[message], tag="a", message_stream="news")


@attrs.frozen
class Call:
    """
    A kind of call.

    Attributes:
        name: The name of the call.
        make: Makes the call, and returns its results: one, or one for each email.
        tags: The tags of its emails.
        kind: `email`, `bulk`, `read`, `write` (may be repeated when it fails), or `once`.
    """

    name: str
    make: Callable[[Client], Sequence[Any]] = attrs.field(repr=False)
    tags: tuple[str, ...] = ()
    kind: str = "email"


ONE, TWO = ("a",), ("a", "b")
EMAIL_CALLS = [
    Call("send", lambda client: [client.outbound.send(new_email("a"))], ONE),
    Call("send_template", lambda client: [client.outbound.send_template(template("a"))], ONE),
    Call("send_batch", lambda client: client.outbound.send_batch([new_email(tag) for tag in TWO]), TWO),
    Call(
        "send_template_batch", lambda client: client.outbound.send_template_batch([template(tag) for tag in TWO]), TWO
    ),
    Call("send_many", lambda client: list(client.outbound.send_many(new_email(tag) for tag in TWO)), TWO),
]
OTHER_CALLS = [
    Call("send_bulk", lambda client: [client.outbound.send_bulk(bulk())], ONE, "bulk"),
    Call("messages.get", lambda client: [client.messages.get("id-1")], (), "read"),
    Call("bounces.get", lambda client: [client.bounces.get(3)], (), "read"),
    Call("server.edit", lambda client: [client.server.edit(name="Done")], (), "write"),
    Call("inbound_rules.delete", lambda client: [client.inbound_rules.delete(7)], (), "write"),
    Call("inbound_rules.create", lambda client: [client.inbound_rules.create("a@example.com")], (), "once"),
    Call("bounces.activate", lambda client: [client.bounces.activate(3)], (), "once"),
]
CALLS = [*EMAIL_CALLS, *OTHER_CALLS]


@attrs.frozen
class Came:
    """The results of a call, of which errors are some, and the seconds that it took of its deadline."""

    items: Sequence[Any]
    seconds: float

    @property
    def only(self) -> Any:
        """The result of a call that has one."""
        (item,) = self.items
        return item


def came_of(call: Call, client: Client) -> Came:
    """Make a call; an exception that is not ours goes through."""
    began = _net.monotonic()
    try:
        items = call.make(client)
    except EmailAPIError as error:
        items = [error] * max(1, len(call.tags))
    return Came(items, _net.monotonic() - began)


def is_unknown(item: object, key: bool = True) -> bool:
    """Whether an error says, in all its words, that its request may have been carried out."""
    return (
        isinstance(item, emailapi.DeliveryUnknown)
        and item.outcome is emailapi.Outcome.UNKNOWN
        and item.may_have_been_sent
        and not item.retryable
        and bool(item.idempotency_key) is key
        and item.attempts >= 1
    )


def is_not_sent(item: object, kind: type[Exception] = EmailAPIError) -> bool:
    """Whether an error of this kind says, in all its words, that nothing was carried out."""
    return (
        isinstance(item, kind)
        and isinstance(item, EmailAPIError)
        and item.outcome is emailapi.Outcome.NOT_SENT
        and not item.may_have_been_sent
    )
