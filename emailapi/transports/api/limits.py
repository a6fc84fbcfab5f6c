"""The limits of the API (contract section 3) that can be checked before a request is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ...errors import InvalidEmail
from ...models.address import Address
from ...models.email import STREAM_LIMIT, AddressedEmail, BaseEmail, Email, TemplateEmail
from ...models.text import METADATA_NAME_LIMIT, METADATA_VALUE_LIMIT

# The class is loaded by programs that send a bulk request.
if TYPE_CHECKING:
    from ...models.bulk import BulkEmail, BulkMessage

# A megabyte is 10^6 bytes: the service does not say which kind it means.
RECIPIENTS_LIMIT = 50
MESSAGE_LIMIT = 10_000_000
BODY_LIMIT = 5_000_000
BATCH_BYTES_LIMIT = 50_000_000
SENDER_LIMIT = 255
SUBJECT_LIMIT = 2000
TAG_LIMIT = 1000
METADATA_LIMIT = 10
FORBIDDEN_EXTENSIONS = frozenset(
    (
        "vbs exe bin bat chm com cpl crt hlp hta inf ins isp jse lnk mdb pcd pif reg scr sct shs vbe vba wsf wsh wsl "
        "msc msi msp mst"
    ).split()
)


def _utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _check_length(text: str, field: str, limit: int) -> None:
    units = _utf16_units(text)
    if units > limit:
        raise InvalidEmail(f"{field} has {units} characters (UTF-16), the API accepts {limit}", field=field)


def check_email(email: Email, sender: Address) -> None:
    """
    Check the limits that need no encoding.

    Raises:
        InvalidEmail: A limit is exceeded; the error names the field.
    """
    # Conditions before calls, here and below, spare each email 2,000 instructions.
    if not 0 < len(email.to) + len(email.cc) + len(email.bcc) <= RECIPIENTS_LIMIT:
        _check_recipients(email)
    if not email.text_body and not email.html_body:
        why = "an email needs a text_body or an html_body, and the API treats an empty body as missing"
        raise InvalidEmail(why, field="text_body")
    if len(email.subject) * 2 > SUBJECT_LIMIT:  # a character has at most two UTF-16 units
        _check_length(email.subject, "subject", SUBJECT_LIMIT)
    if len(email.text_body or "") > BODY_LIMIT or len(email.html_body or "") > BODY_LIMIT:
        check_sizes(email, 0)
    _check_rest(email, sender)


def check_template_email(email: TemplateEmail, sender: Address) -> None:
    """
    Check the limits of a templated email that need no encoding.

    Raises:
        InvalidEmail: A limit is exceeded; the error names the field.
    """
    _check_recipients(email)
    if email.template_id is None and email.template_alias is None:
        raise InvalidEmail("a templated email needs template_id or template_alias", field="template_id")
    _check_rest(email, sender)


def check_bulk(bulk: BulkEmail, sender: Address) -> None:
    """
    Check the limits of a bulk request that need no encoding.

    Raises:
        InvalidEmail: A limit is exceeded; the error names the field.
    """
    if not bulk.messages:
        raise InvalidEmail("no recipients: messages is empty", field="messages")
    for index, message in enumerate(bulk.messages):
        try:
            _check_message(bulk, message)
        except InvalidEmail as error:
            raise InvalidEmail(f"messages[{index}]: {error.message}", field="messages") from None
    if not (bulk.text_body or bulk.html_body) and bulk.template_id is None and bulk.template_alias is None:
        why = "an email needs a text_body, an html_body or a template, and the API treats an empty body as missing"
        raise InvalidEmail(why, field="text_body")
    _check_length(bulk.subject, "subject", SUBJECT_LIMIT)
    check_sizes(bulk, 0)
    _check_rest(bulk, sender)


def _check_rest(email: BaseEmail, sender: Address) -> None:
    if len(sender.header) * 2 > SENDER_LIMIT:
        _check_length(sender.header, "sender", SENDER_LIMIT)
    tag, stream, metadata = email.tag, email.message_stream, email.metadata
    if tag is not None and len(tag) > TAG_LIMIT:
        raise InvalidEmail(f"tag has {len(tag)} characters, the API accepts {TAG_LIMIT}", field="tag")
    if stream is not None and len(stream) > STREAM_LIMIT:
        raise InvalidEmail(
            f"message_stream has {len(stream)} characters, the API accepts {STREAM_LIMIT}", field="message_stream"
        )
    if metadata:
        _check_metadata(metadata)
    if email.attachments:
        _check_attachments(email)


def check_sizes(email: BaseEmail, size: int) -> None:
    """
    Check the sizes of an email that is large when encoded.

    Raises:
        InvalidEmail: A limit is exceeded; the error names the field.
    """
    for field in ("text_body", "html_body"):
        text = getattr(email, field, None) or ""
        # A character has at least one byte: a large text need not be encoded.
        length = len(text) if text.isascii() or len(text) > BODY_LIMIT else len(text.encode())
        if length > BODY_LIMIT:
            raise InvalidEmail(f"{field} has {length} bytes, the API accepts {BODY_LIMIT}", field=field)
    limit = _size_limit(email)
    if size > limit:
        field = next(
            (name for name in ("attachments", "html_body", "messages") if getattr(email, name, None)), "text_body"
        )
        raise InvalidEmail(
            f"the email has {size} bytes with its attachments in base64, the API accepts {limit}", field=field
        )


def _size_limit(email: BaseEmail) -> int:
    return BATCH_BYTES_LIMIT if _bulk_messages(email) else MESSAGE_LIMIT


def _bulk_messages(email: BaseEmail) -> tuple[BulkMessage, ...]:
    found: tuple[BulkMessage, ...] = getattr(email, "messages", ())
    return found


def check_mailboxes(email: BaseEmail, sender: Address) -> None:
    """
    Check the addresses of an email that is not ASCII when encoded: names and bodies need not be ASCII, mailboxes must.

    Raises:
        InvalidEmail: A mailbox is not valid for the API; the error names the field.
    """
    _check_ascii("sender", (sender,))
    _check_ascii("reply_to", email.reply_to)
    for envelope in _bulk_messages(email) or (email,):
        for field in ("to", "cc", "bcc"):
            _check_ascii(field, getattr(envelope, field))


def _check_ascii(field: str, group: Iterable[Address]) -> None:
    for address in group:
        if not address.mailbox.isascii():
            raise InvalidEmail(f"{field}: {address.email!r} must have an ASCII local part for the API", field=field)


def _check_recipients(envelope: AddressedEmail | BulkMessage) -> None:
    count = len(envelope.to) + len(envelope.cc) + len(envelope.bcc)
    if not count:
        raise InvalidEmail("no recipients: to, cc and bcc are empty", field="to")
    if count > RECIPIENTS_LIMIT:
        raise InvalidEmail(f"{count} recipients in to, cc and bcc, the API accepts {RECIPIENTS_LIMIT}", field="to")


def _check_message(bulk: BulkEmail, message: BulkMessage) -> None:
    if not message.to:
        raise InvalidEmail("to is empty", field="to")  # the API requires it in each message
    _check_recipients(message)
    _check_metadata({**bulk.metadata, **message.metadata})


def _check_metadata(metadata: Mapping[str, str]) -> None:
    if len(metadata) > METADATA_LIMIT:
        raise InvalidEmail(f"metadata has {len(metadata)} pairs, the API accepts {METADATA_LIMIT}", field="metadata")
    for name, value in metadata.items():
        # Another type was put there after the email was built.
        if type(name) is not str or type(value) is not str:
            raise InvalidEmail(f"metadata: {name!r} and its value must be text, got {value!r:.80}", field="metadata")
        if not 0 < len(name) <= METADATA_NAME_LIMIT:
            raise InvalidEmail(
                f"metadata name {name!r} must have 1 to {METADATA_NAME_LIMIT} characters", field="metadata"
            )
        if len(value) > METADATA_VALUE_LIMIT:
            raise InvalidEmail(
                f"metadata {name!r} has {len(value)} characters, the API accepts {METADATA_VALUE_LIMIT}",
                field="metadata",
            )
    if len(metadata) > 1 and len({name.lower() for name in metadata}) < len(metadata):
        raise InvalidEmail("metadata has names that differ only in the case of letters", field="metadata")


def _check_attachments(email: BaseEmail) -> None:
    # Measured before anything is encoded: base64 needs 4 bytes for 3.
    size = sum((len(attachment.content) + 2) // 3 * 4 for attachment in email.attachments)
    if size > _size_limit(email):
        why = f"the attachments have {size} bytes in base64, the API accepts {_size_limit(email)} with the whole email"
        raise InvalidEmail(why, field="attachments")
    for attachment in email.attachments:
        # Windows drops dots and spaces at the end of a name.
        _, dot, extension = attachment.name.rstrip(". \t\v\f\xa0").lower().rpartition(".")
        extension = extension.strip()
        if dot and extension in FORBIDDEN_EXTENSIONS:
            raise InvalidEmail(
                f"attachment {attachment.name!r}: the API does not accept .{extension} files", field="attachments"
            )
