"""Files that are sent with an email."""

from __future__ import annotations

import base64
import binascii
import errno
import os
import re
import stat
from typing import Annotated, Protocol

import attrs

from .._records import Part
from ..errors import InvalidEmail, unreadable_file
from ..wire import Base64, Wire
from .text import convert_display_text, convert_header_text, convert_text

# Control characters, and characters that reverse the direction of text, so that `.exe` is displayed as `.jpg`.
_MISLEADING = "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
# More than any mail server accepts; reading such a file could exhaust the memory.
_FILE_LIMIT = 1_000_000_000
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.*)?")


def _name(value: str) -> str:
    """Return the last part of a path: some email programs would write the file to the path that the sender chose."""
    text = convert_display_text(value, "name")
    found = None if text.isprintable() else re.search(_MISLEADING, text)
    if found:
        what = "a control character" if found[0] < "\xa0" else "a character that overrides the direction of text"
        raise InvalidEmail(
            f"name must not contain {what} (U+{ord(found[0]):04X}, at character {found.start()})", field="name"
        )
    last = text[max(text.rfind("/"), text.rfind("\\")) + 1 :]
    if not last.strip(" ."):
        raise InvalidEmail(f"name must be a file name, got {text!r:.80}", field="name")
    return last


class BinaryFile(Protocol):
    """A file that is open for reading in binary mode."""

    def read(self) -> bytes:
        """Return the rest of the file."""


def _content(value: bytes | BinaryFile) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)) and hasattr(value, "read"):
        value = _read(value)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if not isinstance(value, bytes):
        raise InvalidEmail(
            f"content must be bytes, got {type(value).__name__}: encode text, or use Attachment.from_base64",
            field="content",
        )
    return value


def _read(file: BinaryFile) -> bytes:
    try:
        content: object = file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise unreadable_file(f"content cannot be read: {reason}", error) from None
    if isinstance(content, str):
        raise InvalidEmail("content must be a file opened in binary mode, as by open(path, 'rb')", field="content")
    return content  # type: ignore[return-value] # checked as if it had been given


def _check_file(path: str | bytes) -> None:
    """Check that a path is not a pipe or device, whose reading might never end, and not larger than any email."""
    found = os.stat(path)
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        what = "it is not a regular file: read it yourself, and pass Attachment(name=..., content=...)"
        raise OSError(errno.EINVAL, what, path)
    if found.st_size > _FILE_LIMIT:
        what = f"it has {found.st_size:,} bytes, and an attachment at most {_FILE_LIMIT:,}"
        raise OSError(errno.EFBIG, what, path)


def _content_type(value: str | None) -> str:
    if value is None:
        return ""
    text = convert_header_text(value, "content_type")
    if not _CONTENT_TYPE.fullmatch(text):
        raise InvalidEmail(
            f"content_type must be a MIME type such as application/pdf, got {text!r}", field="content_type"
        )
    return text


def _content_id(value: str | None) -> str | None:
    """Return the bare id of `logo`, `cid:logo` (as in HTML) and `<logo>` (as in a header)."""
    if value is None or value == "":
        return None
    text = convert_header_text(value, "content_id")
    bare = _bare(_bare(text))
    if not bare or not bare.isascii() or any(character <= " " or character in "<>\x7f" for character in bare):
        raise InvalidEmail(f"content_id must be ASCII without spaces, got {text!r}", field="content_id")
    return bare


def _bare(content_id: str) -> str:
    if content_id[:1] == "<" and content_id[-1:] == ">":
        return content_id[1:-1]
    return content_id[4:] if content_id[:4].lower() == "cid:" else content_id


def _write_content_id(value: str) -> str:
    return f"cid:{value}"


@attrs.frozen(kw_only=True)
class Attachment(Part):
    """
    A file that is sent with an email, as an attachment or as an inline image.

    The service limits an email to 10 MB with all files in base64 (about 7.5 MB of files), and rejects file types that
    Windows would run, such as `.exe` (contract section 3).

    Attributes:
        name: File name shown to the recipient, as plain text. Of a path, only the last part is kept. Required.
        content: The raw bytes, or a file that is open in binary mode, whose rest is read at once and which stays open.
            Each transport encodes the bytes itself: do not encode them to base64 first, or use `from_base64`. Required.
        content_type: MIME type such as `application/pdf`. If it is not given, it is guessed from the extension of the
            name; unknown extensions become `application/octet-stream`.
        content_id: Makes the file an inline part, which the HTML body refers to by `<img src="cid:...">`. ASCII without
            spaces; `cid:` and `<>` around the id are removed.
    """

    name: str = attrs.field(converter=_name)
    content: Annotated[bytes, Wire(write=Base64)] = attrs.field(
        converter=_content, repr=lambda content: f"<{len(content)} bytes>"
    )
    content_type: str = attrs.field(default=None, converter=_content_type)
    content_id: Annotated[str | None, Wire("ContentID", write=_write_content_id)] = attrs.field(
        default=None, converter=_content_id
    )

    def __attrs_post_init__(self) -> None:
        """Guess the content type from the name: the service rejects attachments without one."""
        if not self.content_type:
            # The table is loaded with the first attachment: most programs send none.
            from .content_types import guess_type

            object.__setattr__(self, "content_type", guess_type(self.name))

    @classmethod
    def from_path(
        cls, path: str | os.PathLike[str], content_id: str | None = None, *, content_type: str | None = None
    ) -> Attachment:
        """
        Read a file from disk; the last part of the path becomes the name of the attachment.

        Args:
            path: Path of the file.
            content_id: Makes the file an inline part, see `Attachment.content_id`.
            content_type: MIME type; if it is not given, it is guessed from the extension.

        Returns:
            The attachment, with the whole content in memory.

        Raises:
            InvalidEmail: The file cannot be read, is a pipe or a device, or is larger than 1 GB. The error is also the
                `OSError` that caused it, such as a `FileNotFoundError`.
        """
        try:
            where = os.fspath(path)
            _check_file(where)
            with open(where, "rb") as file:
                content = file.read()
        except (OSError, ValueError, TypeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise unreadable_file(f"attachment {path!r} cannot be read: {reason}", error) from None
        return cls(name=os.path.basename(where), content=content, content_id=content_id, content_type=content_type)

    @classmethod
    def from_base64(
        cls, name: str, text: str, *, content_type: str | None = None, content_id: str | None = None
    ) -> Attachment:
        """
        Create an attachment from content that is base64 already.

        Args:
            name: File name shown to the recipient.
            text: The content in base64; white space and line breaks in it are ignored.
            content_type: MIME type; if it is not given, it is guessed from the extension.
            content_id: Makes the file an inline part, see `Attachment.content_id`.

        Returns:
            The attachment, with the decoded content.

        Raises:
            InvalidEmail: The text is not valid base64.
        """
        if not isinstance(text, str):
            raise InvalidEmail(f"attachment {name!r}: base64 must be text, got {type(text).__name__}", field="content")
        try:
            content = base64.b64decode("".join(convert_text(text, "content").split()), validate=True)
        except (binascii.Error, ValueError):
            raise InvalidEmail(f"attachment {name!r}: content is not valid base64", field="content") from None
        return cls(name=name, content=content, content_type=content_type, content_id=content_id)
