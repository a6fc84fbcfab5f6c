"""The events of a message as a timeline, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from ...models.messages import MessageEvent
from ..captured import CapturedEmail
from ..events import BOUNCE_TYPES
from ..instants import micros
from ..request_log import RecordedRequest
from ..store import Row

_STATES = {
    "Delivered": ("delivered", "Delivered"),
    "Transient": ("delayed", "Delayed"),
    "Opened": ("opened", "Opened"),
    "LinkClicked": ("clicked", "Clicked"),
    "Bounced": ("bounced", "Bounced"),
}


@attrs.frozen
class Entry:
    """
    An entry.

    Attributes:
        kind: The class of the state.
        what: The event in a word or two.
        at: When it happened.
        recipient: The address; empty for what is about the whole message.
        why: The cause and the details.
    """

    kind: str
    what: str
    at: datetime
    recipient: str
    why: tuple[str, ...]


def timeline(email: CapturedEmail, bounces: Sequence[Row], requests: Iterable[RecordedRequest]) -> list[Entry]:
    """
    Return the events of a message, newest first, down to the request that sent it.

    Args:
        email: The message.
        bounces: Its bounces.
        requests: The last requests to the sandbox.
    """
    by_number = {str(row["id"]): row for row in bounces}
    complaints = {(row["email"], row["bounced_at"]) for row in bounces if row["type"] == "SpamComplaint"}
    entries = [_entry(event, by_number, complaints) for event in email.events]
    return [*reversed(entries), _accepted(email, requests)]


def _entry(event: MessageEvent, bounces: dict[str, Row], complaints: set[tuple[str, int]]) -> Entry:
    at = event.received_at
    assert at is not None  # noqa: S101 - an event of the database has its time
    details = {name: str(value) for name, value in (event.details or {}).items()}
    kind, what = _STATES.get(str(event.type), ("quiet", str(event.type)))
    why = [details.get("Summary", "").removeprefix("smtp;")]
    if event.type == "Bounced":
        bounce = bounces.get(details.get("BounceID", ""))
        what = BOUNCE_TYPES[bounce["type"]].name if bounce is not None else what
        why.append("the address is suppressed now" if bounce is not None and bounce["inactive"] else "")
    elif event.type in ("Delivered", "Transient"):
        why = [details.get("DeliveryMessage", "").removeprefix("smtp;")]
    elif event.type == "LinkClicked":
        why.append(details.get("Link", ""))
    elif event.type == "SubscriptionChanged":
        complained = (event.recipient, micros(at)) in complaints
        kind, what = ("complained", "Complaint") if complained else ("quiet", "Unsubscribed")
        why = ["the address is suppressed now" if details.get("SuppressSending") == "True" else "not suppressed"]
    return Entry(kind, what, at, event.recipient, tuple([each for each in why if each]))


def _accepted(email: CapturedEmail, requests: Iterable[RecordedRequest]) -> Entry:
    if email._row["stream_type"] == "Inbound":
        return Entry("received", "Received", email.received_at, "", (f"by the stream {email.message_stream}",))
    found = next((each for each in requests if email.message_id in each.message_ids), None)
    if found is None:
        why: tuple[str, ...] = ("by SMTP" if email._row["via"] == "smtp" else "by the API",)
    else:
        why = (f"{found.method} {found.path}", found.user_agent[:60], found.fault or "")
    return Entry("quiet", "Accepted", email.received_at, "", tuple([each for each in why if each]))
