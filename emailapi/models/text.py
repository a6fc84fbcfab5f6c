"""What text may stand in a header, and what text can be encoded at all."""

from __future__ import annotations

import re

from ..errors import InvalidEmail

# A CR or LF would start a header of the sender's own making, NUL ends the line for some servers, and a lone
# surrogate cannot be encoded. Every other character is legal text and is encoded by the way out.
_BREAKS_HEADER = re.compile("[\r\n\0\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What stands before the host may be a login.
_LOGIN = re.compile("//[^/@]*@")
_NAMES = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}


def header_text(value: object, field: str) -> str:
    """
    Return `value`, which becomes a header or a part of one.

    Raises:
        InvalidEmail: It is no text, or has a CR, LF, NUL or lone surrogate in it.
    """
    if not isinstance(value, str):
        raise InvalidEmail(f"{field} must be text, not {type(value).__name__}", field=field)
    found = _BREAKS_HEADER.search(value)
    if found:
        what = _NAMES.get(found[0], "a lone surrogate")
        raise InvalidEmail(f"{field} must not contain {what} (at character {found.start()})", field=field)
    return value


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
    if not isinstance(value, str):
        raise InvalidEmail(f"{field} must be text, not {type(value).__name__}", field=field)
    if not value.isascii():
        found = _SURROGATE.search(value)
        if found:
            raise InvalidEmail(f"{field} must not contain a lone surrogate (at character {found.start()})", field=field)
    return value
