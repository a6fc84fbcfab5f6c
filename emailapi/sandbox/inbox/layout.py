"""The parts around each page: the navigation with its counts, the servers, the clock and the armed faults."""

from __future__ import annotations

from urllib.parse import quote

import attrs

from ..store import Transaction
from ..tables import list_rows, servers, streams, suppressions
from ..tables.words import STATES, UNSEEN
from .pages import PageCall
from .times import ahead

PROBLEMS = "is:bounced OR is:complained OR is:delayed OR is:suppressed"
_ICONS = {"Transactional": "sent", "Broadcasts": "broadcast", "Inbound": "inbound"}
_PROBLEM_FLAGS = tuple([STATES[name] for name in ("bounced", "complained", "delayed", "suppressed")])
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


@attrs.frozen
class Counts:
    """
    How many messages a server has; the counts of flags end at `list_rows.MOST`.

    Attributes:
        streams: By stream that is not archived, in the order of the navigation.
        problems: Those that need a look.
        unseen: Those that were never looked at.
        inbound: Those that came in.
    """

    streams: tuple[tuple[streams.Stream, int], ...]
    problems: int
    unseen: int

    @property
    def all(self) -> int:
        """All of them."""
        return sum(count for _, count in self.streams)

    @property
    def inbound(self) -> int:
        """Those that came in."""
        return sum(count for stream, count in self.streams if stream.type == "Inbound")


def counted(number: int) -> str:
    """Return a count of messages in words, none as an empty text; with a plus if there are more than are counted."""
    return f"{list_rows.MOST:,}+" if number > list_rows.MOST else counted_all(number)


def counted_all(number: int) -> str:
    """Return a count that has no end in words, likewise."""
    return f"{number:,}" if number else ""


def counts_of(db: Transaction, server: int) -> Counts:
    """Count the messages of a server."""
    there = [each for each in streams.of_server(db, server) if each.archived_at is None]
    numbers = list_rows.counts_of_streams(db, server)
    flagged = list_rows.counts_of_flags(db, [each.key for each in there], (*_PROBLEM_FLAGS, UNSEEN))
    return Counts(
        tuple([(each, numbers[each.key]) for each in there]),
        sum(flagged[flag] for flag in _PROBLEM_FLAGS),
        flagged[UNSEEN],
    )


def layout_of(call: PageCall, path: str) -> dict[str, object]:
    """Return what all templates need."""
    query = call.query.get("q", "")
    with call.store.transaction(writing=False) as db:
        counts = counts_of(db, call.server["id"])
        navigation = [
            ("Messages", _messages(call, counts, path, query)),
            ("Look into", _look_into(call, db, counts, path, query)),
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
        "counts": counts,
        "trouble": _trouble(call),
        "offset": ahead(now - real),
        "faults": len(armed),
        "said": call.query.get("said", "")[:500],
        "failed": call.query.get("failed") == "1",
    }


def _trouble(call: PageCall) -> str:
    failure = call.store.failure
    if not failure:
        return ""
    path = call.store.path
    where = "The database" if path is None else f"The data file {path}"
    return f"{where} cannot be written ({failure}): nothing new is stored, and the API responds with status 503."


def _messages(call: PageCall, counts: Counts, path: str, query: str) -> list[Link]:
    stream = call.query.get("stream", "")
    listing = path == ""
    found = [
        Link(
            each.id,
            f"{call.base}?stream={quote(each.id)}",
            _ICONS[each.type],
            listing and stream == each.id,
            counted_all(count),
        )
        for each, count in counts.streams
    ]
    current = listing and not stream and query != PROBLEMS
    return [Link("All", call.base, "all", current, counted_all(counts.all)), *found]


def _look_into(call: PageCall, db: Transaction, counts: Counts, path: str, query: str) -> list[Link]:
    server = call.server["id"]
    failing = db.number(
        "SELECT count(*) FROM webhook_requests WHERE server = ? AND due_at IS NOT NULL AND tries > 0", server
    )
    return [
        Link(
            "Needs a look",
            f"{call.base}?q={quote(PROBLEMS)}",
            "warn",
            path == "" and query == PROBLEMS,
            counted(counts.problems),
            bad=True,
        ),
        _link(call, path, "Suppressions", "/suppressions", "suppressed", counted(suppressions.count(db, server))),
        _link(call, path, "Webhooks", "/webhooks", "hook", _failing(failing), bad=True),
        _link(call, path, "Requests", "/requests", "requests"),
        _link(call, path, "Statistics", "/stats", "stats"),
    ]


def _failing(number: int) -> str:
    """Return the count of failing webhooks: of many without the word, which would shorten the name before it."""
    return f"{number} failing" if 0 < number < 100 else counted(number)


def _change(call: PageCall, path: str) -> list[Link]:
    return [
        _link(call, path, "Templates", "/templates", "template"),
        _link(call, path, "Receive an email", "/inbound/new", "inbound"),
        _link(call, path, "Clock and faults", "/lab", "fault"),
        _link(call, path, "Connect", "/connect", "connect"),
    ]


def _link(call: PageCall, path: str, name: str, href: str, icon: str, count: str = "", *, bad: bool = False) -> Link:
    return Link(name, f"{call.base}{href}", icon, path.startswith(href), count, bad)
