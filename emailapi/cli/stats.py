"""`emailapi stats`: statistics as tables with small charts."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from .declaring import add_connection, add_dates, describe, given, open_client
from .output import is_json, show_record, show_rows

# The kinds of statistics, which are the methods of `client.stats`, and the number that a chart shows.
_KINDS = {
    "overview": "",
    "sends": "sent",
    "bounces": "hard_bounce",
    "spam": "spam_complaint",
    "tracked": "tracked",
    "opens": "opens",
    "open_platforms": "desktop",
    "email_clients": "",
    "read_times": "",
    "clicks": "clicks",
    "browser_families": "",
    "click_platforms": "desktop",
    "click_locations": "html",
}
_WIDTH = 30


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    examples = """emailapi stats
    emailapi stats sends --from-date 2026-11-01
    emailapi stats opens --tag welcome --json"""
    describe(parser, "Show statistics of a server: totals, or numbers by day with a chart.", examples)
    names = [name.replace("_", "-") for name in _KINDS]
    parser.add_argument(
        "kind", nargs="?", choices=names, default="overview", help="one of " + ", ".join(names), metavar="KIND"
    )
    parser.add_argument("--tag", metavar="TAG", help="only messages with this tag")
    parser.add_argument("--stream", dest="message_stream", metavar="STREAM", help="message stream (default: all)")
    add_dates(parser)
    add_connection(parser, run)


def run(options: argparse.Namespace) -> None:
    """Show the statistics."""
    kind = options.kind.replace("-", "_")
    with open_client(options) as client:
        found = getattr(client.stats, kind)(**given(options, "tag", "message_stream", "from_date", "to_date"))
    rows = [_flat(day.to_dict()) for day in getattr(found, "days", ())]
    if is_json(options) or not rows:
        record = _flat(found.to_dict())
        show_record(options, {**record, "days": rows} if hasattr(found, "days") else record)
        return
    shown = _KINDS[kind] or next((name for name in rows[0] if name != "date"), "date")
    most = max((int(row.get(shown) or 0) for row in rows), default=0)
    for row in rows:
        row["chart"] = "█" * round(_WIDTH * int(row.get(shown) or 0) / most) if most else ""
    names = dict.fromkeys(name for row in rows for name in row if name != "chart")
    show_rows(options, rows, (*names, "chart"), "")


def _flat(day: Mapping[str, Any]) -> dict[str, Any]:
    """Return a day, or the sum of all, with the counts by name as columns of their own."""
    found = {name: value for name, value in day.items() if name not in {"counts", "days"} and value is not None}
    found.update(day.get("counts", {}))
    return found
