"""`client.streams` against contract section 2.9."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

from emailapi import Page, Stream, StreamArchival, StreamType, SubscriptionManagement, UnsubscribeHandling

EDT = timezone(timedelta(hours=-4))
DEFAULT = Stream(
    id="outbound",
    server_id=23,
    name="Default Transactional Stream",
    description="",
    message_stream_type=StreamType.TRANSACTIONAL,
    created_at=datetime(2020, 7, 1, tzinfo=EDT),
    updated_at=None,
    archived_at=None,
    expected_purge_date=None,
    subscription_management_configuration=SubscriptionManagement(unsubscribe_handling_type=UnsubscribeHandling.NONE),
)
ARCHIVED = Stream(
    id="news",
    server_id=23,
    name="News",
    description="Once a month",
    message_stream_type=StreamType.BROADCASTS,
    created_at=datetime(2020, 7, 1, tzinfo=EDT),
    updated_at=datetime(2020, 7, 2, 10, 0, 0, 123456, UTC),
    archived_at=datetime(2020, 7, 16, 12, 30, tzinfo=EDT),
    expected_purge_date=datetime(2020, 8, 30, 12, 30, tzinfo=EDT),
    subscription_management_configuration=SubscriptionManagement(
        unsubscribe_handling_type=UnsubscribeHandling.POSTMARK
    ),
)
CUSTOM = SubscriptionManagement(unsubscribe_handling_type=UnsubscribeHandling.CUSTOM)
IN_USE = attrs.evolve(
    ARCHIVED,
    updated_at=datetime(2020, 7, 2, 10, tzinfo=UTC),
    archived_at=None,
    expected_purge_date=None,
    subscription_management_configuration=CUSTOM,
)

CALLS = [
    (
        lambda client: client.streams.list(message_stream_type=StreamType.BROADCASTS, include_archived_streams=True),
        "GET /message-streams",
        {"query": "message_streams_query", "response": "message_streams"},
        Page((DEFAULT, ARCHIVED), 2),
    ),
    (
        lambda client: client.streams.list(),
        "GET /message-streams",
        {"response": "message_streams"},
        Page((DEFAULT, ARCHIVED), 2),
    ),
    (lambda client: client.streams.get("news"), "GET /message-streams/news", {"response": "message_stream"}, IN_USE),
    (
        lambda client: client.streams.create(
            id="news",
            name="News",
            message_stream_type=StreamType.BROADCASTS,
            description="Once a month",
            subscription_management_configuration=CUSTOM,
        ),
        "POST /message-streams",
        {"body": "message_stream_create", "response": "message_stream"},
        IN_USE,
    ),
    (
        lambda client: client.streams.edit(
            "news",
            name="News",
            description="",
            subscription_management_configuration=SubscriptionManagement(
                unsubscribe_handling_type=UnsubscribeHandling.NONE
            ),
        ),
        "PATCH /message-streams/news",
        {"body": "message_stream_edit", "response": "message_stream"},
        IN_USE,
    ),
    (
        lambda client: client.streams.archive("news"),
        "POST /message-streams/news/archive",
        {"body": "empty", "response": "message_stream_archive"},
        StreamArchival(id="news", server_id=1, expected_purge_date=datetime(2020, 8, 30, 12, 30, tzinfo=EDT)),
    ),
    (
        lambda client: client.streams.unarchive("news"),
        "POST /message-streams/news/unarchive",
        {"body": "empty", "response": "message_stream"},
        IN_USE,
    ),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected
