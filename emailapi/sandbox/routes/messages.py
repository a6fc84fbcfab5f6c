"""Messages that were sent."""

from __future__ import annotations

from datetime import timedelta

import attrs

from ...models.messages import MESSAGES, Message, MessageDetails, MessageDump, MessageEvent, MessageFilters
from ..calls import Call, Paging, read_range
from ..events import details_of
from ..instants import micros, wire_text
from ..matching import Incoming
from ..rejection import Rejection
from ..responses import read_filters, written
from ..routing import Found, Routes
from ..source import source_of
from ..store import Row
from ..tables import messages
from ..tables.search import Search, search

routes = Routes()

_CODE = MESSAGES.error_code
_METADATA = "metadata_"
_QUEUED = {"queued": True, "sent": False, "processed": False}


def _metadata(call: Call) -> tuple[str, str] | None:
    pairs = [(name[len(_METADATA) :], value) for name, value in call.query.items() if name.startswith(_METADATA)]
    if len(pairs) > 1:
        raise Rejection(_CODE, "Messages are searched by one metadata field at a time.")
    return pairs[0] if pairs else None


def _search(call: Call) -> Search:
    filters = read_filters(MessageFilters, call.query)
    status = filters.get("status")
    if status is not None and status.lower() not in _QUEUED:
        raise Rejection(_CODE, f"'status' must be one of {', '.join(_QUEUED)}, not '{status[:80]}'.")
    return Search(
        server=call.owner.id,
        stream=filters.get("message_stream", "outbound"),
        recipient=filters.get("recipient"),
        sender=filters.get("sender"),
        tag=filters.get("tag"),
        subject=filters.get("subject"),
        queued=None if status is None else _QUEUED[status.lower()],
        metadata=_metadata(call),
        **read_range(filters, _CODE),
    )


def _hide_recent(call: Call, wanted: Search) -> Search:
    """Leave out the messages that a fault hides from searches."""
    if not call.faults:
        return wanted
    hidden = timedelta(seconds=call.faults.hidden_seconds(Incoming(server=call.owner.id, route=MESSAGES.path)))
    end = micros(call.now - hidden) + 1
    return attrs.evolve(wanted, before=end if wanted.before is None else min(end, wanted.before)) if hidden else wanted


def _summary(row: Row, stream: str, sandboxed: bool) -> dict[str, object]:
    return {
        **messages.shown_of(row),
        "message_id": row["uuid"],
        "message_stream": stream,
        "sender": row["sender"],
        "subject": row["subject"],
        "tag": row["tag"],
        "status": row["status"],
        "received_at": wire_text(row["received_at"]),
        "track_opens": bool(row["track_opens"]),
        "track_links": row["track_links"],
        "sandboxed": sandboxed,
    }


@routes.listing(MESSAGES)
def list_messages(call: Call, paging: Paging) -> Found:
    """Find messages, newest first."""
    wanted = _hide_recent(call, _search(call))
    total, rows = search(call.db, wanted, count=paging.count, offset=paging.offset)
    return total, [written(Message, **_summary(row, wanted.stream, call.owner.sandboxed)) for row in rows]


def _one(call: Call, message_id: str) -> tuple[Row, str]:
    """Return a message with its source, in which bytes that are not valid text are replaced."""
    row = messages.by_uuid(call.db, call.owner.id, message_id)
    if row is None:
        raise Rejection(701, f"There is no message '{message_id[:80]}' on this server.")
    return row, source_of(call.db, row).decode("utf-8", "replace")


@routes.get(f"{MESSAGES.path}/<message_id>/details")
def details(call: Call, message_id: str) -> object:
    """Show one message with its content and its events."""
    row, source = _one(call, message_id)
    return written(
        MessageDetails,
        **_summary(row, row["stream_id"], call.owner.sandboxed),
        text_body=row["text_body"],
        html_body=row["html_body"],
        body=source,
        message_events=[
            written(
                MessageEvent,
                recipient=event["recipient"],
                type=event["type"],
                received_at=wire_text(event["received_at"]),
                details=details_of(event["recipient"], event["details"]),
            )
            for event in messages.events_of(call.db, row["id"])
        ],
    )


@routes.get(f"{MESSAGES.path}/<message_id>/dump")
def dump(call: Call, message_id: str) -> object:
    """Show the raw source of one message."""
    return written(MessageDump, body=_one(call, message_id)[1])
