"""`emailapi bounces`: bounces, and sending to a bounced address again."""

from __future__ import annotations

import argparse

from .declaring import add_actions, add_dates, add_limit, describe, given, open_client, page_size, taken
from .output import show_record, show_rows

_COLUMNS = ("id", "bounced_at", "type", "email", "inactive", "subject")
_FILTERS = ("type", "email", "tag", "message_id", "message_stream", "inactive", "from_date", "to_date")


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    describe(parser, "List and read bounces, and send to a bounced address again.")
    add = add_actions(parser)
    listing = add(
        "list",
        _list,
        "list bounces, newest first",
        """emailapi bounces list --type HardBounce --limit 5
        emailapi bounces list --inactive --all --json""",
    )
    listing.add_argument("--type", metavar="TYPE", help="type, as HardBounce or SoftBounce")
    listing.add_argument("--email", metavar="TEXT", help="text in the address")
    listing.add_argument("--tag", metavar="TAG", help="tag of the message")
    listing.add_argument("--message-id", metavar="MESSAGE_ID", help="id of the message")
    listing.add_argument("--stream", dest="message_stream", metavar="STREAM", help="message stream (default outbound)")
    listing.add_argument("--inactive", action="store_true", default=None, help="only of addresses that are suppressed")
    add_dates(listing)
    add_limit(listing)
    for name, run, summary in (
        ("get", _get, "show a bounce"),
        ("activate", _activate, "let emails be sent to the address of a bounce again"),
    ):
        one = add(name, run, summary, f"emailapi bounces {name} 692560173")
        one.add_argument("id", metavar="BOUNCE_ID", type=int, help="id of the bounce")
    add("stats", _stats, "show the number of bounces by type", "emailapi bounces stats")


def _list(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        page = client.bounces.list(count=page_size(options), **given(options, *_FILTERS))
        show_rows(options, taken(options, page), _COLUMNS, "No bounces match.")


def _get(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        show_record(options, client.bounces.get(options.id).to_dict())


def _activate(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        show_record(options, client.bounces.activate(options.id).to_dict())


def _stats(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        found = client.bounces.delivery_stats()
    show_rows(options, (count.to_dict() for count in found.bounces), ("name", "type", "count"), "There are no bounces.")
