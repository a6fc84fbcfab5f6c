"""`sandbox.webhooks`: the requests to webhooks, and posting them again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

import attrs

from ..._hints import unknown_name_message
from ...errors import InvalidArgument
from ...wire import load_json
from ..arguments import check_stored_text, check_whole
from ..instants import moment
from ..store import LARGEST_ID, Row, Store, Value
from ..tables import webhook_requests
from ..tables.messages import message_id_of

if TYPE_CHECKING:
    from typing import Unpack


class AttemptFilters(TypedDict, total=False):
    """
    Which attempts are looked for; an attempt must match all of it.

    Attributes:
        status: The status of the response.
        failed: Whether the webhook did not accept the request: another status, or no response.
        webhook: The id of the webhook.
        trigger: The trigger, such as `"Bounce"`; `"Inbound"` for emails that came in.
        message: The id of a message, the result of a send, or a captured email.
        limit: How many attempts are returned at most.
    """

    status: int
    failed: bool
    webhook: int
    trigger: str
    message: Any
    limit: int


@attrs.frozen(kw_only=True)
class WebhookAttempt:
    """
    One attempt to post an event to a webhook.

    Attributes:
        id: The number of the attempt in its sandbox.
        webhook_id: Id of the webhook; None for a URL in the server's settings, and for the verification of a webhook.
        server_id: Id of the server.
        trigger: The trigger of the event, such as `"Bounce"`; `"Inbound"` for an email that came in.
        message_id: The id of the message; None for an event without one.
        recipient: The address that the event is about.
        trace_id: The header `X-PM-Webhook-Trace-Id`, the same in each attempt.
        number: 1 for the first attempt, 2 for the first retry; 0 for one that `resend` made.
        manual: Whether `resend`, `retry_now` or `replay_failed` made it.
        at: When it began, by the clock of the sandbox.
        url: The URL that was posted to, after all redirects, without user name and password.
        request_headers: The headers of the request; credentials are masked.
        body: The body of the request.
        status: Status of the response; None if there was none.
        response_headers: The headers of the response.
        response_body: The first 10,000 bytes of the response's body.
        seconds: How long it took.
        accepted: Whether the webhook accepted the request.
        error: Why there was no response; empty if there was one.
        hint: Why the request was not accepted, in words; empty if it was.
        retry_at: When the next attempt is due; None if there is none.
    """

    id: int
    webhook_id: int | None
    server_id: int
    trigger: str
    message_id: str | None
    recipient: str
    trace_id: str
    number: int
    manual: bool
    at: datetime
    url: str
    request_headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    status: int | None
    response_headers: Mapping[str, str] = attrs.field(repr=False)
    response_body: bytes = attrs.field(repr=False)
    seconds: float
    accepted: bool
    error: str
    hint: str
    retry_at: datetime | None

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON object of the request's body."""
        found: dict[str, Any] = load_json(self.body)
        return found

    @property
    def response_text(self) -> str:
        """The body of the response as text."""
        return self.response_body.decode("utf-8", "replace")


def _joined(text: str) -> dict[str, str]:
    """Return the headers by their names; values of one name are joined by commas."""
    found: dict[str, str] = {}
    for name, value in json.loads(text):
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def attempt_of(row: Row) -> WebhookAttempt:
    """Return an attempt of the database."""
    return WebhookAttempt(
        id=row["id"],
        webhook_id=row["webhook"],
        server_id=row["server"],
        trigger=row["kind"],
        message_id=row["message"],
        recipient=row["recipient"],
        trace_id=row["trace"],
        number=row["number"],
        manual=bool(row["manual"]),
        at=moment(row["started_at"]),
        url=row["url"],
        request_headers=_joined(row["request_headers"]),
        body=row["body"],
        status=row["status"],
        response_headers=_joined(row["response_headers"]),
        response_body=row["response_body"],
        seconds=row["microseconds"] / 1_000_000,
        accepted=bool(row["accepted"]),
        error=row["error"],
        hint=row["hint"],
        retry_at=None if row["retry_at"] is None else moment(row["retry_at"]),
    )


class Posting(Protocol):
    """The part of the sandbox that posts requests."""

    def post_now(self, store: Store, request: int, *, scheduled: bool) -> int | None:
        """Post a request now, and return the id of the attempt; None if the request does not wait for a retry."""


