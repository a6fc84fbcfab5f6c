"""
The most memory that an email with a file of 7 MB takes, in multiples of the file's size, the file itself included.

    python -m benchmarks.memory

Each case has a process of its own: what it takes at most, less what it took before there was a file.
"""

from __future__ import annotations

import base64
import json
import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import requests

from emailapi import Attachment, Client, Email, SMTPTransport
from emailapi.mime import to_bytes

from .measure import Budget, Comparison, print_all, serving

ROUNDS = 1
SIZE = 7_000_000
TEXT, SENDER, RECIPIENT = "Hello", "me@example.com", "you@example.com"


def peak_bytes() -> int:
    """Return the most memory that this process had."""
    # Not `ru_maxrss`: a child inherits it from its parent.
    text = Path("/proc/self/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) * 1024


def _email(content: bytes) -> Email:
    file = Attachment(name="a.pdf", content=content, content_type="application/pdf")
    return Email(sender=SENDER, to=RECIPIENT, subject=TEXT, text_body=TEXT, attachments=[file])


def _message(content: bytes) -> EmailMessage:
    message = EmailMessage(policy.SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, RECIPIENT, TEXT
    message.set_content(TEXT)
    message.add_attachment(content, maintype="application", subtype="pdf", filename="a.pdf")
    return message


def by_requests(port: int, content: bytes) -> None:
    """Send by the API with `requests`."""
    encoded = base64.b64encode(content).decode()
    row = {"From": SENDER, "To": RECIPIENT, "TextBody": TEXT, "Attachments": [{"Name": "a.pdf", "Content": encoded}]}
    requests.post(f"http://127.0.0.1:{port}/email", json=row, timeout=30).raise_for_status()


def by_us(port: int, content: bytes) -> None:
    """Send by the API with this package."""
    with Client("token", base_url=f"http://127.0.0.1:{port}") as client:
        client.outbound.send(_email(content))


def by_smtplib(port: int, content: bytes) -> None:
    """Send by SMTP with the standard library."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="here") as smtp:
        smtp.send_message(_message(content))


def by_our_smtp(port: int, content: bytes) -> None:
    """Send by SMTP with this package."""
    with SMTPTransport("127.0.0.1", port) as transport:
        transport.send(_email(content))


def written_by_library(_port: int, content: bytes) -> None:
    """Write a MIME message with the standard library."""
    _message(content).as_bytes()


def written_by_us(_port: int, content: bytes) -> None:
    """Write a MIME message with this package."""
    to_bytes(_email(content))


Run = Callable[[int, bytes], None]
# By work: the server, ours, the peer, and our budget in multiples of the file's size.
WORK: dict[str, tuple[str, Run, str, Run, float]] = {
    "by API": ("responder", by_us, "requests.post", by_requests, 2.6),
    "by SMTP": ("smtp_responder", by_our_smtp, "smtplib with EmailMessage", by_smtplib, 2.6),
    "as MIME": ("responder", written_by_us, "EmailMessage", written_by_library, 3.0),
}


def _multiple(run: Run, port: int) -> float:
    command = [sys.executable, "-m", "benchmarks.memory", "--run", run.__name__, str(port)]
    return float(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)) / SIZE


def _run(name: str, port: int) -> None:
    run: Run = globals()[name]
    run(port, b"warm")
    before = peak_bytes()
    run(port, os.urandom(SIZE))
    print(peak_bytes() - before)


def measure(_rounds: int) -> Iterator[Comparison]:
    """Measure; a process does the same each time, so that there are no rounds."""
    for title, (server, ours, peer, theirs, limit) in WORK.items():
        with serving(server) as port:
            found = {peer: _multiple(theirs, port), "emailapi": _multiple(ours, port)}
        yield Comparison(f"a file of 7 MB {title}, memory", found, [Budget("emailapi", "", limit)], "x its size", 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2], int(sys.argv[3]))
    else:
        print_all(__doc__, ROUNDS, measure)
