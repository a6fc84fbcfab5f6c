"""Parts of an email that would be loaded from elsewhere."""

from __future__ import annotations

import pytest

from emailapi.sandbox.inbox.remote import remote_resources


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://x.example/a">',
        "<img src=//x.example/a>",
        '<img srcset="https://x.example/a 2x">',
        '<picture><source srcset="https://x.example/a"></picture>',
        '<table background="https://x.example/a">',
        '<td style="background:url(https://x.example/a)">',
        '<td style="background:url(&quot;https://x.example/a&quot;)">',
        "<style>@import url(https://x.example/a);</style>",
        "<style>@import 'https://x.example/a';</style>",
        '<style>@font-face{font-family:x;src:url("https://x.example/a")}</style>',
        '<link rel=stylesheet href="https://x.example/a">',
        '<svg><image xlink:href="https://x.example/a"/></svg>',
        '<video poster="https://x.example/a">',
        '<iframe src="https://x.example/a">',
        '<object data="https://x.example/a">',
    ],
)
def test_each_kind_of_remote_resource_is_found(html: str) -> None:
    assert [each.removeprefix("https:") for each in remote_resources(html)] == ["//x.example/a"]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://x.example/a">',
        '<img src="cid:logo"><img src="data:image/png;base64,xx"><img src="a.png">',
        "<p>url(https://x.example/a)</p>",
        "<!-- <img src=https://x.example/a> -->",
    ],
)
def test_links_and_files_of_the_email_are_not_remote_resources(html: str) -> None:
    assert remote_resources(html) == ()


def test_each_address_counts_once_and_in_order() -> None:
    html = (
        '<img src="http://b.example"><img src="http://a.example"><img srcset="http://b.example 1x, http://c.example">'
    )
    assert remote_resources(html) == ("http://b.example", "http://a.example", "http://c.example")
