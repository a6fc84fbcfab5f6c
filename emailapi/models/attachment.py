"""Files that travel with a mail."""

from __future__ import annotations

import base64
import binascii
import os
import re
from typing import Annotated

import attrs

from ..errors import InvalidEmail
from ..wire import Wire
from .text import header_text, plain_text, shown_text

# Control characters, and those that override the direction of what follows, so that `.exe` is shown as `.jpg`.
_MISLEADS = "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.*)?")


def _name(value: str) -> str:
    """Keep the last part of a path: some mail programs would write to where the others lead."""
    text = shown_text(value, "name")
    found = None if text.isprintable() else re.search(_MISLEADS, text)
    if found:
        what = "a control character" if found[0] < "\xa0" else "a character that overrides the direction of text"
        raise InvalidEmail(
            f"name must not contain {what} (U+{ord(found[0]):04X}, at character {found.start()})", field="name"
        )
    last = text[max(text.rfind("/"), text.rfind("\\")) + 1 :]
    if not last.strip(" ."):
        raise InvalidEmail(f"name must be a file's name, got {text!r:.80}", field="name")
    return last


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
    text = header_text(value, "content_type")
    if not _CONTENT_TYPE.fullmatch(text):
        raise InvalidEmail(f"content_type {text!r} is no MIME type", field="content_type")
    return text


def _content_id(value: str | None) -> str | None:
    """Keep the bare id of `logo`, of `cid:logo` (a page's spelling) and of `<logo>` (a header's)."""
    if value is None or value == "":
        return None
    text = header_text(value, "content_id")
    bare = _bare(_bare(text))
    if not bare or not bare.isascii() or any(character <= " " or character in "<>\x7f" for character in bare):
        raise InvalidEmail(f"content_id {text!r} must be ASCII without spaces", field="content_id")
    return bare


def _bare(content_id: str) -> str:
    if content_id[:1] == "<" and content_id[-1:] == ">":
        return content_id[1:-1]
    return content_id[4:] if content_id[:4].lower() == "cid:" else content_id


def _write_content(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _write_content_id(value: str) -> str:
    return f"cid:{value}"


@attrs.frozen(kw_only=True)
class Attachment:
    """
    One file in a mail.

    Attributes:
        name: File name, as the recipient sees it, in plain text; of a path the last part is kept.
        content: The raw bytes; each way out encodes them.
        content_type: MIME type; when not given, by the name's extension, and `application/octet-stream` for one that
            is not known.
        content_id: Makes it an inline part that HTML shows as `<img src="cid:...">`; `cid:` and `<>` around it are
            taken away.
    """

    name: str = attrs.field(converter=_name)
    content: Annotated[bytes, Wire(write=_write_content)] = attrs.field(
        converter=_content, repr=lambda content: f"<{len(content)} bytes>"
    )
    content_type: str = attrs.field(default=None, converter=_content_type)
    content_id: Annotated[str | None, Wire("ContentID", write=_write_content_id)] = attrs.field(
        default=None, converter=_content_id
    )

    def __attrs_post_init__(self) -> None:
        """Guess the type from the name: the service takes no attachment without one."""
        if not self.content_type:
            # The table is loaded with the first attachment: most programs have none.
            from .content_types import type_of

            object.__setattr__(self, "content_type", type_of(self.name))

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
            content = base64.b64decode("".join(plain_text(text, "content").split()), validate=True)
        except (binascii.Error, ValueError):
            raise InvalidEmail(f"attachment {name!r}: content is no valid base64", field="content") from None
        return cls(name=name, content=content, content_type=content_type, content_id=content_id)
