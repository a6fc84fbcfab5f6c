"""
The raw source of a message, as its recipients would have received it.

The source is written each time it is read, and is the same each time. Bcc recipients are in no header. The sandbox
accepts values that an `Email` rejects, so the parts of `emailapi.mime` are called with the values as they were sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from email.utils import format_datetime, quote

from ..errors import InvalidEmail
from ..mime.encoding import encode_bytes, with_parameters
from ..mime.headers import fold, fold_text, mailbox_tokens, write_encoded, write_subject, write_value
from ..mime.writing import Part, join_pieces, nest
from .addresses import Mailbox, read_addresses
from .attachments import File
from .instants import moment
from .store import Row, Transaction
from .tables import arrivals, messages

_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,."]')
# The fields of an email set these headers; the email's own headers cannot.
_FROM_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "date", "mime-version", "x-pm-message-id"})


def _addresses(name: str, mailboxes: Sequence[Mailbox]) -> str:
    items = [_tokens(name, mailbox) for mailbox in mailboxes]
    for tokens in items[:-1]:
        tokens[-1] += ","
    return fold(name, items) if items else ""


def _tokens(header: str, mailbox: Mailbox) -> list[str]:
    name = mailbox.name or ""
    return mailbox_tokens(header, mailbox.email, name, f'"{quote(name)}"' if _NEEDS_QUOTES.search(name) else name)


def _own_header(name: str, value: str) -> str:
    try:
        return write_value(name, value, "headers")
    except InvalidEmail:
        return write_encoded(name, value)


def _file(file: File, shown: bool) -> Part:
    kind = fold_text("Content-Type", file.content_type) or f"Content-Type: {file.content_type.partition(';')[0]}\r\n"
    header = f"{kind}Content-Transfer-Encoding: base64\r\n" + with_parameters(
        "Content-Disposition", "inline" if shown else "attachment", [("filename", file.name)]
    )
    if file.content_id:
        header += f"Content-ID: <{file.content_id}>\r\n"
    return header, [encode_bytes(file.content)]


def _header(row: Row) -> str:
    """Return the header fields of a message: those of the fields of the email, then its own headers."""
    shown = messages.shown_of(row)
    to, cc = ([Mailbox(entry["Email"], entry["Name"]) for entry in shown[field]] for field in ("to", "cc"))
    reply_to = [Mailbox(email, name) for name, email in json.loads(row["reply_to"])]
    own = [(name, value) for name, value in json.loads(row["headers"]) if name.lower() not in _FROM_FIELDS]
    fields = [
        _addresses("From", read_addresses(row["sender"], "From")),
        _addresses("To", to) or "To: undisclosed-recipients:;\r\n",
        _addresses("Cc", cc),
        _addresses("Reply-To", reply_to),
        write_subject(row["subject"]) if row["subject"] else "",
        f"Date: {format_datetime(moment(row['received_at']))}\r\n",
        f"X-PM-Message-Id: {row['uuid']}\r\n",
        "MIME-Version: 1.0\r\n",
    ]
    if not any(name.lower() == "message-id" for name, _ in own):
        fields.append(f"Message-ID: <{row['uuid']}@sandbox.invalid>\r\n")
    return "".join([*fields, *(_own_header(name, value) for name, value in own)])


_FIELD = re.compile(rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n?")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\Z")
# What the service removes from an email that came by SMTP.
_REMOVED = (b"x-pm-", b"bcc:")
_MESSAGE_ID = b"message-id:"
_KEEPS_ID = re.compile(rb"^x-pm-keepid:[ \t]*true[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


def source_of(db: Transaction, row: Row) -> bytes:
    """Return the source of a message; of one that came by SMTP what came, with the headers that the service changes."""
    came = arrivals.source(db, row["id"])
    if came is None:
        return write_source(row, messages.files(db, row["id"])).encode()
    if row["stream_type"] == "Inbound":
        return came
    end = _END_OF_HEADERS.search(came)
    head, rest = (came[: end.start()] + b"\r\n", came[end.end() :]) if end else (came, b"")
    removed = _REMOVED if _KEEPS_ID.search(head) else (*_REMOVED, _MESSAGE_ID)
    fields = [field for field in _FIELD.findall(head) if field and not field.lower().startswith(removed)]
    uuid = row["uuid"].encode()
    fields.append(b"X-PM-Message-Id: " + uuid + b"\r\n")
    if not any(field.lower().startswith(_MESSAGE_ID) for field in fields):
        fields.append(b"Message-ID: <" + uuid + b"@sandbox.invalid>\r\n")
    return b"".join([*fields, b"\r\n", rest])


def write_source(row: Row, files: Sequence[File]) -> str:
    """Return the RFC 5322 text of a message: ASCII, with lines that end in CRLF."""
    html = row["html_body"] or None
    inline = [_file(file, shown=True) for file in files if file.content_id and html]
    others = [_file(file, shown=False) for file in files if not (file.content_id and html)]
    # The id was random when the message came in, so that no part contains the boundary.
    header, body = nest(row["text_body"] or None, html, inline, others, row["uuid"])
    return f"{_header(row)}{header}\r\n" + join_pieces(b"", body).decode("ascii")
