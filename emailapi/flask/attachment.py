"""Attachments with Flask-Mail's arguments."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterable, Mapping
from mimetypes import guess_extension, guess_type

from .._hints import guard_repr
from ..errors import InvalidEmail
from ..models.attachment import Attachment as EmailAttachment
from ..models.text import convert_body, convert_header_text
from .sanitizing import force_text

_SPACES = re.compile(r"\s+")
_HEADER_NAME = re.compile("[!-9;-~]+")
# Headers that follow from the other arguments.
_STRUCTURAL = ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")


def _headers(given: Mapping[str, str] | Iterable[tuple[str, str]] | None) -> dict[str, str]:
    try:
        return dict(given or {})
    except (TypeError, ValueError):
        pass
    raise InvalidEmail(f"headers must be a mapping, got {type(given).__name__}", field="attachments")


def _check_header(where: str, name: object, value: object) -> None:
    text = force_text(name)
    if not _HEADER_NAME.fullmatch(text) or text.lower() in _STRUCTURAL:
        why = "follows from the other arguments" if _HEADER_NAME.fullmatch(text) else "is not a valid name"
        raise InvalidEmail(f"{where}: headers: {text!r:.60} {why}", field="attachments")
    try:
        convert_header_text(force_text(value), text)
        return
    except InvalidEmail as error:
        problem = error.message
    raise InvalidEmail(f"{where}: headers: {problem}", field="attachments")


@guard_repr
class Attachment:
    """
    A file of a message.

    Args:
        filename: The name that the recipient sees.
        content_type: The MIME type; guessed from the name when None.
        data: The content; a string is encoded as UTF-8.
        disposition: `"attachment"`, or `"inline"` for a file that the HTML body shows.
        headers: Additional headers of the part. Except for `Content-ID`, only SMTP supports them.
        content_id: Makes the file an inline part that the HTML body shows as `<img src="cid:...">`.

    Raises:
        ValueError: `data` is missing.
        InvalidEmail: `headers` is neither a mapping nor pairs.

    Attributes:
        filename: As given.
        content_type: As given, or guessed.
        data: As given.
        disposition: As given; `"inline"` with a `content_id`, else `"attachment"` when not given.
        headers: As given, as a dict.
        content_id: As given, or the `Content-ID` of `headers`.
    """

    def __init__(
        self,
        filename: str | None = None,
        content_type: str | None = None,
        data: str | bytes | None = None,
        disposition: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        *,
        content_id: str | None = None,
    ) -> None:
        """Guess the type if it is not given."""
        if data is None:
            raise ValueError("The 'data' argument is required.")
        if content_type is None and filename is not None:
            content_type = guess_type(filename)[0]
        self.filename = filename
        self.content_type: str = content_type or ("text/plain" if isinstance(data, str) else "application/octet-stream")
        self.data = data
        # Flask-Mail 0.9 and older took pairs.
        self.headers = _headers(headers)
        self.content_id = content_id or next(
            (value for name, value in self.headers.items() if str(name).lower() == "content-id"), None
        )
        self.disposition: str = disposition or ("inline" if content_id else "attachment")

    def __repr__(self) -> str:
        """Show the name and type of the file, not its content."""
        return f"Attachment({self.filename!r}, {self.content_type!r}, <{len(self.data)} long>)"

    @property
    def other_headers(self) -> dict[str, str]:
        """The headers that only SMTP supports, which are all but `Content-ID`."""
        return {name: value for name, value in self.headers.items() if str(name).lower() != "content-id"}

    def independent_copy(self) -> Attachment:
        """Return a copy that does not change with this attachment."""
        made = copy.copy(self)
        made.headers = dict(self.headers)
        if isinstance(self.data, (bytearray, memoryview)):
            made.data = bytes(self.data)
        return made

    def with_ascii_name(self) -> Attachment:
        """Return a copy whose file name is ASCII, without accents, for `MAIL_ASCII_ATTACHMENTS`."""
        made = copy.copy(self)
        if made.filename is not None:
            name = unicodedata.normalize("NFKD", force_text(made.filename)).encode("ascii", "ignore").decode("ascii")
            made.filename = _SPACES.sub(" ", name).strip()
        return made

    def to_email_attachment(self, place: int = 0, *, lenient: bool = False) -> EmailAttachment:
        """
        Convert to an attachment of an `emailapi.Email`.

        Args:
            place: The index of the attachment, for the default file name and error messages.
            lenient: Omit headers that only SMTP supports, instead of raising.

        Raises:
            InvalidEmail: A value is not valid, or only SMTP supports it; `field` is "attachments".
        """
        where = f"attachments[{place}]"
        for name, value in self.other_headers.items():
            _check_header(where, name, value)
        if not lenient and self.other_headers:
            names = ", ".join(sorted(self.other_headers))
            raise InvalidEmail(
                f"{where}: headers of an attachment are supported by SMTP only, got {names}: remove them",
                field="attachments",
            )
        if not lenient and self.disposition != "attachment" and not self.content_id:
            why = f"{where}: disposition {self.disposition!r} requires content_id, unless the email is sent by SMTP"
            raise InvalidEmail(why, field="attachments")
        content_type = force_text(self.content_type)
        if isinstance(self.data, str) and content_type.startswith("text/") and "charset" not in content_type:
            content_type += "; charset=utf-8"
        name = f"attachment-{place + 1}{guess_extension(content_type.partition(';')[0]) or '.bin'}"
        try:
            return EmailAttachment(
                name=name if self.filename is None else force_text(self.filename),
                content=(convert_body(self.data, "data") or "").encode() if isinstance(self.data, str) else self.data,
                content_type=content_type,
                content_id=self.content_id,
            )
        except InvalidEmail as error:
            problem = error.message
        raise InvalidEmail(f"{where}: {problem}", field="attachments")
