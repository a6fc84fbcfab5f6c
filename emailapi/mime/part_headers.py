"""Headers and parameters of parts: each is preserved when a message is converted, or rejected by name."""

from __future__ import annotations

from collections.abc import Collection
from email.message import Message
from typing import NoReturn

from ..errors import InvalidEmail
from ..models.encoded_words import decode_bytes
from .header_values import SEND_AS_GIVEN, check_text, decoded, naming_charset, raw_text, values_of

_CARRIED = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "content-id"})
# The first has no meaning in a part; the second repeats the Content-ID.
_WITHOUT_MEANING = frozenset({"mime-version", "x-attachment-id"})


def check_headers(part: Message, *, top: bool) -> None:
    """
    Check the headers that describe a part; with `top`, it is the message itself, whose other headers are not checked.

    Raises:
        InvalidEmail: A header occurs twice, is not text, or cannot be expressed by an email; the error names it.
    """
    seen = set()
    for name, value in part.raw_items():
        kind = name.strip().lower()
        is_content = kind.startswith("content-")
        if value is None or kind in _WITHOUT_MEANING or (top and not is_content):
            continue
        if kind not in _CARRIED:
            where = "" if top else " of a part"
            raise InvalidEmail(
                f"{name}: an email cannot express this header{where}: remove it, or {SEND_AS_GIVEN}", field="message"
            )
        check_text(value, name, "message")
        if kind in seen:
            raise InvalidEmail(f"{name} occurs twice: delete one before you set another", field="message")
        seen.add(kind)


def check_body(part: Message) -> None:
    """
    Check that a converted body is shown as this part is.

    Raises:
        InvalidEmail: An email cannot express a parameter or the disposition; the error names it.
    """
    for name, value in parameters(part, "Content-Type"):
        plain = (name, value.lower()) in (("format", "fixed"), ("delsp", "no"))
        if not (name == "charset" or plain or (name == "name" and not value)):
            _reject("Content-Type", name, value, "write the text without it")
    _check_disposition(part, ("inline",), ())


def check_multipart(part: Message) -> None:
    """
    Check that nothing is lost when the parts of a multipart are put together anew.

    Raises:
        InvalidEmail: An email cannot express a parameter or the disposition; the error names it.
    """
    for name, value in parameters(part, "Content-Type"):
        # A charset has no meaning for a multipart (RFC 2046); the other parameters are written anew.
        if name not in ("boundary", "type", "start", "charset"):
            _reject("Content-Type", name, value, "remove it")
    _check_disposition(part, ("inline",), ())


def check_file(part: Message) -> None:
    """
    Check that an attachment can express this part's Content-Disposition.

    Raises:
        InvalidEmail: An email cannot express a parameter or the disposition; the error names it.
    """
    _check_disposition(part, ("inline", "attachment"), ("filename",))


def _check_disposition(part: Message, kinds: Collection[str], names: Collection[str]) -> None:
    kind = part.get_content_disposition()
    if kind is not None and kind not in kinds:
        raise InvalidEmail(
            f"Content-Disposition: an email cannot express {kind[:40]!r} here: use {' or '.join(kinds)}, or "
            f"{SEND_AS_GIVEN}",
            field="message",
        )
    for name, value in parameters(part, "Content-Disposition"):
        if name not in names and value:
            _reject("Content-Disposition", name, value, "remove it")


def _reject(header: str, name: str, value: str, remedy: str) -> NoReturn:
    raise InvalidEmail(
        f"{header}: an email cannot express the parameter {name[:40]}={value[:40]!r}: {remedy}, or {SEND_AS_GIVEN}",
        field="message",
    )


def parameters(part: Message, header: str) -> list[tuple[str, str]]:
    """
    Return a header's parameters, with names in lower case and decoded values (RFC 2231).

    Raises:
        InvalidEmail: A value is not valid in its charset, or has bytes that are not UTF-8.
    """
    values = values_of(part, header.lower())
    if not values:
        return []
    # The library replaces bytes that are not ASCII.
    probe = Message()
    probe[header] = raw_text(values[0], header)
    given = probe.get_params(header=header) or []
    return [(name.lower(), _value(name, value)) for name, value in given[1:] if name or value]


def _value(name: str, value: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(value, str):
        return value
    charset, _, text = value
    # The library has decoded %XX to characters with the same number.
    data = text.encode("raw-unicode-escape")
    with naming_charset():
        return decode_bytes(data, charset or "ascii", f"the parameter {name[:40]}", "attachments")


def file_name(part: Message) -> str:
    """Return a part's file name, with encoded words decoded; "" if it has none."""
    # `get_filename` removes outer spaces.
    for name, header in (("filename", "Content-Disposition"), ("name", "Content-Type")):
        found = dict(parameters(part, header)).get(name)
        if found:
            with naming_charset():
                return decoded(found, "a file name", "attachments")
    return ""


def transfer_encoding(part: Message) -> str:
    """Return the name of a part's transfer encoding in lower case, "" if it has none."""
    return next((str(value) for value in values_of(part, "content-transfer-encoding")), "").strip().lower()
