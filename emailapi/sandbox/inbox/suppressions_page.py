"""Suppressed addresses of each stream: adding and lifting."""

from __future__ import annotations

from flask import Response

from ...errors import InvalidArgument
from ...models.suppressions import CHANGED
from ..instants import moment
from ..routes import suppressions as rules
from ..tables import streams, suppressions
from .pages import PageCall, Pages, Values

pages = Pages()

_REASONS = {
    "HardBounce": ("bounced", "Hard bounce"),
    "SpamComplaint": ("complained", "Complaint"),
    "ManualSuppression": ("suppressed", "Manual"),
}
_SHOWN = 1_000


@pages.show("/suppressions", "suppressions.html")
def show_suppressions(call: PageCall) -> Values:
    """Show the suppressed addresses by stream."""
    found = []
    with call.store.transaction(writing=False) as db:
        for stream in streams.of_server(db, call.server["id"]):
            if stream.type == "Inbound" or stream.archived_at is not None:
                continue
            rows = suppressions.listed(db, stream.key, reason=None, origin=None, address=None, since=None, before=None)
            listed = [
                {
                    "address": row["address"],
                    "state": _REASONS[row["reason"]],
                    "origin": row["origin"],
                    "since": call.times.words(moment(row["created_at"])),
                    "fixed": row["reason"] == "SpamComplaint",
                }
                for row in rows[:_SHOWN]
            ]
            found.append((stream, listed, len(rows)))
    return {"streams": found}


def _change(call: PageCall, said: str, change: object) -> Response:
    address, stream = call.form.get("address", "").strip(), call.form.get("stream", "")
    body = {CHANGED.key: [{"EmailAddress": address}]}
    response = call.ask_api(change, body, stream_id=stream)  # type: ignore[arg-type]
    result = response[CHANGED.key][0]  # type: ignore[index]
    if result["Message"]:
        raise InvalidArgument(result["Message"], argument="address")
    return call.back("/suppressions", f"{address} {said} in {stream}.")


@pages.act("/suppressions/add")
def add(call: PageCall) -> Response:
    """Suppress an address."""
    return _change(call, "is suppressed", rules.create)


@pages.act("/suppressions/lift")
def lift(call: PageCall) -> Response:
    """Send to an address again."""
    return _change(call, "is sent to again", rules.delete)
