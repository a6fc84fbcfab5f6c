"""Attachments of Django messages, in each of the forms that Django takes."""

from __future__ import annotations

from email.message import Message
from mimetypes import guess_extension, guess_type
from typing import Any

from django.core.mail import EmailMessage

from ..errors import InvalidEmail
from ..models.attachment import Attachment
from ..models.framework_values import plain

_OCTETS = "application/octet-stream"
# Headers of a part that an attachment has in another form, or that no reader shows.
_KNOWN = {
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
    "mime-version",
    "x-attachment-id",
}


class OnlySMTP(InvalidEmail):
    """The message has what no `Email` has; by SMTP the message can be sent as Django writes it."""


def read_attachments(message: Any, encoding: str) -> list[Attachment]:
    """
    Return the attachments of a message.

    Raises:
        InvalidEmail: Naming "attachments": one of them cannot be sent.
    """
    found = []
    for place, item in enumerate(message.attachments):
        try:
            part = isinstance(item, Message)
            found.append(_of_part(item, place) if part else _of_tuple(item, place, encoding))
        except InvalidEmail as error:
            kind = OnlySMTP if isinstance(error, OnlySMTP) else InvalidEmail
            raise kind(f"attachments[{place}]: {error.message}", field="attachments") from None
    return found


def _named(name: Any, content_type: str, place: int) -> str:
    given = plain(name)
    if given:
        return str(given)
    extension = guess_extension(content_type.partition(";")[0].strip())
    if content_type.startswith("message/rfc822"):
        extension = ".eml"
    # The service accepts no .bin file, which is the extension of unknown content.
    return f"attachment-{place + 1}{extension if extension not in (None, '.bin') else '.dat'}"


def _of_tuple(item: Any, place: int, encoding: str) -> Attachment:
    if not isinstance(item, (tuple, list)) or len(item) != 3:
        raise InvalidEmail(
            f"must be (filename, content, mimetype) or a MIME part, not {type(item).__name__}", field="attachments"
        )
    name, content, content_type = item
    if content is None:
        raise InvalidEmail("the content is None", field="attachments")
    content_type = plain(content_type) or (guess_type(str(name))[0] if name else None) or _OCTETS
    if content_type.startswith("message/"):
        data = _message_bytes(content)
    elif isinstance(content, (bytes, bytearray, memoryview)):
        data = bytes(content)
        if content_type.startswith("text/") and "charset" not in content_type:
            content_type = _with_charset_of(content_type, data)
    else:
        data = _encoded(_checked(content), encoding)
        if content_type.startswith("text/") and "charset" not in content_type:
            content_type = f'{content_type}; charset="{encoding}"'
    return Attachment(name=_named(name, content_type, place), content=data, content_type=content_type)


def _checked(content: Any) -> str:
    text = plain(content)
    if not isinstance(text, str):
        kind = type(content).__name__
        raise InvalidEmail(f"the content must be text or bytes, got {kind}: read a file first", field="attachments")
    return text


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        raise InvalidEmail(f"the content cannot be encoded in {encoding}", field="attachments") from None


def _with_charset_of(content_type: str, data: bytes) -> str:
    """Return the type of a text given as bytes: Django takes such a text for UTF-8 where it can be that."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return _OCTETS
    return f'{content_type}; charset="utf-8"'


def _message_bytes(content: Any) -> bytes:
    if isinstance(content, EmailMessage):
        content = content.message()
    if isinstance(content, Message):
        return content.as_bytes()
    return bytes(content) if isinstance(content, (bytes, bytearray, memoryview)) else _checked(content).encode()


def _of_part(part: Any, place: int) -> Attachment:
    unknown = sorted({name for name in part if name.lower() not in _KNOWN})
    if unknown:
        raise OnlySMTP(f"the API carries no header {unknown[0]} of an attachment; send by SMTP", field="attachments")
    content_type = part.get_content_type()
    if content_type == "message/rfc822":
        data = part.get_payload(0).as_bytes()
    elif part.is_multipart():
        raise OnlySMTP(f"the API carries no {content_type} as an attachment; send by SMTP", field="attachments")
    else:
        data = part.get_payload(decode=True) or b""
    charset = part.get_content_charset()
    if charset and content_type.startswith("text/"):
        content_type = f'{content_type}; charset="{charset}"'
    # With a Content-ID, but meant as a file: readers that find no image for it would hide it.
    inline = part.get_content_disposition() != "attachment"
    return Attachment(
        name=_named(part.get_filename(), content_type, place),
        content=data,
        content_type=content_type,
        content_id=str(part["Content-ID"]) if inline and part["Content-ID"] else None,
    )
