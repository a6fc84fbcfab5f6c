"""What text may stand in a header, and what text can be encoded at all."""

from __future__ import annotations

import re

from ..errors import InvalidEmail
from ..wire import check_surrogates, is_lazy_text

# A CR or LF would start a header of the sender's own making, NUL ends the line for some servers, and a lone
# surrogate cannot be encoded. Every other character is legal text and is encoded by the way out.
_BREAKS_HEADER = re.compile("[\r\n\0\ud800-\udfff]")
# What stands before the host may be a login.
_LOGIN = re.compile("//[^/@]*@")
_NAMES = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}


def plain_text(value: object, field: str) -> str:
    """
    Return a text as a plain `str`, of whatever subclass it is: `SafeString`, `Markup`, a member of an enumeration.

    Raises:
        InvalidEmail: The value is no text.
    """
    if isinstance(value, str):
        return str.__str__(value)
    raise InvalidEmail(f"{field} must be text, not {type(value).__name__}{remedy(value)}", field=field)


def remedy(value: object) -> str:
    """Return what to do with a value that should have been text, as the end of a sentence; `""` for plain types."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return ": decode it first"
    if type(value).__module__ != "builtins" or is_lazy_text(value):
        return ": convert it with str(...)"
    return ""


def header_text(value: object, field: str) -> str:
    """
    Return `value`, which becomes a header or a part of one.

    Raises:
        InvalidEmail: It is no text, or has a CR, LF, NUL or lone surrogate in it.
    """
    text = value if type(value) is str else plain_text(value, field)
    # Most texts are printable: to ask for that is faster than to search.
    found = None if text.isprintable() else _BREAKS_HEADER.search(text)
    if found:
        what = _NAMES.get(found[0], "a lone surrogate")
        raise InvalidEmail(f"{field} must not contain {what} (at character {found.start()})", field=field)
    return text


def shown_text(value: object, field: str) -> str:
    """
    Return `value`, which becomes the text of a header that readers are shown: a subject, a name.

    Raises:
        InvalidEmail: It cannot stand in a header, or was encoded for one already: encoded again, readers would be shown
            the code.
    """
    if type(value) is str and "=?" not in value and value.isprintable():
        return value
    # Before all else: what `email.header` encodes it also folds.
    if isinstance(value, str) and "=?" in value:
        from .encoded_words import is_encoded

        if is_encoded(value):
            raise InvalidEmail(
                f"{field} is encoded already: pass the plain text, as str(make_header(decode_header(...))) of "
                "email.header returns it",
                field=field,
            )
    return header_text(value, field)


def url_repr(value: object) -> str:
    """Return the repr of a URL without the login that it may carry."""
    return _LOGIN.sub("//***@", repr(value))


def body_text(value: object, field: str) -> str | None:
    """
    Return `value`, which becomes a body.

    Raises:
        InvalidEmail: It is no text, or has a lone surrogate, which no encoding carries.
    """
    if value is None:
        return None
    text = value if type(value) is str else plain_text(value, field)
    if not text.isascii():
        try:
            check_surrogates(text)
        except ValueError as error:
            raise InvalidEmail(f"{field} {error}", field=field) from None
    return text
