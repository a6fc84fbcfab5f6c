"""Attempts to post events to webhooks."""

from __future__ import annotations

from ...errors import InvalidArgument
from ..posting.attempts import AttemptFilters, WebhookAttempt
from ..rejection import Rejection
from ..store import LARGEST_ID
from ..tables.webhook_requests import ATTEMPTS
from . import written
from .operations import InboxCall, Operations

operations = Operations()


@operations.add("GET", "/attempts", query=tuple(AttemptFilters.__annotations__))
def list_attempts(call: InboxCall) -> object:
    """Return the attempts that match, newest first."""
    filters: AttemptFilters = {"limit": call.number("limit", 50, 1, ATTEMPTS)}
    if call.query.get("status"):
        filters["status"] = call.number("status", 0, 100, 599)
    if call.query.get("webhook"):
        filters["webhook"] = call.number("webhook", 0, 1, 999_999_999)
    failed = call.query.get("failed", "")
    if failed.lower() not in ("", "true", "false"):
        raise InvalidArgument(f"failed must be true or false, got {failed[:80]!r}", argument="failed")
    if failed:
        filters["failed"] = failed.lower() == "true"
    if call.query.get("trigger"):
        filters["trigger"] = call.query["trigger"]
    if call.query.get("message"):
        filters["message"] = call.query["message"]
    return {"attempts": [_shown(attempt) for attempt in call.webhooks.attempts(**filters)]}


@operations.add("POST", "/attempts/<int:number>/resend")
def resend(call: InboxCall, number: int) -> object:
    """Post the same bytes again, and return the new attempt."""
    if number > LARGEST_ID or not call.webhooks._read({"id": number}, 1):
        raise Rejection(701, f"There is no attempt {number} on this server.", status=404)
    return _shown(call.webhooks.resend(number))


def _shown(attempt: WebhookAttempt) -> dict[str, object]:
    names = (
        "id",
        "webhook_id",
        "trigger",
        "message_id",
        "recipient",
        "trace_id",
        "number",
        "manual",
        "url",
        "status",
        "accepted",
        "error",
        "hint",
    )
    return {
        **{name: getattr(attempt, name) for name in names},
        "at": written.time_text(attempt.at),
        "retry_at": None if attempt.retry_at is None else written.time_text(attempt.retry_at),
        "seconds": round(attempt.seconds, 6),
        "request_headers": dict(attempt.request_headers),
        "request_body": attempt.body.decode("utf-8", "replace"),
        "response_headers": dict(attempt.response_headers),
        "response_body": attempt.response_text,
    }
