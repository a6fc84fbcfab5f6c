"""`emailapi streams`: the message streams of a server."""

from __future__ import annotations

import argparse

from .declaring import add_actions, add_yes, confirm, describe, given, open_client
from .output import show_record, show_rows

_COLUMNS = ("id", "name", "message_stream_type", "description", "archived_at")
_ID = "id of the stream"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    describe(parser, "List, create, change and archive the message streams of a server.")
    add = add_actions(parser)
    listing = add("list", _list, "list message streams", "emailapi streams list --archived")
    listing.add_argument(
        "--type", dest="message_stream_type", choices=("Transactional", "Broadcasts", "Inbound"), help="only this type"
    )
    listing.add_argument(
        "--archived", dest="include_archived_streams", action="store_true", default=None, help="archived streams, too"
    )
    add("get", _get, "show a stream", "emailapi streams get outbound").add_argument("id", metavar="STREAM_ID", help=_ID)
    creating = add("create", _create, "create a stream", "emailapi streams create news --type Broadcasts --name News")
    creating.add_argument("id", metavar="STREAM_ID", help="id of the new stream, as it is used for sending")
    creating.add_argument("--name", required=True, help="name that people see")
    creating.add_argument(
        "--type",
        dest="message_stream_type",
        choices=("Transactional", "Broadcasts"),
        default="Transactional",
        help="type",
    )
    editing = add("edit", _edit, "change name and description of a stream", "emailapi streams edit news --name Letters")
    editing.add_argument("id", metavar="STREAM_ID", help=_ID)
    editing.add_argument("--name", help="name that people see")
    for action in (creating, editing):
        action.add_argument("--description", metavar="TEXT", help="description that people see")
    archiving = add(
        "archive", _archive, "archive a stream; it is deleted after 45 days", "emailapi streams archive news"
    )
    archiving.add_argument("id", metavar="STREAM_ID", help=_ID)
    add_yes(archiving)
    restoring = add("unarchive", _unarchive, "use an archived stream again", "emailapi streams unarchive news")
    restoring.add_argument("id", metavar="STREAM_ID", help=_ID)


def _list(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        page = client.streams.list(**given(options, "message_stream_type", "include_archived_streams"))
        show_rows(options, (stream.to_dict() for stream in page), _COLUMNS, "There are no streams.")


def _get(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        show_record(options, client.streams.get(options.id).to_dict())


def _create(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        fields = given(options, "id", "name", "message_stream_type", "description")
        show_record(options, client.streams.create(**fields).to_dict())


def _edit(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        show_record(options, client.streams.edit(options.id, **given(options, "name", "description")).to_dict())


def _archive(options: argparse.Namespace) -> None:
    confirm(options, f"Archive the stream {options.id!r}? Emails can no longer be sent by it.")
    with open_client(options) as client:
        show_record(options, client.streams.archive(options.id).to_dict())


def _unarchive(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        show_record(options, client.streams.unarchive(options.id).to_dict())
