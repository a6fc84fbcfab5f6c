"""
CPU time of an email's bytes, beside the standard library's `EmailMessage` with `policy.SMTP`.

    python -m benchmarks.mime [--rounds 21]

Both build the email from its fields and write it; the library's Date and Message-ID are made by `email.utils`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from typing import TypedDict

from emailapi import Attachment, Email
from emailapi.mime import to_bytes

from .measure import Budget, Case, Comparison, cpu_seconds, medians, print_all

ROUNDS = 21
FILE = os.urandom(100_000)


class Mail(TypedDict, total=False):
    """What a mail is built from."""

    sender: str
    to: str
    subject: str
    text_body: str
    html_body: str
    file: bytes


TEXT: Mail = {
    "sender": "Support <support@example.com>",
    "to": "Jane Doe <user@example.com>",
    "subject": "Your order",
    "text_body": "Hello, and thank you for your order.\n" * 20,
}
BOTH: Mail = {**TEXT, "html_body": "<p>Hello, and thank you for your order.</p>\n" * 20}
MAILS: dict[str, Mail] = {
    "text": TEXT,
    "text and html": BOTH,
    "100 kB file": {**BOTH, "file": FILE},
    "not ASCII": {
        "sender": "Kundendienst für Bücher <support@example.com>",
        "to": "Jürgen Müller <user@example.com>",
        "subject": "Ihre Bestellung für die nächsten Tage, mit Grüßen und einem längeren Betreff",
        "text_body": "Grüße, und danke für Ihre Bestellung.\n" * 20,
        "html_body": "<p>Grüße, und danke für Ihre Bestellung.</p>\n" * 20,
    },
    "8 MB file": {**BOTH, "file": os.urandom(8_000_000)},
}
# How often an email is written in a round, and what that may cost.
MEASURED = dict.fromkeys(MAILS, (20, 0.08)) | {"100 kB file": (20, 0.25), "8 MB file": (1, 0.25)}


def by_library(mail: Mail) -> bytes:
    """Write a mail by the standard library."""
    message = EmailMessage(policy.SMTP)
    message["From"] = mail["sender"]
    message["To"] = mail["to"]
    message["Subject"] = mail["subject"]
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain="example.com")
    message.set_content(mail["text_body"])
    if "html_body" in mail:
        message.add_alternative(mail["html_body"], subtype="html")
    if "file" in mail:
        message.add_attachment(mail["file"], maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def by_us(mail: Mail) -> bytes:
    """Write a mail by this package."""
    files = [Attachment(name="a.pdf", content=mail["file"], content_type="application/pdf")] if "file" in mail else ()
    return to_bytes(
        Email(
            sender=mail["sender"],
            to=mail["to"],
            subject=mail["subject"],
            text_body=mail["text_body"],
            html_body=mail.get("html_body"),
            attachments=files,
        )
    )


def _case(name: str, mail: Mail, write: Callable[[Mail], bytes]) -> Case:
    kinds = [part.get_content_type() for part in message_from_bytes(write(mail)).walk()]
    if kinds != [part.get_content_type() for part in message_from_bytes(by_library(mail)).walk()]:
        raise AssertionError(f"{name} has the parts {kinds}")
    return Case(name, lambda: write(mail))


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    for name, mail in MAILS.items():
        peer, ours = "EmailMessage", "emailapi"
        cases, (repeat, limit) = [_case(peer, mail, by_library), _case(ours, mail, by_us)], MEASURED[name]
        found = medians(cases, rounds, lambda case, repeat=repeat: cpu_seconds(case.run, repeat))  # type: ignore[misc]
        yield Comparison(f"MIME: {name}, CPU", found, [Budget(ours, peer, limit)])


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
