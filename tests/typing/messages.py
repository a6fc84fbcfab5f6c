"""The types of looking messages up: checked by mypy --strict, never run."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import assert_type
from uuid import UUID

from emailapi import (
    Client,
    EventType,
    Message,
    MessageDetails,
    MessageEvent,
    MessageState,
    MessageStatus,
    OutboundStatus,
    Page,
    Recipient,
    RecipientStatus,
    SendResult,
    StatsOverview,
    TrackLinks,
)


def listing(client: Client) -> None:
    page = client.messages.list(count=10, offset=0, tag="t", status=OutboundStatus.SENT)
    assert_type(page, Page[Message])
    assert_type(page[0], Message)
    assert_type(page[:2], tuple[Message, ...])
    assert_type(page.items, tuple[Message, ...])
    assert_type(page.total_count, int)
    assert_type(page.unreadable, tuple[str, ...])
    assert_type(page.iter_all(), Iterator[Message])
    for message in page:
        assert_type(message, Message)

    client.messages.list(recipient="a@example.com", sender="b@example.com", subject="s", message_stream="outbound")
    client.messages.list(from_date=date(2024, 1, 1), to_date=datetime(2024, 1, 1, tzinfo=UTC))
    client.messages.list(metadata={"user_id": "7"}, status="Queued")
    client.messages.list(tagg="t")  # type: ignore[call-arg]
    client.messages.list(from_email="a@example.com")  # type: ignore[call-arg]
    client.messages.list(tag=5)  # type: ignore[arg-type]
    client.messages.list(from_date=5)  # type: ignore[arg-type]
    client.messages.list(metadata="user_id")  # type: ignore[arg-type]
    client.messages.list(count="10")  # type: ignore[arg-type]
    client.messages.list(10)  # type: ignore[call-arg]


def one(client: Client, result: SendResult) -> None:
    details = client.messages.get(result.message_id)
    assert_type(details, MessageDetails)
    assert_type(details.to, tuple[Recipient, ...])
    assert_type(details.recipients, tuple[str, ...])
    assert_type(details.received_at, datetime | None)
    assert_type(details.status, OutboundStatus | str)
    assert_type(details.track_links, TrackLinks | str)
    assert_type(details.metadata, dict[str, str])
    assert_type(details.message_events, tuple[MessageEvent, ...])
    assert_type(details.message_events[0].type, EventType | str)
    assert_type(client.messages.dump(result.message_id), str)
    assert_type(client.messages.get(result), MessageDetails)
    assert_type(client.messages.get(UUID(int=7)), MessageDetails)
    assert_type(client.messages.status(details), MessageStatus)
    client.messages.get(7)  # type: ignore[arg-type]

    status = client.messages.status(result)
    assert_type(status, MessageStatus)
    assert_type(client.messages.status("id"), MessageStatus)
    assert_type(status.state, MessageState)
    assert_type(status.recipients, tuple[RecipientStatus, ...])
    assert_type(status.recipients[0].state, MessageState)
    assert_type(status.last_event, MessageEvent | None)
    client.messages.status(None)  # type: ignore[arg-type]


def overview(client: Client) -> None:
    found = client.stats.overview(tag="t", from_date=date(2024, 1, 1), message_stream="outbound")
    assert_type(found, StatsOverview)
    assert_type(found.sent, int)
    assert_type(found.bounce_rate, float)
    client.stats.overview(stream="outbound")  # type: ignore[call-arg]
    client.stats.overview(from_date="yesterday")  # type: ignore[arg-type]
