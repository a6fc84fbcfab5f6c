"""Message streams."""

from __future__ import annotations

import attrs

from ...models.streams import STREAMS, Stream, StreamArchival, StreamFilters, StreamType, SubscriptionManagement
from ..calls import Call, read_choice, read_flag
from ..instants import micros, wire_text
from ..rejection import Rejection
from ..responses import read_filters, written
from ..routing import Routes
from ..stream_rules import STREAMS as LIMIT, changed, new_stream
from ..tables import streams
from ..tables.streams import Stream as Row

routes = Routes()

_PATH = f"{STREAMS.path}/<stream_id>"
_TYPES = tuple(kind.value for kind in StreamType)


def _text(instant: int | None) -> str | None:
    return None if instant is None else wire_text(instant)


def _shown(stream: Row) -> dict[str, object]:
    return written(
        Stream,
        id=stream.id,
        server_id=stream.server,
        name=stream.name,
        description=stream.description,
        message_stream_type=stream.type,
        created_at=wire_text(stream.created_at),
        updated_at=_text(stream.updated_at),
        archived_at=_text(stream.archived_at),
        expected_purge_date=_text(stream.purged_at),
        subscription_management_configuration=written(
            SubscriptionManagement, unsubscribe_handling_type=stream.unsubscribe_handling
        ),
    )


def _in_use(call: Call) -> list[Row]:
    return [stream for stream in streams.of_server(call.db, call.owner.id) if stream.archived_at is None]


def _leave_room(in_use: list[Row]) -> None:
    """Reject more streams than a server may have; archived streams do not count."""
    if len(in_use) >= LIMIT:
        raise Rejection(1225, f"The server has {LIMIT} message streams already, which is the limit.")


@routes.get(STREAMS.path)
def list_streams(call: Call) -> object:
    """List all streams, or those of one type; archived ones only when they are asked for."""
    filters = read_filters(StreamFilters, call.query)
    kind = read_choice(filters.get("message_stream_type"), _TYPES, "MessageStreamType", 1221)
    archived = read_flag(filters.get("include_archived_streams"), "IncludeArchivedStreams", 403)
    now = micros(call.now)
    found = [
        _shown(stream)
        for stream in streams.of_server(call.db, call.owner.id)
        if kind in (None, StreamType.ALL.value, stream.type)
        and (stream.archived_at is None or (archived and not stream.is_purged(now)))
    ]
    return {STREAMS.key: found, "TotalCount": len(found)}


@routes.get(_PATH)
def get(call: Call, stream_id: str) -> object:
    """Show one stream."""
    return _shown(call.stream(stream_id))


@routes.post(STREAMS.path)
def create(call: Call) -> object:
    """Make a stream."""
    stream = new_stream(call.body, call.owner.id, micros(call.now))
    if streams.by_id(call.db, call.owner.id, stream.id) is not None:
        raise Rejection(1230, f"There is, or was, a message stream '{stream.id}' on this server.")
    in_use = _in_use(call)
    if stream.type == "Inbound" and any(other.type == stream.type for other in in_use):
        raise Rejection(1228, "The server has an inbound stream already, and can have only one.")
    _leave_room(in_use)
    streams.add(call.db, stream)
    return _shown(stream)


@routes.patch(_PATH)
def edit(call: Call, stream_id: str) -> object:
    """Change what a body says of a stream; the rest stays as it is."""
    stream = call.stream(stream_id)
    edited = attrs.evolve(changed(stream, call.body), updated_at=micros(call.now))
    streams.change(call.db, edited)
    return _shown(edited)


@routes.post(f"{_PATH}/archive", body_limit=0)
def archive(call: Call, stream_id: str) -> object:
    """Stop a stream; for 45 days it can be restored."""
    stream = call.stream(stream_id)
    if stream.is_default:
        raise Rejection(1229, f"The message stream '{stream.id}' is a default one: it cannot be archived.")
    if stream.archived_at is not None:
        raise Rejection(1241, f"The message stream '{stream.id}' is archived already.")
    stream = attrs.evolve(stream, archived_at=micros(call.now))
    streams.change(call.db, stream)
    return written(StreamArchival, id=stream.id, server_id=stream.server, expected_purge_date=_text(stream.purged_at))


@routes.post(f"{_PATH}/unarchive", body_limit=0)
def unarchive(call: Call, stream_id: str) -> object:
    """Take a stream back into use; one that is in use stays as it is."""
    stream = streams.by_id(call.db, call.owner.id, stream_id)
    if stream is not None and stream.is_purged(micros(call.now)):
        raise Rejection(1232, f"The message stream '{stream.id}' has been deleted: it can no longer be restored.")
    stream = call.stream(stream_id)
    if stream.archived_at is not None:
        _leave_room(_in_use(call))
        stream = attrs.evolve(stream, archived_at=None)
        streams.change(call.db, stream)
    return _shown(stream)
