"""`client.streams` against the sandbox, each call once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emailapi import Conflict, Email, InvalidRequest, LimitExceeded, NotFound, StreamType, UnsubscribeHandling
from emailapi.models.streams import SubscriptionManagement
from emailapi.sandbox import Sandbox


@pytest.fixture
def sandbox():
    """A sandbox for each test: a server has room for ten streams."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def news(client):
    """A stream of our own."""
    return client.streams.create(id="news", name="News", message_stream_type=StreamType.BROADCASTS, description="d")


def test_create_returns_the_stream(client, news):
    assert (news.id, news.name, news.description, news.server_id) == ("news", "News", "d", 4_000_001)
    assert news.message_stream_type is StreamType.BROADCASTS
    handling = news.subscription_management_configuration
    assert handling == SubscriptionManagement(unsubscribe_handling_type=UnsubscribeHandling.POSTMARK)
    assert abs(datetime.now(UTC) - news.created_at) < timedelta(minutes=1)
    assert (news.updated_at, news.archived_at, news.expected_purge_date) == (None, None, None)
    assert client.streams.get("news") == news
    client.outbound.send(Email(to="a@example.com", subject="Hi", text_body="Hi", message_stream="news"))


def test_list_filters_by_type_and_omits_archived_streams(client, news):
    assert [stream.id for stream in client.streams.list()] == ["outbound", "inbound", "broadcast", "news"]
    client.streams.archive("news")
    page = client.streams.list(message_stream_type=StreamType.BROADCASTS)
    assert ([stream.id for stream in page], page.total_count) == (["broadcast"], 1)
    page = client.streams.list(message_stream_type=StreamType.ALL, include_archived_streams=True)
    assert [stream.id for stream in page] == ["outbound", "inbound", "broadcast", "news"]


def test_edit_changes_only_the_given_settings(client, news):
    handling = SubscriptionManagement(unsubscribe_handling_type=UnsubscribeHandling.POSTMARK)
    edited = client.streams.edit(news.id, name="Newer", subscription_management_configuration=handling)
    assert (edited.name, edited.description) == ("Newer", "d")
    assert edited.updated_at >= news.created_at
    assert client.streams.get(news.id) == edited


def test_archive_and_unarchive(client, news):
    """An archived stream cannot send and says when it is deleted; taken back it is as it was."""
    archival = client.streams.archive(news.id)
    assert (archival.id, archival.server_id) == ("news", 4_000_001)
    archived = client.streams.get(news.id)
    assert archived.expected_purge_date == archival.expected_purge_date == archived.archived_at + timedelta(days=45)
    with pytest.raises(NotFound) as rejected:
        client.outbound.send(Email(to="a@example.com", subject="Hi", text_body="Hi", message_stream="news"))
    assert rejected.value.code == 1235
    assert client.streams.unarchive(news.id) == news


def test_rejected_requests_raise_the_class_of_their_code(client, news):
    """Each wrong call is an error of its kind, with the service's code."""

    def create(**changes):
        client.streams.create(**{"id": "more", "name": "More", "message_stream_type": "Transactional", **changes})

    custom = SubscriptionManagement(unsubscribe_handling_type=UnsubscribeHandling.CUSTOM)
    for error, code, call in (
        (NotFound, 1226, lambda: client.streams.get("nothing")),
        (NotFound, 1226, lambda: client.streams.edit("nothing", name="x")),
        (Conflict, 1230, lambda: create(id="news")),
        (InvalidRequest, 1227, lambda: create(id="More")),
        (InvalidRequest, 1238, lambda: create(subscription_management_configuration=custom)),
        (LimitExceeded, 1228, lambda: create(message_stream_type=StreamType.INBOUND)),
        (InvalidRequest, 1229, lambda: client.streams.archive("outbound")),
        (InvalidRequest, 1234, lambda: client.streams.edit("news", description="<b>")),
    ):
        with pytest.raises(error) as caught:
            call()
        assert caught.value.code == code
