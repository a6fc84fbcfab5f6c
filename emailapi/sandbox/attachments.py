"""Attachments of an email, as the service accepts them."""

from __future__ import annotations

import binascii
import re
from typing import Any

import attrs

from .fields import Field, Table, line, rows, text
from .rejection import Rejection

FORBIDDEN_EXTENSIONS = frozenset(
    "vbs exe bin bat chm com cpl crt hlp hta inf ins isp jse lnk mdb pcd pif reg scr sct shs vbe vba wsf wsh wsl msc "
    "msi msp mst".split()
)

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_TOKEN = r"[A-Za-z0-9!#$&^_.+\-]+"
_CONTENT_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}\s*(?:;[\x20-\x7e\t]*)?")
_CONTENT_ID = re.compile(r"(?:cid:)?<?[!-~]+>?")


@attrs.frozen
class File:
    """
    One attachment.

    Attributes:
        name: The file name.
        content_type: The MIME type, with parameters as sent.
        content_id: The id in `cid:` links, without brackets; None for a file that is not inline.
        content: The bytes.
        size: The length of the base64 text, which the limits count.
    """

    name: str
    content_type: str
    content_id: str | None
    content: bytes = attrs.field(repr=False)
    size: int


FILE = Table(
    Field("Name", "name", line, required=300),
    Field("Content", "content", text, clears=True),
    Field(
        "ContentType",
        "content_type",
        line,
        required=300,
        pattern=_CONTENT_TYPE,
        text="'{value}' is not a valid content type.",
    ),
    Field("ContentID", "content_id", line, pattern=_CONTENT_ID, text="'ContentID' must be ASCII without spaces."),
    within="Attachments[].",
)


def _decode(content: str, name: str) -> bytes:
    if not _BASE64.fullmatch(content):
        # RFC 2045 allows line breaks.
        content = content.replace("\r", "").replace("\n", "")
    try:
        if _BASE64.fullmatch(content) and len(content) % 4 == 0:
            return binascii.a2b_base64(content)
    except binascii.Error:
        pass
    raise Rejection(300, f"Attachment '{name}': 'Content' is not valid base64.")


def _file(row: dict[str, Any]) -> File:
    name, content = row["name"], row.get("content")
    extension = name.strip().rpartition(".")[2].lower()
    if "." in name and extension in FORBIDDEN_EXTENSIONS:
        raise Rejection(411, f"Attachment '{name}': files of type '.{extension}' are not allowed.")
    if content is None:
        raise Rejection(300, f"Attachment '{name}': 'Content' is missing.")
    content_id = row.get("content_id", "").removeprefix("cid:").removeprefix("<").removesuffix(">")
    return File(name, row["content_type"], content_id or None, _decode(content, name), len(content))


def attachments(value: object, field: Field) -> tuple[File, ...]:
    """
    Read the files of an email.

    Raises:
        Rejection: 300 for a file without a required field, 411 for a forbidden type, 403 for another JSON type.
    """
    return tuple(map(_file, rows(value, field)))
