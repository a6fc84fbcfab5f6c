"""Inbound messages."""

from __future__ import annotations

from ...models.inbound import INBOUND, InboundFilters, InboundStatus
from ..calls import Call, Paging, read_choice, read_range
from ..instants import micros
from ..receiving import detailed, listed, process
from ..rejection import Rejection
from ..responses import done, read_filters
from ..routing import Found, Routes
from ..store import Row
from ..tables import inbound
from ..tables.inbound import InboundSearch

routes = Routes()

_CODE = INBOUND.error_code
_MESSAGE = f"{INBOUND.path}/<message_id>"


@routes.listing(INBOUND)
def list_messages(call: Call, paging: Paging) -> Found:
    """Find inbound messages, newest first; those that were processed, unless the query names another status."""
    filters = read_filters(InboundFilters, call.query)
    status = read_choice(filters.get("status"), list(InboundStatus), "status", _CODE)
    wanted = InboundSearch(
        server=call.owner.id,
        recipient=filters.get("recipient"),
        sender=filters.get("sender"),
        tag=filters.get("tag"),
        subject=filters.get("subject"),
        mailbox_hash=filters.get("mailbox_hash"),
        status=str(status or InboundStatus.PROCESSED),
        **read_range(filters, _CODE),
    )
    total, rows = inbound.search(call.db, wanted, count=paging.count, offset=paging.offset)
    return total, [listed(row) for row in rows]


def _find(call: Call, message_id: str) -> Row:
    row = inbound.by_uuid(call.db, call.owner.id, message_id)
    if row is None:
        raise Rejection(701, f"There is no inbound message '{message_id[:80]}' on this server.")
    return row


@routes.get(f"{_MESSAGE}/details")
def details(call: Call, message_id: str) -> object:
    """Show one inbound message with its content."""
    return detailed(_find(call, message_id))


@routes.put(f"{_MESSAGE}/bypass", body_limit=0)
def bypass(call: Call, message_id: str) -> object:
    """Process a message that was blocked."""
    _process(call, message_id, InboundStatus.BLOCKED, "bypassed")
    return done("Successfully bypassed rules for this inbound message.")


@routes.put(f"{_MESSAGE}/retry", body_limit=0)
def retry(call: Call, message_id: str) -> object:
    """Post a message again whose attempts have all failed."""
    _process(call, message_id, InboundStatus.FAILED, "retried")
    return done("Successfully rescheduled failed message.")


def _process(call: Call, message_id: str, needed: InboundStatus, what: str) -> None:
    row = inbound.by_uuid(call.db, call.owner.id, message_id)
    if row is None or row["status"] != needed:
        found = "There is no such message." if row is None else f"Its status is {row['status']}, not {needed}."
        raise Rejection(701, found, text=f"This message was not found or cannot be {what}.")
    process(call.db, call.owner.id, row["uuid"], micros(call.now))
