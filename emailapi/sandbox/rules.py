"""
The rules for emails.

These are the service's rules (contract sections 2.1, 3 and 12), written a second time on purpose: if the sandbox used
the client's own validators, a mistake in them would be on both sides. So the service's names are written here, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import attrs

from .addresses import Mailbox, invalid, read_addresses
from .attachments import FILE, File, attachments
from .fields import BYTES, UTF16, Field, Table, encodable, flag, line, rows, scalar, scalar_text, text, wrong_type
from .rejection import Rejection

MEGABYTE = 1_000_000
MESSAGE_BYTES = 10 * MEGABYTE
BATCH_BYTES = 50 * MEGABYTE
BATCH_MESSAGES = 500
BODY_BYTES = 5 * MEGABYTE
RECIPIENTS = 50
FROM_UNITS = 255
SUBJECT_UNITS = 2000
TAG_LENGTH = 1000
METADATA_PAIRS = 10
METADATA_NAME = 20
METADATA_VALUE = 80
TRACK_LINKS = ("None", "HtmlAndText", "HtmlOnly", "TextOnly")

_HEADER_NAME = re.compile(r"[!-9;-~]+")
_CONTROL = re.compile("[\r\n\0]")


@attrs.frozen
class TemplateUse:
    """
    The template that an email was made by.

    Attributes:
        id: Its id, and `alias` its alias at that time; None for none.
        model: The model that it was rendered with.
        inline: Whether the CSS of the HTML was moved into its elements.
    """

    id: int
    alias: str | None
    model: Mapping[str, object] = attrs.field(repr=False)
    inline: bool


@attrs.define(kw_only=True, eq=False)  # not frozen, which takes 2 us of 50 an email
class CheckedEmail:
    """
    An email that complies with the rules, by our names.

    Attributes:
        sender: The From field as sent.
        sender_address: The address in the From field.
        to: The To field as sent, which the response repeats.
        to_list: The addresses of the To field; `cc` and `bcc` are those of the other fields.
        message_stream: The id of the stream.
        track_opens: None for the setting of the server, as for `track_links`.
        failure: Why the template of the email could not be rendered; empty if it was, and without a template.
        template: The template that it was made by; None without one.
    """

    sender: str
    sender_address: str
    to: str
    to_list: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    bcc: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...] = ()
    subject: str = ""
    text_body: str | None = attrs.field(default=None, repr=False)
    html_body: str | None = attrs.field(default=None, repr=False)
    tag: str | None = None
    message_stream: str = "outbound"
    track_opens: bool | None = None
    track_links: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    metadata: dict[str, str] = attrs.field(factory=dict)
    attachments: tuple[File, ...] = ()
    failure: str = ""
    template: TemplateUse | None = None

    @property
    def recipients(self) -> dict[str, Mailbox]:
        """Each address once, by the form in which addresses are compared, in the order To, Cc, Bcc."""
        found: dict[str, Mailbox] = {}
        for mailbox in (*self.to_list, *self.cc, *self.bcc):
            found.setdefault(mailbox.key, mailbox)
        return found

    def header(self, name: str) -> str | None:
        """Return the first of the email's own headers with this name, ignoring case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


_HEADER = Table(
    Field("Name", "name", line, required=300, pattern=_HEADER_NAME, text="'{value}' is not a valid header name."),
    Field("Value", "value", scalar),
    within="Headers[].",
)


def _headers(value: object, field: Field) -> tuple[tuple[str, str], ...]:
    return tuple((row["name"], row.get("value", "")) for row in rows(value, field))


def _reply_to(value: object, field: Field) -> tuple[Mailbox, ...]:
    return read_addresses(line(value, field), "Reply-To")


def _invalid_metadata(reason: str) -> Rejection:
    return Rejection(300, f"Invalid metadata content. {reason}")


def check_metadata(pairs: Mapping[str, object]) -> None:
    """
    Check how many pairs of metadata an email has.

    Raises:
        Rejection: 300: they are too many.
    """
    if len(pairs) > METADATA_PAIRS:
        raise _invalid_metadata(f"There are {len(pairs)} pairs; the limit is {METADATA_PAIRS}.")


