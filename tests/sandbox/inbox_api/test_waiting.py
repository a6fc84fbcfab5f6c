"""`/messages/wait` and marks."""

from __future__ import annotations

import time
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from emailapi.sandbox import watching
from emailapi.sandbox.inbox_api.state import WAITS


@pytest.fixture
def pool():
    """Give threads that wait."""
    with ThreadPoolExecutor(WAITS + 8) as pool:
        yield pool


def _subjects(found):
    return [each["subject"] for each in found["messages"]]


def test_an_existing_email_is_found_at_once(inbox, api):
    mark = inbox.get("/mark")["mark"]
    api.accepted(Subject="Reset", TextBody="Your code is 482913")
    found = inbox.get("/messages/wait", q="subject:reset", since=mark, timeout=60)
    assert (found["complete"], found["busy"], found["near"]) == (True, False, [])
    assert found["messages"][0]["code"] == "482913"


def test_a_wait_ends_with_the_email_that_it_waits_for(inbox, api, pool):
    mark = inbox.get("/mark")["mark"]
    waiting = pool.submit(inbox.get, "/messages/wait", q="tag:t", count=2, since=mark, timeout=60)
    for tag in ("t", "x", "t"):
        assert not waiting.done()
        api.accepted(Tag=tag, Subject=tag)
    assert _subjects(waiting.result(60)) == ["t", "t"]


def test_a_wait_ends_with_an_event(inbox, api, pool, sandbox):
    message = api.accepted()
    waiting = pool.submit(inbox.get, "/messages/wait", q="is:bounced", since="0", timeout=60)
    sandbox.events.bounce(message, "SoftBounce")
    assert waiting.result(60)["messages"][0]["message_id"] == message


def test_without_a_mark_only_emails_from_now_on_count(inbox, api):
    api.accepted()
    assert inbox.get("/messages/wait", timeout=0)["complete"] is False
    assert inbox.get("/messages/wait", timeout=0, since="0")["complete"] is True


def test_a_failed_wait_names_the_newest_emails_and_their_mismatches(inbox, api):
    mark = inbox.get("/mark")["mark"]
    for number in range(6):
        api.accepted(Subject=f"Hello {number}", To="dana@example.com")
    found = inbox.get("/messages/wait", q="to:dana@example.com tag:welcome", since=mark, timeout="0.01")
    assert (found["complete"], found["messages"]) == (False, [])
    assert [each["failed"] for each in found["near"]] == [["tag:welcome"]] * 5
    assert found["near"][0]["subject"] == "Hello 5"


def test_too_few_emails_are_still_returned(inbox, api):
    api.accepted(Subject="one")
    found = inbox.get("/messages/wait", since="0", count=2, timeout=0)
    assert (found["complete"], _subjects(found)) == (False, ["one"])


@pytest.mark.costly
def test_marks_of_successive_responses_leave_no_gap(inbox, api, pool):
    """A client that always waits from the last mark sees each email once, whatever arrives in between."""
    seen, mark = [], inbox.get("/mark")["mark"]

    def send():
        for number in range(40):
            api.accepted(Subject=str(number), MessageStream="broadcast" if number % 2 else "outbound")

    sending = pool.submit(send)
    while len(seen) < 40:
        found = inbox.get("/messages/wait", since=mark, timeout=60)
        assert found["complete"]
        mark, seen = found["mark"], [*seen, *_subjects(found)]
    sending.result(60)
    assert sorted(map(int, seen)) == [*range(40)]
    assert inbox.get("/messages")["mark"] == inbox.get("/mark")["mark"]


def test_an_email_that_arrives_during_a_search_is_seen_once(inbox, api, monkeypatch):
    """It is not indexed yet: the search does not find it, and its mark is before it."""
    index = watching.catch_up

    def index_too_early(store):
        index(store)
        monkeypatch.setattr(watching, "catch_up", index)
        api.accepted(Subject="late")

    monkeypatch.setattr(watching, "catch_up", index_too_early)
    first = inbox.get("/messages")
    second = inbox.get("/messages/wait", since=first["mark"], timeout=60)
    assert [*_subjects(first), *_subjects(second)] == ["late"]


@pytest.mark.parametrize(
    "name, value",
    [
        ("since", "x"),
        ("since", "1"),
        ("since", "1.1-"),
        ("since", "-1.1"),
        ("since", "1." + "9" * 30),
        ("count", "0"),
        ("count", "51"),
        ("timeout", "61"),
        ("timeout", "-1"),
        ("timeout", "nan"),
        ("timeout", "1e1"),
    ],
)
def test_an_invalid_value_is_rejected(inbox, name, value):
    assert inbox.rejected("GET", "/messages/wait", params={name: value})[0] == name


@pytest.mark.costly
def test_a_wait_over_the_limit_ends_at_once_and_emails_are_still_accepted(inbox, api, pool):
    mark = inbox.get("/mark")["mark"]
    waiting = [pool.submit(inbox.get, "/messages/wait", since=mark, timeout=60) for _ in range(WAITS + 1)]
    (ended,), others = futures.wait(waiting, 50, futures.FIRST_COMPLETED)
    assert {name: ended.result()[name] for name in ("complete", "busy", "messages")} == {
        "complete": False,
        "busy": True,
        "messages": [],
    }
    api.accepted()
    assert all(each.result(60)["complete"] for each in others)
    assert inbox.get("/messages/wait", timeout=0)["busy"] is False


@pytest.mark.slow
def test_clients_that_disconnect_free_their_places(inbox, pool):
    """Within a second or so: a wait looks whether its client is still connected."""
    mark = inbox.get("/mark")["mark"]

    def give_up():
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{inbox.url}/messages/wait?timeout=60", headers=inbox.headers, timeout=0.2)

    for leaving in [pool.submit(give_up) for _ in range(WAITS)]:
        leaving.result(60)
    deadline = time.monotonic() + 45

    def get_a_place():
        while inbox.get("/messages/wait", since=mark, timeout="0.5")["busy"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    for waiting in [pool.submit(get_a_place) for _ in range(WAITS)]:
        waiting.result(60)


def test_a_sandbox_that_closes_ends_all_waits(inbox, pool, sandbox):
    """It does not wait until they end by themselves; whether a wait has begun or not, it ends."""
    waiting = pool.submit(inbox.get, "/messages/wait", timeout=60)
    futures.wait([waiting], 0.2)
    sandbox.close()
    with suppress(requests.ConnectionError):
        assert waiting.result(30)["complete"] is False
