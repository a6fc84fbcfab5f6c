"""Pages in Chromium at the widths of phones, tablets and desktops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emailapi import Client
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
def test_the_menu_of_a_phone_opens_the_navigation(sandbox: Sandbox, page: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{sandbox.inbox_url}/4000001")
    assert page.locator("#nav").is_hidden()
    page.click("a.menu")
    page.click("#nav >> text=Connect")
    page.wait_for_url("**/connect")
