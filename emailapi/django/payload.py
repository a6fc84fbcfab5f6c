"""Django messages as emails: each part becomes a field of an `Email`, or is rejected by name."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from typing import Any

import attrs
from django.conf import settings
from django.core.mail import EmailMessage

from ..errors import InvalidEmail
from ..mime import from_message
from ..models.address import Address, parse_address_field
from ..models.email import Email, TemplateEmail
from ..models.framework_values import metadata, plain
from .attachments import OnlySMTP, read_attachments
from .attributes import Attributes, read_attributes
from .merges import AnyEmail, json_model, merge
from .options import BackendOptions
from .texts import decoded, header_value

# Headers that Django takes in place of a field.
_FIELDS = {"from": "sender", "reply-to": "reply_to", "to": "to", "cc": "cc"}
# The service's limit, in UTF-16 units.
_SUBJECT_LIMIT = 2000


@attrs.define
class Draft:
    """
    What is to be sent for one message.

    Attributes:
        emails: The emails: one, or one for each recipient of a merge.
        merged: Whether the message is a merge.
        server_token: The token for this message alone.
    """

    emails: list[AnyEmail]
    merged: bool = False
    server_token: str | None = attrs.field(default=None, repr=False)


def read_message(message: Any, options: BackendOptions) -> Draft:
    """
    Return what is to be sent for a message.

    Raises:
        InvalidEmail: Naming the field: it cannot be sent.
        OnlySMTP: Only SMTP can carry it.
    """
    attributes = read_attributes(message)
    defaults = {name: value for name, value in options.defaults.items() if name not in attributes.values}
    values: dict[str, Any] = {**plain(defaults), **attributes.values}
    values["metadata"] = metadata(values.get("metadata"))
    default_reply_to = values.pop("reply_to", None)
    fields = _read(message, attributes, options)
    if not fields["reply_to"] and default_reply_to:
        fields["reply_to"] = parse_address_field(default_reply_to, "reply_to")
    made = _made(fields, values)
    if not attributes.merges:
        return Draft([made], False, attributes.server_token)
    return Draft(merge(made, attributes.merges), True, attributes.server_token)


def recipients(message: Any) -> list[Any]:
    """Return the recipients of a message as the message has them, without empty ones."""
    own = type(message).recipients is not EmailMessage.recipients
    found = message.recipients() if own else (*message.to, *message.cc, *message.bcc)
    return [item for item in found if item]


def _read(message: Any, attributes: Attributes, options: BackendOptions) -> dict[str, Any]:
    """Read the fields that Django's messages have."""
    # What no `Email` has leaves as Django writes it: without the attributes that only an `Email` has.
    ours = [*attributes.values, *attributes.merges]
    rendered = type(message).message is not EmailMessage.message
    if rendered and options.transport == "smtp" and not ours:
        raise OnlySMTP("message() of the class writes the message, which is sent unchanged", field="message")
    try:
        fields = _rendered(message) if rendered else _fields(message)
        if type(message).recipients is not EmailMessage.recipients:
            fields["bcc"] = _with_further_recipients(message, fields)
    except OnlySMTP as error:
        if ours:
            raise InvalidEmail(f"{error.message} without {ours[0]}", field=error.field) from None
        raise
    return fields


def _with_further_recipients(message: Any, fields: dict[str, Any]) -> tuple[Address, ...]:
    """Return Bcc with the recipients that only the `recipients()` of the message's class has."""
    wanted = {address.mailbox.lower(): address for address in _addresses(recipients(message), "bcc")}
    shown = [address.mailbox.lower() for name in ("to", "cc", "bcc") for address in fields[name]]
    left_out = [mailbox for mailbox in shown if mailbox not in wanted]
    if left_out:
        raise OnlySMTP(
            f"recipients() leaves out {left_out[0]!r}: the API sends to all in to, cc and bcc; send by SMTP", field="to"
        )
    return (*fields["bcc"], *(address for mailbox, address in wanted.items() if mailbox not in shown))


def _made(fields: dict[str, Any], values: dict[str, Any]) -> AnyEmail:
    if "template_id" not in values and "template_alias" not in values:
        return Email(**fields, **values)
    for name, value in (("subject", fields.pop("subject")), ("body", fields.pop("text_body"))):
        if value:
            raise InvalidEmail(f"{name} comes from the template: leave it out", field=name)
    if fields.pop("html_body"):
        raise InvalidEmail("the HTML body comes from the template: leave it out", field="html_body")
    model = json_model(values.pop("template_model", {}))
    return TemplateEmail(template_model=model, **fields, **values)


