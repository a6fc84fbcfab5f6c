"""The recorder that adds the emails of a process to an outbox."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

import attrs

from .._delivery import new_keys
from ..errors import EmailAPIError
from ..mime import as_given, from_message
from ..models.address import Address, parse_addresses
from ..models.bulk import BulkEmail, BulkMessage, BulkState, BulkStatus
from ..models.email import BaseEmail, Email, TemplateEmail
from ..models.fields import names_of
from ..models.outbound import BatchItem, SendResult
from ..transports.capture import Delivery, Recorder
from .outbox import Outbox
from .sent_email import SentEmail

_OURS = re.compile(r"emailapi\.transports\.(api|smtp|ses|memory|console)(?:\.|$)")
_ARGUMENTS = {field.alias: field.name for field in attrs.fields(SentEmail)}


class Capture(Recorder):
    """
    Adds the emails of a process to an outbox.

    Args:
        outbox: The outbox.
        send: Whether emails are also sent; the outbox then has those that were accepted. Otherwise nothing is sent, and
            each email that its transport validates counts as accepted.
    """

    def __init__(self, outbox: Outbox, *, send: bool = False) -> None:
        """Record nothing yet."""
        self._outbox, self._send = outbox, send

    def deliver(self, delivery: Delivery[list[BatchItem]]) -> list[BatchItem]:
        """Add the emails of one request."""
        via = _via(delivery.transport)
        given = [
            (_email(email, payload), _innermost(payload))
            for email, payload in zip(delivery.emails, delivery.payloads, strict=True)
        ]
        items: list[BatchItem] = (
            delivery.go_on() if self._send else [_accepted(email, payload, via) for email, payload in given]
        )
        self._outbox._add(
            [
                _sent(email, item, via, payload)
                for (email, payload), item in zip(given, items, strict=True)
                if isinstance(item, SendResult)
            ]
        )
        return items

    def send_bulk(self, delivery: Delivery[BulkStatus]) -> BulkStatus:
        """Add the messages of a bulk request, one email for each."""
        (bulk,) = delivery.emails
        via = _via(delivery.transport)
        status = BulkStatus(
            id=new_keys(1)[0],
            submitted_at=datetime.now(UTC),
            status=BulkState.ACCEPTED,
            total_messages=len(bulk.messages),
            subject=bulk.subject,
        )
        if self._send:
            status = delivery.go_on()
        emails = [_bulk_email(bulk, message) for message in bulk.messages]
        self._outbox._add([_sent(email, _accepted(email, None, via), via, None) for email in emails])
        return status

    def look_up(self, delivery: Delivery[SendResult | None]) -> SendResult | None:
        """Look up an email in the outbox by its idempotency key."""
        if self._send:
            return delivery.go_on()
        (payload,) = delivery.payloads
        key = _key(delivery.emails[0], _innermost(payload))
        for sent in [*self._outbox]:
            if key is not None and sent.idempotency_key == key:
                found: SendResult = attrs.evolve(sent.result, reconciled=True)
                return found
        return None


def _via(transport: Any) -> str:
    """Return the name of the transport that sends, below transports that wrap another one."""
    for wrapped in ("first", "transport"):
        inner = vars(transport).get(wrapped)
        if inner is not None:
            return _via(inner)
    if type(transport).__name__ == "LMTPTransport":
        return "lmtp"
    for kind in type(transport).__mro__:
        found = _OURS.match(kind.__module__)
        if found:
            return found[1]
    return type(transport).__name__


def _innermost(payload: Any) -> Any:
    while hasattr(payload, "primary"):
        payload = payload.primary
    return payload


def _key(email: Any, payload: Any) -> str | None:
    for holder, name in ((payload, "idempotency_key"), (payload, "key"), (email, "idempotency_key")):
        key: str | None = getattr(holder, name, None)
        if key is not None:
            return key
    return None


def _accepted(email: Email | TemplateEmail, payload: Any, via: str) -> SendResult:
    return SendResult(
        message_id=new_keys(1)[0],
        to=", ".join([address.header for address in email.to]),
        submitted_at=datetime.now(UTC),
        message="OK",
        via=via,
        idempotency_key=_key(email, payload),
    )


def _sent(email: Email | TemplateEmail, result: SendResult, via: str, payload: Any) -> SentEmail:
    fields = {name: getattr(email, name) for name in names_of(_record(email)) if name in _ARGUMENTS}
    fields["idempotency_key"] = result.idempotency_key
    # A test may change the metadata of the copy; the user's email must not change.
    fields["metadata"] = dict(email.metadata)
    json = getattr(payload, "part", None)
    return SentEmail(**fields, email=email, result=result, via=result.via or via, json=json, mime=_mime(payload))


def _record(email: BaseEmail) -> Any:
    return type(email)


def _mime(payload: Any) -> bytes | None:
    if hasattr(payload, "operation"):
        raw: bytes | None = payload.parameters.get("RawMessage", {}).get("Data")
        return raw
    content = getattr(payload, "content", None)
    return content if isinstance(content, bytes) else None


def _bulk_email(bulk: BulkEmail, message: BulkMessage) -> Email | TemplateEmail:
    """Return the email of one recipient, with the bodies as templates, which the service renders."""
    fields = {name: getattr(bulk, name) for name in names_of(BaseEmail)}
    own = {header.name.lower() for header in message.headers}
    fields |= {
        "to": message.to,
        "cc": message.cc,
        "bcc": message.bcc,
        "metadata": {**bulk.metadata, **message.metadata},
        "headers": (*[header for header in bulk.headers if header.name.lower() not in own], *message.headers),
        "idempotency_key": None,
    }
    if bulk.template_id is None and bulk.template_alias is None:
        return Email(**fields, subject=bulk.subject, text_body=bulk.text_body, html_body=bulk.html_body)
    return TemplateEmail(
        **fields,
        template_id=bulk.template_id,
        template_alias=bulk.template_alias,
        template_model=message.template_model,
        inline_css=bulk.inline_css,
    )


def _email(email: Any, payload: Any) -> Email | TemplateEmail:
    """Return an email of the outbox; a MIME message is converted as far as possible."""
    if isinstance(email, (Email, TemplateEmail)):
        return email
    payload = _innermost(payload)
    if email is None and not isinstance(_mime(payload), bytes):
        bcc = getattr(payload, "bcc", ())
        to = [address for address in getattr(payload, "recipients", ()) if address not in bcc]
        return Email(to=to, bcc=bcc, subject=getattr(payload, "subject", None) or "")
    content = _mime(payload) if email is None else as_given(email)
    return _message_email(email if isinstance(email, Message) else content or b"", _envelope(payload))


def _envelope(payload: Any) -> Sequence[str]:
    if hasattr(payload, "operation"):
        found: Sequence[str] = payload.parameters.get("Destinations", ())
        return found
    return [each for each in getattr(payload, "recipients", ()) if isinstance(each, str)]


def _message_email(message: Message | bytes, envelope: Sequence[str]) -> Email:
    try:
        email = from_message(message)
    except EmailAPIError:  # for example, a signed message
        email = _parse_leniently(message if isinstance(message, bytes) else bytes(message))
    named = {address.mailbox.lower() for address in (*email.to, *email.cc, *email.bcc)}
    unnamed = [Address(each) for each in envelope if "@" in each and each.lower() not in named]
    return email.replace(bcc=(*email.bcc, *unnamed)) if unnamed else email


def _parse_leniently(content: bytes) -> Email:
    """Return addresses, subject and bodies of a message, as far as they can be parsed."""
    parsed = message_from_bytes(content, policy=policy.default)
    email = Email()
    for field, name in (("sender", "From"), ("to", "To"), ("cc", "Cc"), ("reply_to", "Reply-To")):
        with suppress(Exception):
            found = parse_addresses(str(parsed[name] or ""))
            email = email.replace(**{field: found[0] if field == "sender" else found})
    for field, kind in (("text_body", "plain"), ("html_body", "html")):
        with suppress(Exception):
            part = parsed.get_body((kind,))
            email = email if part is None else email.replace(**{field: part.get_content()})
    with suppress(Exception):
        email = email.replace(subject=str(parsed["Subject"] or ""))
    return email
