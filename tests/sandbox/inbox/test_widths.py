"""Pages in Chromium at the widths of phones, tablets and desktops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emailapi import Attachment, Client
from emailapi.sandbox import Sandbox

from .test_pages import PATHS

pytestmark = pytest.mark.slow
Send = Callable[..., str]
LONG = "x" * 300


@pytest.mark.exhaustive
def test_nothing_scrolls_sideways(sandbox: Sandbox, client: Client, send: Send, page: Any) -> None:
    send(subject=LONG, tag=LONG[:100], to=f"{LONG[:60]}@example.com", text_body=LONG)
    client.suppressions.create("outbound", [f"{LONG[:60]}@example.com"])
    client.webhooks.create(url=f"http://127.0.0.1:9/{LONG}", message_stream="outbound")
    sandbox.faults.fail(times=1)
    wide = {}
    for path in PATHS:
        page.goto(f"{sandbox.inbox_url}/4000001{path}")
        for width in (320, 640, 1000):
            page.set_viewport_size({"width": width, "height": 700})
            wide[path, width] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {page: more for page, more in wide.items() if more > 0} == {}


@pytest.mark.exhaustive
def test_the_subject_of_a_row_has_room(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="Your order is on its way", tag="shipping")
    page.goto(f"{sandbox.inbox_url}/4000001")
    for width in (320, 760, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.locator("a.row .sub").bounding_box()["width"] > 120, width


@pytest.mark.exhaustive
def test_the_snippet_follows_the_subject_in_each_direction(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="Short", text_body="مرحبا")
    page.goto(f"{sandbox.inbox_url}/4000001")
    subject, snippet = (page.locator(f"a.row .sub {part}").bounding_box() for part in ("strong", ".snippet"))
    assert 0 < snippet["x"] - subject["x"] - subject["width"] < 10
    assert snippet["width"] < 100


@pytest.mark.exhaustive
def test_a_long_state_leaves_the_recipient_readable(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(to="template_rendering_failed@bounce-testing.postmarkapp.com")
    page.goto(f"{sandbox.inbox_url}/4000001")
    for width in (320, 760, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        state, to = page.locator("a.row .state"), page.locator("a.row .to").bounding_box()
        shown = "e => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX == 'visible'"
        assert not state.evaluate(shown), width
        assert state.evaluate("e => e.getBoundingClientRect().right") <= to["x"], width


@pytest.mark.exhaustive
def test_numbers_and_types_of_files_are_not_broken(sandbox: Sandbox, send: Send, page: Any) -> None:
    file = Attachment(name=f"{'a' * 200}.pdf", content=b"x" * 3000, content_type="application/pdf")
    message = send(attachments=[file])
    page.goto(f"{sandbox.inbox_url}/4000001/m/{message}?tab=attachments")
    for width in (320, 760, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        lines = "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getClientRects().length }"
        assert page.locator("td.num").evaluate(lines) == 1, width
        assert page.locator("td.word").evaluate(lines) <= 2, width


@pytest.mark.exhaustive
def test_the_menu_of_a_phone_opens_the_navigation(sandbox: Sandbox, page: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{sandbox.inbox_url}/4000001")
    assert page.locator("#nav").is_hidden()
    page.click("a.menu")
    page.click("#nav >> text=Connect")
    page.wait_for_url("**/connect")
