"""The events of a message as a timeline, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from ..captured import CapturedEmail
from ..events import BOUNCE_TYPES, CAUSES, details_of
from ..instants import moment
from ..request_log import RecordedRequest
from ..store import Row
from .message_webhooks import Caused, Told
from .parts import Part, part_of

_STATES = {
    "Delivered": ("delivered", "Delivered"),
    "Transient": ("delayed", "Delayed"),
    "Opened": ("opened", "Opened"),
    "LinkClicked": ("clicked", "Clicked"),
    "Bounced": ("bounced", "Bounced"),
}
_SHOWN = 100
_SUPPRESSED = "the address is suppressed now"


@attrs.frozen
class Entry:
    """
    An entry.

    Attributes:
        kind: The class of the state.
        what: The event in a word or two.
        at: When it happened.
        recipient: The address; empty for an entry about the whole message.
        why: The details, and the cause.
        told: The requests to webhooks that it has caused.
        content: The text of the bounce; empty for other events.
        request: The number of the request that has sent the message; 0 if it is not known.
    """

    kind: str
    what: str
    at: datetime
    recipient: str
    why: tuple[str, ...]
    told: tuple[Told, ...] = ()
    content: str = attrs.field(default="", repr=False)
    request: int = 0


def timeline(
    email: CapturedEmail,
    events: Sequence[Row],
    bounces: Sequence[Row],
    requests: Iterable[tuple[int, RecordedRequest]],
    told: Sequence[Told],
    begins: str = "",
) -> Part[Entry]:
    """
    Return a part of the events of a message, newest first, down to the request that sent it.

    Args:
        email: The message.
        events: Its events, oldest first.
        bounces: Its bounces.
        requests: The last requests to the sandbox, with their numbers.
        told: The requests to webhooks about it.
        begins: The number of the first event of the part, as `part_of` takes it.
    """
    by_number = {str(row["id"]): row for row in bounces}
    complaints = {(row["email"], row["bounced_at"]) for row in bounces if row["type"] == "SpamComplaint"}
    caused = Caused(told)
    causing: list[tuple[Row | None, tuple[Told, ...]]] = [(event, caused.by(event)) for event in events]
    part = part_of([*reversed(causing), (None, ())], begins, _SHOWN)
    entries = [
        _accepted(email, requests, told)
        if event is None
        else attrs.evolve(_entry(event, by_number, complaints), told=of_event)
        for event, of_event in part.items
    ]
    return Part(entries, part.first, part.total, part.size)


def _entry(event: Row, bounces: dict[str, Row], complaints: set[tuple[str, int]]) -> Entry:
    details = {name: str(value) for name, value in details_of(event["recipient"], event["details"]).items()}
    kind, what = _STATES.get(event["type"], ("quiet", event["type"]))
    content = ""
    why = [details.get("Summary", "").removeprefix("smtp;")]
    if event["type"] == "Bounced":
        bounce = bounces.get(details.get("BounceID", ""))
        what, content = (BOUNCE_TYPES[bounce["type"]].name, bounce["content"]) if bounce is not None else (what, "")
        why.append(_SUPPRESSED if bounce is not None and bounce["inactive"] else "")
    elif event["type"] in ("Delivered", "Transient"):
        why = [details.get("DeliveryMessage", "").removeprefix("smtp;")]
    elif event["type"] == "LinkClicked":
        why.append(details.get("Link", ""))
    elif event["type"] == "SubscriptionChanged":
        complained = (event["recipient"], event["received_at"]) in complaints
        kind, what = ("complained", "Complaint") if complained else ("quiet", "Unsubscribed")
        why = [_SUPPRESSED if details.get("SuppressSending") == "True" else "not suppressed"]
    why.append(CAUSES.get(event["cause"], ""))
    shown = tuple([each for each in why if each])
    return Entry(kind, what, moment(event["received_at"]), event["recipient"], shown, content=content)


def _accepted(email: CapturedEmail, requests: Iterable[tuple[int, RecordedRequest]], told: Sequence[Told]) -> Entry:
    if email._row["stream_type"] == "Inbound":
        why: tuple[str, ...] = (f"by the stream {email.message_stream}",)
        return Entry("received", "Received", email.received_at, "", why, tuple(told))
    why, number = ("by SMTP" if email._row["via"] == "smtp" else "by the API",), 0
    for known, request in requests:
        if email.message_id in request.message_ids:
            why, number = (f"{request.method} {request.path}", request.user_agent[:60], request.fault or ""), known
            break
    return Entry("quiet", "Accepted", email.received_at, "", tuple([each for each in why if each]), request=number)
