"""The list of messages: rows, search, pages and deleting, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.tables import clock_moves

from .conftest import Browsing

Send = Callable[..., str]
LONG = pytest.param("a" * 11_000, id="long")


def subjects(text: str) -> list[str]:
    return re.findall(r'<strong dir="auto">(.*?)</strong>', text)


def state(text: str) -> list[str]:
    return re.findall(r'<span class="state [a-z]+">(.*?)</span>', text)


def test_a_row_has_state_recipients_subject_snippet_and_tag(browsing: Browsing, send: Send) -> None:
    send(to=["dana@example.com", "kim@example.com"], subject="Hello", text_body="Good\n morning", tag="welcome")
    text = browsing.get().text
    assert state(text) == ["Delivered"]
    assert "dana@example.com <small>+1</small>" in text
    assert subjects(text) == ["Hello"]
    assert '<span class="snippet" dir="auto">Good morning</span>' in text
    assert '<span class="tag">welcome</span>' in text


def test_a_snippet_of_html_is_its_text(browsing: Browsing, send: Send) -> None:
    send(text_body=None, html_body="<style>p { color: red }</style><p>Only <b>HTML</b></p>")
    assert '<span class="snippet" dir="auto">Only HTML</span>' in browsing.get().text


@pytest.mark.parametrize(
    "happens, words",
    [
        (("open",), "Opened"),
        (("open", "click"), "Clicked"),
        (("click", "open"), "Clicked"),
        (("open", "complain"), "Complaint"),
        (("complain", "bounce"), "Hard bounce"),
    ],
)
def test_the_worst_state_is_shown(
    sandbox: Sandbox, browsing: Browsing, send: Send, happens: tuple[str, ...], words: str
) -> None:
    html = '<a href="https://example.com/">Go</a>'
    message = send(html_body=html, track_opens=True, track_links="HtmlAndText")
    for name in happens:
        getattr(sandbox.events, name)(message)
    assert state(browsing.get().text) == [words]


def test_a_message_that_came_in_is_listed_as_received(sandbox: Sandbox, browsing: Browsing) -> None:
    sandbox.receive(subject="Re: hi", text="yes")
    assert state(browsing.get().text) == ["Received"]


def test_a_search_narrows_the_list_and_keeps_its_text(browsing: Browsing, send: Send) -> None:
    send(subject="First", tag="a")
    send(subject="Second", tag="b")
    text = browsing.get(q='tag:b "second"').text
    assert subjects(text) == ["Second"]
    assert 'value="tag:b &#34;second&#34;"' in text


@pytest.mark.parametrize("query", ["is:bounced OR is:complained", "is:opened OR tag:x", "-is:bounced is:unseen"])
def test_alternative_flags_find_what_either_finds(sandbox: Sandbox, send: Send, query: str) -> None:
    bounced, complained, tagged = send(subject="bounced"), send(subject="complained"), send(subject="x", tag="x")
    sandbox.events.bounce(bounced)
    sandbox.events.complain(complained)
    found = {message.message_id for message in sandbox.messages(query)}
    assert (
        found
        == {
            "is:bounced OR is:complained": {bounced, complained},
            "is:opened OR tag:x": {tagged},
            "-is:bounced is:unseen": {complained, tagged},
        }[query]
    )


@pytest.mark.parametrize("query", ["foo:bar", '"', "NEAR(", "*", "^ {", "OR", "-", LONG, "is:nonsense"])
def test_no_search_is_an_error(browsing: Browsing, send: Send, query: str) -> None:
    send()
    assert browsing.get(q=query).status_code == 200


def test_an_unknown_operator_is_named(browsing: Browsing, send: Send) -> None:
    send(subject="foo bar")
    text = browsing.get(q="foo:bar").text
    assert "There is no foo: in searches" in text
    assert subjects(text) == ["foo bar"]


def test_a_search_without_result_offers_all_streams(browsing: Browsing, send: Send) -> None:
    send()
    text = browsing.get(q="nothing", stream="broadcast").text
    assert "No message matches" in text
    assert "Search all streams" in text


def test_pages_are_stable_while_messages_come(browsing: Browsing, send: Send) -> None:
    for number in range(60):
        send(subject=f"n{number}")
    first = browsing.get()
    assert subjects(first.text) == [f"n{number}" for number in range(59, 9, -1)]
    older = re.search(r'rel="next" href="[^"]*before=([0-9a-f-]+)"', first.text)
    assert older is not None
    send(subject="later")
    assert subjects(browsing.get(before=older[1]).text) == [f"n{number}" for number in range(9, -1, -1)]


def test_the_messages_that_match_are_deleted_and_no_others(sandbox: Sandbox, browsing: Browsing, send: Send) -> None:
    send(subject="First")
    send(subject="Second")
    sandbox.receive(subject="Came in", text="x")
    assert "1 message deleted." in browsing.post("/delete", q="subject:first").text
    assert subjects(browsing.get().text) == ["Came in", "Second"]
    assert "2 messages deleted." in browsing.post("/delete", q="").text


@pytest.mark.parametrize("query", ["foo:bar", '"', LONG])
def test_a_search_that_is_not_understood_deletes_nothing(
    sandbox: Sandbox, browsing: Browsing, send: Send, query: str
) -> None:
    send(subject="foo bar")
    assert "Nothing was deleted" in browsing.post("/delete", q=query).text
    assert len(sandbox.messages()) == 1


def test_only_chosen_messages_are_deleted(sandbox: Sandbox, browsing: Browsing, send: Send) -> None:
    first, _, third = send(subject="1"), send(subject="2"), send(subject="3")
    browsing.post("/delete", id=[first, third])
    assert [message.subject for message in sandbox.messages()] == ["2"]


def test_the_number_of_opens_is_shown_from_the_second_on(sandbox: Sandbox, browsing: Browsing, send: Send) -> None:
    message = send(html_body="<p>Hi", track_opens=True)
    for opened in (False, True):
        sandbox.events.open(message)
        assert ("opened 2 times" in browsing.get().text) is opened
    assert 'data-key="' in browsing.get("/rows").text


def test_a_divider_stands_where_the_clock_was_moved(sandbox: Sandbox, browsing: Browsing, send: Send) -> None:
    sandbox.clock.set(datetime(2090, 1, 31, 8).astimezone())
    send(subject="First")
    sandbox.clock.advance(minutes=6)
    sandbox.clock.advance(hours=2)
    send(subject="Second")
    send(subject="Third")
    sandbox.clock.advance(hours=1)
    text = browsing.get().text
    assert re.findall(r"The clock was moved: ([^<]*)<", text) == ["+2 h 6 min"]
    assert text.index("Second</strong>") < text.index("The clock was moved") < text.index("First</strong>")


def test_a_move_of_the_clock_is_kept_with_the_data_until_a_reset(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "data.db") as sandbox:
        sandbox.clock.advance(hours=2)
    with Sandbox(tmp_path / "data.db") as sandbox:
        with sandbox.store.transaction(writing=False) as db:
            assert len(clock_moves.between(db, 0, 1 << 62)) == 1
        sandbox.reset()
        with sandbox.store.transaction(writing=False) as db:
            assert clock_moves.between(db, 0, 1 << 62) == []
