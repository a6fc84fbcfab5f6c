"""A ready message: its bytes, which are sent as given so that signatures stay valid, and its envelope."""

from __future__ import annotations

import re
from email.message import Message

from ..errors import InvalidEmail
from .encoding import long_line
from .header_values import addresses_of, by_library, values_of
from .nested import is_signed, short_lines
from .parsing import parse, raw_bytes, without_preface
from .serial import serialize
from .writing import distinct

_LINE_END = re.compile(b"\r\n?|\n")
_HEADER_END = re.compile(rb"\r\n\r\n|\n\n|\n\r\n|\r\n\n")
# A line end without white space after it: the end of a value.
_FIELD_END = re.compile(rb"(\r\n(?![ \t])|\n(?![ \t])|\r(?![\n \t]))")
# A header block in the usual form; any other is checked field by field.
_USUAL = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*(?:\r\n|\Z))+")
_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_SECRET = (b"bcc", b"resent-bcc")


def as_given(message: Message | str | bytes) -> bytes:
    """
    Return the bytes of a ready message as it is sent: unchanged, except for what servers reject or must not see.

    Lines end in CRLF. Bcc, Resent-Bcc, and a line of an mbox file (`From a@x Mon Jan ...`) or empty lines before the
    headers are removed. A message that has a line of more than 998 octets is encoded anew, unless it is signed.

    Text is encoded as UTF-8, including local parts that are not ASCII (see `needs_utf8`). A `Message` does not preserve
    all bytes that were parsed (such as a space after a colon): pass signed messages as bytes.

    Raises:
        InvalidEmail: The message is empty or not a message, has a NUL, a header that is not text or contains a line
            break, or a line of more than 998 octets that cannot be encoded, or must not be because the message is
            signed (the field is "message"); or a line that is not a header hides those after it ("headers").
    """
    data = serialize(message) if isinstance(message, Message) else without_preface(raw_bytes(message))
    if b"\0" in data:
        raise InvalidEmail("a message must not contain a NUL: encode the part in base64", field="message")
    content = _as_given(data)
    at = long_line(content)
    return content if at < 0 else _encoded_anew(content, at, message)


def _as_given(data: bytes) -> bytes:
    at = data.find(b"\r\n\r\n")
    if _USUAL.fullmatch(data, 0, max(at, 0)) and b"bcc" not in data[:at].lower():
        return data if _is_crlf(data) else data[: at + 4] + _LINE_END.sub(b"\r\n", data[at + 4 :])
    end = _HEADER_END.search(data)
    header, rest = (data[: end.start()], data[end.end() :]) if end else (data.rstrip(b"\r\n"), b"")
    return _header(header) + b"\r\n" + _LINE_END.sub(b"\r\n", rest)


def _encoded_anew(content: bytes, at: int, message: Message | str | bytes) -> bytes:
    """
    Return a message without lines over 998 octets, the first of which begins at `at`.

    Raises:
        InvalidEmail: The message cannot be encoded; the error has the number of the line in the given message.
    """
    given = content if isinstance(message, Message) else raw_bytes(message)
    place = max(given.find(content[at : at + 999].partition(b"\r\n")[0]), 0)
    problem = f"line {len(_LINE_END.findall(given, 0, place)) + 1} of the message has more than 998 octets"
    if is_signed(content):
        raise InvalidEmail(
            f"{problem}, and the message is signed: encoding it anew would break the signature. Encode its parts in "
            "quoted-printable or base64, and fold its headers, before you sign it",
            field="message",
        )
    try:
        encoded = short_lines(content)
        if long_line(encoded) < 0:
            return encoded
        reason = "text around its parts cannot be encoded"
    except InvalidEmail as error:
        reason = error.message.removeprefix("message: ")
    raise InvalidEmail(f"{problem}: {reason}. Break the line", field="message")


def _is_crlf(data: bytes) -> bool:
    return data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")


def _header(header: bytes) -> bytes:
    """Return the header block without the fields that reveal Bcc recipients."""
    pieces = _FIELD_END.split(header)
    ends = set(pieces[1::2])
    if b"\r" in ends:
        raise InvalidEmail("a header contains a carriage return: end lines with CRLF or LF", field="message")
    if len(ends) > 1:
        # Lines that end in CRLF, and one that does not: it came in with a value.
        raise InvalidEmail(
            "the headers have CRLF and LF line ends: use one of them, and check for a line break in a value",
            field="message",
        )
    kept = []
    for field in pieces[::2]:
        found = _NAME.match(field)
        if found is None:
            name = field.split(b":")[0][:40].decode("ascii", "replace")
            raise InvalidEmail(f"{name!r} is not a header: begin the message with `Name: value` lines", field="message")
        if b"\r" in field.replace(b"\r\n", b""):
            raise InvalidEmail(
                f"{found[1].decode()} contains a carriage return: end lines with CRLF or LF", field="message"
            )
        if found[1].lower() not in _SECRET:
            kept.append(_LINE_END.sub(b"\r\n", field) + b"\r\n")
    if not kept:
        raise InvalidEmail("a message needs headers, and an empty line after them", field="message")
    return b"".join(kept)


def envelope_of(message: Message | str | bytes) -> tuple[str | None, tuple[str, ...]]:
    """
    Return the envelope of a ready message: the mailbox of Sender or From, and those of To, Cc and Bcc, each once.

    For a message that was resent, the Resent headers count. The sender is None if no header names one.

    Raises:
        InvalidEmail: A header or a line cannot be read, or there are several blocks of Resent headers; the error names
            the header.
    """
    return by_library(lambda: _envelope(parse(message, headers_only=True)), "pass sender= and recipients=")


def _envelope(message: Message) -> tuple[str | None, tuple[str, ...]]:
    blocks = max(len(values_of(message, f"resent-{name}")) for name in ("date", "from", "to"))
    if blocks > 1:
        raise InvalidEmail("several blocks of Resent headers: pass sender= and recipients=", field="headers")
    prefix = "resent-" if blocks else ""
    senders = addresses_of(message, f"{prefix}sender") or addresses_of(message, f"{prefix}from")
    recipients = [address for name in ("to", "cc", "bcc") for address in addresses_of(message, prefix + name)]
    return senders[0].mailbox if senders else None, distinct(recipients)
