"""The result of a request to a webhook, and the time of the next attempt."""

from __future__ import annotations

from ...wire import dump_text
from ..events import BOUNCE_TYPES, report
from ..store import Transaction
from ..tables import bounces, messages, webhook_requests
from ..tables.bounces import Bounce
from .hints import hint
from .orders import Headers, Outcome
from .sending import Sending
from .timetable import INBOUND, Timetable, is_accepted

_MASK = "***"
_CREDENTIALS = ("authorization", "cookie", "secret", "token", "password", "key", "auth", "signature")


def keep_result(
    db: Transaction,
    timetable: Timetable,
    request: int,
    sending: Sending,
    outcome: Outcome,
    at: int,
    *,
    manual: bool,
    scheduled: bool,
) -> int | None:
    """
    Store an attempt, and when the next one is due.

    Args:
        db: The transaction.
        timetable: Says when the next attempt is due.
        request: The request's id.
        sending: The request that was sent.
        outcome: The result.
        at: When the attempt began.
        manual: Whether a test asked for it.
        scheduled: Whether it is one of the timetable.

    Returns:
        The id of the attempt; None if the request was erased in the meantime.
    """
    current = webhook_requests.by_id(db, request)
    if current is None:
        return None
    kind = sending.kind
    accepted = not outcome.error and is_accepted(kind, outcome.status)
    tries, due_at = current["tries"] + scheduled, current["due_at"]
    if accepted:
        due_at = None
    elif scheduled:
        due_at = None if outcome.final else timetable.next_try(kind, outcome.status, tries, at)
    webhook_requests.change(db, request, due_at=due_at, tries=tries, accepted=accepted or current["accepted"])
    if kind == INBOUND and current["message"]:
        state = "Processed" if accepted or current["accepted"] else "Failed" if due_at is None else "Scheduled"
        webhook_requests.inbound_result(db, current["message"], state)
        if state == "Failed" and scheduled:
            _bounce(db, current["message"], current["recipient"], outcome, at)
    db.urgent = True
    return keep_attempt(
        db, request, sending, outcome, at, number=tries if scheduled else 0, manual=manual, retry_at=due_at
    )


def _bounce(db: Transaction, message_id: str, recipient: str, outcome: Outcome, at: int) -> None:
    """Store the bounce of an inbound message that no attempt has posted."""
    row = messages.by_uuid(db, None, message_id, inbound=True)
    if row is None:
        return
    kind = BOUNCE_TYPES["InboundError"]
    problem = outcome.error or f"the inbound hook responded with status {outcome.status}"
    bounces.add(
        db,
        Bounce(
            message=row["id"],
            stream=row["stream"],
            type=kind.type,
            email=recipient,
            bounced_at=at,
            description="The message could not be posted to the inbound hook.",
            details=problem,
            content=report(kind, recipient, problem),
            inactive=False,
            can_activate=False,
        ),
    )


def keep_attempt(
    db: Transaction,
    request: int,
    sending: Sending,
    outcome: Outcome,
    at: int,
    *,
    number: int,
    manual: bool = False,
    retry_at: int | None = None,
) -> int:
    """Store the result of a request, without its credentials; return the id of the attempt."""
    return webhook_requests.add_attempt(
        db,
        request=request,
        number=number,
        manual=manual,
        started_at=at,
        url=outcome.url,
        request_headers=dump_text(_masked(outcome.request_headers)),
        status=outcome.status,
        response_headers=dump_text(outcome.headers),
        response_body=outcome.body,
        microseconds=round(outcome.seconds * 1_000_000),
        accepted=not outcome.error and is_accepted(sending.kind, outcome.status),
        error=outcome.error,
        hint=hint(sending.kind, outcome, sending.order.body, raw=sending.raw),
        retry_at=retry_at,
    )


def _masked(headers: Headers) -> list[tuple[str, str]]:
    return [(name, _masked_value(name.lower(), value)) for name, value in headers]


def _masked_value(name: str, value: str) -> str:
    if name == "authorization":
        return f"{value.partition(' ')[0]} {_MASK}"
    return _MASK if any(word in name for word in _CREDENTIALS) else value
