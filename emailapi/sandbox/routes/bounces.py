"""Bounces."""

from __future__ import annotations

from datetime import timedelta

from ...models.bounces import (
    BOUNCE_KINDS,
    BOUNCES,
    Bounce,
    BounceActivation,
    BounceCount,
    BounceFilters,
    DeliveryStats,
)
from ...models.messages import MessageDump
from ..addresses import read_addresses
from ..calls import Call, Paging, read_choice, read_flag, read_id, read_range
from ..events import BOUNCE_TYPES
from ..instants import micros, moment, wire_text
from ..posting.notices import tell_change
from ..rejection import Rejection
from ..responses import read_filters, written
from ..routing import Found, Routes
from ..store import Row
from ..tables import bounces, streams, suppressions
from ..tables.bounces import BounceSearch

routes = Routes()

_PATH = f"{BOUNCES.path}/<bounce_id>"
_CODE = BOUNCES.error_code
DUMP_KEPT = timedelta(days=30)


def _dump_kept(call: Call, row: Row) -> bool:
    return call.now - moment(row["bounced_at"]) < DUMP_KEPT


def _shown(call: Call, row: Row) -> dict[str, object]:
    kind = BOUNCE_TYPES[row["type"]]
    # The service does not name the sender of a message that a recipient complained about.
    sender = {} if kind.type == "SpamComplaint" else {"sender": read_addresses(row["sender"], "From")[0].email}
    return written(
        Bounce,
        id=row["id"],
        type=kind.type,
        type_code=kind.code,
        name=kind.name,
        tag=row["tag"],
        message_id=row["uuid"],
        server_id=call.owner.id,
        message_stream=row["stream_id"],
        description=row["description"],
        details=row["details"],
        email=row["email"],
        **sender,
        bounced_at=wire_text(row["bounced_at"]),
        dump_available=_dump_kept(call, row),
        inactive=bool(row["inactive"]),
        can_activate=bool(row["can_activate"]),
        subject=row["subject"],
    )


def _whole(call: Call, row: Row) -> dict[str, object]:
    return {**_shown(call, row), **written(Bounce, content=row["content"])}


def _find(call: Call, bounce_id: str) -> Row:
    row = bounces.by_id(call.db, call.owner.id, read_id(bounce_id))
    if row is None:
        raise Rejection(1001, f"There is no bounce '{bounce_id[:80]}' on this server.")
    return row


@routes.get("/deliverystats")
def delivery_stats(call: Call) -> object:
    """Count all bounces, which has no type, and then those of each type."""
    counts = bounces.counts(call.db, call.owner.id)
    rows = [
        written(BounceCount, type=kind.value, name=row.name, count=counts[kind.value])
        for kind, row in BOUNCE_KINDS.items()
        if kind.value in counts
    ]
    return written(
        DeliveryStats,
        inactive_mails=suppressions.count(call.db, call.owner.id),
        bounces=[written(BounceCount, name="All", count=sum(counts.values())), *rows],
    )


@routes.listing(BOUNCES)
def list_bounces(call: Call, paging: Paging) -> Found:
    """Find bounces of one stream, newest first."""
    filters = read_filters(BounceFilters, call.query)
    kind = read_choice(filters.get("type"), BOUNCE_TYPES, "type", _CODE)
    inactive = read_flag(filters.get("inactive"), "inactive", _CODE)
    dates = read_range(filters, _CODE)
    stream = streams.by_id(call.db, call.owner.id, filters.get("message_stream", "outbound"))
    if stream is None:
        return 0, []
    wanted = BounceSearch(
        stream=stream.key,
        type=kind,
        inactive=inactive,
        email=filters.get("email"),
        tag=filters.get("tag"),
        message_id=filters.get("message_id", "").lower() or None,
        **dates,
    )
    total, rows = bounces.search(call.db, wanted, count=paging.count, offset=paging.offset)
    return total, [{"RecordType": "Bounce", **_shown(call, row)} for row in rows]


@routes.get(_PATH)
def get(call: Call, bounce_id: str) -> object:
    """Show one bounce with its content."""
    return _whole(call, _find(call, bounce_id))


@routes.get(f"{_PATH}/dump")
def dump(call: Call, bounce_id: str) -> object:
    """Show the raw source of one bounce; nothing after 30 days."""
    row = _find(call, bounce_id)
    return written(MessageDump, body=row["content"] if _dump_kept(call, row) else "")


@routes.put(f"{_PATH}/activate", body_limit=0)
def activate(call: Call, bounce_id: str) -> object:
    """Send to the bounce's address again; an active address stays active."""
    row = _find(call, bounce_id)
    reason = suppressions.reason(call.db, row["stream"], row["email"])
    if not row["can_activate"] or reason == "SpamComplaint":
        raise Rejection(1003, f"The bounce {row['id']} ({row['type']}) of {row['email']} cannot be activated.")
    if suppressions.lift(call.db, row["stream"], row["email"]):
        tell_change(call.db, row["stream"], row["email"], micros(call.now), suppressed=False)
    return written(BounceActivation, message="OK", bounce=_whole(call, _find(call, bounce_id)))


@routes.get(f"{BOUNCES.path}//dump")
@routes.put(f"{BOUNCES.path}//activate", body_limit=0)
def reject_no_id(_call: Call) -> object:
    """Reject a path with an empty id; the service has a code for it."""
    raise Rejection(1002, "The path has no bounce id.")
