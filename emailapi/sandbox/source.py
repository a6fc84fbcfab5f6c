"""
The raw source of a message, as it would have left for its recipients.

It is written at each reading, and is the same each time: reading stores nothing. Bcc is in no header.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, encodebytes
from collections.abc import Iterator, Sequence
from email.charset import QP, Charset
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, quote

from .addresses import Mailbox, read_addresses
from .attachments import File
from .instants import moment
from .store import Row

_POLICY = compat32.clone(linesep="\r\n")
_LINE_LIMIT = 900
_WORD_BYTES = 45
_NOT_PLAIN = re.compile("[^\t\n\r -~]")
_LINE_END = re.compile("\r\n|\r|\n")
_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,."]')
# What a mail's fields say, a header of the sender's own cannot say otherwise.
_FROM_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "date", "mime-version", "x-pm-message-id"})


def _words(text: str) -> str:
    """Encode a text that is not plain ASCII into RFC 2047 words, none of which ends inside a character."""
    return "\r\n ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[bytes]:
    chunk = b""
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _WORD_BYTES:
            yield chunk
            chunk = b""
        chunk += encoded
    yield chunk


def _is_plain(text: str) -> bool:
    return not _NOT_PLAIN.search(text) and len(text) <= _LINE_LIMIT


def _address(mailbox: Mailbox) -> str:
    name = mailbox.name
    if not name:
        return mailbox.email
    if not _is_plain(name):
        return f"{_words(name)} <{mailbox.email}>"
    return f'"{quote(name)}" <{mailbox.email}>' if _NEEDS_QUOTES.search(name) else f"{name} <{mailbox.email}>"


def _addresses(mailboxes: Sequence[Mailbox]) -> str:
    return ",\r\n ".join(map(_address, mailboxes))


def _text(body: str, subtype: str) -> str:
    """Write a body so that a person can read it in the source: as it is, else quoted-printable."""
    if not _NOT_PLAIN.search(body) and max(map(len, body.splitlines()), default=0) <= _LINE_LIMIT:
        head = f'Content-Type: text/{subtype}; charset="us-ascii"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n'
        return head + _LINE_END.sub("\r\n", body)
    charset = Charset("utf-8")
    charset.body_encoding = QP
    part = Message(_POLICY)
    part["Content-Type"] = f"text/{subtype}"
    part.set_payload(body, charset)
    del part["MIME-Version"]
    return _written(part)


def _file(file: File) -> str:
    part = Message(_POLICY)
    part["Content-Type"] = file.content_type
    part["Content-Transfer-Encoding"] = "base64"
    name = file.name if _is_plain(file.name) else ("utf-8", "", file.name)
    part.add_header("Content-Disposition", "inline" if file.content_id else "attachment", filename=name)
    if file.content_id:
        part["Content-ID"] = f"<{file.content_id}>"
    part.set_payload(encodebytes(file.content).decode("ascii"))
    return _written(part)


def _written(part: Message) -> str:
    return part.as_bytes(policy=_POLICY).decode("ascii")


def _together(kind: str, parts: Sequence[str], unique: str) -> str:
    """Put parts into a multipart, unless there is only one."""
    if len(parts) == 1:
        return parts[0]
    # Made from the message's id, which was random when the message came in: no content can have it.
    boundary = f"{kind}-{unique}"
    inner = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n{inner}--{boundary}--\r\n'


def _content(text: str | None, html: str | None, files: Sequence[File], unique: str) -> str:
    inline = [_file(file) for file in files if file.content_id and html]
    others = [_file(file) for file in files if not (file.content_id and html)]
    bodies = [_text(text, "plain")] if text else []
    if html:
        bodies.append(_together("related", [_text(html, "html"), *inline], unique))
    return _together("mixed", [_together("alternative", bodies, unique), *others], unique)


def _head(row: Row) -> list[tuple[str, str]]:
    """Return the header fields of a message: those of its fields, then the sender's own."""
    shown = json.loads(row["shown"])
    to, cc = ([Mailbox(entry["Email"], entry["Name"]) for entry in shown[field]] for field in ("to", "cc"))
    own = [(name, value) for name, value in json.loads(row["headers"]) if name.lower() not in _FROM_FIELDS]
    fields = [
        ("From", _addresses(read_addresses(row["sender"], "From"))),
        ("To", _addresses(to) or "undisclosed-recipients:;"),
        ("Cc", _addresses(cc)),
        ("Reply-To", _addresses([Mailbox(email, name) for name, email in json.loads(row["reply_to"])])),
        ("Subject", row["subject"] if _is_plain(row["subject"]) else _words(row["subject"])),
        ("Date", format_datetime(moment(row["received_at"]))),
        ("X-PM-Message-Id", row["uuid"]),
        ("MIME-Version", "1.0"),
    ]
    if not any(name.lower() == "message-id" for name, _ in own):
        fields.append(("Message-ID", f"<{row['uuid']}@sandbox.invalid>"))
    return [field for field in fields if field[1]] + [
        (name, value if _is_plain(value) else _words(value)) for name, value in own
    ]


def write_source(row: Row, files: Sequence[File]) -> str:
    """Return the RFC 5322 text of a message: ASCII, lines ended by CRLF."""
    content = _content(row["text_body"], row["html_body"], files, row["uuid"])
    return "".join(f"{name}: {value}\r\n" for name, value in _head(row)) + content
