"""CSS in the elements: declarations that are moved there, and those that are not."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from emailapi.sandbox.templating.inlining import ATTRIBUTES, ELEMENTS, NESTED, RULES_BY_ELEMENTS, inline_css

STYLE = "<style>b{color:red}</style>"


def test_css_is_inlined_into_elements_and_kept():
    """Rules that no element can have, such as those for media, work by the `<style>` that stays."""
    html = "<style>.a{color:red}@media print{p{color:blue}}</style><p class=a>x</p>"
    assert inline_css(html) == (
        "<html><head><style>.a{color:red}@media print{p{color:blue}}</style></head>"
        '<body><p class="a" style="color: red;">x</p></body></html>'
    )


@pytest.mark.parametrize("html", ["plain", "<p>x</p>", ""])
def test_a_fragment_becomes_a_document(html):
    assert inline_css(html) == f"<html><head></head><body>{html}</body></html>"


def test_tags_of_the_service_are_kept():
    html = '<a href="{{{ pm:unsubscribe_url }}}">x</a> {{{ pm:unsubscribe }}}'
    assert inline_css(html) == f"<html><head></head><body>{html}</body></html>"


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/a.css", "//127.0.0.1:{port}/a.css"])
@pytest.mark.parametrize(
    "html", ['<link rel="stylesheet" href="{url}"><b>x</b>', "<style>@import url({url});</style><b>x</b>"]
)
def test_no_style_sheet_is_fetched(html, url):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        inlined = inline_css(html.replace("{url}", url.format(port=listener.getsockname()[1])))
        assert "<b>x</b>" in inlined
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("scheme", ["file://", ""])
@pytest.mark.parametrize(
    "html", ['<link rel="stylesheet" href="{url}"><b>x</b>', "<style>@import url({url});</style><b>x</b>"]
)
def test_no_file_is_read(tmp_path, html, scheme):
    (tmp_path / "a.css").write_text("b { color: red }")
    assert "<b>x</b>" in inline_css(html.replace("{url}", f"{scheme}{os.fspath(tmp_path / 'a.css')}"))


@pytest.mark.parametrize(
    "html", ["<style>p{color:{red}</style><p style='a'>x", "<p>\ud800</p>"], ids=["css", "surrogate"]
)
def test_html_that_the_inliner_rejects_is_unchanged(html):
    assert inline_css(html) == html


def nested(opening, depth, closing=""):
    return STYLE + opening * depth + "<b>x</b>" + closing * depth


@pytest.mark.parametrize(
    "html",
    [
        nested("<div>", NESTED),
        nested("<div></i>", NESTED),
        nested("<table><tr><td>", NESTED),
        nested("<b><p>", NESTED),
        nested("<div><div></div>", NESTED),
        nested("<div a='</div>'>", NESTED),
        nested("<div><!-- </div> -->", NESTED),
        nested("<div><style></div></style>", NESTED),
        nested("<div><noscript></div></noscript>", NESTED),
        nested("<svg><style><g>", NESTED),
        nested("<svg>" + "<tr>" * NESTED, 1),
        STYLE + "<svg>" + "<tr>" * NESTED + "x" * 20_000,
        nested("<lin\u212a>", NESTED),
        nested("<div><select></div></select>", NESTED),
        nested("<div><marquee></div></marquee>", NESTED),
        nested("<bloc\u212aquote></blockquote>", NESTED),
        nested("<div><script><!--<script></script></div>--></script>", NESTED),
        nested("<div><svg><![CDATA[></div>]]>", NESTED),
        nested("<!-- --!><div>-->", NESTED),
        STYLE + "<p>" * (ELEMENTS + 1),
        STYLE + "<b " + " ".join(f"a{number:020}" for number in range(ATTRIBUTES + 1)) + ">x",
        "<style>" + "b{}" * (RULES_BY_ELEMENTS // 1000) + "</style>" + "<b>x</b>" * 1001,
    ],
    ids=range(22),
)
def test_html_beyond_the_limits_is_unchanged(html):
    """The inliner needs more stack than a thread has, or very long, for HTML such as this."""
    assert inline_css(html) == html


@pytest.mark.parametrize(
    "html",
    [
        nested("<div>", NESTED - 1, "</div>"),
        nested("<table><tbody><tr><td><p>", NESTED - 1),
        nested("<ul><li>", NESTED - 1, "</li></ul>"),
        STYLE + "<div><b>x</b><br><img></div>" * 1000,
        STYLE + "<li><b>x</b>" * 1000,
        STYLE + "<!--[if mso]><table><tr><td><![endif]--><b>x</b><!--[if mso]></td></tr></table><![endif]-->" * 500,
        STYLE + "<tr><td>" * 1000 + "<b>x</b>" + "y" * 20_000,
        "<title><i><i></title>" + STYLE + "<b>x</b>",
    ],
    ids=range(8),
)
def test_html_within_the_limits_is_inlined(html):
    """Even in a thread with a small stack, as some systems have."""
    found = []
    previous = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(inline_css(html)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
    assert '<b style="color: red;">x</b>' in found[0]
