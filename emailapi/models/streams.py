"""Message streams, which separate the emails of a server by purpose."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from .listing import Listing


class StreamType(StrEnum):
    """The kind of emails of a stream; `ALL` is for `StreamFilters` only."""

    TRANSACTIONAL = "Transactional"
    BROADCASTS = "Broadcasts"
    INBOUND = "Inbound"
    ALL = "All"


# The values of `StreamType`, for type checkers and editors.
StreamTypeName = Literal["Transactional", "Broadcasts", "Inbound", "All"]


class UnsubscribeHandling(StrEnum):
    """How requests to unsubscribe are handled: not at all, by the service, or by your own code."""

    NONE = "None"
    POSTMARK = "Postmark"
    CUSTOM = "Custom"


@attrs.frozen(kw_only=True)
class SubscriptionManagement(Record):
    """
    How a stream handles requests to unsubscribe.

    Attributes:
        unsubscribe_handling_type: Who handles them. The service does by default for broadcast streams; `CUSTOM` needs
            its approval.
    """

    unsubscribe_handling_type: UnsubscribeHandling | str = ""


@attrs.frozen(kw_only=True)
class Stream(Record):
    """
    A message stream (contract section 2.9).

    Attributes:
        id: The id of the stream, which emails name as `message_stream`.
        server_id: The id of the server.
        name: The name of the stream.
        description: The description of the stream.
        message_stream_type: The kind of emails of the stream.
        created_at: When the stream was created, in UTC.
        updated_at: When the stream was changed last, in UTC; None if it was not.
        archived_at: When the stream was archived, in UTC; None for a stream in use.
        expected_purge_date: When an archived stream will be deleted permanently, in UTC; None for a stream in use.
        subscription_management_configuration: How the stream handles requests to unsubscribe.
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
class StreamArchival(Record):
    """
    The response to archiving a stream.

    Attributes:
        id: The id of the stream.
        server_id: The id of the server.
        expected_purge_date: When the stream will be deleted permanently, in UTC: after 45 days.
    """

    id: Annotated[str, Wire("ID")] = ""
    server_id: Annotated[int | None, Wire("ServerID")] = None
    expected_purge_date: datetime | None = None


class StreamFilters(TypedDict, total=False):
    """
    Filters of `client.streams.list` (contract section 2.9).

    Attributes:
        message_stream_type: Only streams of this kind, for example `StreamType.BROADCASTS`; all kinds if it is not
            given.
        include_archived_streams: Whether archived streams are listed, too; they are not by default.
    """

    message_stream_type: StreamType | StreamTypeName
    include_archived_streams: bool


STREAMS = Listing("/message-streams", "MessageStreams", Stream, StreamFilters, paging=None)


class StreamSettings(TypedDict, total=False):
    """
    Optional arguments of a message stream (contract section 2.9).

    Attributes:
        description: The description of the stream: at most 1,000 characters, without `<` and `>`.
        subscription_management_configuration: How the stream handles requests to unsubscribe.
    """

    description: str
    subscription_management_configuration: SubscriptionManagement


class NewStream(StreamSettings):
    """
    Arguments of `client.streams.create` (contract section 2.9); also those of `StreamSettings`.

    Attributes:
        id: The id of the stream: 1 to 30 characters, a lowercase letter first, then lowercase letters, digits, `-` and
            `_`. It must not begin with `pm-`, and cannot be changed later. Required.
        name: The name of the stream, at most 100 characters. Required.
        message_stream_type: `StreamType.TRANSACTIONAL` or `StreamType.BROADCASTS`. It cannot be changed later.
            Required.
    """

    id: Annotated[str, Wire("ID")]
    name: str
    message_stream_type: StreamType | StreamTypeName


class StreamChanges(StreamSettings, total=False):
    """
    Arguments of `client.streams.edit` (contract section 2.9); also those of `StreamSettings`.

    Settings that are not given stay as they are.

    Attributes:
        name: The name of the stream, at most 100 characters.
    """

    name: str
