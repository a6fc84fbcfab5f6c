"""An email encoded as a request to SES, validated by SES's rules."""

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
# A megabyte is 10^6 bytes: the service does not say which kind it means.
MESSAGE_LIMIT = 10_000_000
# Base64 with line ends needs 1.37 bytes per byte; below this size no text comes near the limit.
_SURELY_FITS = 7_000_000
_TAG = re.compile("[A-Za-z0-9_-]{1,255}")
_TAG_RULE = "SES accepts 1 to 255 characters from A-Z a-z 0-9 _ -"
# The name of `tag` among SES's tags.
TAG_NAME = "tag"
_NOT_CARRIED = ("message_stream", "track_opens", "track_links")


@attrs.frozen(kw_only=True)
class Defaults:
    """
    The parameters that all requests of one transport share; see `SESTransport`.

    Attributes:
        charset: Charset of subject and bodies sent by `send_email`.
        source_arn: ARN that allows the use of another account's identity as the sender.
        return_path: Address that bounces are sent to.
        return_path_arn: ARN that allows the use of the identity of `return_path`.
        tags: Tags of every email.
        configuration_set_name: The configuration set, with its events, pools and rules.
        message_limit: The most bytes of a message.
    """

    charset: str
    source_arn: str | None
    return_path: Address | None
    return_path_arn: str | None
    tags: Mapping[str, str]
    configuration_set_name: str | None
    message_limit: int = MESSAGE_LIMIT


@attrs.frozen
class SESRequest:
    """
    The request that sends an email.

    Attributes:
        operation: Name of the boto3 client's method.
        parameters: The arguments of that method.
    """

    operation: str
    parameters: dict[str, Any] = attrs.field(repr=False)


