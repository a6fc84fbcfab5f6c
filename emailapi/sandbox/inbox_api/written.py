"""The JSON of the API's records, by the names that Python's have."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from ...models.address import Address
from ...models.message_status import derive_status
from ...models.messages import MessageDetails, MessageEvent
from ..captured import CapturedEmail
from ..faults import Fault
from ..progress import event_of
from ..request_log import RecordedRequest
from ..tables import messages


def time_text(when: datetime) -> str:
    """Return an instant: `2026-11-29T08:30:00.123456Z`."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _address(address: Address) -> dict[str, object]:
    return {"email": address.email, "name": address.name}


def _addresses(addresses: Iterable[Address]) -> list[dict[str, object]]:
    return [_address(address) for address in addresses]


def event(made: MessageEvent, cause: str) -> dict[str, object]:
    """Return an event of a message, with its cause: one of `CAUSES`, or an empty text."""
    return {
        "type": str(made.type),
        "recipient": made.recipient,
        "received_at": None if made.received_at is None else time_text(made.received_at),
        "details": made.details,
        "cause": cause or None,
    }


def summary(email: CapturedEmail) -> dict[str, object]:
    """Return an email without its content, as lists have it."""
    recipients = tuple([address.email for address in (*email.to, *email.cc, *email.bcc)])
    rows = email._event_rows
    events = [event_of(row) for row in rows]
    status = MessageDetails(recipients=recipients, status=email._row["status"], message_events=tuple(events))
    state = "received" if email._row["stream_type"] == "Inbound" else derive_status(status).state
    return {
        "message_id": email.message_id,
        "message_stream": email.message_stream,
        "received_at": time_text(email.received_at),
        "state": str(state),
        "sender": _address(email.sender),
        "to": _addresses(email.to),
        "cc": _addresses(email.cc),
        "bcc": _addresses(email.bcc),
        "subject": email.subject,
        "tag": email.tag,
        "metadata": email.metadata,
        "attachments": _attachments(email),
        "events": [event(made, row["cause"]) for made, row in zip(events, rows, strict=True)],
    }


def _attachments(email: CapturedEmail) -> list[dict[str, object]]:
    with email._place.store().transaction(writing=False) as db:
        rows = messages.file_facts(db, email._row["id"])
    names = ("name", "content_type", "content_id", "size")
    return [{"number": row["position"], **{name: row[name] for name in names}} for row in rows]


def content(email: CapturedEmail) -> dict[str, object]:
    """Return a whole email."""
    return {
        **summary(email),
        "reply_to": _addresses(email.reply_to),
        "headers": [{"name": header.name, "value": header.value} for header in email.headers],
        "text_body": email.text_body,
        "html_body": email.html_body,
        "links": [{"url": str(link), "text": link.text} for link in email.links],
        "mailto_links": [{"url": str(link), "text": link.text} for link in email.mailto_links],
        "codes": list(email.codes),
        "code": email.codes[0] if len(email.codes) == 1 else None,
        "track_opens": email.track_opens,
        "track_links": email.track_links,
    }


def fault(armed: Fault, is_armed: bool) -> dict[str, object]:
    """Return a fault."""
    return {
        "number": armed.number,
        "type": armed.kind,
        "armed": is_armed,
        "hits": armed.hits,
        "remaining": armed.remaining,
    }


def recorded(request: RecordedRequest) -> dict[str, object]:
    """Return a request that the sandbox has recorded."""
    return {
        "received_at": time_text(request.received_at),
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": request.status,
        "rejected": request.rejected,
        "rejections": [
            {"code": each.code, "message": each.message, "index": each.index} for each in request.rejections
        ],
        "message_ids": list(request.message_ids),
        "seconds": round(request.seconds, 6),
        "user_agent": request.user_agent,
        "fault": request.fault,
    }
