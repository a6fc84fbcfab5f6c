"""Searching again and again: the pace, and the end."""

from __future__ import annotations

import pytest

from emailapi._delivery import Deadline, polling as lookup
from emailapi._delivery.polling import PACE, look_up

pytestmark = pytest.mark.usefixtures("clock")


def searching(*results):
    """Return a search that gives these in turn, and the list of the seconds that it was given."""
    given: list[float] = []
    left = list(results)

    def search(until):
        given.append(until.left())
        return left.pop(0) if len(left) > 1 else left[0]

    return search, given


def test_a_found_email_ends_the_look_up():
    search, given = searching(("found", 0.0))
    assert look_up(search, Deadline.after(5.0)) == "found"
    assert len(given) == 1


def test_a_search_is_repeated_after_a_pause():
    search, given = searching((None, 0.0), (None, 0.0), ("found", 0.0))
    assert look_up(search, Deadline.after(5.0)) == "found"
    first, second, third = given
    assert PACE.initial / 2 <= first - second
    assert PACE.initial <= second - third


def test_a_search_may_take_ten_seconds():
    """Each search is told what is left: of the deadline, or of the look-up's ten seconds."""
    search, given = searching(("found", 0.0))
    look_up(search, Deadline.after(60.0))
    look_up(search, Deadline.after(3.0))
    assert given[0] == lookup.LOOK_UP_SECONDS == 10
    assert given[1] == 3


def test_a_look_up_that_finds_nothing_ends_with_its_time():
    search, given = searching((None, 0.0))
    deadline = Deadline.after(0.2)
    assert look_up(search, deadline) is None
    assert deadline.left() == 0
    assert 1 < len(given) < 5


def test_a_look_up_without_time_makes_no_search():
    search, given = searching(("found", 0.0))
    assert look_up(search, Deadline.after(-1.0)) is None
    assert not given


def test_a_search_that_gets_a_429_is_repeated():
    """A pause is as long as the search asks for; one longer than what is left ends it at once."""
    search, given = searching((None, 0.15), ("found", 0.0))
    assert look_up(search, Deadline.after(5.0)) == "found"
    assert given[0] - given[1] == pytest.approx(0.15)
    search, given = searching((None, 30.0))
    deadline = Deadline.after(5.0)
    assert look_up(search, deadline) is None
    assert deadline.left() == 5.0
    assert len(given) == 1
