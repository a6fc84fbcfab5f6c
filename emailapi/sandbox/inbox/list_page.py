"""The list of messages: what a search finds, a page of it, and deleting messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs
from flask import Response

from ...errors import InvalidArgument
from ..finding import Scope, count, find_ids
from ..instants import micros
from ..query import Query, Term, parse, term
from ..store import Row, Transaction
from ..tables import clock_moves, list_rows, messages
from .connect_page import connection
from .frontend import html_response
from .layout import PROBLEMS, Counts, counted, counted_all, layout_of
from .pages import PageCall, Pages, Values
from .rows import MessageRow, rows_of
from .searching import in_words
from .times import ahead

pages = Pages()

PAGE = 50
# Name, search, and the count of it, of those that are counted anyway.
_FILTERS: tuple[tuple[str, str, Callable[[Counts], str] | None], ...] = (
    ("Everything", "", lambda counts: counted_all(counts.all)),
    ("Needs a look", PROBLEMS, lambda counts: counted(counts.problems)),
    ("Unseen", "is:unseen", lambda counts: counted(counts.unseen)),
    ("Opened or clicked", "is:opened OR is:clicked", None),
    ("With attachments", "has:attachment", None),
    ("Inbound", "is:inbound", lambda counts: counted_all(counts.inbound)),
)


@attrs.frozen
class _Search:
    """The search of a request: its text, its query, and why a part of it was not understood."""

    text: str
    query: Query
    problem: str


def _search(call: PageCall, given: str | None = None) -> _Search:
    text = call.query.get("q", "") if given is None else given
    now = call.clock.now()
    try:
        query, problem = parse(text, now), ""
    except InvalidArgument as error:
        query, problem = Query(), f"{error}. All messages are shown."
    if query.unknown:
        taken = "it was" if len(query.unknown) == 1 else "they were"
        problem = f"There is no {' or '.join(query.unknown)} in searches; {taken} searched as words."
    stream = call.query.get("stream", "")
    only = term("stream", stream, now) if stream else None
    return _Search(text, query if only is None else query & Query(((only,),)), problem)


def _before(call: PageCall, db: Transaction) -> tuple[int, int] | None:
    """Return instant and id of the message that a page of older ones begins behind."""
    given = call.query.get("before")
    row: Row | None = None
    if given:
        for inbound in (False, True):
            row = row or messages.by_uuid(db, call.server["id"], given, inbound=inbound)
    return None if row is None else (row["received_at"], row["id"])


@attrs.frozen
class _Found:
    """
    A page of the list.

    Attributes:
        rows: Its rows.
        moves: The moves of the clock among them.
        more: Whether there are older messages.
        total: How many messages a search finds on all pages, in words; empty if nothing was searched.
    """

    rows: list[MessageRow]
    moves: Sequence[Row]
    more: bool
    total: str


def _found(call: PageCall, search: _Search) -> _Found:
    call.catch_up()
    with call.store.transaction(writing=False) as db:
        first = Scope(call.server["id"], inbound=True)
        scope = attrs.evolve(first, before=_before(call, db))
        ids = find_ids(db, search.query, scope, PAGE + 1)
        more, total = len(ids) > PAGE, ""
        if search.query.groups:
            known = not more and scope.before is None
            total = counted(len(ids) if known else count(db, search.query, first, list_rows.MOST + 1))
        rows = rows_of(db, ids[:PAGE], call.times, call.base, search.text)
        ends = [micros(row.received_at) for row in (rows[-1], rows[0])] if rows else [0, 0]
        return _Found(rows, clock_moves.between(db, *ends), more, total)


@attrs.frozen
class _Group:
    """
    Rows with a divider above them.

    Attributes:
        day: Their day; empty if it is that of the rows above.
        moved: How far the clock was moved on between them and the rows above; empty if it was not.
        rows: The rows.
    """

    day: str
    moved: str
    rows: list[MessageRow]


def _groups(rows: list[MessageRow], moves: Sequence[Row]) -> list[_Group]:
    """Return the rows, with a divider at each day and where the clock was moved."""
    groups: list[_Group] = []
    newer: MessageRow | None = None
    for row in rows:
        moved = "" if newer is None or not moves else ahead(_moved(moves, row.received_at, newer.received_at))
        day = row.time.day if newer is None or newer.time.day != row.time.day else ""
        if day or moved:
            groups.append(_Group(day, moved, []))
        groups[-1].rows.append(row)
        newer = row
    return groups


def _moved(moves: Sequence[Row], older: datetime, newer: datetime) -> timedelta:
    first, last = micros(older), micros(newer)
    moved = sum(each["ended_at"] - each["started_at"] for each in moves if first < each["ended_at"] <= last)
    return timedelta(microseconds=moved)


def _values(call: PageCall) -> dict[str, object]:
    search = _search(call)
    found = _found(call, search)
    stream = call.query.get("stream", "")
    filters = [(name, query, search.text == query and not stream, count) for name, query, count in _FILTERS]
    return {
        "groups": _groups(found.rows, found.moves),
        "shown": len(found.rows),
        "total": found.total,
        "counted_all": counted_all,
        "in_words": in_words(search.query),
        "older": found.rows[-1].id if found.more else "",
        "first_page": "before" not in call.query,
        "problem": search.problem,
        "stream": stream,
        "searched": bool(search.text or stream),
        "filters": filters,
        "heading": next(
            (name for name, query, _ in _FILTERS if query and query == search.text), stream or "All messages"
        ),
        "unseen": sum(row.unseen for row in found.rows),
    }


@pages.show("", "list.html")
def show_list(call: PageCall) -> Values:
    """Show the newest messages that match."""
    values = _values(call)
    return values if values["groups"] or values["searched"] else {**values, **connection(call)}


@pages.show("/rows", "rows.html")
def show_rows(call: PageCall) -> Response:
    """Show the rows of the same list, for a page that is open."""
    return html_response("rows.html", {**layout_of(call, ""), **_values(call)})


@pages.act("/delete")
def delete(call: PageCall) -> Response:
    """Delete messages by their ids, or all that match a search."""
    chosen = call.form.getlist("id")
    if chosen:
        now = call.clock.now()
        terms: list[Term | None] = [term("id", each, now) for each in chosen]
        number = call.view.delete(Query((tuple([each for each in terms if each]),)), inbound=True)
    else:
        search = _search(call, call.form.get("q", ""))
        if search.problem or (search.text and not search.query.groups):
            raise InvalidArgument(f"{search.problem or 'The search has no term'} Nothing was deleted", argument="q")
        number = call.view.delete(search.query, inbound=True)
    return call.back("", f"{number:,} message{'' if number == 1 else 's'} deleted.", q=call.form.get("q", ""))
