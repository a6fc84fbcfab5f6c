"""The emails and requests of one server of a sandbox, for those who have its token."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from ..errors import InvalidArgument
from .captured import CapturedEmail, Place, captured
from .finding import Scope, catch_up, find_ids, mark_of
from .inbound_emails import Receiving
from .query import Query
from .request_log import RequestLog
from .tables import erasing, messages
from .watching import Found, Mark

_MARK = re.compile(r"0|\d{1,12}\.\d{1,12}(?:-\d{1,12}\.\d{1,12})*", re.ASCII)
# So many messages are deleted at once: others can use the database in between.
_AT_ONCE = 500


def mark_text(mark: Mark) -> str:
    """Return a mark as a text for other programs; `0` is the mark before all messages."""
    return "-".join([f"{stream}.{taken}" for stream, taken in mark._taken.items()]) or "0"


def read_mark(text: str) -> Mark:
    """
    Return the mark that a text stands for.

    Raises:
        InvalidArgument: The text is not a mark.
    """
    if not _MARK.fullmatch(text):
        raise InvalidArgument(f"since must be a mark of the sandbox, or 0, got {text[:80]!r}", argument="since")
    pairs = [pair.split(".") for pair in text.split("-") if "." in pair]
    return Mark({int(stream): int(taken) for stream, taken in pairs})


class ServerView(Receiving):
    """The methods by which tests look at emails, of one server."""

    def __init__(self, place: Place, server: int, now: Callable[[], datetime], log: RequestLog) -> None:
        """Look at the server of this id."""
        self._at, self._id, self._time, self._kept = place, server, now, log

    def _place(self) -> Place:
        return self._at

    def _server_id(self) -> int:
        return self._id

    def _now(self) -> datetime:
        return self._time()

    def _log(self) -> RequestLog:
        return self._kept

    def get(self, message_id: str) -> CapturedEmail | None:
        """Return an email of the server, sent or inbound, by the id of its message, or None."""
        with self._at.store().transaction(writing=False) as db:
            rows = (messages.by_uuid(db, self._id, message_id, inbound=inbound) for inbound in (False, True))
            row = next((row for row in rows if row is not None), None)
        return None if row is None else captured(row, self._at)

    def here(self) -> Mark:
        """Return the mark behind the newest email of the server."""
        with self._at.store().transaction(writing=False) as db:
            return Mark(mark_of(db, self._id))

    def page(self, query: Query, limit: int, before: CapturedEmail | None) -> Found:
        """Return the newest emails that match and came before an email."""
        at = None if before is None else (before._row["received_at"], before._row["id"])
        return self._search(query, Scope(self._id, before=at), limit)

    def wait(
        self, query: Query, count: int, timeout: float, since: Mark, limit: int, ended: Callable[[], bool]
    ) -> Found:
        """Wait until `count` emails match that came after a mark; return at most `limit` of those that match then."""
        return self._await(query, count, timeout, since, limit, ended)

    def near(self, query: Query, since: Mark) -> list[tuple[CapturedEmail, list[str]]]:
        """Return the newest emails after a mark, each with the terms that it does not match."""
        return self._near(query, since)

    def delete(self, query: Query, *, inbound: bool = False) -> int:
        """Delete the emails that match, with `inbound` those that came in, too; return how many there were."""
        store = self._at.store()
        catch_up(store)
        with store.transaction(writing=False) as db:
            ids = find_ids(db, query, Scope(self._id, inbound=inbound))
        deleted = 0
        for start in range(0, len(ids), _AT_ONCE):
            with store.transaction() as db:
                rows = messages.facts(db, ids[start : start + _AT_ONCE])
                erasing.erase(db, rows)
                deleted += len(rows)
        return deleted
