"""`emailapi messages`: messages that were sent."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from time import sleep
from typing import TYPE_CHECKING, Any

from .declaring import (
    add_actions,
    add_dates,
    add_limit,
    describe,
    given,
    open_client,
    page_size,
    pair,
    positive,
    seconds,
    taken,
)
from .failures import InputError, TimedOut
from .output import cell, is_json, show_line, show_record, show_rows
from .process import say
from .waiting import STATES, pauses, wait_for_state

if TYPE_CHECKING:
    from ..client import Client
    from ..models.messages import Message

_COLUMNS = ("message_id", "received_at", "status", "recipients", "subject")
_DETAILS = (
    *("message_id", "message_stream", "status", "received_at", "sender", "recipients", "subject", "tag", "metadata"),
    *("attachments", "text_body", "html_body"),
)
# How many of the newest messages are compared: what comes in between two looks must not be more.
_WINDOW = 500


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    describe(parser, "List, read, wait for and follow messages that were sent.")
    add = add_actions(parser)
    listing = add(
        "list",
        _list,
        "list messages, newest first",
        """emailapi messages list --to ada@example.com --limit 5
        emailapi messages list --tag welcome --from-date 2026-11-01 --all --json""",
    )
    _add_filters(listing)
    add_dates(listing)
    add_limit(listing)
    for name, run, summary in (
        ("get", _get, "show a message with its content and events"),
        ("status", _status, "show the delivery state of a message for each recipient"),
        ("dump", _dump, "print the raw source of a message"),
    ):
        one = add(name, run, summary, f"emailapi messages {name} 0a129aee-e1cd-480d-b08d-4f48548ff48d")
        one.add_argument("id", metavar="MESSAGE_ID", help="id of the message")
    waiting = add(
        "wait",
        _wait,
        "wait until a message that matches is there",
        """emailapi messages wait --to ada@example.com --subject Welcome --timeout 30
        emailapi messages wait 0a129aee-e1cd-480d-b08d-4f48548ff48d --state delivered""",
    )
    waiting.add_argument("id", metavar="MESSAGE_ID", nargs="?", help="id of the message, in place of filters")
    _add_filters(waiting)
    waiting.add_argument("--state", choices=STATES, help="wait until the message has this state, too")
    waiting.add_argument("--timeout", type=seconds, default=60.0, metavar="S", help="seconds to wait (default 60)")
    tail = add("tail", _tail, "follow messages as they are sent", "emailapi messages tail --tag welcome")
    _add_filters(tail)
    tail.add_argument("--limit", type=positive, metavar="N", help="end after so many messages")
    tail.add_argument("--interval", type=seconds, default=2.0, metavar="S", help="seconds between looks (default 2)")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", dest="recipient", metavar="ADDRESS", help="recipient")
    parser.add_argument("--from", dest="sender", metavar="ADDRESS", help="sender")
    parser.add_argument("--subject", metavar="TEXT", help="text in the subject")
    parser.add_argument("--tag", metavar="TAG", help="tag")
    parser.add_argument("--status", choices=("queued", "sent", "processed"), help="progress of the sending")
    parser.add_argument("--stream", dest="message_stream", metavar="STREAM", help="message stream (default outbound)")
    parser.add_argument("--metadata", type=pair, metavar="NAME=VALUE", help="a value of the metadata")


def _filters(options: argparse.Namespace) -> dict[str, Any]:
    names = ("recipient", "sender", "subject", "tag", "status", "message_stream", "from_date", "to_date")
    found = given(options, *[name for name in names if hasattr(options, name)])
    if options.metadata is not None:
        found["metadata"] = dict([options.metadata])
    return found


def _list(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        page = client.messages.list(count=page_size(options), **_filters(options))
        show_rows(options, taken(options, page), _COLUMNS, "No messages match.")


def _get(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        show_record(options, client.messages.get(options.id).to_dict(), _DETAILS)


def _status(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        found = client.messages.status(options.id).to_dict()
    if not is_json(options):
        states = [(row["recipient"], row["state"], row["reason"]) for row in found["recipients"]]
        found["recipients"] = [" ".join(filter(None, state)) for state in states]
    show_record(options, found, ("message_id", "state", "recipients"))


def _dump(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        source = client.messages.dump(options.id)
    if not source:
        raise InputError(f"the service no longer has the source of the message {options.id}: it keeps sources 30 days")
    if options.json:
        show_record(options, {"message_id": options.id, "source": source})
    else:
        say(source, end="" if source.endswith("\n") else "\n")


def _wait(options: argparse.Namespace) -> None:
    filters = _filters(options)
    if not filters and options.id is None:
        raise InputError("name the message: its id, or --to, --subject, --tag or another filter")
    with open_client(options) as client:
        if options.id is not None:
            state = wait_for_state(client, options.id, options.state or "queued", options.timeout)
            show_record(options, {"message_id": options.id, "state": state})
            return
        message = _first(client, filters, options.timeout)
        record = message.to_dict()
        if options.state is not None:
            record["state"] = wait_for_state(client, message.message_id, options.state, options.timeout)
        show_record(options, record, (*_COLUMNS, "state"))


def _first(client: Client, filters: dict[str, Any], timeout: float) -> Message:
    for _ in pauses(timeout):
        page = client.messages.list(count=1, **filters)
        if page:
            return page[0]
    raise TimedOut(f"no message that matches within {timeout:g} s")


def _new_messages(client: Client, filters: dict[str, Any], interval: float) -> Iterator[Message]:
    """Yield messages that are sent from now on, the oldest first."""
    seen: dict[str, None] | None = None
    while True:
        page = client.messages.list(count=_WINDOW, **filters)
        fresh = [message for message in page if seen is not None and message.message_id not in seen]
        yield from reversed(fresh)
        # The newest so many of those that were seen: a long run must not collect all.
        ids = [message.message_id for message in page]
        seen = dict.fromkeys([*ids, *islice(seen or {}, _WINDOW)])
        sleep(interval)


def _tail(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        for message in islice(_new_messages(client, _filters(options), options.interval), options.limit):
            record = message.to_dict()
            when = message.received_at or datetime.now().astimezone()
            time = when.astimezone().strftime("%H:%M:%S")
            text = f"{time} {record['status']:9} {cell(record['recipients'])} {message.subject!r} {message.message_id}"
            if not show_line(options, record, text):
                return
