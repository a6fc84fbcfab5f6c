"""
Fields of a JSON body: present, of the right type, and text that can be stored and sent.

Null counts as absent, as clients that write out their whole objects rely on.
"""

from __future__ import annotations

import re

from .rejection import Rejection

# What would start a header of the sender's own making, or end a line for some servers.
_BREAKS_HEADER = re.compile("[\r\n\0]")
_JSON_NAMES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


def wrong_type(name: str, expected: str, value: object) -> Rejection:
    """Return the rejection of a value of another JSON type."""
    return Rejection(403, f"'{name}' must be {expected}, not {_JSON_NAMES.get(type(value), 'null')}.")


def encodable(text: str, name: str, code: int = 300) -> str:
    """
    Return `text`, which UTF-8 can carry.

    Raises:
        Rejection: `code`: JSON can spell half a character (`"\\ud800"`), which no mail and no database can hold.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Rejection(code, f"'{name}' has half a character in it (a lone surrogate).") from None
    return text


def body_of(item: dict[str, object], name: str, code: int = 300) -> str | None:
    """Return a text that may hold any character."""
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type(name, "a string", value)
    return encodable(value, name, code)


def text_of(item: dict[str, object], name: str, code: int = 300) -> str | None:
    """
    Return a text that becomes a header, or a part of one.

    Raises:
        Rejection: 403 for another type, `code` for characters that break a header.
    """
    text = body_of(item, name, code)
    if text is not None and _BREAKS_HEADER.search(text):
        raise Rejection(code, f"'{name}' must not hold line breaks or NUL characters.")
    return text


def required_text(item: dict[str, object], name: str, what: str) -> str:
    """Return a text that an entry of a list cannot do without."""
    text = text_of(item, name)
    if not text or not text.strip():
        raise Rejection(300, f"{what} without '{name}'.")
    return text


def flag_of(item: dict[str, object], name: str) -> bool | None:
    """Return true, false, or None when absent."""
    value = item.get(name)
    if value is not None and not isinstance(value, bool):
        raise wrong_type(name, "a boolean", value)
    return value


def array(item: dict[str, object], name: str) -> list[object]:
    """Return a list, empty when absent."""
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong_type(name, "an array", value)
    return value


def entry(value: object, name: str) -> dict[str, object]:
    """Return an entry of the list `name`, which must be an object."""
    if not isinstance(value, dict):
        raise wrong_type(f"{name}[]", "an object", value)
    return value


def object_of(body: object, what: str, code: int) -> dict[str, object]:
    """
    Return a whole body, which must be an object that says something.

    Raises:
        Rejection: `code`, naming what it should tell of, for null and an empty object; 403 for another type.
    """
    if body is None or body == {}:
        raise Rejection(code, f"The body says nothing of {what}.")
    if not isinstance(body, dict):
        raise wrong_type("body", "an object", body)
    return body