class Webhooks:
    """
    The requests that the sandbox has posted to webhooks: `sandbox.webhooks`.

    Events are posted as soon as they happen; `sandbox.clock.wait_idle()` returns when all that are due have been::

        client.outbound.send(email)
        sandbox.clock.wait_idle()
        for attempt in sandbox.webhooks.attempts(failed=True):
            print(attempt.url, attempt.status, attempt.hint)

    The last 5,000 attempts are kept.
    """

    def __init__(self, store: Callable[[], Store], posting: Callable[[], Posting], server: int | None = None) -> None:
        """Look at attempts in this database: of one server, or of all."""
        self._store, self._posting, self._server = store, posting, server

    def of_server(self, server: int) -> Webhooks:
        """Return the same for the webhooks of one server, by its id."""
        return type(self)(self._store, self._posting, server)

    def attempts(self, **filters: Unpack[AttemptFilters]) -> list[WebhookAttempt]:
        """
        Return attempts, newest first.

        Args:
            **filters: Keys of `AttemptFilters`: `status`, `failed`, `webhook`, `trigger`, `message` and `limit`.

        Raises:
            InvalidArgument: A filter is unknown or has a wrong type, or `message` does not name one.
        """
        for name in filters:
            if name not in AttemptFilters.__annotations__:
                known = dict.fromkeys(AttemptFilters.__annotations__)
                raise InvalidArgument(unknown_name_message(name, known, "filter"), argument=name)
        asked: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
        for name in ("status", "webhook", "limit"):
            if name in asked:
                check_whole(asked[name], name, 0)
        check_stored_text(asked.get("trigger"), "trigger")
        limit = asked.pop("limit", webhook_requests.ATTEMPTS)
        if "failed" in asked:
            asked["accepted"] = not asked.pop("failed")
        if "message" in asked:
            asked["message"] = message_id_of(asked["message"]).lower()
        return self._read(asked, limit)

    def resend(self, attempt: WebhookAttempt | int) -> WebhookAttempt:
        """
        Post the same bytes with the same trace id again, outside the schedule, and return the new attempt.

        If the webhook accepts it, no more retries follow; else they go on as before.

        Args:
            attempt: An attempt, or its id.

        Raises:
            InvalidArgument: There is no such attempt, or its webhook has been deleted.
        """
        return self._post(self._request_of(attempt), scheduled=False)

    def retry_now(self, attempt: WebhookAttempt | int) -> WebhookAttempt:
        """
        Make the next attempt of a request that waits for a retry now, and return it.

        Args:
            attempt: An attempt of this request, or its id.

        Raises:
            InvalidArgument: There is no such attempt, or no retry is due.
        """
        return self._post(self._request_of(attempt), scheduled=True)

    def replay_failed(self, webhook: int | object) -> list[WebhookAttempt]:
        """
        Post everything again that a webhook has not accepted, in the order of the events; return the new attempts.

        Args:
            webhook: The webhook, as `client.webhooks` returns it, or its id.

        Raises:
            InvalidArgument: `webhook` is neither.
        """
        number = webhook if isinstance(webhook, int) else getattr(webhook, "id", None)
        if not isinstance(number, int):
            raise InvalidArgument(
                f"webhook must be a webhook or its id, got {type(webhook).__name__}", argument="webhook"
            )
        with self._store().transaction(writing=False) as db:
            requests = webhook_requests.failed_of(db, number, self._server)
        return [self._post(request, scheduled=False) for request in requests]

    def _read(self, filters: Mapping[str, Value], limit: int) -> list[WebhookAttempt]:
        with self._store().transaction(writing=False) as db:
            return [attempt_of(row) for row in webhook_requests.attempts(db, {**filters, **self._own}, limit)]

    @property
    def _own(self) -> dict[str, int]:
        return {} if self._server is None else {"server": self._server}

    def _request_of(self, attempt: WebhookAttempt | int) -> int:
        number = attempt.id if isinstance(attempt, WebhookAttempt) else attempt
        if isinstance(number, bool) or not isinstance(number, int):
            raise InvalidArgument(
                f"attempt must be an attempt or its id, got {type(number).__name__}", argument="attempt"
            )
        with self._store().transaction(writing=False) as db:
            rows = webhook_requests.attempts(db, {"id": min(number, LARGEST_ID), **self._own}, 1) if number > 0 else []
        if not rows:
            raise InvalidArgument(f"there is no attempt {number!r:.80} in the sandbox", argument="attempt")
        return int(rows[0]["request"])

    def _post(self, request: int, *, scheduled: bool) -> WebhookAttempt:
        number = self._posting().post_now(self._store(), request, scheduled=scheduled)
        if number is None:
            reason = "no retry of this request is due" if scheduled else "the webhook of this request was deleted"
            raise InvalidArgument(reason, argument="attempt")
        return self._read({"id": number}, 1)[0]