def check_tags(given: Mapping[str, str] | Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """
    Validate tags, given as a mapping or as boto3's list, and return them as a mapping.

    Raises:
        ConfigurationError: The value is neither, or SES does not accept a tag.
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
            raise ConfigurationError(f"tags: {text!r} is not valid, {_TAG_RULE}")
    return dict(pairs)


def encode(email: Email, defaults: Defaults) -> SESRequest:
    """
    Encode an email: by `send_email` if it is simple, as MIME if it has headers or attachments.

    Raises:
        InvalidEmail: SES cannot carry a field, or would reject it; the error names the field.
    """
    sender = check_complete(email)
    _check(email, sender, defaults.message_limit)
    request = _raw(email, defaults) if email.headers or email.attachments else _simple(email, sender, defaults)
    return _completed(request, _tags(email, defaults), defaults)


def encode_message(
    message: Given | Email, sender: str | Address | None, recipients: Recipients, defaults: Defaults
) -> SESRequest:
    """
    Encode a ready message, or an email as MIME with another envelope.

    Raises:
        InvalidEmail: The message cannot be read, has no sender or recipients, or SES would reject it.
    """
    tags: Mapping[str, str] = defaults.tags
    if isinstance(message, Email):
        _check(message, check_complete(message), defaults.message_limit)
        tags = _tags(message, defaults)
        own_sender, own_recipients = envelope(message)
        origin = own_sender if sender is None else one_mailbox(sender)
        targets = own_recipients if recipients is None else mailboxes(recipients)
        content = to_bytes(message)
    else:
        ready = read_ready(message, sender, recipients)
        origin, targets, content = ready.sender, ready.recipients, ready.content
        if not content.isascii():
            content = in_seven_bits(content, "SES accepts 7-bit messages only")
    for field, mailbox in (("sender", origin), *(("recipients", target) for target in targets)):
        if not mailbox.isascii() or "@" not in mailbox:
            raise InvalidEmail(f"{field}: {mailbox!r} must have an ASCII local part for SES", field=field)
    if not 1 <= len(targets) <= RECIPIENTS_LIMIT:
        raise InvalidEmail(f"{len(targets)} recipients, SES accepts 1 to {RECIPIENTS_LIMIT}", field="recipients")
    limit = defaults.message_limit
    if len(content) > limit:
        raise InvalidEmail(f"the message has {len(content)} bytes, SES accepts {limit}", field="message")
    if sender is None and defaults.return_path:
        origin = defaults.return_path.mailbox
    return _completed(_raw_request(origin, targets, content, defaults), tags, defaults)


def _completed(request: SESRequest, tags: Mapping[str, str], defaults: Defaults) -> SESRequest:
    """Add the parameters that all requests of a transport share; SES rejects empty parameters."""
    common = {
        "SourceArn": defaults.source_arn,
        "ReturnPathArn": defaults.return_path_arn,
        "Tags": [{"Name": name, "Value": value} for name, value in tags.items()],
        "ConfigurationSetName": defaults.configuration_set_name,
    }
    parameters = {name: value for name, value in {**request.parameters, **common}.items() if value}
    return SESRequest(request.operation, parameters)


def _check(email: Email, sender: Address, limit: int) -> None:
    for field in _NOT_CARRIED:
        if getattr(email, field) is not None:
            raise InvalidEmail(f"SES cannot carry {field}: leave it out", field=field)
    count = len(email.to) + len(email.cc) + len(email.bcc)
    if count > RECIPIENTS_LIMIT:
        raise InvalidEmail(f"{count} recipients in to, cc and bcc, SES accepts {RECIPIENTS_LIMIT}", field="to")
    # Encoding only adds bytes: an email that is too large is rejected before it is encoded.
    least = len(email.text_body or "") + len(email.html_body or "")
    least += sum(len(attachment.content) for attachment in email.attachments)
    _check_size(email, least, limit, "at least ")
    groups = {"sender": (sender,), **{name: getattr(email, name) for name in ("to", "cc", "bcc", "reply_to")}}
    for field, group in groups.items():
        for address in group:
            if not address.mailbox.isascii():
                raise InvalidEmail(f"{field}: {address.email!r} must have an ASCII local part for SES", field=field)


def _tags(email: Email, defaults: Defaults) -> dict[str, str]:
    """Return the transport's tags and the email's; the email's tag replaces another of the same name."""
    own = dict(email.metadata)
    if email.tag:
        if TAG_NAME in own:
            raise InvalidEmail(
                f"metadata: {TAG_NAME!r} is reserved, SES has the email's tag under this name", field="metadata"
            )
        if not _TAG.fullmatch(email.tag):
            raise InvalidEmail(f"tag: {email.tag!r} is not valid, {_TAG_RULE}", field="tag")
        own[TAG_NAME] = email.tag
    for text in (text for pair in email.metadata.items() for text in pair):
        if not _TAG.fullmatch(text):
            raise InvalidEmail(f"metadata: {text!r} is not a valid name or value, {_TAG_RULE}", field="metadata")
    return {**defaults.tags, **own}


def _written(address: Address, field: str) -> str:
    """Return an address as it is written in a header, without folding."""
    return write_addresses("From", (address,), field).partition(": ")[2].replace("\r\n", "")


def _all_written(email: Email, field: str) -> list[str]:
    return [_written(address, field) for address in getattr(email, field)]


def _simple(email: Email, sender: Address, defaults: Defaults) -> SESRequest:
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
        _check_size(email, len(to_bytes(email)), defaults.message_limit)
    return SESRequest(
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
    Check that a text can be written in a charset, and return it.

    Raises:
        InvalidEmail: The charset lacks a character: SES would replace it.
    """
    missing = ""
    try:
        text.encode(charset)
    except UnicodeError as error:
        missing = text[getattr(error, "start", 0)]
    if missing:
        raise InvalidEmail(f"{field}: {missing!r} is not in the charset {charset}: use charset='UTF-8'", field=field)
    return text


def _raw(email: Email, defaults: Defaults) -> SESRequest:
    sender, recipients = envelope(email)
    data = to_bytes(email)
    _check_size(email, len(data), defaults.message_limit)
    return _raw_request(defaults.return_path.mailbox if defaults.return_path else sender, recipients, data, defaults)


def _raw_request(sender: str, recipients: Iterable[str], data: bytes, defaults: Defaults) -> SESRequest:
    return SESRequest(
        "send_raw_email",
        {
            "Source": sender,
            "Destinations": list(recipients),
            "RawMessage": {"Data": data},
            "FromArn": defaults.source_arn,
        },
    )


def _check_size(email: Email, size: int, limit: int, least: str = "") -> None:
    if size > limit:
        field = next(name for name in ("attachments", "html_body", "text_body", "headers") if getattr(email, name))
        raise InvalidEmail(f"the email has {least}{size} bytes encoded, SES accepts {limit}", field=field)