def _metadata(value: object, field: Field) -> dict[str, str]:
    if not isinstance(value, dict):
        raise wrong_type(field.name, "an object", value)
    check_metadata(value)
    pairs: dict[str, str] = {}
    for name, sent in value.items():
        given = sent if type(sent) is str else scalar_text(sent)
        if not name.isascii():
            encodable(name, field.name)
        if not 1 <= len(name) <= METADATA_NAME or _CONTROL.search(name):
            raise _invalid_metadata(f"A field name must have 1 to {METADATA_NAME} characters, got '{name[:80]}'.")
        if not isinstance(given, str):
            raise _invalid_metadata(f"The value of '{name}' must be a string, a number or a boolean.")
        if not given.isascii():
            encodable(given, field.name)
        if len(given) > METADATA_VALUE or _CONTROL.search(given):
            raise _invalid_metadata(f"The value of '{name}' has more than {METADATA_VALUE} characters, or line breaks.")
        pairs[name] = given
    if len(pairs) > 1 and len({name.lower() for name in pairs}) < len(pairs):
        raise _invalid_metadata("Field names must differ in more than the case of their letters.")
    return pairs


SENDER = Field("From", "sender", line, limit=FROM_UNITS, unit=UTF16)
RECIPIENTS_OF = (Field("To", "to", line), Field("Cc", "cc", line), Field("Bcc", "bcc", line))
SETTINGS = (
    Field("Attachments", "attachments", attachments, table=FILE),
    Field("ReplyTo", "reply_to", _reply_to),
    Field("Tag", "tag", line, limit=TAG_LENGTH),
    Field("MessageStream", "message_stream", line),
    Field("TrackOpens", "track_opens", flag),
    Field(
        "TrackLinks",
        "track_links",
        line,
        known=TRACK_LINKS,
        text=f"Invalid 'TrackLinks' value: '{{value}}'. It must be one of {', '.join(TRACK_LINKS)}.",
    ),
    Field("Headers", "headers", _headers, table=_HEADER),
    Field("Metadata", "metadata", _metadata),
)
CONTENT = (
    Field("TextBody", "text_body", text, limit=BODY_BYTES, unit=BYTES),
    Field("HtmlBody", "html_body", text, limit=BODY_BYTES, unit=BYTES),
    Field("Subject", "subject", line, limit=SUBJECT_UNITS, unit=UTF16),
)
# The fields of every email, with a template or without.
COMMON = (SENDER, *RECIPIENTS_OF, *SETTINGS)
_EMAIL = Table(*COMMON, *CONTENT)


@lru_cache(64)
def _senders(text: str) -> tuple[Mailbox, ...]:
    """Return the addresses in a field From; few senders send most emails."""
    return read_addresses(text, "From")


def addressed(found: dict[str, Any]) -> CheckedEmail:
    """
    Return the email that the values of a table's fields make.

    Raises:
        Rejection: 300 for an address that is not valid, for no recipient, and for too many.
    """
    sender = found.get("sender", "").strip()
    senders = _senders(sender)
    if len(senders) != 1:
        raise invalid("From", sender)
    to = found.get("to", "")
    lists = [read_addresses(found.get(field.column, ""), field.name) for field in RECIPIENTS_OF]
    count = len(lists[0]) + len(lists[1]) + len(lists[2])
    if not count:
        raise Rejection(300, "Zero recipients specified")
    if count > RECIPIENTS:
        raise Rejection(300, f"'To', 'Cc' and 'Bcc' have {count} recipients; the limit is {RECIPIENTS} for all three.")
    found.update(sender=sender, sender_address=senders[0].email, to=to.strip())
    found["to_list"], found["cc"], found["bcc"] = lists
    return CheckedEmail(**found)


def check_size(email: CheckedEmail) -> None:
    """
    Check the size of an email with its attachments.

    Raises:
        Rejection: 300: the email is too large.
    """
    size = BYTES.count(email.text_body or "") + BYTES.count(email.html_body or "")
    size += sum([file.size for file in email.attachments])
    if size > MESSAGE_BYTES:
        raise Rejection(300, f"The message is larger than {MESSAGE_BYTES // MEGABYTE} MB.")


def check_email(item: object) -> CheckedEmail:
    """
    Return the email that a JSON value describes.

    Raises:
        Rejection: 300 for an email that breaks a rule, 403 for another JSON type, 411 for a forbidden file.
    """
    email = addressed(_EMAIL.read(item, "message"))
    if not email.text_body and not email.html_body:
        raise Rejection(300, "Provide either email TextBody or HtmlBody or both.")
    check_size(email)
    return email
