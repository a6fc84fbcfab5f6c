"""The parts around each page: the navigation with its counts, the servers, the clock and the armed faults."""

from __future__ import annotations

from urllib.parse import quote

import attrs

from ..store import Transaction
from ..tables import list_rows, servers, streams, suppressions
from ..tables.words import STATES
from .pages import PageCall
from .times import ahead

PROBLEMS = "is:bounced OR is:complained OR is:delayed OR is:suppressed"
_ICONS = {"Transactional": "sent", "Broadcasts": "broadcast", "Inbound": "inbound"}
_MOST_SERVERS = 50


@attrs.frozen
class Link:
    """A link of the navigation."""

    name: str
    href: str
    icon: str
    current: bool = False
    count: str = ""
    bad: bool = False


def counted(number: int) -> str:
    """Return a count of messages in words; empty for none."""
    return f"{list_rows.MOST:,}+" if number > list_rows.MOST else f"{number:,}" if number else ""


def layout_of(call: PageCall, path: str) -> dict[str, object]:
    """Return what all templates need."""
    query = call.query.get("q", "")
    with call.store.transaction(writing=False) as db:
        navigation = [
            ("Messages", _messages(call, db, path, query)),
            ("Look into", _look_into(call, db, path, query)),
            ("Change", _change(call, path)),
        ]
        _, others = servers.page(db, "", _MOST_SERVERS, 0)
    clock = call.clock
    now, real = clock.now(), type(call.times.now).now(call.times.now.tzinfo)
    armed = [fault for fault in call.here.faults if fault.server in (None, call.server["id"])]
    return {
        "base": call.base,
        "server": call.server,
        "servers": others,
        "q": query,
        "navigation": navigation,
        "offset": ahead(now - real),
        "faults": len(armed),
        "said": call.query.get("said", "")[:500],
        "failed": call.query.get("failed") == "1",
    }


def _messages(call: PageCall, db: Transaction, path: str, query: str) -> list[Link]:
    stream = call.query.get("stream", "")
    listing = path == ""
    found, total = [], 0
    for each in streams.of_server(db, call.server["id"]):
        if each.archived_at is not None:
            continue
        count = list_rows.count_of_stream(db, each.key)
        total += count
        found.append(
            Link(
                each.id,
                f"{call.base}?stream={quote(each.id)}",
                _ICONS[each.type],
                listing and stream == each.id,
                counted(count),
            )
        )
    current = listing and not stream and query != PROBLEMS
    return [Link("All", call.base, "all", current, counted(total)), *found]


def _look_into(call: PageCall, db: Transaction, path: str, query: str) -> list[Link]:
    server = call.server["id"]
    flags = [STATES[name] for name in ("bounced", "complained", "delayed", "suppressed")]
    keys = [each.key for each in streams.of_server(db, server)]
    problems = sum(list_rows.count_of_flag(db, key, flag) for key in keys for flag in flags)
    failing = db.number(
        "SELECT count(*) FROM webhook_requests WHERE server = ? AND due_at IS NOT NULL AND tries > 0", server
    )
    return [
        Link(
            "Needs a look",
            f"{call.base}?q={quote(PROBLEMS)}",
            "warn",
            path == "" and query == PROBLEMS,
            counted(problems),
            bad=True,
        ),
        _link(call, path, "Suppressions", "/suppressions", "suppressed", counted(suppressions.count(db, server))),
        _link(call, path, "Webhooks", "/webhooks", "hook", f"{failing} failing" if failing else "", bad=True),
        _link(call, path, "Requests", "/requests", "requests"),
        _link(call, path, "Statistics", "/stats", "stats"),
    ]


def _change(call: PageCall, path: str) -> list[Link]:
    return [
        _link(call, path, "Templates", "/templates", "template"),
        _link(call, path, "Receive an email", "/inbound/new", "inbound"),
        _link(call, path, "Clock and faults", "/lab", "fault"),
        _link(call, path, "Connect", "/connect", "connect"),
    ]


def _link(call: PageCall, path: str, name: str, href: str, icon: str, count: str = "", *, bad: bool = False) -> Link:
    return Link(name, f"{call.base}{href}", icon, path.startswith(href), count, bad)
