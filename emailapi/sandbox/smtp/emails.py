"""
Emails that come by SMTP, as the API would have them.

One message is one email. Its recipients are those of the envelope: a header says which of them are in To and Cc, and
the others are in Bcc. The headers that begin with `X-PM-` set what MIME has no place for (contract section 7).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from email.utils import quote

import attrs

from ..addresses import Mailbox, addresses, read_addresses
from ..rejection import Rejection
from ..rules import TRACK_LINKS, CheckedEmail, check_email
from .mime import IncomingMessage, decoded

_PREFIX = "x-pm-"
_METADATA = "x-pm-metadata-"
_BOUNCE_TYPE = "x-pm-bounce-type"
_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "mime-version"})
UNKNOWN_ADDRESS = "unknown@sandbox.invalid"
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]')


@attrs.frozen
class ReadEmail:
    """
    An email that came by SMTP.

    Attributes:
        email: The email, with all its fields that are valid.
        problem: Why the service does not send it; None if it does.
    """

    email: CheckedEmail
    problem: Rejection | None


def read_email(message: IncomingMessage, sender: str, recipients: Sequence[str]) -> ReadEmail:
    """Return the email that a message is, with the sender and the recipients of the envelope."""
    groups = _recipients(message, recipients)
    item: dict[str, object] = {
        "From": _from(message, sender),
        **{name: ", ".join(map(written_address, group)) for name, group in groups.items()},
        "ReplyTo": ", ".join(map(written_address, message_addresses(message, "reply-to"))),
        "Subject": message.text("subject"),
        "TextBody": message.text_body,
        "HtmlBody": message.html_body,
        "Headers": [
            {"Name": name, "Value": decoded(value)} for name, value in message.headers if _is_own(name.lower())
        ],
        "Attachments": [
            {
                "Name": file.name,
                "Content": base64.b64encode(file.content).decode("ascii"),
                "ContentType": file.content_type,
                "ContentID": file.content_id,
            }
            for file in message.files
        ],
    }
    try:
        return ReadEmail(check_email({**item, **_settings(message)}), None)
    except Rejection as problem:
        return ReadEmail(_unchecked(item, message, groups), problem)


def _is_own(name: str) -> bool:
    """Return whether a lower-case name is that of a header which no field of an email sets."""
    if name in _FIELDS or name.startswith("content-"):
        return False
    return not name.startswith(_PREFIX) or name == _BOUNCE_TYPE


def _from(message: IncomingMessage, sender: str) -> str:
    found = addresses(", ".join(message.values("from")))
    return ", ".join(map(written_address, found)) or sender


def message_addresses(message: IncomingMessage, name: str) -> list[Mailbox]:
    """Return the addresses of all headers with a lower-case name."""
    return [one for value in message.values(name) for one in addresses(value)]


def written_address(mailbox: Mailbox) -> str:
    """Return an address as the API takes it, with quotes around a name that needs them."""
    name = mailbox.name or ""
    if not name:
        return mailbox.email
    return f'"{quote(name)}" <{mailbox.email}>' if _SPECIAL.search(name) else f"{name} <{mailbox.email}>"


def _recipients(message: IncomingMessage, recipients: Sequence[str]) -> dict[str, list[Mailbox]]:
    """Return the recipients of the envelope, by the field that a header puts them in; each recipient once."""
    left = {address.lower(): Mailbox(address) for address in recipients}
    groups: dict[str, list[Mailbox]] = {}
    for name in ("To", "Cc"):
        named = message_addresses(message, name.lower())
        groups[name] = [one for one in named if left.pop(one.key, None) is not None]
    return {**groups, "Bcc": [*left.values()]}


def _settings(message: IncomingMessage) -> dict[str, object]:
    """Return what the `X-PM-` headers set."""
    settings: dict[str, object] = {}
    metadata: dict[str, str] = {}
    for name, value in message.headers:
        kind = name.lower()
        if not kind.startswith(_PREFIX):
            continue
        text = decoded(value)
        if kind.startswith(_METADATA):
            metadata[_free(name[len(_METADATA) :], metadata)] = text
        elif kind == "x-pm-message-stream" and text:
            settings["MessageStream"] = text
        elif kind == "x-pm-tag":
            settings["Tag"] = text
        elif kind in ("x-pm-trackopens", "x-pm-track-opens") and text:
            settings["TrackOpens"] = _flag(name, text)
        elif kind in ("x-pm-tracklinks", "x-pm-track-links") and text:
            settings["TrackLinks"] = next((known for known in TRACK_LINKS if known.lower() == text.lower()), text)
    return {**settings, "Metadata": metadata} if metadata else settings


def _free(name: str, known: Mapping[str, str]) -> str:
    """Return a name of metadata, with a number if there is one of this name already."""
    taken = {each.lower() for each in known}
    free, number = name, 1
    while free.lower() in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Rejection(300, f"The header '{name}' must be true or false, not '{text[:80]}'.")
    return text.lower() == "true"


def _sender(text: str) -> Mailbox:
    """Return the first address that an email can be from; a made-up one if there is none."""
    for found in addresses(text):
        try:
            return read_addresses(written_address(found), "From")[0]
        except Rejection:
            continue
    return Mailbox(UNKNOWN_ADDRESS)


def _unchecked(
    item: Mapping[str, object], message: IncomingMessage, groups: Mapping[str, list[Mailbox]]
) -> CheckedEmail:
    """Return an email that the service does not send, with what can be kept of it."""
    sender = _sender(str(item["From"]))
    text, html = item["TextBody"], item["HtmlBody"]
    return CheckedEmail(
        sender=written_address(sender),
        sender_address=sender.email,
        to=", ".join(map(written_address, groups["To"])),
        to_list=tuple(groups["To"]),
        cc=tuple(groups["Cc"]),
        bcc=tuple(groups["Bcc"]),
        subject=str(item["Subject"]),
        text_body=None if text is None else str(text),
        html_body=None if html is None else str(html),
        tag=message.text("x-pm-tag") or None,
        message_stream=message.text("x-pm-message-stream") or "outbound",
    )
