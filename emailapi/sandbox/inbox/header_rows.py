"""The headers of a message, decoded, with a word on those that are about unsubscribing."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from ...errors import InvalidEmail
from ...models.encoded_words import decode_words
from ..smtp.mime import HEADER_BYTES

_END = re.compile(rb"\r?\n\r?\n|\Z")
_FOLD = re.compile(r"\r?\n[ \t]+")


@attrs.frozen
class HeaderRow:
    """
    A header.

    Attributes:
        name: Its name.
        value: Its value as it is read.
        raw: Its value as it stands there; empty where that is the same.
        judged: A sentence about it; empty for most.
    """

    name: str
    value: str
    raw: str = ""
    judged: str = ""


def header_rows(raw: bytes) -> list[HeaderRow]:
    """Return the headers of a message, in their order."""
    end = _END.search(raw, 0, HEADER_BYTES)
    text = raw[: HEADER_BYTES if end is None else end.start()].decode("utf-8", "replace")
    fields = [field.partition(":") for field in re.split(r"\r?\n(?![ \t])", text)]
    pairs = [(name.strip(), _FOLD.sub(" ", value).strip()) for name, colon, value in fields if colon]
    known = {name.lower(): value for name, value in pairs}
    return [_row(name, value, known) for name, value in pairs]


def _row(name: str, value: str, known: Mapping[str, str]) -> HeaderRow:
    try:
        decoded = decode_words(value, name, "headers")
    except InvalidEmail:
        return HeaderRow(name, value, judged="An encoded word in it cannot be decoded.")
    judged = judge_unsubscribe(known) if name.lower() == "list-unsubscribe" else ""
    return HeaderRow(name, decoded, value if decoded != value else "", judged)


def judge_unsubscribe(headers: Mapping[str, str]) -> str:
    """Return what programs make of `List-Unsubscribe`, in a sentence."""
    value = headers.get("list-unsubscribe", "").lower()
    if "<http" not in value and "<mailto:" not in value:
        return "No program understands it: addresses stand in <>."
    if "<http" not in value:
        return "Only by an email: Gmail and Yahoo ask for one click (RFC 8058)."
    if "one-click" not in headers.get("list-unsubscribe-post", "").lower():
        return "List-Unsubscribe-Post is missing: Gmail and Yahoo ask for one click (RFC 8058)."
    return "One click unsubscribes (RFC 8058)."
