"""
Emails into the sandbox by SMTP, on four persistent connections, beside maildev.

    python -m benchmarks.sandbox_smtp [--rounds 5]

Each server has a process of its own and stays for all rounds; the rounds are interleaved. The sandbox stores each email
in a data file before it acknowledges it: with synchronous=NORMAL, as it always does, and with FULL, to tell what that
would cost. maildev keeps emails in memory. It is taken from the path, or from the command in the variable MAILDEV.
"""

from __future__ import annotations

import base64
import contextlib
import os
import random
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from emailapi.sandbox import Sandbox

from .measure import Budget, Case, medians, report, rounds_asked

CONNECTIONS, EACH = 4, 500
MAILDEV = "maildev, in memory"
NORMAL, FULL = "sandbox, synchronous=NORMAL", "sandbox, synchronous=FULL"
# A throughput of 0.75 is a cost of 1 / 0.75.
BUDGETS = (Budget(NORMAL, MAILDEV, 1 / 0.75),)
_ROW = "<tr><td style='padding:8px'>Order 1041</td><td style='padding:8px'>2 x blue shirt</td></tr>\r\n"
MESSAGE = (
    "From: Shop <shop@example.com>\r\nTo: Dana <dana@example.com>\r\nSubject: Your order\r\n"
    "Message-ID: <1@example.com>\r\nDate: Sun, 29 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/html; charset=utf-8\r\n\r\n"
    f"<html><body><table>\r\n{_ROW * 24}</table></body></html>\r\n.\r\n"
).encode()


def serve(level: str, data: str) -> None:
    """Run a sandbox, print its port and its token, and end when the standard input does."""
    with Sandbox(data) as sandbox:
        sandbox.store._connection.execute(f"PRAGMA synchronous = {level}")
        print(sandbox.smtp_port, sandbox.token, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def sandbox(level: str, folder: str) -> Iterator[tuple[int, str]]:
    """Run a sandbox in a process of its own; yield its port and its token."""
    command = [sys.executable, "-m", "benchmarks.sandbox_smtp", "serve", level, str(Path(folder, level))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port, token = process.stdout.readline().split()
        try:
            yield int(port), token
        finally:
            process.communicate()


def _port() -> int:
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("100 ports are in use")


@contextlib.contextmanager
def maildev(command: str) -> Iterator[int]:
    """Run maildev; yield its port."""
    port = _port()
    arguments = [*shlex.split(command), "--smtp", str(port), "--web", str(_port()), "--ip", "127.0.0.1", "--silent"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


class Sender:
    """A connection that sends emails, each with a round trip for each command, as smtplib does."""

    def __init__(self, port: int, token: str = "") -> None:
        """Connect, and log in if there is a token."""
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._replies = self._socket.makefile("rb")
        self._read()
        self._ask(b"EHLO here\r\n")
        if token:
            self._ask(b"AUTH PLAIN " + base64.b64encode(f"\0{token}\0{token}".encode()) + b"\r\n")

    def _read(self) -> None:
        while (line := self._replies.readline())[3:4] == b"-":
            pass
        if not line.startswith((b"2", b"3")):
            raise OSError(f"rejected: {line!r}")

    def _ask(self, command: bytes) -> None:
        self._socket.sendall(command)
        self._read()

    def send(self, count: int) -> None:
        """Send emails."""
        for _ in range(count):
            self._ask(b"MAIL FROM:<shop@example.com>\r\n")
            self._ask(b"RCPT TO:<dana@example.com>\r\n")
            self._ask(b"DATA\r\n")
            self._ask(MESSAGE)

    def close(self) -> None:
        """Close the connection."""
        self._replies.close()
        self._socket.close()


def seconds_each(senders: list[Sender]) -> float:
    """Return the seconds of one email, when all connections send at once."""
    threads = [threading.Thread(target=sender.send, args=(EACH,)) for sender in senders]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - started
    time.sleep(1)  # what a server does afterwards is not to be in the next one's time
    return taken / (EACH * len(senders))


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 5)
    command = os.environ.get("MAILDEV") or shutil.which("maildev")
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        places: dict[str, tuple[int, str]] = {}
        if command:
            places[MAILDEV] = running.enter_context(maildev(command)), ""
        places[NORMAL] = running.enter_context(sandbox("NORMAL", folder))
        places[FULL] = running.enter_context(sandbox("FULL", folder))
        found: dict[str, list[Sender]] = {}
        for name, (port, token) in places.items():
            found[name] = [running.enter_context(contextlib.closing(Sender(port, token))) for _ in range(CONNECTIONS)]
        cases = [Case(name, lambda: None) for name in places]
        taken = medians(cases, rounds, lambda case: seconds_each(found[case.name]))
        report("time of one email", taken, BUDGETS, unit="us", scale=1e6)
        for name, seconds in taken.items():
            print(f"{name}: {1 / seconds:,.0f} emails/s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:4])
    else:
        main()
