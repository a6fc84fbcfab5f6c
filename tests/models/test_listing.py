"""Pages of a listing."""

from __future__ import annotations

import pickle

import pytest

from emailapi.errors import ConfigurationError
from emailapi.models.listing import Page
from emailapi.models.messages import Message

ROWS = tuple(Message(message_id=str(number)) for number in range(7))


def page(items, *, then=None, total=7, offset=0):
    """Return a page of messages, with what fetches the next one."""
    return Page(items, total, offset, identity=("message_id",), more=then is not None, next=then)


def ids(records):
    return [record.message_id for record in records]


def test_a_page_is_a_sequence():
    """A page has its own records, whatever stands behind it."""
    first = page(ROWS[:3], then=lambda: pytest.fail("fetched"))
    assert len(first) == 3
    assert list(first) == list(ROWS[:3])
    assert first[-1] is ROWS[2]
    assert first[1:] == ROWS[1:3]
    assert ROWS[0] in first
    assert (first.total_count, first.offset, first.unreadable) == (7, 0, ())
    assert not Page((), 0)


def test_iter_all_requests_all_pages():
    """All records come, page by page, each page fetched when the one before is used up."""
    fetched = []

    def second():
        fetched.append(2)
        return page(ROWS[3:6], then=third, offset=3)

    def third():
        fetched.append(3)
        return page(ROWS[6:], offset=6)

    walk = page(ROWS[:3], then=second).iter_all()
    assert ids(next(walk) for _ in range(3)) == ["0", "1", "2"]
    assert fetched == []
    assert next(walk).message_id == "3"
    assert fetched == [2]
    assert ids(walk) == ["4", "5", "6"]
    assert fetched == [2, 3]


def test_a_record_that_moved_to_a_later_page_is_returned_once():
    walk = page(ROWS[:3], then=lambda: page(ROWS[2:5])).iter_all()
    assert ids(walk) == ["0", "1", "2", "3", "4"]


def test_records_without_an_id_are_all_returned():
    """Rows that lack their id cannot be told apart, and none is lost for it."""
    odd = Message(subject="odd")
    assert list(page((odd, odd, ROWS[0])).iter_all()) == [odd, odd, ROWS[0]]
    assert list(Page((odd, odd), 2, identity=("message_id", "tag")).iter_all()) == [odd, odd]


def test_nothing_is_requested_after_the_last_page():
    assert ids(page(ROWS).iter_all()) == ids(ROWS)
    assert list(Page((), 0).iter_all()) == []


def test_a_page_pickles_without_its_client():
    last = pickle.loads(pickle.dumps(page(ROWS)))
    assert last == page(ROWS)
    assert list(last.iter_all()) == list(ROWS)
    first = pickle.loads(pickle.dumps(page(ROWS[:3], then=lambda: pytest.fail("fetched"))))
    walk = first.iter_all()
    assert ids(next(walk) for _ in range(3)) == ["0", "1", "2"]
    with pytest.raises(ConfigurationError, match="list again"):
        next(walk)


def test_pages_compare_by_their_records():
    assert page(ROWS[:3], then=lambda: None) == page(ROWS[:3])
    assert page(ROWS[:3]) != page(ROWS[:2])
    assert page(ROWS[:3]) != Page(ROWS[:3], 7, 0, ("row 3: odd",))
    assert "lambda" not in repr(page((), then=lambda: None))
