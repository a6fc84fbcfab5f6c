"""The headers of a request, in the data types of various frameworks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def header_values(headers: object, name: str) -> list[str]:
    """
    Return all values of a header, by its name in any case of letters.

    Args:
        headers: A mapping of names to texts, bytes, or lists of either; or pairs of a name and a text or bytes.
        name: The name.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    if not isinstance(pairs, Iterable) or isinstance(pairs, (str, bytes)):
        return []
    wanted = name.lower()
    found: list[str] = []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or _text(pair[0]).lower() != wanted:
            continue
        values = pair[1] if isinstance(pair[1], (list, tuple)) else [pair[1]]
        found += [_text(value) for value in values if value is not None]
    return found


def header_text(headers: object, name: str) -> str | None:
    """Return the first value of a header, stripped, or None if it is empty or missing."""
    return next((value.strip() for value in header_values(headers, name) if value.strip()), None)


def _text(value: object) -> str:
    # ASGI gives bytes; WSGI decodes them as Latin-1.
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def content_length(headers: object) -> int:
    """Return the Content-Length of a request, or 0 if it is missing or not valid."""
    digits = header_text(headers, "Content-Length") or ""
    if not (digits.isascii() and digits.isdigit()):
        return 0
    # int() raises ValueError for thousands of digits.
    return int(digits[:20])
