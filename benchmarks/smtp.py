"""
Emails by SMTP on a persistent connection, beside the standard library's smtplib, as ready bytes and built.

    python -m benchmarks.smtp [--rounds 11]

CPU time of this process, and the time on the clock; to a server that pipelines, and to one that does not.
"""

from __future__ import annotations

import contextlib
import smtplib
import time
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage

from emailapi import Email, SMTPTransport
from emailapi.mime import to_bytes

from .measure import Budget, Case, Comparison, cpu_seconds, medians, print_all, serving

ROUNDS = 11
REPEAT = 100
SMTPLIB = "smtplib sendmail"
OURS = "emailapi send_message, ready bytes"
BUILT = "emailapi send, an Email"
SMTPLIB_BUILT = "smtplib send_message, an EmailMessage"
BUDGETS = (Budget(OURS, SMTPLIB, 1.2), Budget(BUILT, SMTPLIB_BUILT, 0.12))
SENDER, RECIPIENT = "me@example.com", "you@example.org"
TEXT = "Hello, this is a mail of the usual size.\n" * 40


def wall_seconds(run: Callable[[], object], times: int) -> float:
    """Return the seconds of one run on the clock."""
    started = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - started) / times


def build() -> EmailMessage:
    """Build the email by the standard library."""
    message = EmailMessage(policy.SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, RECIPIENT, "Hello"
    message.set_content(TEXT)
    message.add_alternative(f"<pre>{TEXT}</pre>", subtype="html")
    return message


def build_ours() -> Email:
    """Build the email by this package."""
    return Email(sender=SENDER, to=RECIPIENT, subject="Hello", text_body=TEXT, html_body=f"<pre>{TEXT}</pre>")


def cases(port: int, closing: contextlib.ExitStack) -> list[Case]:
    """Return what is measured, each on a connection of its own."""
    ready = to_bytes(build_ours())
    plain = closing.enter_context(smtplib.SMTP("127.0.0.1", port, local_hostname="here", timeout=10))
    ours = closing.enter_context(SMTPTransport("127.0.0.1", port, max_messages=10**9))
    built = closing.enter_context(SMTPTransport("127.0.0.1", port, max_messages=10**9))
    return [
        Case(SMTPLIB, lambda: plain.sendmail(SENDER, [RECIPIENT], ready)),
        Case(OURS, lambda: ours.send_message(ready, sender=SENDER, recipients=RECIPIENT)),
        Case(SMTPLIB_BUILT, lambda: plain.send_message(build())),
        Case(BUILT, lambda: built.send(build_ours())),
    ]


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    for extensions in ((), ("pipelining",)):
        with serving("smtp_responder", *extensions) as port, contextlib.ExitStack() as closing:
            measured = cases(port, closing)
            what = "pipelining" if extensions else "no pipelining"
            found = medians(measured, rounds, lambda case: cpu_seconds(case.run, REPEAT))
            yield Comparison(f"SMTP, {what}, CPU", found, BUDGETS)
            found = medians(measured, rounds, lambda case: wall_seconds(case.run, REPEAT))
            yield Comparison(f"SMTP, {what}, time", found)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
