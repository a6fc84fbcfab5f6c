"""The page of a message is short, however long an email makes a list, and says how many there are and where."""

from __future__ import annotations

import base64
import json
import re
import smtplib
from typing import Any

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox.parts import part_of, short

from ...ports import unused_port
from .conftest import shown, words

# Bytes of a page.
MOST = 700_000
TABS = ("preview", "text", "html", "headers", "raw", "json", "attachments", "links", "checks", "copy")
FILE = {"Content": base64.b64encode(b"x").decode(), "ContentType": "text/plain"}


@pytest.mark.parametrize(
    "begins, items, earlier, later",
    [
        ("", [1, 2, 3], 0, 4),
        ("4", [4, 5, 6], 1, 7),
        ("2", [2, 3, 4], 1, 5),
        ("7", [7], 4, 0),
        ("8", [1, 2, 3], 0, 4),
        ("0", [1, 2, 3], 0, 4),
        ("-1", [1, 2, 3], 0, 4),
        ("٣", [1, 2, 3], 0, 4),
        ("9" * 5_000, [1, 2, 3], 0, 4),
    ],
)
def test_a_part_begins_where_the_query_says(begins: str, items: list[int], earlier: int, later: int) -> None:
    part = part_of(range(1, 8), begins, 3)
    assert ([*part.items], part.earlier, part.later, part.total) == (items, earlier, later, 7)


def test_a_list_without_items_is_one_part() -> None:
    part = part_of([], "5")
    assert (part.earlier, part.later) == (0, 0)


def test_a_long_text_ends_in_dots() -> None:
    assert short("abc", 3) == "abc"
    assert short("abcd", 3) == "abc…"


def _html(number: int) -> str:
    return "".join([f'<a href="https://shop.example.com/{n}">order {n}</a>\n' for n in range(number)])


@pytest.mark.costly
def test_links_are_shown_in_parts(browsing: Any, api: Any) -> None:
    message = api.accepted(HtmlBody=_html(450), TextBody=None)
    text = shown(browsing, message, tab="links")
    assert "Links 1 to 200 of 450 are shown. Further" in text
    assert "order 199 " in text
    assert "order 200 " not in text
    page = browsing.get(f"/m/{message}", tab="links", **{"from": "401"}).text
    assert "Links 401 to 450 of 450 are shown. Before" in words(page)
    assert "tab=links&amp;from=201#part-from" in page
    assert "446 more links" in shown(browsing, message)


def test_attachments_are_shown_in_parts_with_their_own_numbers(browsing: Any, api: Any) -> None:
    message = api.accepted(Attachments=[{**FILE, "Name": f"{n}.txt"} for n in range(203)])
    assert "Attachments 1 to 200 of 203 are shown." in shown(browsing, message, tab="attachments")
    page = browsing.get(f"/m/{message}", tab="attachments", **{"from": "201"}).text
    assert re.findall(r"/attachments/(\d+)", page) == ["200", "201", "202"]


@pytest.mark.costly
def test_headers_are_shown_in_parts_and_all_of_them_are_narrowed(browsing: Any, sandbox: Sandbox, api: Any) -> None:
    headers = "".join([f"X-Number-{n}: {n}\r\n" for n in range(700)])
    raw = f"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n{headers}\r\nHello".encode()
    message = _received(browsing, sandbox, api, raw)
    assert re.search(r"Headers 1 to 200 of 70\d are shown", shown(browsing, message, tab="headers"))
    found = shown(browsing, message, tab="headers", filter="X-Number-69")
    assert re.search(r"11 of 70\d headers", found)
    assert "X-Number-699 699" in found


def _received(browsing: Any, sandbox: Sandbox, api: Any, raw: bytes) -> str:
    address = api.get("/server").json()["InboundAddress"]
    with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, timeout=60) as smtp:
        smtp.sendmail("a@example.com", [address], raw)
    return re.findall(r"/m/([\w-]{36})", browsing.get().text)[0]


@pytest.mark.costly
def test_events_are_shown_in_parts(browsing: Any, sandbox: Sandbox, api: Any) -> None:
    message = api.accepted(HtmlBody="<p>x", TrackOpens=True)
    for _ in range(120):
        sandbox.events.open(message)
    text = shown(browsing, message)
    assert "Events 1 to 100 of 122 are shown." in text
    assert text.count(" Opened ") >= 100
    last = shown(browsing, message, events="101")
    assert "Events 101 to 122 of 122 are shown. Before" in last
    assert "Accepted" in last


