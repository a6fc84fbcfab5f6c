"""`emailapi demo`: states of emails, a lost response, many emails and an outage, against a sandbox."""

from __future__ import annotations

import argparse
import base64
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from ..client import Client
from ..errors import EmailAPIError, InactiveRecipient, TransportError
from ..models.attachment import Attachment
from ..models.email import Email
from ..models.message_status import MessageState
from ..models.options import Hooks
from ..models.outbound import SendResult
from .network import Relay, SMTPServer
from .process import say

MANY, CHUNK = 1_000, 100
BOUNCING = "hardbounce@bounce-testing.postmarkapp.com"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.description = (
        "Start a sandbox and send emails to it through the real client: show the state of each, lose a response,"
        " send many, and stop the API in the middle. No email leaves this machine."
    )
    parser.set_defaults(run=run)


class _NotAsExpected(EmailAPIError):
    """A step of the demo had another result than expected."""


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise _NotAsExpected(f"demo: {what} should be {wanted!r}, got {found!r}")


def _emails(folder: Path) -> Iterator[tuple[Email, MessageState]]:
    """Yield each email that is accepted, with its expected state."""
    yield Email(to="Jane Doe <jane@example.com>", subject="A plain email", text_body="Hello."), MessageState.DELIVERED
    report = folder / "report.csv"
    report.write_text("day,emails\nMonday,3\n")
    yield (
        Email(
            to="jane@example.com",
            cc='"Doe, John" <john@bücher.example>',
            subject="HTML, file, image",
            html_body='<p>Hello <img src="cid:dot" alt="a dot"></p>',
            text_body="Hello",
            attachments=[
                Attachment.from_path(report),
                Attachment(name="dot.png", content=DOT, content_id="dot"),
            ],
        ),
        MessageState.DELIVERED,
    )
    yield Email(to=BOUNCING, subject="One that bounces", text_body="Hello?"), MessageState.BOUNCED


def _send_all(client: Client, folder: Path) -> Iterator[tuple[str, ...]]:
    """Send every email, and yield a row of the table for each."""
    for email, state in _emails(folder):
        result = client.outbound.send(email)
        status = client.messages.status(result)
        details = client.messages.get(result.message_id)
        _expect(status.state, state, f"the state of {email.subject!r}")
        _expect(details.attachments, tuple(file.name for file in email.attachments), f"the files of {email.subject!r}")
        to, *others = (*email.to, *email.cc)
        yield email.subject, to.email + (f" +{len(others)}" if others else ""), status.state
    try:
        client.outbound.send(Email(to=BOUNCING, subject="The same once more", text_body="Hello??"))
    except InactiveRecipient as error:
        _expect(error.addresses, (BOUNCING,), "the suppressed address")
        yield "The same once more", BOUNCING, f"rejected: {error.code}"
    else:
        raise _NotAsExpected("demo: an email to a suppressed address should be rejected, but was accepted")


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(f"   {line}".rstrip() for line in lines)


def _show_states(client: Client) -> None:
    say("1. Four emails, and the state of each\n")
    with tempfile.TemporaryDirectory() as folder:
        say(_table(list(_send_all(client, Path(folder)))))
    stats = client.stats.overview()
    _expect((stats.sent, stats.bounced), (4, 1), "the counts of sent and bounced")
    _expect(client.messages.list().total_count, 3, "the number of messages in the activity")
    say("\n   A bounced address is suppressed: the last send raised InactiveRecipient.")
    say(f"   Statistics, by recipient: {stats.sent} sent, {stats.bounced} bounced ({stats.bounce_rate:g} %).\n")


def _show_lost_response(client: Client, relay: Relay) -> None:
    say("2. The email is accepted, then the connection breaks: the response is lost\n")
    relay.lose_next_response()
    started = monotonic()
    result = client.outbound.send(Email(to="jane@example.com", subject="Invoice 7", text_body="It is due."))
    count = client.messages.list(subject="Invoice 7").total_count
    _expect((result.reconciled, count), (True, 1), "the email whose response was lost, and its number of messages")
    say(f"   The client looked the email up by its idempotency key, in {monotonic() - started:.2f} s: accepted.")
    say(f"   Messages with its subject in the sandbox: {count}. It was sent once.\n")


