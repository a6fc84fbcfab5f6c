"""Message streams."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from ..wire import Wire
from .listing import Listing


class StreamType(StrEnum):
    """What a stream carries."""

    TRANSACTIONAL = "Transactional"
    BROADCASTS = "Broadcasts"
    INBOUND = "Inbound"
    ALL = "All"


class UnsubscribeHandling(StrEnum):
    """Who takes care of those who unsubscribe."""

    NONE = "None"
    POSTMARK = "Postmark"
    CUSTOM = "Custom"


@attrs.frozen(kw_only=True)
class SubscriptionManagement:
    """
    How a stream treats those who unsubscribe.

    Attributes:
        unsubscribe_handling_type: Who takes care of them.
    """

    unsubscribe_handling_type: UnsubscribeHandling | str = ""


@attrs.frozen(kw_only=True)
class Stream:
    """
    One message stream.

    Attributes:
        id: Its id.
        server_id: Its server.
        name: Its name.
        description: What it is for.
        message_stream_type: What it carries.
        created_at: When it was made, with its zone.
        updated_at: When it was changed last.
        archived_at: When it was archived; None for one in use.
        expected_purge_date: When an archived one is deleted for good.
        subscription_management_configuration: How it treats those who unsubscribe.
    """

    id: Annotated[str, Wire("ID")] = ""
    server_id: Annotated[int | None, Wire("ServerID")] = None
    name: str = ""
    description: str = ""
    message_stream_type: StreamType | str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    archived_at: datetime | None = None
    expected_purge_date: datetime | None = None
    subscription_management_configuration: SubscriptionManagement = attrs.field(factory=SubscriptionManagement)


@attrs.frozen(kw_only=True)
class StreamArchival:
    """
    What archiving a stream gave.

    Attributes:
        id: The stream.
        server_id: Its server.
        expected_purge_date: When it is deleted for good.
    """

    id: Annotated[str, Wire("ID")] = ""
    server_id: Annotated[int | None, Wire("ServerID")] = None
    expected_purge_date: datetime | None = None


class StreamFilters(TypedDict, total=False):
    """What `Streams.list` narrows by."""

    message_stream_type: StreamType | str
    include_archived_streams: bool


STREAMS = Listing("/message-streams", "MessageStreams", Stream, StreamFilters, paging=None)


class StreamSettings(TypedDict, total=False):
    """What may be set on any stream."""

    description: str
    subscription_management_configuration: SubscriptionManagement


class NewStream(StreamSettings):
    """What `Streams.create` takes."""

    id: Annotated[str, Wire("ID")]
    name: str
    message_stream_type: StreamType | str


class StreamChanges(StreamSettings, total=False):
    """What `Streams.edit` takes; what is left out stays as it is."""

    name: str
