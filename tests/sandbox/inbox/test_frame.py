"""The HTML of an email in its frame: what is changed, and what stays as it was sent."""

from __future__ import annotations

import pytest

from emailapi.mime.html_tokens import Text, tokens
from emailapi.sandbox.inbox.frame import Frame, frame_headers, framed, has_dark_styles, read_capability

from ...growth import assert_linear

SECRET = b"0123456789abcdef"
BASE = '<base target="_blank">'


def shown(html: str, scheme: str = "light") -> str:
    """Return what a frame has, without what stands before the email."""
    result = framed(html, scheme, lambda content_id: "/f/1" if content_id == "logo" else None)
    assert BASE in result
    return result.replace(BASE, "", 1)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Hello",
        '<a href="https://x.example/?a=1&amp;b=2" class=z>t</a>',
        "<a\r\n href='https://x.example' title=\"a>b\">é😀</a>",
        '<!--[if mso]><img src="cid:logo"><![endif]-->',
        '<script>var a = "<img src=cid:logo>"</script>',
        "<textarea><img src=cid:logo></textarea>",
        '<img src="cid:unknown">',
        "<p>(prefers-color-scheme: dark)</p>",
        "<p>a < b && c <img src='cid:logo",
        "<img src><p style>",
    ],
)
def test_everything_else_stays_byte_for_byte(html: str) -> None:
    assert shown(html) == html


@pytest.mark.parametrize(
    "html, expected",
    [
        ('<IMG SRC="cid:logo">', '<IMG SRC="/f/1">'),
        ("<img src=cid:logo>", "<img src=/f/1>"),
        ("<td background='CID:logo'>", "<td background='/f/1'>"),
        ('<td style="background:url(cid:logo)">', '<td style="background:url(/f/1)">'),
        ('<a target="_self" href="/x">', '<a target="_blank" href="/x">'),
        ("<a target=_top><a target='x'>", "<a target=_blank><a target='_blank'>"),
    ],
)
def test_files_and_targets_are_changed_at_their_places(html: str, expected: str) -> None:
    assert shown(html) == expected


@pytest.mark.parametrize(
    "html, light, dark",
    [
        (
            "<style>@media (prefers-color-scheme: dark){a{b:c}}</style>",
            "<style>@media (max-width:0){a{b:c}}</style>",
            "<style>@media (min-width:0){a{b:c}}</style>",
        ),
        (
            '<style media="screen and (prefers-color-scheme:light)">a{}</style>',
            '<style media="screen and (min-width:0)">a{}</style>',
            '<style media="screen and (max-width:0)">a{}</style>',
        ),
        (
            '<meta name="color-scheme" content="light dark"><meta name=supported-color-schemes content=x>',
            '<meta name="color-scheme" content="light"><meta name=supported-color-schemes content=x>',
            '<meta name="color-scheme" content="dark"><meta name=supported-color-schemes content=x>',
        ),
        (
            "<style>:root{color-scheme: light dark; supported-color-schemes: light dark}</style>",
            "<style>:root{color-scheme:light; supported-color-schemes: light dark}</style>",
            "<style>:root{color-scheme:dark; supported-color-schemes: light dark}</style>",
        ),
    ],
)
def test_the_asked_colour_scheme_is_decided_in_the_style(html: str, light: str, dark: str) -> None:
    assert (shown(html), shown(html, "dark")) == (light, dark)


def test_the_document_type_stays_first_so_that_the_layout_is_the_senders() -> None:
    result = framed("\n<!DOCTYPE html><p>Hello", "light", lambda _: None)
    assert result == f"\n<!DOCTYPE html>{BASE}<p>Hello"


def test_forced_dark_turns_colours_around_and_keeps_the_emails_light_styles() -> None:
    result = framed("<style>@media (prefers-color-scheme: dark){a{b:c}}</style>", "forced", lambda _: None)
    assert "filter:invert(1)" in result
    assert "@media (max-width:0)" in result


def test_an_email_without_dark_styles_is_known() -> None:
    assert has_dark_styles("<style>@media (prefers-color-scheme:dark){}</style>")
    assert has_dark_styles('<link media="(prefers-color-scheme: dark)">')
    assert not has_dark_styles("<style>@media (prefers-color-scheme:light){}</style>(prefers-color-scheme:dark)")


def test_a_capability_is_read_only_by_the_secret_that_signed_it() -> None:
    capability = Frame(1 << 41, 7).capability(SECRET)
    assert read_capability(capability, SECRET) == Frame(1 << 41, 7)
    assert read_capability(capability, b"another") is None
    for text in ("", "x", "é", capability[:-2], "A" * 5000):
        assert read_capability(text, SECRET) is None


def test_the_policy_allows_images_of_two_paths_only() -> None:
    headers = frame_headers("http://127.0.0.1:8025/", "cap")
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert "img-src data: http://127.0.0.1:8025/o/ http://127.0.0.1:8025/inbox/frame/cap/cid/" in policy
    assert policy[-1] == "sandbox allow-popups allow-popups-to-escape-sandbox"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_place_of_each_text_is_where_it_stands() -> None:
    html = "a<!-- x -->b < c<style>d</style>e"
    for token in tokens(html):
        if isinstance(token, Text):
            assert html[token.start : token.start + len(token.text)] == token.text


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<!--",
        "</",
        "<![",
        "<a href='",
        "<a x=\"y'",
        "<style>",
        "<style>(",
        "<style>color-scheme:",
        "<script></scrip",
        "<a x= ",
        "<img src=cid:logo>",
        '<td style="cid:',
        "<a target=x>",
        "<style>url(</style>",
    ],
)
def test_hostile_html_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def run(size: int) -> None:
        framed(piece * (size // len(piece)), "dark", lambda _: "/f/1")

    assert_linear(run, 25_000)