def _show_many(client: Client) -> None:
    say(f"3. {MANY:,} emails, {CHUNK} in a request; the address of one is not valid\n")
    emails = [{"to": f"user{number}@example.com", "subject": "News", "text_body": "Hello"} for number in range(MANY)]
    emails[MANY // 2]["to"] = "user@"
    started = monotonic()
    say("   done:", end="")
    with client.outbound.send_many(
        emails, chunk_size=CHUNK, progress=lambda done, _: None if done % CHUNK else say(f" {done}", end="")
    ) as sending:
        failed = [item for item in sending if not isinstance(item, SendResult)]
    say(f"   ({monotonic() - started:.1f} s)")
    _expect([item.index for item in failed], [MANY // 2], "the places of the emails that were not accepted")
    count = client.messages.list(subject="News").total_count
    _expect(count, MANY - 1, "the number of accepted emails")
    say(f"   {count} accepted, {len(failed)} rejected before anything was sent:\n   {failed[0]}\n")


def _show_outage(client: Client, relay: Relay, server: SMTPServer) -> None:
    say("4. The API stops, and an SMTP server is the fallback\n")
    attempts: list[object] = []
    client = client.with_options(hooks=Hooks(before_send=attempts.append))
    for number in range(1, 6):
        attempts.clear()
        started = monotonic()
        result = client.outbound.send(Email(to="jane@example.com", subject=f"Alert {number}", text_body="Look."))
        seconds = monotonic() - started
        _expect(result.via, "api" if number == 1 else "smtp", f"the transport of alert {number}")
        told = f"{len(attempts)} attempts at the API" if attempts else "circuit breaker open: the API is not tried"
        say(f"   email {number}  sent by {result.via.upper():<4}  {seconds:.2f} s{f'  {told}' if number > 1 else ''}")
        if number == 1:
            relay.stop()
            say("   The API stops: nothing listens on its port.")
    _expect((len(attempts), server.received), (0, 4), "the attempts at the API, and the emails of the SMTP server")
    say(f"\n   The SMTP server received {server.received} emails, each once.\n")


def _command() -> str:
    """Return how this command line is called in the same environment, shortly."""
    script, python = Path(sys.argv[0]), Path(sys.executable)
    if script.stem == "emailapi":
        return "emailapi" if shutil.which("emailapi") == str(script) else shlex.quote(str(script))
    short = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    name = "python" if shutil.which("python") == str(python) else shlex.quote(str(short))
    return f"{name} -m emailapi"


@contextmanager
def _no_proxy() -> Iterator[None]:
    """Use no proxy for the sandbox, whatever the machine's settings say."""
    before = os.environ.get("no_proxy")
    os.environ["no_proxy"] = "127.0.0.1"
    try:
        yield
    finally:
        del os.environ["no_proxy"]
        if before is not None:
            os.environ["no_proxy"] = before


def run(_: argparse.Namespace) -> None:
    """Run the demo; a step with an unexpected result is an error."""
    try:
        _show_all()
    except TransportError as error:
        # All servers are those of the demo: trying again would not help.
        raise error.replace(retryable=False) from None


def _show_all() -> None:
    from ..sandbox import Sandbox
    from ..transports.smtp.transport import SMTPTransport

    started = monotonic()
    with (
        _no_proxy(),
        Sandbox() as sandbox,
        Relay(sandbox.url) as relay,
        SMTPServer() as server,
        Client(
            sandbox.token,
            base_url=relay.url,
            sender="Demo <demo@example.com>",
            fallback=SMTPTransport("127.0.0.1", server.port, local_hostname="localhost"),
        ) as client,
    ):
        say(f"A sandbox is listening on {sandbox.url}; no email leaves this machine.\n")
        _show_states(client)
        _show_lost_response(client, relay)
        _show_many(client)
        _show_outage(client, relay, server)
    say(f"Everything went as expected, in {monotonic() - started:.1f} s.")
    say(f"Try next: {_command()} sandbox   (the same API for your code)")