def _rendered(message: Any) -> dict[str, Any]:
    """Read a message of a class with a `message()` of its own, which may sign or rewrite the message."""
    try:
        email = from_message(written(message))
    except InvalidEmail as error:
        raise OnlySMTP(error.message, field=error.field) from None
    fields = {field: getattr(email, field) for field in ("sender", "to", "cc", "reply_to", "subject", "headers")}
    fields |= {field: getattr(email, field) for field in ("text_body", "html_body", "attachments")}
    # Django writes no Bcc.
    fields["bcc"] = _addresses(message.bcc, "bcc")
    return fields


def written(message: Any) -> Message:
    """
    Return the MIME message that Django writes.

    Raises:
        InvalidEmail: Django rejects a header, as it does for a line break.
    """
    try:
        made: Message = message.message()
    except ValueError as error:  # BadHeaderError is one
        raise InvalidEmail(f"Django cannot write the message: {error}", field="message") from None
    return made


def _fields(message: Any) -> dict[str, Any]:
    encoding = str(message.encoding or settings.DEFAULT_CHARSET)
    replaced, headers = _headers(message)
    sender = _addresses([replaced.get("sender") or message.from_email or settings.DEFAULT_FROM_EMAIL], "sender")
    if len(sender) != 1:
        raise InvalidEmail(f"from_email must be one address, not {len(sender)}", field="sender")
    to, cc = _addresses(message.to, "to"), _addresses(message.cc, "cc")
    for name, addresses in (("to", to), ("cc", cc)):
        _check_shown(name, replaced.get(name), addresses)
    reply_to = [replaced["reply_to"]] if replaced.get("reply_to") else message.reply_to
    text, html = _bodies(message, encoding)
    return {
        "sender": sender[0],
        "to": to,
        "cc": cc,
        "bcc": _addresses(message.bcc, "bcc"),
        "reply_to": _addresses(reply_to, "reply_to"),
        "headers": headers,
        "subject": _subject(message),
        "text_body": text,
        "html_body": html,
        "attachments": read_attachments(message, encoding),
    }


def _addresses(given: Sequence[Any] | None, field: str) -> tuple[Address, ...]:
    # An address may be a lazy text, and a text may have several.
    return parse_address_field([plain(item) for item in given or () if item], field)


def _headers(message: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers that stand for fields, and the others."""
    replaced: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, value in (message.extra_headers or {}).items():
        kind = str(name).lower()
        text = header_value(name, value)
        if kind == "bcc":
            raise InvalidEmail("Bcc is not a header that can be sent: use the argument bcc", field="headers")
        if kind in _FIELDS:
            replaced[_FIELDS[kind]] = text
        else:
            others[str(plain(name))] = text
    return replaced, others


def _check_shown(name: str, shown: str | None, addresses: tuple[Address, ...]) -> None:
    """Check that a header does not show other recipients than the message has."""
    if shown is None:
        return
    found = {address.mailbox.lower() for address in parse_address_field(shown, name)}
    if found != {address.mailbox.lower() for address in addresses}:
        raise OnlySMTP(
            f"the header {name.title()} shows other recipients than the message has: the API shows those it sends to; "
            "send by SMTP",
            field=name,
        )


def _subject(message: Any) -> str:
    subject = str(plain(message.subject or ""))
    if len(subject.encode("utf-16-le", "surrogatepass")) <= 2 * _SUBJECT_LIMIT or not _is_for_admins(message):
        return subject
    # The subject of an error report is the error's text, of any length.
    cut = subject.encode("utf-16-le", "surrogatepass")[: 2 * (_SUBJECT_LIMIT - 3)]
    return cut.decode("utf-16-le", "ignore") + "..."


def _is_for_admins(message: Any) -> bool:
    if message.from_email != settings.SERVER_EMAIL:
        return False
    # Pairs of name and address until Django 6.0.
    groups = (
        [item[1] if isinstance(item, (tuple, list)) else item for item in group]
        for group in (settings.ADMINS, settings.MANAGERS)
    )
    return any(group and [*message.to] == group for group in groups)


def _bodies(message: Any, encoding: str) -> tuple[str | None, str | None]:
    subtype = message.content_subtype
    if subtype not in ("plain", "html"):
        raise OnlySMTP(
            f"content_subtype: the API carries plain and html, got {subtype!r}; attach it, or send by SMTP",
            field="content_subtype",
        )
    body = decoded(message.body or "", "body", encoding)
    text, html = (None, body) if subtype == "html" else (body, None)
    for place, (content, mimetype) in enumerate(getattr(message, "alternatives", None) or ()):
        kind = str(mimetype).partition(";")[0].strip().lower()
        if kind == "text/html" and not html:
            html = decoded(content, f"alternatives[{place}]", encoding)
        elif kind == "text/plain" and not text:
            text = decoded(content, f"alternatives[{place}]", encoding)
        else:
            raise OnlySMTP(
                f"alternatives[{place}]: the API carries one text and one HTML version, got {mimetype}; attach it, or "
                "send by SMTP",
                field="alternatives",
            )
    # An HTML email has no empty text beside it.
    return (None if html and not text else text), html
