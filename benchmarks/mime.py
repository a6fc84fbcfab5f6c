"""
CPU time of a mail's bytes, beside the standard library's `EmailMessage` with `policy.SMTP`.

    python -m benchmarks.mime [--rounds 21]

Both build the mail from its fields and write it; the library's Date and Message-ID are made by `email.utils`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from typing import TypedDict

from emailapi import Attachment, Email
from emailapi.mime import to_bytes

from .measure import Budget, Case, cpu_seconds, medians, report, rounds_asked

REPEAT = 20
LIMIT = 0.66
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
}


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


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 21)
    for name, mail in MAILS.items():
        peer, ours = "EmailMessage", "emailapi"
        cases = [_case(peer, mail, by_library), _case(ours, mail, by_us)]
        found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
        report(name, found, [Budget(ours, peer, LIMIT)], unit="us", scale=1e6)
        print(f"{found[peer] / found[ours]:.1f} times faster\n")


if __name__ == "__main__":
    main()
