"""`emailapi demo`: send emails to a sandbox, and show their states."""

from __future__ import annotations

import argparse
import base64
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..client import Client
from ..errors import EmailAPIError, InactiveRecipient
from ..models.attachment import Attachment
from ..models.email import Email
from ..models.message_status import MessageState
from ..models.stats import StatsOverview
from .process import say

if TYPE_CHECKING:
    from argparse import _SubParsersAction

BOUNCING = "hardbounce@bounce-testing.postmarkapp.com"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def add_to(commands: _SubParsersAction[Any]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "demo",
        help="send emails to a sandbox and show their states",
        description="Start a sandbox, send it a few emails through the real client, and show the state of each.",
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
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _overview(stats: StatsOverview) -> str:
    return f"Stats: {stats.sent} sent, {stats.bounced} bounced ({stats.bounce_rate:g} %), {stats.opens} opened"


def run(_: argparse.Namespace) -> None:
    """Run the demo; a step with an unexpected result is an error."""
    from ..sandbox import Sandbox

    with (
        Sandbox() as sandbox,
        Client(sandbox.token, base_url=sandbox.url, sender="Demo <demo@example.com>") as client,
        tempfile.TemporaryDirectory() as folder,
    ):
        say(f"A sandbox is listening on {sandbox.url}; sending to it through the real client.\n")
        rows = list(_send_all(client, Path(folder)))
        say(_table([("email", "to", "state"), *rows]))
        stats = client.stats.overview()
        _expect((stats.sent, stats.bounced), (4, 1), "the counts of sent and bounced")
        _expect(client.messages.list().total_count, 3, "the number of messages in the activity")
        say(f"\n{_overview(stats)}. Everything went as expected; no email left this machine.")
