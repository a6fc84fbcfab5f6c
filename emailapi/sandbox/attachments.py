"""Files of a mail, as the service takes them."""

from __future__ import annotations

import binascii
import re

import attrs

from .fields import array, entry, required_text, text_of
from .rejection import Rejection

FORBIDDEN_EXTENSIONS = frozenset(
    "vbs exe bin bat chm com cpl crt hlp hta inf ins isp jse lnk mdb pcd pif reg scr sct shs vbe vba wsf wsh wsl msc "
    "msi msp mst".split()
)

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_TOKEN = r"[A-Za-z0-9!#$&^_.+\-]+"
_CONTENT_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}\s*(?:;[\x20-\x7e\t]*)?")
_CONTENT_ID = re.compile(r"[!-~]+")


@attrs.frozen
class File:
    """
    One attachment.

    Attributes:
        name: Its file name.
        content_type: Its MIME type, with parameters as sent.
        content_id: What `cid:` links name, bare; None for a file that is not inline.
        content: Its bytes.
        size: Of the base64 text, which the limits are measured by.
    """

    name: str
    content_type: str
    content_id: str | None
    content: bytes = attrs.field(repr=False)
    size: int


def _content(text: str, name: str) -> bytes:
    if not _BASE64.fullmatch(text) or len(text) % 4:
        raise Rejection(300, f"Attachment '{name}': 'Content' is not valid base64.")
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        raise Rejection(300, f"Attachment '{name}': 'Content' is not valid base64.") from None


def _content_id(item: dict[str, object], name: str) -> str | None:
    text = text_of(item, "ContentID")
    if not text:
        return None
    bare = text.removeprefix("cid:").removeprefix("<").removesuffix(">")
    if not _CONTENT_ID.fullmatch(bare):
        raise Rejection(300, f"Attachment '{name}': 'ContentID' must be ASCII without spaces.")
    return bare


def _read(item: dict[str, object]) -> File:
    name = required_text(item, "Name", "Attachment")
    extension = name.strip().rpartition(".")[2].lower()
    if "." in name and extension in FORBIDDEN_EXTENSIONS:
        raise Rejection(411, f"Attachment '{name}': files of type '.{extension}' are not allowed.")
    content = text_of(item, "Content")
    if content is None:
        raise Rejection(300, f"Attachment '{name}': 'Content' is missing.")
    content_type = required_text(item, "ContentType", "Attachment")
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise Rejection(300, f"Attachment '{name}': '{content_type}' is no content type.")
    return File(name, content_type, _content_id(item, name), _content(content, name), len(content))


def read_attachments(mail: dict[str, object]) -> tuple[File, ...]:
    """
    Return the files of a mail.

    Raises:
        Rejection: 300 for a file that lacks something, 411 for a forbidden type, 403 for another JSON type.
    """
    return tuple(_read(entry(item, "Attachments")) for item in array(mail, "Attachments"))
