"""Questions that tests ask a sandbox: which emails it has, and whether an email comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import attrs

from .._hints import explain_calls
from .._net import monotonic
from ..errors import InvalidArgument, WaitTimeout
from .arguments import check_flag, check_text, check_whole, seconds
from .captured import CapturedEmail, Place, captured
from .finding import Scope, catch_up, find, mark_of, missed, searched
from .query import Query, parse, term
from .request_log import RecordedRequest, RequestLog
from .store import Store
from .tables import account

_NEAR_MISSES = 5
# How often a wait looks whether its client is there still, in seconds.
_LOOK = 1.0


@attrs.frozen
class Mark:
    """A point between two emails, from `mark()`: what came before it is not waited for."""

    _taken: Mapping[int, int] = attrs.field(repr=False)
    # The secret of the sandbox; empty for a mark that does not tell.
    _secret: bytes = attrs.field(repr=False, default=b"")


@attrs.frozen
class Found:
    """
    What a search has found.

    Attributes:
        emails: The emails that match, newest first.
        mark: Behind all emails that the search has looked at.
    """

    emails: list[CapturedEmail]
    mark: Mark


class Expected:
    """
    The emails that `expect` has waited for.

    Attributes:
        messages: All of them, newest first; empty until the block of `with` has ended.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.messages: list[CapturedEmail] = []

    def __repr__(self) -> str:
        """Return how many emails there are."""
        return f"<Expected {len(self.messages)} emails>"

    @property
    def message(self) -> CapturedEmail:
        """
        The email that came; of several, the newest.

        Raises:
            InvalidArgument: The block of `with` has not ended yet.
        """
        if not self.messages:
            raise InvalidArgument("the email is there after the block of `with sandbox.expect(...)`")
        return self.messages[0]


