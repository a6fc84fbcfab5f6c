"""The requests to webhooks about one message, each with its last attempt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import attrs

from ..posting.attempts import WebhookAttempt
from ..store import Row
from ..tables import webhook_requests
from .pages import PageCall
from .times import Instant

# The page of a message has so many of its requests.
MOST = 100
# By the type of an event, the triggers of the webhooks that are told of it.
_TRIGGERS = {
    "Delivered": ("Delivery",),
    "Transient": ("Bounce",),
    "Bounced": ("Bounce", "SubscriptionChange"),
    "Opened": ("Open",),
    "LinkClicked": ("Click",),
    "SubscriptionChanged": ("SpamComplaint", "SubscriptionChange"),
}


@attrs.frozen(kw_only=True)
class Told:
    """
    A request.

    Attributes:
        id: Its id.
        trigger: The trigger of the event, and `recipient` the address.
        happened_at: The instant of the event.
        target: The webhook, or the name of the setting with the URL.
        place: Host and path of the URL.
        status: The status of the last response; empty without one.
        attempt: The last attempt; None before the first.
        tries: Which attempt it is, in words.
        next: When the next attempt is due; None if there is none.
    """

    id: int
    trigger: str
    recipient: str
    happened_at: int
    target: int | str
    place: str
    status: str
    attempt: WebhookAttempt | None
    tries: str
    next: Instant | None


def tries_of(call: PageCall, attempt: WebhookAttempt) -> str:
    """Return which attempt of its request an attempt is, in words."""
    if attempt.number == 0:
        return "by hand"
    most = call.here.verifying.runner.tries(attempt.trigger)
    return f"try {attempt.number} of {most}" + (", by hand" if attempt.manual else "")


def told_of(call: PageCall, message_id: str) -> tuple[list[Told], bool]:
    """Return the newest requests about a message, newest first, and whether there are more."""
    with call.store.transaction(writing=False) as db:
        rows = webhook_requests.of_message(db, message_id, MOST + 1)
    last: dict[str, WebhookAttempt] = {}
    for attempt in call.webhooks.attempts(message=message_id) if rows else ():
        last.setdefault(attempt.trace_id, attempt)
    return [_told(call, row, last.get(row["trace"])) for row in rows[:MOST]], len(rows) > MOST


def _told(call: PageCall, row: Row, attempt: WebhookAttempt | None) -> Told:
    from_settings = call.server[row["hook"]] if row["hook"] else ""
    url = attempt.url if attempt is not None else row["url"] or from_settings
    due = None if row["due_at"] is None or attempt is None else attempt.retry_at
    return Told(
        id=row["id"],
        trigger=row["kind"],
        recipient=row["recipient"],
        happened_at=row["happened_at"],
        target=row["webhook"] or row["hook"],
        place=url.partition("//")[2],
        status="" if attempt is None or attempt.status is None else str(attempt.status),
        attempt=attempt,
        tries="waits for its first try" if attempt is None else tries_of(call, attempt),
        next=None if due is None else call.times.words(due),
    )


class Caused:
    """Finds the requests that events have caused: asked of event after event, oldest first, each is found once."""

    def __init__(self, told: Sequence[Told]) -> None:
        """Look among requests, newest first."""
        self._left: dict[tuple[str, str, int], list[Told]] = defaultdict(list)
        for each in reversed(told):
            self._left[each.trigger, each.recipient, each.happened_at].append(each)

    def by(self, event: Row) -> tuple[Told, ...]:
        """Return the requests of an event of the database: one for each trigger and target."""
        found = []
        for trigger in _TRIGGERS.get(event["type"], ()):
            left = self._left[trigger, event["recipient"], event["received_at"]]
            first = {each.target: each for each in reversed(left)}
            for each in first.values():
                left.remove(each)
                found.append(each)
        return tuple(found)
