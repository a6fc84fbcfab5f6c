"""Validation of texts for headers and bodies."""

from __future__ import annotations

import re

from ..errors import InvalidEmail
from ..wire import check_surrogates, is_lazy_text

# The limits of the service, in characters.
METADATA_NAME_LIMIT = 20
METADATA_VALUE_LIMIT = 80

# A CR or LF would start another header (header injection), NUL ends the line for some servers, and a lone
# surrogate cannot be encoded. Every other character is valid text and is encoded by the transport.
_BREAKS_HEADER = re.compile("[\r\n\0]")
# A user name and password in a URL.
_LOGIN = re.compile("//[^/@]*@")
_NAMES = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}


def convert_text(value: object, field: str) -> str:
    """
    Convert a text to a plain `str`: a `SafeString`, a `Markup`, a member of an enumeration.

    Raises:
        InvalidEmail: The value is not a text.
    """
    if isinstance(value, str):
        return str.__str__(value)
    raise InvalidEmail(f"{field} must be text, got {type(value).__name__}{conversion_hint(value)}", field=field)


def conversion_hint(value: object) -> str:
    """Return what to do with a value that should have been text, as the end of a sentence; `""` for built-in types."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return ": decode it first"
    if type(value).__module__ != "builtins" or is_lazy_text(value):
        return ": convert it with str(...)"
    return ""


def convert_header_text(value: object, field: str) -> str:
    """
    Convert a text for a header.

    Raises:
        InvalidEmail: The value is not a text, or contains a CR, LF, NUL or lone surrogate.
    """
    text = value if type(value) is str else convert_text(value, field)
    # Most texts are printable, and `isprintable` is faster than a search.
    if not text.isprintable():
        _check_header_text(text, field)
    return text


def _check_header_text(text: str, field: str) -> None:
    found = _BREAKS_HEADER.search(text)
    if found:
        raise InvalidEmail(f"{field} must not contain {_NAMES[found[0]]} (at character {found.start()})", field=field)
    try:
        check_surrogates(text)
    except ValueError as error:
        raise InvalidEmail(f"{field} {error}", field=field) from None


def convert_display_text(value: object, field: str) -> str:
    """
    Convert a text that readers see in a header, such as a subject or a name.

    Raises:
        InvalidEmail: The text cannot be part of a header, or is already encoded for one: encoded again, readers would
            see the encoding.
    """
    if type(value) is str and "=?" not in value and value.isprintable():
        return value
    # First of all, since `email.header` also folds what it encodes.
    if isinstance(value, str) and "=?" in value:
        from .encoded_words import is_encoded

        if is_encoded(value):
            raise InvalidEmail(
                f"{field} must not be encoded: pass the plain text, as str(make_header(decode_header(...))) of "
                "email.header returns it",
                field=field,
            )
    return convert_header_text(value, field)


def url_repr(value: object) -> str:
    """Return the repr of a URL without the user name and password that it may contain."""
    return _LOGIN.sub("//***@", repr(value))


def convert_body(value: object, field: str) -> str | None:
    """
    Convert a body.

    Raises:
        InvalidEmail: The value is not a text, or contains a lone surrogate, which cannot be encoded.
    """
    if value is None:
        return None
    text = value if type(value) is str else convert_text(value, field)
    if not text.isascii():
        try:
            check_surrogates(text)
        except ValueError as error:
            raise InvalidEmail(f"{field} {error}", field=field) from None
    return text