class Watching:
    """The methods by which tests look at emails; of a whole sandbox, or of one server of it."""

    def _place(self) -> Place:
        raise NotImplementedError

    def _server_id(self) -> int | None:
        """Return the id of the server whose emails are looked at; None for all servers."""
        return None

    def _now(self) -> datetime:
        raise NotImplementedError

    def _log(self) -> RequestLog:
        raise NotImplementedError

    def requests(self, *, rejected: bool = False) -> list[RecordedRequest]:
        """
        Return the last requests to the API, newest first, at most 1,000.

        Args:
            rejected: Whether to return only requests that were rejected, that have emails in a batch that were, or
                that got no response.
        """
        check_flag(rejected, "rejected")
        server = self._server_id()
        return [one for one in self._log().newest(rejected=rejected) if server is None or one.server_id == server]

    def messages(self, query: str = "", *, limit: int | None = None) -> list[CapturedEmail]:
        """
        Return the emails that the sandbox has accepted and that match a query, newest first.

        Args:
            query: Terms such as `to:ada@example.com`, `subject:"reset your password"`, `tag:welcome`, `is:bounced`,
                `has:attachment`, or words. All must match; `-` before a term excludes, and `OR` stands between
                alternatives. The page about the sandbox lists all operators.
            limit: How many emails are returned at most.

        Raises:
            InvalidArgument: The query has more than 100 terms, or more than 10,000 characters, or the limit is not a
                whole number.
        """
        check_text(query, "query", or_none=False)
        if limit is not None:
            check_whole(limit, "limit", 0)
        return self._search(parse(query, self._now()), self._scope(None), limit).emails

    def mark(self) -> Mark:
        """Return a mark: `wait_for(..., since=mark)` finds the emails that were accepted after it."""
        with self._place().store().transaction(writing=False) as db:
            return Mark(mark_of(db), account.secret(db))

    def wait_for(
        self, query: str = "", *, count: int = 1, timeout: float = 5, since: Mark | None = None
    ) -> list[CapturedEmail]:
        """
        Wait until emails match a query, and return all that do, newest first.

        Args:
            query: As for `messages`.
            count: How many emails must match.
            timeout: Seconds to wait.
            since: A mark; only emails that came after it count. None counts those that are there already, too.

        Raises:
            WaitTimeout: Fewer emails matched in time. The message names the newest emails, and what each lacked.
            InvalidArgument: An argument is not valid.
        """
        check_text(query, "query", or_none=False)
        _check(count, timeout, since)
        if since is not None:
            self._check_mark(since)
        return self._wait(parse(query, self._now()), query, count, timeout, since)

    @contextmanager
    def expect(
        self,
        query: str = "",
        *,
        to: str | None = None,
        subject: str | None = None,
        count: int = 1,
        timeout: float = 5,
    ) -> Iterator[Expected]:
        """
        Wait, at the end of a block, for an email that the block has caused.

        Emails from before the block do not count::

            with sandbox.expect(to="dana@example.com", subject="Reset") as expected:
                app.post("/forgot", data={"email": "dana@example.com"})
            link = expected.message.link("Reset")

        Args:
            query: As for `messages`.
            to: An address, or words of an address or name, among the recipients.
            subject: Words that stand in the subject in this order.
            count: How many emails must match.
            timeout: Seconds to wait after the block.

        Raises:
            WaitTimeout: No such email came in time. The message names the emails that came, and what each lacked.
            InvalidArgument: An argument is not valid.
        """
        check_text(query, "query", or_none=False)
        check_text(to, "to")
        check_text(subject, "subject")
        _check(count, timeout, None)
        now = self._now()
        named = [(name, value) for name, value in (("to", to), ("subject", subject)) if value is not None]
        made = [each for each in (term(name, value, now) for name, value in named) if each is not None]
        wanted = parse(query, now) & Query(tuple([(each,) for each in made]))
        text = " ".join([*([query] if query else []), *(f"{name}:{value!r}" for name, value in named)])
        since, expected = self.mark(), Expected()
        yield expected
        expected.messages = self._wait(wanted, text, count, timeout, since)

    def _check_mark(self, mark: Mark) -> None:
        with self._place().store().transaction(writing=False) as db:
            if mark._secret not in (b"", account.secret(db)):
                raise InvalidArgument("since is a mark of another sandbox, or of other data", argument="since")

    def _search(self, query: Query, scope: Scope, limit: int | None) -> Found:
        place = self._place()
        store = place.store()
        catch_up(store)
        with store.transaction(writing=False) as db:
            rows, mark = find(db, query, scope, limit), Mark(searched(db, scope.server))
        return Found([captured(row, place) for row in rows], mark)

    def _scope(self, since: Mark | None) -> Scope:
        return Scope(self._server_id(), {} if since is None else since._taken)

    def _wait(self, query: Query, text: str, count: int, timeout: float, since: Mark | None) -> list[CapturedEmail]:
        found = self._await(query, count, timeout, since).emails
        if len(found) < count:
            raise WaitTimeout(self._failure(query, text, found, count, timeout, since))
        return found

    def _await(
        self,
        query: Query,
        count: int,
        timeout: float,
        since: Mark | None,
        limit: int | None = None,
        ended: Callable[[], bool] = lambda: False,
    ) -> Found:
        """Return the emails that match as soon as there are `count`, or those until `timeout`, or until `ended()`."""
        store = self._place().store()
        deadline = monotonic() + timeout
        while True:
            revision = store.revision
            # No more than `count`, as long as there are not enough: each change is a reason to look again.
            found = self._search(query, self._scope(since), count)
            if len(found.emails) >= count:
                return self._search(query, self._scope(since), limit)
            if not _changes(store, revision, deadline, ended):
                return found

    def _failure(
        self, query: Query, text: str, found: list[CapturedEmail], count: int, timeout: float, since: Mark | None
    ) -> str:
        asked = f" that matches {text}" if text else ""
        wanted = (
            f"no email{asked}" if count == 1 else f"{len(found)} of {count} emails{asked.replace('matches', 'match')}"
        )
        lines = [f"{wanted} within {timeout:g} s"]
        if query.unknown:
            taken = "was" if len(query.unknown) == 1 else "were"
            lines.append(f"there is no {' or '.join(query.unknown)}, which {taken} searched as words")
        lines.append(self._near_misses(query, since))
        return "; ".join(lines)

    def _near(self, query: Query, since: Mark | None) -> list[tuple[CapturedEmail, list[str]]]:
        """Return the newest emails, each with the terms that it does not match."""
        place = self._place()
        with place.store().transaction(writing=False) as db:
            rows = find(db, Query(), self._scope(since), _NEAR_MISSES)
            return [(captured(row, place), missed(db, query, row["id"])) for row in rows]

    def _near_misses(self, query: Query, since: Mark | None) -> str:
        near = self._near(query, since)
        if not near:
            with self._place().store().transaction(writing=False) as db:
                came_in = find(db, Query(), attrs.evolve(self._scope(since), inbound=True), 1)
            if came_in:
                return "only inbound emails came, which is:inbound finds"
            return "no email came" if since is not None else "the sandbox has no emails"
        shown = [
            f"{email.summary} ({', '.join(['not ' + reason for reason in failed]) or 'matches'})"
            for email, failed in near
        ]
        return f"the newest emails: {'; '.join(shown)}"


explain_calls(Watching)


def _check(count: object, timeout: object, since: object) -> None:
    """Check the arguments of a wait, before the test does what it waits for."""
    check_whole(count, "count", 1)
    seconds(timeout, "timeout")
    if not isinstance(since, Mark | None):
        raise InvalidArgument(f"since must be a mark() of the sandbox, got {type(since).__name__}", argument="since")


def _changes(store: Store, revision: int, deadline: float, ended: Callable[[], bool]) -> bool:
    """Wait until the database is another than at a revision; return False if the deadline or the end comes first."""
    with store.changed:
        while store.revision == revision:
            left = deadline - monotonic()
            if left <= 0 or ended():
                return False
            store.changed.wait(min(left, _LOOK))
    return True
