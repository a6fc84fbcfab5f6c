"""Opens and clicks of messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...models.listing import Listing
from ...models.messages import MESSAGES
from ...models.opens import CLICKS, OPENS, Click, Interaction, Open, OpenFilters
from ..calls import Call, Paging, read_paging
from ..instants import wire_text
from ..programs import program_of
from ..rejection import Rejection
from ..responses import read_filters, written
from ..routing import Found, Routes
from ..store import Row, Value
from ..tables import messages, opens, streams

routes = Routes()


def _interaction(row: Row) -> dict[str, object]:
    return {
        **written(
            Interaction,
            message_id=row["uuid"],
            message_stream=row["stream_id"],
            recipient=row["recipient"],
            received_at=wire_text(row["received_at"]),
            tag=row["tag"] or "",
            user_agent=row["user_agent"],
            client=program_of(row["client"]),
            os=program_of(row["os"]),
            platform=row["platform"],
            geo=program_of(row["geo"]),
        ),
    }


def _open(row: Row) -> dict[str, object]:
    seconds = {} if row["read_seconds"] is None else {"read_seconds": row["read_seconds"]}
    return {"RecordType": "Open", **_interaction(row), **written(Open, first_open=True, **seconds)}


def _click(row: Row) -> dict[str, object]:
    where = written(Click, click_location=row["location"], original_link=row["link"])
    return {"RecordType": "Click", **_interaction(row), **where}


def _add(listing: Listing[Any], table: str, show: Callable[[Row], dict[str, object]]) -> None:
    """Register the list of all messages and that of one message."""

    @routes.listing(listing)
    def find(call: Call, paging: Paging) -> Found:
        named = read_filters(OpenFilters, call.query)
        stream = streams.by_id(call.db, call.owner.id, named.pop("message_stream", "outbound"))
        if stream is None:
            return 0, []
        filters: dict[str, Value] = {**named}
        total, rows = opens.search(call.db, table, stream.key, filters, count=paging.count, offset=paging.offset)
        return total, [show(row) for row in rows]

    @routes.get(f"{listing.path}/<message_id>")
    def of_message(call: Call, message_id: str) -> object:
        paging = read_paging(call.query, MESSAGES.error_code)
        row = messages.by_uuid(call.db, call.owner.id, message_id)
        if row is None:
            raise Rejection(701, f"There is no message '{message_id[:80]}' on this server.")
        total, rows = opens.search(
            call.db, table, None, {"message": row["id"]}, count=paging.count, offset=paging.offset
        )
        return {"TotalCount": total, listing.key: [show(row) for row in rows]}


_add(OPENS, "opens", _open)
_add(CLICKS, "clicks", _click)
