"""The checks of an email: each rule finds what it is for, and says nothing about a good email."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from emailapi.sandbox.inbox.checks import RULES, Examined, File, Finding, check
from emailapi.sandbox.inbox.checks.features import FEATURES

from ...growth import assert_linear

HTML = """<!doctype html>
<html lang="en"><head><meta name="color-scheme" content="light dark">
<style>@media (prefers-color-scheme: dark) { .card { color: #fff } }</style></head>
<body><div style="display:none">Your order has left our warehouse.</div>
<table role="presentation"><tr>
<td style="color:#222;background-color:#fff">Hello Dana, your order left this morning.
<a href="https://shop.example.com/orders/1">shop.example.com</a>
<img src="cid:logo" alt="" width="20"></td></tr></table>
</body></html>"""
GOOD = Examined(
    subject="Your order is on its way",
    sender="shop@example.com",
    sender_name="Shop",
    text="Hello Dana, your order left this morning: https://shop.example.com/orders/1",
    html=HTML,
    headers={"list-unsubscribe": "<https://x.example/u>", "list-unsubscribe-post": "List-Unsubscribe=One-Click"},
    broadcast=True,
    size=4000,
)


def findings(**changes: Any) -> list[Finding]:
    return [each for result in check(attrs.evolve(GOOD, **changes)) for each in result.findings]


def body(html: str) -> dict[str, str]:
    return {"html": HTML.replace("</body>", f"{html}</body>")}


def test_there_are_fourteen_rules_and_a_good_email_keeps_all() -> None:
    assert len(RULES) == 14
    assert findings() == []


@pytest.mark.parametrize(
    "changes, title",
    [
        ({"text": ""}, "no text part"),
        ({"text": "Nothing common stands here besides eight quite different long words"}, "something else"),
        (body("x" * 110_000), "Gmail clips"),
        (body("x" * 95_000), "already"),
        ({"sent_html": "x" * 110_000}, "Gmail clips"),
        (body("{{name}}"), "Markers"),
        (body("{% if x %}"), "Markers"),
        (body("${name}"), "Markers"),
        (body("%FIRST_NAME%"), "Markers"),
        (body("[FIRST NAME]"), "Markers"),
        ({"subject": "For *|FNAME|*"}, "Markers"),
        (body("You have undefined points"), "value seems to be missing"),
        (body("Hello , welcome"), "value seems to be missing"),
        ({"text": "Total: NaN EUR, your order left this morning"}, "value seems to be missing"),
        ({"unknown_names": ("product",)}, "model lacks"),
        (body('<a href="http://localhost:3000/x">Go</a>'), "private network"),
        (body('<a href="https://10.0.0.1/x">Go</a>'), "private network"),
        (body('<a href="/x">Go</a>'), "relative"),
        (body('<a href="">Go</a>'), "no target"),
        (body('<a href="java&#115;cript:alert(1)">Go</a>'), "script"),
        (body('<a href="http://x.example/">Go</a>'), "instead of https"),
        (body('<a href="https://evil.example/">bank.example</a>'), "another site"),
        (body('<img src="cid:x" width=1>'), "no text"),
        (body('<img src="cid:x" alt="x">'), "no width"),
        ({"html": '<html lang=en><div style="display:none"></div><img src=a alt=x width=9>'}, "nothing but images"),
        (body(f"<style>{'a{}' * 3000}</style>"), "characters"),
        (body("<style>a{background:url(x)}</style>"), "loads something"),
        ({"html": "<style>.card{}</style>" + "<p class=card>x</p>" * 6}, "classes only"),
        (body("<video>"), "<video>"),
        (body('<p style="display:flex">'), "display: flex"),
        (body("<style>p{position:fixed}</style>"), "position"),
        ({"subject": ""}, "no subject"),
        ({"subject": "x" * 79}, "79 characters"),
        ({"subject": "BUY THIS NOW"}, "capitals"),
        ({"html": HTML.replace("display:none", "")}, "preheader"),
        ({"sender_name": ""}, "display name"),
        ({"reply_to": ("me@elsewhere.example",)}, "another domain"),
        ({"headers": {}}, "no header List-Unsubscribe"),
        ({"headers": {"list-unsubscribe": "<mailto:x@example.com>"}}, "one click"),
        (body("fÃ¼r"), "damaged"),
        (body("f\ufffdr"), "damaged"),
        (body("a &amp;nbsp; b"), "damaged"),
        ({"size": 11_000_000}, "10.5 MB"),
        ({"files": (File("setup.EXE", "x/y", 3),)}, "forbids"),
        (body('<p style="color:#ccc;background:#fff">'), "hardly be told"),
        ({"html": HTML.replace(' lang="en"', "")}, "language"),
        (body("<table>"), "no role"),
        ({"html": HTML.replace("color-scheme", "x", 1)}, "colour scheme"),
    ],
)
def test_each_rule_finds_what_it_is_for(changes: dict[str, Any], title: str) -> None:
    assert [title in each.title for each in findings(**changes)].count(True) == 1, findings(**changes)


def test_a_finding_names_the_line() -> None:
    found = findings(html=HTML.replace("</body>", '<a href="/x">\n</body>'))
    assert [place.line for place in found[0].places] == [9]


def test_a_finding_shows_its_first_places_and_counts_the_others() -> None:
    found = findings(**body('<a href="/x">' * 20))
    assert (len(found[0].places), found[0].more) == (8, 12)


@pytest.mark.parametrize(
    "html",
    [
        "{{{ pm:unsubscribe }}}",
        "None of these is yours",
        "Hello, you",
        "100 % of it",
        '<a href="https://www.shop.example.com/">shop.example.com</a>',
        '<a href="https://shop.example.com/a.pdf">a.pdf</a>',
        '<a href="#top">Top</a><a href="mailto:a@example.com">a@example.com</a>',
        "<!-- {{x}} <video> -->",
    ],
)
def test_what_is_ordinary_is_not_found(html: str) -> None:
    assert findings(**body(html)) == []


def test_there_are_thirty_features() -> None:
    assert len(FEATURES) == 30


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        " ",
        "a",
        "{{",
        "{%",
        "[A",
        "%a",
        "*|A",
        "Hello ",
        "<a href=/>",
        "<a href='http://a.b'>a.",
        "<style>.aaa ",
        "<p style='a",
        '<p style="color:#ccc;background:#fff">',
        "<style>position:",
        "<table>",
    ],
)
def test_hostile_html_is_checked_in_time_in_proportion_to_its_length(piece: str) -> None:
    def run(size: int) -> None:
        html = piece * (size // len(piece))
        check(Examined(html=html, text=html, subject=html[:10_000]))

    assert_linear(run, 12_500)