@pytest.mark.costly
def test_the_newest_requests_to_webhooks_are_shown(browsing: Any, sandbox: Sandbox, api: Any) -> None:
    triggers = {"Open": {"Enabled": True}}
    api.post("/webhooks", {"Url": f"http://127.0.0.1:{unused_port()}/", "Triggers": triggers})
    message = api.accepted(HtmlBody="<p>x", TrackOpens=True)
    for _ in range(101):
        sandbox.events.open(message)
    text = shown(browsing, message)
    assert "The newest 100 requests are shown." in text
    assert f"JSON API: /inbox/api/v1/attempts?message={message}" in text


def test_further_codes_stand_in_a_menu(browsing: Any, api: Any) -> None:
    message = api.accepted(TextBody="".join([f"Your code: {n}\n\n" for n in range(310_001, 310_061)]))
    text = shown(browsing, message)
    assert " 56 more " in text
    assert "310050 All 60 are codes of the message in the JSON API." in text


def test_the_addresses_of_the_head_are_cut_off_with_their_number(browsing: Any, sandbox: Sandbox, api: Any) -> None:
    to = ",\r\n ".join([f"p{n}@example.com" for n in range(900)])
    message = _received(browsing, sandbox, api, f"From: a@example.com\r\nTo: {to}\r\nSubject: x\r\n\r\nHello".encode())
    assert "p49@example.com and 850 more: all of them are in the source" in shown(browsing, message)


def _hostile(kind: str) -> dict[str, Any]:
    long = "x" * 1_500_000
    return {
        "links": {"HtmlBody": _html(20_000)},
        "long link": {"HtmlBody": f'<a href="https://a.example/{long}">{long}</a>', "TrackLinks": "HtmlOnly"},
        "tags": {"HtmlBody": "<b a=b>" * 200_000},
        "lines": {"HtmlBody": "\n" * 1_500_000, "TextBody": "\n" * 1_500_000},
        "links of the text": {"TextBody": "http://a.b " * 150_000, "HtmlBody": None},
        "images": {"HtmlBody": "".join([f'<img src="http://a.example/{n}">' for n in range(30_000)])},
        "long image": {"HtmlBody": f'<img src="http://a.example/{long}" alt="{long}">'},
        "files": {"Attachments": [{**FILE, "Name": f"{n}{'x' * 200}.txt"} for n in range(8_000)]},
        "codes": {"TextBody": "".join([f"code {n}\n\n" for n in range(310_000, 370_000)])},
        "names": {"HtmlBody": "{{ " + "a" * 1_000_000 + " }}", "Subject": "{{" * 900, "Tag": "t" * 900},
        "metadata": {"Metadata": {"a": "x" * 80}, "ReplyTo": ", ".join([f"r{n}@example.com" for n in range(50)])},
    }[kind]


KINDS = ("links", "long link", "tags", "lines", "links of the text", "images", "long image", "files", "codes", "names")


@pytest.mark.exhaustive(cases=0)
@pytest.mark.slow
@pytest.mark.parametrize("kind", [*KINDS, "metadata"])
def test_no_email_makes_its_page_long(browsing: Any, sandbox: Sandbox, api: Any, kind: str) -> None:
    message = api.accepted(**_hostile(kind))
    sandbox.events.bounce(message)
    sizes = {tab: len(browsing.get(f"/m/{message}", tab=tab).content) for tab in TABS if tab != "raw"}
    assert {tab: size for tab, size in sizes.items() if size > MOST} == {}
    assert len(browsing.get(f"/m/{message}", tab="raw").content) < 2 * MOST + 1_000_000
    assert len(browsing.get().content) < 60_000


@pytest.mark.costly
def test_a_large_message_is_copied_as_calls_that_read_a_file(browsing: Any, api: Any) -> None:
    message = api.accepted(HtmlBody="<p>x</p>" * 20_000)
    page = browsing.get(f"/m/{message}", tab="copy").text
    assert "--data-binary @message.json" in words(page)
    assert f'href="/inbox/4000001/m/{message}/json" download="message.json"' in page
    assert len(json.loads(browsing.get(f"/m/{message}/json").content)["HtmlBody"]) == 160_000


@pytest.mark.parametrize("kind, body", [("text", "Good morning"), ("html", "<p>é")])
def test_a_whole_body_is_a_file(browsing: Any, api: Any, kind: str, body: str) -> None:
    message = api.accepted(HtmlBody="<p>é")
    response = browsing.get(f"/m/{message}/{kind}")
    assert response.content.decode() == body
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert browsing.get(f"/m/{api.accepted()}/html").status_code == 404
