"""Headers of a request, in whatever shape a framework has them."""

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
    """Return the first value of a header, without spaces around it, or None when it is empty or not there."""
    return next((value.strip() for value in header_values(headers, name) if value.strip()), None)


def _text(value: object) -> str:
    # Bytes are ASGI's, and this is how WSGI decodes them.
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def content_length(headers: object) -> int:
    """Return the length of the body that a request announces, 0 when it announces none."""
    digits = header_text(headers, "Content-Length") or ""
    if not (digits.isascii() and digits.isdigit()):
        return 0
    # Python refuses to convert thousands of digits.
    return int(digits[:20])
