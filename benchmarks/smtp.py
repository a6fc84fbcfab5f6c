"""
Mails by SMTP on a kept connection, beside the standard library's smtplib with ready bytes.

    python -m benchmarks.smtp [--rounds 21]

CPU time of this process, and the time on the clock; to a server that pipelines, and to one that does not.
"""

from __future__ import annotations

import contextlib
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from emailapi import Email, SMTPTransport
from emailapi.mime import to_bytes

from .measure import Budget, Case, cpu_seconds, medians, report, rounds_asked

REPEAT = 200
SMTPLIB = "smtplib sendmail"
OURS = "emailapi send_message, ready bytes"
BUILT = "emailapi send, an Email"
# A throughput of 0.8 is a cost of 1 / 0.8.
BUDGETS = (Budget(OURS, SMTPLIB, 1.25),)
SENDER, RECIPIENT = "me@example.com", "you@example.org"
TEXT = "Hello, this is a mail of the usual size.\n" * 40


@contextlib.contextmanager
def responder(*extensions: str) -> Iterator[int]:
    """Run the other end in a process of its own, on the port yielded."""
    command = [sys.executable, "-m", "benchmarks.smtp_responder", *extensions]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def wall_seconds(run: Callable[[], object], times: int) -> float:
    """Return the seconds of one run on the clock."""
    started = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - started) / times


def cases(port: int, closing: contextlib.ExitStack) -> list[Case]:
    """Return what is measured, each on a connection of its own."""
    email = Email(sender=SENDER, to=RECIPIENT, subject="Hello", text_body=TEXT, html_body=f"<pre>{TEXT}</pre>")
    ready = to_bytes(email)
    plain = closing.enter_context(smtplib.SMTP("127.0.0.1", port, local_hostname="here", timeout=10))
    ours = closing.enter_context(SMTPTransport("127.0.0.1", port, max_messages=10**9))
    built = closing.enter_context(SMTPTransport("127.0.0.1", port, max_messages=10**9))
    return [
        Case(SMTPLIB, lambda: plain.sendmail(SENDER, [RECIPIENT], ready)),
        Case(OURS, lambda: ours.send_message(ready, sender=SENDER, recipients=RECIPIENT)),
        Case(BUILT, lambda: built.send(email)),
    ]


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 21)
    for extensions in ((), ("pipelining",)):
        with responder(*extensions) as port, contextlib.ExitStack() as closing:
            measured = cases(port, closing)
            what = "pipelining" if extensions else "no pipelining"
            found = medians(measured, rounds, lambda case: cpu_seconds(case.run, REPEAT))
            report(f"CPU of one mail, {what}", found, BUDGETS, unit="us", scale=1e6)
            found = medians(measured, rounds, lambda case: wall_seconds(case.run, REPEAT))
            report(f"time of one mail, {what}", found, BUDGETS, unit="us", scale=1e6)


if __name__ == "__main__":
    main()
