"""`emailapi suppressions`: the addresses that a stream does not send to."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from .declaring import (
    add_actions,
    add_dates,
    add_limit,
    add_yes,
    confirm,
    describe,
    given,
    open_client,
    read_text,
    taken,
)
from .failures import REJECTED, InputError
from .output import counted, show_rows

if TYPE_CHECKING:
    from ..client import Client

_COLUMNS = ("email_address", "suppression_reason", "origin", "created_at")
_RESULTS = ("email_address", "status", "message")
_FILTERS = ("suppression_reason", "origin", "email_address", "from_date", "to_date")
_STEP = 50


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    describe(parser, "List, add and delete the addresses that a message stream does not send to.")
    add = add_actions(parser)
    listing = add("list", _list, "list suppressed addresses", "emailapi suppressions list --reason HardBounce --all")
    listing.add_argument("--reason", dest="suppression_reason", metavar="REASON", help="as HardBounce or SpamComplaint")
    listing.add_argument("--origin", metavar="ORIGIN", help="Recipient, Customer or Admin")
    listing.add_argument("--email", dest="email_address", metavar="ADDRESS", help="the address")
    add_dates(listing)
    add_limit(listing)
    creating = add(
        "add",
        _create,
        "suppress addresses",
        """emailapi suppressions add ada@example.com bob@example.com
        emailapi suppressions add --file addresses.txt --stream broadcast""",
    )
    deleting = add(
        "delete", _delete, "let emails be sent to addresses again", "emailapi suppressions delete ada@example.com --yes"
    )
    add_yes(deleting)
    for action in (creating, deleting):
        action.add_argument("addresses", metavar="ADDRESS", nargs="*", help="an address")
        action.add_argument("--file", metavar="FILE", help="file with an address on each line; - reads standard input")
    for action in (listing, creating, deleting):
        action.add_argument("--stream", default="outbound", metavar="STREAM", help="message stream (default outbound)")


def _list(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        page = client.suppressions.list(options.stream, **given(options, *_FILTERS))
        show_rows(options, taken(options, page), _COLUMNS, "No addresses are suppressed.")


def _create(options: argparse.Namespace) -> int:
    return _change(options, _addresses(options), "create")


def _delete(options: argparse.Namespace) -> int:
    addresses = _addresses(options)
    found = counted(len(addresses), "address", "addresses")
    confirm(options, f"Delete the suppression of {found} of the stream {options.stream!r}?")
    return _change(options, addresses, "delete")


def _addresses(options: argparse.Namespace) -> list[str]:
    """Return the addresses, after a check of all of them."""
    from ..errors import InvalidEmail
    from ..models.address import parse_address_field

    lines = [] if options.file is None else read_text(options.file).split("\n")
    numbered = [(f"{options.file}, line {number}: ", line.strip()) for number, line in enumerate(lines, 1)]
    found = []
    for where, text in chain([("", text) for text in options.addresses], numbered):
        if text:
            try:
                found += [address.mailbox for address in parse_address_field(text, "address")]
            except InvalidEmail as error:
                raise InputError(f"{where}{error.message}; nothing was changed") from None
    if not found:
        raise InputError("name an address, or give --file")
    return found


def _change(options: argparse.Namespace, addresses: list[str], verb: str) -> int:
    failed: list[str] = []

    def results(client: Client) -> Iterator[dict[str, Any]]:
        for start in range(0, len(addresses), _STEP):
            for result in getattr(client.suppressions, verb)(options.stream, addresses[start : start + _STEP]):
                if result.status == "Failed":
                    failed.append(result.email_address)
                yield result.to_dict()

    with open_client(options) as client:
        # All are changed, whether or not the results can be printed.
        show_rows(options, [*results(client)], _RESULTS, "")
    return REJECTED if failed else 0
