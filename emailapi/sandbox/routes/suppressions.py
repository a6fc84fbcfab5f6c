"""Addresses that a stream does not send to."""

from __future__ import annotations

from collections.abc import Callable

from ...models.suppressions import (
    CHANGED,
    CHANGES_LIMIT,
    SUPPRESSIONS,
    Suppression,
    SuppressionFilters,
    SuppressionOrigin,
    SuppressionReason,
    SuppressionResult,
    SuppressionStatus,
)
from ..addresses import read_addresses
from ..calls import Call, read_choice, read_range
from ..fields import Field, Table, rows, text
from ..instants import micros, wire_text
from ..posting.notices import tell_change
from ..rejection import Rejection
from ..responses import read_filters, written
from ..routing import Routes
from ..tables import suppressions
from ..tables.streams import Stream

routes = Routes()

_STREAM = "<stream_id>"
_COMPLAINED = SuppressionReason.SPAM_COMPLAINT.value


def _address(given: str) -> str:
    """Return a bare address as it is suppressed."""
    try:
        found = [mailbox.key for mailbox in read_addresses(given, "EmailAddress")]
    except Rejection:
        found = []
    if found != [given.strip().lower()]:
        raise Rejection(1408, f"'{given[:200]}' is not a valid email address.")
    return found[0]


@routes.get(SUPPRESSIONS.path.format(stream=_STREAM))
def dump(call: Call, stream_id: str) -> object:
    """List a stream's suppressed addresses, newest first."""
    stream = call.stream(stream_id)
    filters = read_filters(SuppressionFilters, call.query)
    reasons, origins = [kind.value for kind in SuppressionReason], [kind.value for kind in SuppressionOrigin]
    address = filters.get("email_address")
    rows = suppressions.listed(
        call.db,
        stream.key,
        reason=read_choice(filters.get("suppression_reason"), reasons, "SuppressionReason", 1404),
        origin=read_choice(filters.get("origin"), origins, "Origin", 1405),
        # An address that is not valid is in no list: the service responds with an empty one.
        address=address and address.strip().lower(),
        **read_range(filters, 403),
    )
    return {
        SUPPRESSIONS.key: [
            written(
                Suppression,
                email_address=row["address"],
                suppression_reason=row["reason"],
                origin=row["origin"],
                created_at=wire_text(row["created_at"]),
            )
            for row in rows
        ]
    }


_ENTRY = Table(Field("EmailAddress", "address", text, 1408, required=1411), within=f"{CHANGED.key}[].")
_ENTRIES = Table(Field(CHANGED.key, "entries", rows, 1409, required=1409, table=_ENTRY))


def _asked(call: Call) -> list[str]:
    """Return the addresses in a body as sent; each of them is validated on its own later."""
    items = _ENTRIES.known(call.body).get(CHANGED.key) if isinstance(call.body, dict) else None
    if not isinstance(items, list) or not items:
        raise Rejection(1409, f"The body must be an object with an array '{CHANGED.key}' of at least one address.")
    if len(items) > CHANGES_LIMIT:
        raise Rejection(1410, f"There are {len(items)} addresses; the limit is {CHANGES_LIMIT} for a request.")
    return [entry["address"] for entry in _ENTRIES.read(call.body)["entries"]]


def _each(
    call: Call, stream_id: str, done: SuppressionStatus, change: Callable[[Call, Stream, str], None]
) -> dict[str, object]:
    """Change each address; an address that is rejected has its error in its row."""
    stream = call.stream(stream_id)
    results = []
    for address in _asked(call):
        status, message = done, None
        try:
            change(call, stream, _address(address))
        except Rejection as rejection:
            status, message = SuppressionStatus.FAILED, rejection.message
        results.append(written(SuppressionResult, email_address=address, status=status.value, message=message))
    return {CHANGED.key: results}


def _suppress(call: Call, stream: Stream, address: str) -> None:
    _check_complaint(call, stream, address)
    reason, origin = SuppressionReason.MANUAL_SUPPRESSION.value, SuppressionOrigin.CUSTOMER.value
    now = micros(call.now)
    if suppressions.add(call.db, stream.key, address, reason, origin, now):
        tell_change(call.db, stream.key, address, now, suppressed=True)


def _delete(call: Call, stream: Stream, address: str) -> None:
    _check_complaint(call, stream, address)
    if suppressions.lift(call.db, stream.key, address):
        tell_change(call.db, stream.key, address, micros(call.now), suppressed=False)


def _check_complaint(call: Call, stream: Stream, address: str) -> None:
    """Reject a change of an address that was suppressed by a complaint."""
    if suppressions.reason(call.db, stream.key, address) == _COMPLAINED:
        raise Rejection(1406, f"{address} complained about spam: this suppression cannot be changed.")


@routes.post(CHANGED.path.format(stream=_STREAM, verb=""))
def create(call: Call, stream_id: str) -> object:
    """Suppress addresses; one that is suppressed already keeps its older reason."""
    return _each(call, stream_id, SuppressionStatus.SUPPRESSED, _suppress)


@routes.post(CHANGED.path.format(stream=_STREAM, verb="/delete"))
def delete(call: Call, stream_id: str) -> object:
    """Send to addresses again; one that is not suppressed counts as deleted, too."""
    return _each(call, stream_id, SuppressionStatus.DELETED, _delete)
