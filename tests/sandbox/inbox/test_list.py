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
    assert "; it was searched as words" in text
    assert subjects(text) == ["foo bar"]
    assert "There is no foo: or bar: in searches; they were searched as words" in browsing.get(q="foo:1 bar:2").text


def test_a_search_without_result_offers_all_streams(browsing: Browsing, send: Send) -> None:
    send()
    text = browsing.get(q="nothing", stream="broadcast").text
    assert "No message matches" in text
    assert "Search all streams" in text


@pytest.mark.costly
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


def counts(text: str) -> dict[str, str]:
    """Return the counts of a page's navigation and filters, by their names."""
    found = re.findall(
        r"<a [^>]*>(?:<svg.*?</svg>)?(?:<span class=\"cut\">)?([^<]+)(?:</span>)?<b[^>]*>([\d,+]*)</b>", text
    )
    return dict(found)


def test_the_navigation_and_the_filters_count_messages(sandbox: Sandbox, browsing: Browsing, send: Send) -> None:
    bounced = send()
    send()
    sandbox.receive(subject="Came in", text="x")
    sandbox.events.bounce(bounced)
    browsing.get(f"/m/{bounced}")
    found = counts(browsing.get().text)
    assert {name: found[name] for name in ("All", "outbound", "broadcast", "inbound")} == {
        "All": "3",
        "outbound": "2",
        "broadcast": "",
        "inbound": "1",
    }
    assert {name: found[name] for name in ("Everything", "Needs a look", "Unseen", "Inbound")} == {
        "Everything": "3",
        "Needs a look": "1",
        "Unseen": "2",
        "Inbound": "1",
    }


@pytest.mark.costly
@pytest.mark.parametrize(
    "query, words",
    [
        ("", "50 of 60"),
        ("tag:even", "30 of 30"),
        ("subject:number", "50 of 60"),
        ("has:text", "50 of 60"),
        ("tag:even OR tag:odd", "50 of 60"),
        ("subject:number -number-7", "50 of 59"),
        ("number is:unseen", "50 of 60"),
        ("-tag:none", "50 of 60"),
    ],
)
def test_a_page_tells_of_how_many_messages_it_shows_some(
    browsing: Browsing, send: Send, query: str, words: str
) -> None:
    for number in range(60):
        send(subject=f"number {number}", tag="odd" if number % 2 else "even")
    text = browsing.get(q=query).text
    assert f"data-total-words>{words}</span>" in text
    deleted = "all 60 messages of this server" if not query else f"the {words.rpartition(' ')[2]} messages of this view"
    assert f"Delete {deleted}?" in text


@pytest.mark.parametrize(
    "query, words",
    [
        ("to:dana@example.com is:bounced", "to dana@example.com, bounced for a recipient"),
        ('-tag:welcome "your order"', "not with the tag welcome, with “your order”"),
        ("is:hardbounce OR is:nonsense", "bounced: Hard bounce or with “is:nonsense”"),
        ("larger:1MB after:2h", "larger than 1MB, after 2h"),
    ],
)
def test_a_search_without_result_is_told_in_words(browsing: Browsing, send: Send, query: str, words: str) -> None:
    send(subject="x", text_body="x")
    assert f"There are no messages {words}." in browsing.get(q=query).text


def test_suggestions_are_the_operators_and_the_values_that_exist(
    sandbox: Sandbox, browsing: Browsing, send: Send
) -> None:
    for tag in ("welcome", "invoice", "welcome", None):
        send(tag=tag)
    found = browsing.get("/suggestions").json()
    assert {name for name, _ in found["operators"]} >= {"to:", "from:", "subject:", "tag:", "is:", "has:", "metadata:"}
    assert [tag for tag, _ in found["values"]["tag"]] == ["invoice", "welcome"]
    assert [stream for stream, _ in found["values"]["stream"]] == ["outbound", "inbound", "broadcast"]
    assert {"bounced", "unseen", "softbounce"} <= {state for state, _ in found["values"]["is"]}


@pytest.mark.parametrize("kind", ["operators", "is", "has", "via", "stream"])
def test_each_suggestion_is_understood_by_the_search(browsing: Browsing, send: Send, kind: str) -> None:
    send(tag="welcome")
    found = browsing.get("/suggestions").json()
    values = {"code:": "300", "larger:": "1MB", "smaller:": "1MB", "after:": "2h", "before:": "2026-11-29"}
    asked = (
        [f"{name}{values.get(name, 'x=y')}" for name, _ in found["operators"] if name not in ("is:", "has:", "via:")]
        if kind == "operators"
        else [f"{kind}:{value}" for value, _ in found["values"][kind]]
    )
    assert [query for query in asked if "in searches; it was searched" in browsing.get(q=query).text] == []


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
    assert re.findall(r'clock moved ahead by <span class="num">([^<]*)</span> after this', text) == ["+2 h 6 min"]
    assert text.index("Second</strong>") < text.index("clock moved ahead") < text.index("First</strong>")


def test_a_move_of_the_clock_is_kept_with_the_data_until_a_reset(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "data.db") as sandbox:
        sandbox.clock.advance(hours=2)
    with Sandbox(tmp_path / "data.db") as sandbox:
        with sandbox.store.transaction(writing=False) as db:
            assert len(clock_moves.between(db, 0, 1 << 62)) == 1
        sandbox.reset()
        with sandbox.store.transaction(writing=False) as db:
            assert clock_moves.between(db, 0, 1 << 62) == []
