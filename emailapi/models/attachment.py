"""Files that travel with a mail."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import os
import re
from typing import Annotated

import attrs

from ..errors import InvalidEmail
from ..wire import Wire
from .text import header_text

_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.*)?")


def _name(value: str) -> str:
    if not header_text(value, "name").strip():
        raise InvalidEmail("an attachment needs a name", field="name")
    return value


def _content(value: bytes) -> bytes:
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if not isinstance(value, bytes):
        raise InvalidEmail(
            f"content must be bytes, not {type(value).__name__} (base64 text: Attachment.from_base64)", field="content"
        )
    return value


def _content_type(value: str | None) -> str:
    if value is None:
        return ""
    if not _CONTENT_TYPE.fullmatch(header_text(value, "content_type")):
        raise InvalidEmail(f"content_type {value!r} is no MIME type", field="content_type")
    return value


def _content_id(value: str | None) -> str | None:
    """Keep the bare id of `logo`, of `cid:logo` (a page's spelling) and of `<logo>` (a header's)."""
    if value is None or value == "":
        return None
    bare = header_text(value, "content_id").removeprefix("cid:").removeprefix("<").removesuffix(">")
    if not bare or not bare.isascii() or any(character <= " " or character in "<>\x7f" for character in bare):
        raise InvalidEmail(f"content_id {value!r} must be ASCII without spaces", field="content_id")
    return bare


def _write_content_id(value: str) -> str:
    return f"cid:{value}"


@attrs.frozen(kw_only=True)
class Attachment:
    """
    One file in a mail.

    Attributes:
        name: File name, as the recipient sees it.
        content: The raw bytes; each way out encodes them.
        content_type: MIME type; guessed from the name when not given.
        content_id: Makes it an inline part that HTML shows as `<img src="cid:...">`.
    """

    name: str = attrs.field(converter=_name)
    content: bytes = attrs.field(converter=_content, repr=lambda content: f"<{len(content)} bytes>")
    content_type: str = attrs.field(default=None, converter=_content_type)
    content_id: Annotated[str | None, Wire("ContentID", write=_write_content_id)] = attrs.field(
        default=None, converter=_content_id
    )

    def __attrs_post_init__(self) -> None:
        """Guess the type from the name: the service takes no attachment without one."""
        if not self.content_type:
            guessed, encoding = mimetypes.guess_type(self.name)
            kind = guessed if guessed and not encoding else "application/octet-stream"
            object.__setattr__(self, "content_type", kind)

    @classmethod
    def from_path(
        cls, path: str | os.PathLike[str], content_id: str | None = None, *, content_type: str | None = None
    ) -> Attachment:
        """
        Read a file; its last path part is the attachment's name.

        Raises:
            InvalidEmail: The file cannot be read.
        """
        try:
            where = os.fspath(path)
            with open(where, "rb") as file:
                content = file.read()
        except (OSError, ValueError, TypeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InvalidEmail(f"attachment {path!r} cannot be read: {reason}", field="attachments") from None
        return cls(name=os.path.basename(where), content=content, content_id=content_id, content_type=content_type)

    @classmethod
    def from_base64(
        cls, name: str, text: str, *, content_type: str | None = None, content_id: str | None = None
    ) -> Attachment:
        """
        Take content that is base64 already; white space in it is passed over.

        Raises:
            InvalidEmail: The text is no base64.
        """
        if not isinstance(text, str):
            raise InvalidEmail(f"attachment {name!r}: base64 must be text, not {type(text).__name__}", field="content")
        try:
            content = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise InvalidEmail(f"attachment {name!r}: content is no valid base64", field="content") from None
        return cls(name=name, content=content, content_type=content_type, content_id=content_id)
