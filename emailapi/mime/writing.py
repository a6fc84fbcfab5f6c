"""A mail to the bytes that leave."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from ..errors import InvalidEmail
from ..models.address import Address
from ..models.email import Email, check_whole
from ..models.header import Header
from .headers import check_mailbox, write_addresses, write_header, write_subject
from .parts import check_parts, content

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# RFC 5322 section 3.6 allows one of each.
_ONCE = frozenset({"date", "message-id", "sender", "in-reply-to", "references"})


def to_bytes(email: Email, *, headers: Sequence[Header] = (), utf8: bool = False) -> bytes:
    """
    Return a mail as it leaves: ASCII, lines of at most 998 characters that end in CRLF, and no Bcc.

    `headers` stand behind the mail's own. Without a Date or a Message-ID among them, they are made. With `utf8`,
    addresses whose local part is not ASCII are written as they are, in UTF-8 (RFC 6532): headers are then no ASCII.
    Tag, metadata, stream and tracking are no part of MIME: `postmark_headers` has them.

    Raises:
        InvalidEmail: Naming the field that is missing, or that cannot be written.
    """
    sender = check_whole(email)
    token = os.urandom(12).hex()
    content_header, body = content(email, token)
    header = _header(email, sender, (*email.headers, *headers), token, utf8)
    return b"".join(((header + content_header + "\r\n").encode(), *body))


def check_writable(email: Email, *, headers: Sequence[Header] = (), utf8: bool = False) -> None:
    """
    Check that `to_bytes` can write an email, without encoding its bodies and files.

    Raises:
        InvalidEmail: As `to_bytes`.
    """
    sender = check_whole(email)
    check_parts(email)
    _header(email, sender, (*email.headers, *headers), "", utf8)


def _header(email: Email, sender: Address, own: Sequence[Header], token: str, utf8: bool) -> str:
    written = [write_addresses("From", (sender,), "sender", utf8=utf8)]
    for name, field in (("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to")):
        group = getattr(email, field)
        if group:
            written.append(write_addresses(name, group, field, utf8=utf8))
    for address in email.bcc:
        check_mailbox(address, "bcc", utf8)
    if email.subject:
        written.append(write_subject(email.subject))
    names = [header.name.lower() for header in own]
    for name in _ONCE.intersection(names):
        if names.count(name) > 1:
            raise InvalidEmail(f"headers: a mail has one {name} at most", field="headers")
    if "date" not in names:
        now = time.gmtime()
        written.append(
            f"Date: {_DAYS[now.tm_wday]}, {now.tm_mday:02} {_MONTHS[now.tm_mon - 1]} {now.tm_year:04} "
            f"{now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02} +0000\r\n"
        )
    if "message-id" not in names:
        written.append(f"Message-ID: <{token}@{sender.mailbox.rpartition('@')[2]}>\r\n")
    written += [write_header(header, utf8=utf8) for header in own]
    written.append("MIME-Version: 1.0\r\n")
    return "".join(written)
