"""A mail as the call of SES that carries it, checked by SES's rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ...errors import ConfigurationError, InvalidEmail
from ...mime import envelope, to_bytes
from ...mime.headers import write_addresses
from ...models.address import Address
from ...models.email import Email, check_complete
from ..ready_message import Given, Recipients, in_seven_bits, mailboxes, one_mailbox, read_ready

RECIPIENTS_LIMIT = 50
# A megabyte is 10^6 bytes: the service does not say which one it means.
MESSAGE_LIMIT = 10_000_000
# Base64 with its line ends makes 1.37 of a byte; under this no text comes near the limit.
_SURELY_FITS = 7_000_000
_TAG = re.compile("[A-Za-z0-9_-]{1,255}")
_TAG_RULE = "SES takes 1 to 255 of A-Z, a-z, 0-9, _ and -"
# What `tag` is called among SES's tags.
TAG_NAME = "tag"
_NOT_CARRIED = ("message_stream", "track_opens", "track_links")


@attrs.frozen(kw_only=True)
class Defaults:
    """
    What the calls of one transport have in common; see `SESTransport`.

    Attributes:
        charset: Of subject and bodies by `send_email`.
        source_arn: Allows the sender's identity, which is another account's.
        return_path: Where bounces go.
        return_path_arn: Allows its identity.
        tags: Of every mail.
        configuration_set_name: Whose events, pools and rules apply.
    """

    charset: str
    source_arn: str | None
    return_path: Address | None
    return_path_arn: str | None
    tags: Mapping[str, str]
    configuration_set_name: str | None


@attrs.frozen
class Parcel:
    """
    The call that carries a mail.

    Attributes:
        operation: Name of the boto3 client's method.
        parameters: What it is called with.
    """

    operation: str
    parameters: dict[str, Any] = attrs.field(repr=False)


def check_tags(given: Mapping[str, str] | Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """
    Return tags given by name, or as boto3 takes them, by name.

    Raises:
        ConfigurationError: They are neither, or SES takes no such tag.
    """
    if isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        try:
            pairs = [(tag["Name"], tag["Value"]) for tag in given or ()]
        except (TypeError, KeyError):
            raise ConfigurationError("tags must be a mapping, or boto3's list of Name and Value") from None
    for text in (text for pair in pairs for text in pair):
        if not isinstance(text, str) or not _TAG.fullmatch(text):
            raise ConfigurationError(f"tags: {text!r} cannot be a tag: {_TAG_RULE}")
    return dict(pairs)


def pack(email: Email, defaults: Defaults) -> Parcel:
    """
    Return the call that carries a mail: simple by `send_email`, with headers or attachments as MIME.

    Raises:
        InvalidEmail: Naming the field that SES does not carry, or would refuse.
    """
    sender = check_complete(email)
    _check(email, sender)
    parcel = _raw(email, defaults) if email.headers or email.attachments else _simple(email, sender, defaults)
    return _completed(parcel, _tags(email, defaults), defaults)


def pack_message(
    message: Given | Email, sender: str | Address | None, recipients: Recipients, defaults: Defaults
) -> Parcel:
    """
    Return the call that carries a ready message, or an email as MIME with another envelope.

    Raises:
        InvalidEmail: It is no message, nobody is it from or to, or SES would refuse it.
    """
    tags: Mapping[str, str] = defaults.tags
    if isinstance(message, Email):
        _check(message, check_complete(message))
        tags = _tags(message, defaults)
        own_sender, own_recipients = envelope(message)
        origin = own_sender if sender is None else one_mailbox(sender)
        targets = own_recipients if recipients is None else mailboxes(recipients)
        content = to_bytes(message)
    else:
        ready = read_ready(message, sender, recipients)
        origin, targets, content = ready.sender, ready.recipients, ready.content
        if not content.isascii():
            content = in_seven_bits(content, "SES takes 7-bit messages only")
    for field, mailbox in (("sender", origin), *(("recipients", target) for target in targets)):
        if not mailbox.isascii() or "@" not in mailbox:
            raise InvalidEmail(f"{field}: SES takes an address with an ASCII local part, not {mailbox!r}", field=field)
    if not 1 <= len(targets) <= RECIPIENTS_LIMIT:
        raise InvalidEmail(f"{len(targets)} recipients, SES takes 1 to {RECIPIENTS_LIMIT}", field="recipients")
    if len(content) > MESSAGE_LIMIT:
        raise InvalidEmail(f"the message has {len(content)} bytes, SES takes {MESSAGE_LIMIT}", field="message")
    if sender is None and defaults.return_path:
        origin = defaults.return_path.mailbox
    return _completed(_raw_call(origin, targets, content, defaults), tags, defaults)


def _completed(parcel: Parcel, tags: Mapping[str, str], defaults: Defaults) -> Parcel:
    """Return the call with what the calls of a transport have in common; SES refuses empty parameters."""
    common = {
        "SourceArn": defaults.source_arn,
        "ReturnPathArn": defaults.return_path_arn,
        "Tags": [{"Name": name, "Value": value} for name, value in tags.items()],
        "ConfigurationSetName": defaults.configuration_set_name,
    }
    parameters = {name: value for name, value in {**parcel.parameters, **common}.items() if value}
    return Parcel(parcel.operation, parameters)


def _check(email: Email, sender: Address) -> None:
    for field in _NOT_CARRIED:
        if getattr(email, field) is not None:
            raise InvalidEmail(f"{field}: SES has nothing like it", field=field)
    count = len(email.to) + len(email.cc) + len(email.bcc)
    if count > RECIPIENTS_LIMIT:
        raise InvalidEmail(f"{count} recipients in to, cc and bcc, SES takes {RECIPIENTS_LIMIT}", field="to")
    groups = {"sender": (sender,), **{name: getattr(email, name) for name in ("to", "cc", "bcc", "reply_to")}}
    for field, group in groups.items():
        for address in group:
            if not address.mailbox.isascii():
                raise InvalidEmail(
                    f"{field}: SES does not take a local part that is not ASCII ({address.email!r})", field=field
                )


def _tags(email: Email, defaults: Defaults) -> dict[str, str]:
    """Return the tags of every mail and this one's; a mail's own goes before another of its name."""
    own = dict(email.metadata)
    if email.tag:
        if TAG_NAME in own:
            raise InvalidEmail(f"metadata: {TAG_NAME!r} is the name that tag= has among SES's tags", field="metadata")
        if not _TAG.fullmatch(email.tag):
            raise InvalidEmail(f"tag: {email.tag!r} cannot be a tag: {_TAG_RULE}", field="tag")
        own[TAG_NAME] = email.tag
    for text in (text for pair in email.metadata.items() for text in pair):
        if not _TAG.fullmatch(text):
            raise InvalidEmail(f"metadata: {text!r} cannot be a tag's name or value: {_TAG_RULE}", field="metadata")
    return {**defaults.tags, **own}


def _written(address: Address, field: str) -> str:
    """Return an address as it stands in a header that is not folded."""
    return write_addresses("From", (address,), field).partition(": ")[2].replace("\r\n", "")


def _all_written(email: Email, field: str) -> list[str]:
    return [_written(address, field) for address in getattr(email, field)]


def _simple(email: Email, sender: Address, defaults: Defaults) -> Parcel:
    texts = {"subject": email.subject, "text_body": email.text_body, "html_body": email.html_body}
    content = {
        field: {"Data": _encodable(text, field, defaults.charset), "Charset": defaults.charset}
        for field, text in texts.items()
        if text is not None
    }
    bodies = {"Text": content.get("text_body"), "Html": content.get("html_body")}
    recipients = {
        "ToAddresses": _all_written(email, "to"),
        "CcAddresses": _all_written(email, "cc"),
        "BccAddresses": _all_written(email, "bcc"),
    }
    if sum(4 * len(text) for text in texts.values() if text) > _SURELY_FITS:
        _check_size(email, to_bytes(email))
    return Parcel(
        "send_email",
        {
            "Source": _written(sender, "sender"),
            "Destination": {name: group for name, group in recipients.items() if group},
            "Message": {
                "Subject": content["subject"],
                "Body": {name: body for name, body in bodies.items() if body is not None},
            },
            "ReplyToAddresses": _all_written(email, "reply_to"),
            "ReturnPath": defaults.return_path and defaults.return_path.mailbox,
        },
    )


def _encodable(text: str, field: str, charset: str) -> str:
    """
    Return a text that SES can write in this charset.

    Raises:
        InvalidEmail: A character is not in it: SES would put another in its place.
    """
    missing = ""
    try:
        text.encode(charset)
    except UnicodeError as error:
        missing = text[getattr(error, "start", 0)]
    if missing:
        raise InvalidEmail(f"{field}: {missing!r} is not in the charset {charset}", field=field)
    return text


def _raw(email: Email, defaults: Defaults) -> Parcel:
    sender, recipients = envelope(email)
    data = to_bytes(email)
    _check_size(email, data)
    return _raw_call(defaults.return_path.mailbox if defaults.return_path else sender, recipients, data, defaults)


def _raw_call(sender: str, recipients: Iterable[str], data: bytes, defaults: Defaults) -> Parcel:
    return Parcel(
        "send_raw_email",
        {
            "Source": sender,
            "Destinations": list(recipients),
            "RawMessage": {"Data": data},
            "FromArn": defaults.source_arn,
        },
    )


def _check_size(email: Email, data: bytes) -> None:
    if len(data) > MESSAGE_LIMIT:
        field = next(name for name in ("attachments", "html_body", "text_body", "headers") if getattr(email, name))
        raise InvalidEmail(f"the mail has {len(data)} bytes when encoded, SES takes {MESSAGE_LIMIT}", field=field)
