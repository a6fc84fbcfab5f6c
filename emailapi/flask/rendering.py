"""MIME messages for SMTP, with charset, alternatives and the part order of Flask-Mail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.charset import Charset
from email.errors import CharsetError
from email.header import Header
from email.utils import formatdate
from hashlib import sha256
from typing import TYPE_CHECKING

from ..errors import InvalidEmail
from ..mime.encoding import encode_lines, encode_text, is_7bit
from ..mime.headers import fold, write_addresses, write_subject, write_value
from ..mime.writing import Part, file_part, join_pieces, multipart
from ..models.address import Address, parse_addresses
from ..models.framework_values import plain
from ..models.text import convert_body
from .attachment import Attachment
from .checking import check_types
from .conversion import extra_headers, reply_to, unfold
from .current import current_settings
from .sanitizing import MessageAddress, address_text, as_list, force_text, sanitize_address, split_address

if TYPE_CHECKING:
    from .fields import MessageFields

_BREAKS = re.compile("[\r\n\0]")
_LINE_END = re.compile("\r\n?|\n")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&^_.+-]+")
_UTF8 = frozenset({"utf-8", "utf8"})


def render(message: MessageFields) -> bytes:
    """
    Return the MIME message as bytes. Each call gives the same bytes.

    Line breaks in addresses are removed, so that any message can be shown; such a message cannot be sent.

    Raises:
        InvalidEmail: A field has a wrong type, the charset is unknown or cannot encode the text, or an attachment is
            not valid.
    """
    check_types(message)
    charset = _checked_charset((message.charset or "utf-8").lower())
    # No encoded body contains "=_", and the author of a body does not know the Message-ID.
    token = sha256(message.msgId.encode("utf-8", "replace")).hexdigest()[:24]
    header, body = _content(message, charset, token)
    fields = _fields(message, charset)
    return join_pieces(f"{fields}{header}\r\n".encode(), body)


def _checked_charset(charset: str) -> str:
    try:
        known = Charset(charset)
        " ".encode(known.output_codec or known.output_charset or charset)
    except (CharsetError, LookupError, ValueError):
        pass
    else:
        return charset
    raise InvalidEmail(f"charset {charset!r:.60} is unknown: use utf-8", field="charset")


def _date(seconds: float | None) -> str:
    try:
        return formatdate(seconds, localtime=True)
    except (OSError, OverflowError, ValueError):
        pass
    raise InvalidEmail(f"date must be a Unix time in seconds, got {seconds!r:.40}", field="date")


def _fields(message: MessageFields, charset: str) -> str:
    sender = message._sender or message.sender
    groups: dict[str, list[MessageAddress]] = {
        "From": [sender] if sender else [],
        "To": message.recipients,
        "Cc": message.cc,
        "Reply-To": as_list(reply_to(message)),
    }
    own = extra_headers(message)
    names = {name.lower() for name in own}
    lines = [_address_header(name, group, charset) for name, group in groups.items() if group]
    if message.subject:
        lines.append(_subject(force_text(message.subject), charset))
    if "date" not in names:
        lines.append(f"Date: {_date(message.date)}\r\n")
    if "message-id" not in names:
        lines.append(write_value("Message-ID", _BREAKS.sub("", message.msgId), "msgId"))
    lines += [write_value(name, _BREAKS.sub("", value), "extra_headers") for name, value in own.items()]
    return "".join([*lines, "MIME-Version: 1.0\r\n"])


def _address_header(name: str, group: Iterable[MessageAddress], charset: str) -> str:
    if charset in _UTF8 or all(address_text(one).isascii() for one in group):
        found = _parse_leniently(group)
        if found is not None:
            utf8 = not all(address.mailbox.isascii() for address in found)
            return write_addresses(name, found, name.lower(), utf8=utf8)
    items = [sanitize_address(one, charset).split(" ") for one in group]
    for tokens in items[:-1]:
        tokens[-1] += ","
    return fold(name, items)


def _parse_leniently(group: Iterable[MessageAddress]) -> list[Address] | None:
    found: list[Address] = []
    try:
        for one in group:
            if isinstance(one, (Address, tuple, list)):
                name, mailbox = split_address(one)
                found.append(Address(mailbox, name or None))
            else:
                found += parse_addresses(_BREAKS.sub("", force_text(one)))
    except InvalidEmail:
        return None
    return found


def _subject(subject: str, charset: str) -> str:
    if "\r\n" in subject and subject.isascii():
        return f"Subject: {subject}\r\n"
    subject = _BREAKS.sub("", unfold(subject))
    if charset in _UTF8 or subject.isascii():
        return write_subject(subject)
    try:
        return f"Subject: {Header(subject, charset, header_name='Subject').encode(linesep=chr(13) + chr(10))}\r\n"
    except (UnicodeError, LookupError):
        return write_subject(subject)


def _content(message: MessageFields, charset: str, token: str) -> Part:
    inline: list[Part] = []
    files: list[Part] = []
    for place, attachment in enumerate(message.attachments):
        shown = attachment.content_id is not None and message.html is not None
        (inline if shown else files).append(_file(attachment, place, shown))
    forms = [] if message.body is None and message.alts else [_text(message, "plain", charset)]
    for subtype in message.alts:
        part = _text(message, subtype, charset)
        if subtype == "html" and inline:
            part = multipart("related", token, [part, *inline], '; type="text/html"')
        forms.append(part)
    bare = len(forms) == 1 and not message.alts.keys() - {"html"}
    whole = forms[0] if bare else multipart("alternative", token, forms)
    return multipart("mixed", token, [whole, *files]) if files else whole


def _text(message: MessageFields, subtype: str, charset: str) -> Part:
    """Return the part of a body. The text is in no local variable of a frame that raises an error."""
    if not _TOKEN.fullmatch(subtype):
        raise InvalidEmail(f"alts: {subtype!r} is not a MIME subtype of text", field="alts")
    encoded = _encode(message.body or "" if subtype == "plain" else message.alts[subtype], charset)
    if isinstance(encoded, InvalidEmail):
        raise encoded
    name, encoding, data = encoded
    return f'Content-Type: text/{subtype}; charset="{name}"\r\nContent-Transfer-Encoding: {encoding}\r\n', [data]


def _encode(text: object, charset: str) -> tuple[str, str, bytes] | InvalidEmail:
    """Return charset, transfer encoding and bytes of a body. The charset may differ: email has its own for some."""
    body, problem = "", ""
    try:
        body = convert_body(plain(text), "body") or ""
    except InvalidEmail as error:
        problem = error.message
    if problem:
        return InvalidEmail(problem, field="body")
    if charset in _UTF8:
        return "utf-8", *encode_text(body)
    known = Charset(charset)
    name = known.output_charset or charset
    try:
        data = _LINE_END.sub("\n", body).encode(known.output_codec or name)
    except UnicodeError as error:
        character = f"U+{ord(error.object[error.start]):04X}" if isinstance(error, UnicodeEncodeError) else "the body"
        return InvalidEmail(
            f"charset {charset!r} cannot encode {character}: remove charset to use utf-8", field="charset"
        )
    if is_7bit(data):
        return name, "7bit", data.replace(b"\n", b"\r\n")
    return name, *encode_lines(data)


def _file(attachment: Attachment, place: int, shown: bool) -> Part:
    state = current_settings()
    if state is not None and state.ascii_attachments:
        attachment = attachment.with_ascii_name()
    header, pieces = file_part(attachment.to_email_attachment(place, lenient=True), place, shown)
    disposition = attachment.disposition
    if not shown and disposition != "attachment":
        if not _TOKEN.fullmatch(disposition):
            raise InvalidEmail(f"attachments[{place}]: {disposition!r} is not a valid disposition", field="attachments")
        if not (disposition == "inline" and attachment.content_id):
            header = header.replace("Content-Disposition: attachment", f"Content-Disposition: {disposition}", 1)
    others = attachment.other_headers.items()
    return header + "".join([write_value(name, force_text(value), "attachments") for name, value in others]), pieces
