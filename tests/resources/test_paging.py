"""Pages of a listing, and walking through them."""

from __future__ import annotations

import itertools
import pickle

import pytest

from emailapi import ConfigurationError, Email, InvalidArgument, LimitExceeded, Message, Page


def serve_rows(service, rows, total=None):
    """Respond as a listing of these rows does, counting them as text as some responses do."""

    def page(request):
        count, offset = int(request.params["count"]), int(request.params["offset"])
        return {"TotalCount": str(len(rows) if total is None else total), "Messages": rows[offset : offset + count]}

    service.respond_by("GET", "/messages/outbound", page)


def row(number):
    """Return a row of a listing."""
    return {"MessageID": str(number), "Subject": f"Mail {number}"}


def asked(service):
    """Return count and offset of each request."""
    return [(int(query["count"]), int(query["offset"])) for query in service.queries]


@pytest.mark.parametrize(
    "given, argument",
    [
        ({"count": 0}, "count"),
        ({"count": 501}, "count"),
        ({"count": -1}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": "10"}, "count"),
        ({"count": True}, "count"),
        ({"count": None}, "count"),
        ({"offset": -1}, "offset"),
        ({"offset": 10_001}, "offset"),
        ({"offset": 9_901}, "offset"),
        ({"count": 500, "offset": 9_501}, "offset"),
        ({"offset": "0"}, "offset"),
    ],
)
def test_a_range_beyond_the_limit_of_the_service_is_rejected(service, given, argument):
    with pytest.raises(InvalidArgument) as caught:
        service.client.messages.list(**given)
    assert caught.value.argument == argument
    assert not service.calls


@pytest.mark.parametrize("count, offset", [(1, 0), (500, 9_500), (1, 9_999)])
def test_the_first_and_last_page_of_the_range_can_be_listed(service, count, offset):
    """The service's limits themselves are allowed."""
    serve_rows(service, [])
    service.client.messages.list(count=count, offset=offset)
    assert asked(service) == [(count, offset)]


def test_a_page_is_a_sequence(service):
    serve_rows(service, [row(number) for number in range(3)])
    page = service.client.messages.list()
    assert [message.message_id for message in page] == ["0", "1", "2"]
    assert (len(page), page[-1].message_id, len(page[:2])) == (3, "2", 2)
    assert page[0] in page
    assert isinstance(page[0], Message)


def test_iter_all_requests_pages_lazily(service):
    """Pages are fetched when the one before is used up, and no sooner."""
    serve_rows(service, [row(number) for number in range(7)])
    walk = service.client.messages.list(count=3).iter_all()
    assert asked(service) == [(3, 0)]
    for expected, requests in enumerate([1, 1, 1, 2, 2, 2, 3]):
        assert next(walk).message_id == str(expected)
        assert len(service.calls) == requests
    assert next(walk, None) is None
    assert asked(service) == [(3, 0), (3, 3), (3, 6)]


def test_iter_all_continues_from_its_page(service):
    """A walk begins at its own page, and may be made again."""
    serve_rows(service, [row(number) for number in range(5)])
    page = service.client.messages.list(count=2, offset=1)
    for _ in range(2):
        assert [message.message_id for message in page.iter_all()] == ["1", "2", "3", "4"]


def test_iter_all_keeps_the_filters(service):
    """Each page is asked for with the same filters."""
    serve_rows(service, [row(number) for number in range(3)])
    list(service.client.messages.list(count=1, tag="a", metadata={"k": "v"}).iter_all())
    assert [(query["tag"], query["metadata_k"]) for query in service.queries] == [("a", "v")] * 3


def test_repeated_records_are_skipped(service):
    """A record that new email pushed to the next page comes once; one without an id comes as often as it is listed."""
    rows = [row(0), row(1), row(1), row(2), {"Subject": "no id"}, {"Subject": "no id"}, row(0), row(3)]
    serve_rows(service, rows)
    found = [message.message_id for message in service.client.messages.list(count=2).iter_all()]
    assert found == ["0", "1", "2", "", "", "3"]


def test_iter_all_ends_when_there_are_no_more_rows(service):
    serve_rows(service, [row(number) for number in range(3)], total=100)
    assert len(list(service.client.messages.list(count=2).iter_all())) == 3
    assert len(service.calls) == 3


@pytest.mark.parametrize("total", [None, "many", -1, [], 1e400, "2"])
def test_an_unreadable_total_does_not_end_the_iteration(service, total):
    service.respond("GET", "/messages/outbound", {"TotalCount": total, "Messages": [row(1), row(2)]})
    page = service.client.messages.list()
    assert page.total_count in (2, -1)
    assert len(list(page.iter_all())) == 2
    assert len(service.calls) == 1


def test_unreadable_rows_count_as_rows(service):
    """Rows that cannot be read move the walk on all the same."""
    serve_rows(service, [row(0), 7, 7, row(3)])
    assert [message.message_id for message in service.client.messages.list(count=1).iter_all()] == ["0", "3"]
    assert asked(service) == [(1, 0), (1, 1), (1, 2), (1, 3)]


@pytest.mark.costly
@pytest.mark.parametrize(
    "count, offset, total", [(300, 0, 9_950), (500, 100, 9_999), (500, 0, 10_000), (333, 1, 10_000)]
)
def test_iter_all_reaches_the_limit_of_the_service(service, count, offset, total):
    """Up to 10,000 records are walked through with any count: the last page asks for what is left."""
    serve_rows(service, [row(number) for number in range(total)])
    found = sum(1 for _ in service.client.messages.list(count=count, offset=offset).iter_all())
    assert found == total - offset
    assert all(each + start <= 10_000 for each, start in asked(service))


@pytest.mark.costly
def test_iter_all_beyond_the_limit_of_the_service_raises_limit_exceeded(service):
    """Past 10,000 records, where nothing narrows the walk, it ends with `LimitExceeded` after the last it can get."""
    serve_rows(service, [row(number) for number in range(10_000)], total=10_001)
    walk = service.client.messages.list(count=500).iter_all()
    assert sum(1 for _ in itertools.islice(walk, 10_000)) == 10_000
    with pytest.raises(LimitExceeded, match="10000"):
        next(walk)
    assert len(service.calls) == 20


def test_a_page_can_be_pickled(service):
    serve_rows(service, [row(0), 7, row(2)])
    page = service.client.messages.list(count=2)
    copy = pickle.loads(pickle.dumps(page))
    assert isinstance(copy, Page)
    assert copy == page
    assert (copy.items, copy.total_count, copy.offset, copy.unreadable) == (page.items, 3, 0, page.unreadable)
    walk = copy.iter_all()
    assert next(walk) == page[0]
    with pytest.raises(ConfigurationError, match="unpickled"):
        next(walk)
    whole = pickle.loads(pickle.dumps(service.client.messages.list(count=5)))
    assert [message.message_id for message in whole.iter_all()] == ["0", "2"]


def test_iter_all_returns_all_records_of_the_sandbox(client):
    """The real client, over real HTTP: a walk finds every email once, newest first."""
    emails = [Email(to="you@example.com", subject=str(number), text_body="Hi", tag="paging") for number in range(7)]
    sent = [item.message_id for item in client.outbound.send_batch(emails)]
    page = client.messages.list(count=3, tag="paging")
    assert (len(page), page.total_count) == (3, 7)
    assert [message.message_id for message in page.iter_all()] == sent[::-1]
