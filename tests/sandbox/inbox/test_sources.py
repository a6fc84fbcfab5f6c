"""The source of an email for people to read: HTML in colours, and headers decoded."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from emailapi.sandbox.inbox.header_rows import HeaderRow, header_rows, judge_unsubscribe
from emailapi.sandbox.inbox.source_lines import MOST, source_lines

from ...growth import assert_linear

_PIECES = strategies.sampled_from(
    [
        "<",
        ">",
        "<a ",
        "href=",
        '"',
        "'",
        "x",
        "\n",
        " ",
        "<!--",
        "-->",
        "</",
        "<style>",
        "</style>",
        "=",
        "/",
        "é😀",
        "<![",
        "?",
    ]
)


@given(strategies.lists(_PIECES, max_size=40).map("".join))
def test_coloured_html_is_the_same_text(html: str) -> None:
    source = source_lines(html)
    assert "\n".join("".join(text for _, text in line) for line in source.lines) == html
    assert source.shown == len(html)


def test_tags_values_and_comments_have_classes() -> None:
    (line,) = source_lines('a<!-- b --><c d="e">').lines
    assert line == [("", "a"), ("c", "<!-- b -->"), ("t", '<c d="'), ("v", "e"), ("t", '">')]


@pytest.mark.parametrize(
    "piece, shown", [("x", MOST), ("\n", 10_000), ("x\r\n", 30_000), ("<p>\n", 20_000), ("<p>x", 20_000)]
)
def test_a_source_is_shown_up_to_a_limit(piece: str, shown: int) -> None:
    source = source_lines(piece * MOST)
    assert source.shown == shown
    assert source_lines((piece * MOST)[:shown]).lines == source.lines


def test_headers_are_decoded_beside_what_stands_there() -> None:
    raw = (
        b"Subject: =?utf-8?q?f=C3=BCr?=\r\nTo: a@example.com,\r\n b@example.com\r\nX: =?x-no?q?a?=\r\n\r\nBody: no\r\n"
    )
    assert header_rows(raw) == [
        HeaderRow("Subject", "für", "=?utf-8?q?f=C3=BCr?="),
        HeaderRow("To", "a@example.com, b@example.com"),
        HeaderRow("X", "=?x-no?q?a?=", judged="An encoded word in it cannot be decoded."),
    ]


@pytest.mark.parametrize(
    "headers, part",
    [
        ({"list-unsubscribe": "https://x.example"}, "in <>"),
        ({"list-unsubscribe": "<mailto:x@example.com>"}, "Only by an email"),
        ({"list-unsubscribe": "<https://x.example>"}, "List-Unsubscribe-Post is missing"),
        (
            {"list-unsubscribe": "<https://x.example>", "list-unsubscribe-post": "List-Unsubscribe=One-Click"},
            "One click unsubscribes",
        ),
    ],
)
def test_the_header_to_unsubscribe_is_judged(headers: dict[str, str], part: str) -> None:
    assert part in judge_unsubscribe(headers)


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"no colon", b":", b"\xff: \xfe\r\n", b"a: b"])
def test_broken_headers_are_read(raw: bytes) -> None:
    header_rows(raw)


@pytest.mark.parametrize("piece", [b"a:b\r\n", b" ", b"\r\n ", b"a: =?utf-8?q?a?= ", b"a:\r\n\t", b"\n"])
def test_huge_headers_take_time_in_proportion_to_their_length(piece: bytes) -> None:
    assert_linear(lambda size: header_rows(b"a: b" + piece * (size // len(piece))), 125_000)
