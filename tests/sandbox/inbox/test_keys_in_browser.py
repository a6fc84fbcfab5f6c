"""The keys of the inbox in Chromium, and what live updates do to the focus and tell a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox.frontend import KEYBOARD

from ...ports import unused_port

pytestmark = pytest.mark.exhaustive
Send = Callable[..., str]
COPIED = "navigator.clipboard.writeText = async (text) => { window.copied = text }"
# Tested beside the lists and messages that they change.
ELSEWHERE = {"/", ".", "#", "1", "9", "b", "j", "k", "x"}


def test_each_key_of_the_table_does_what_it_says(sandbox: Sandbox, api: Any, page: Any) -> None:
    base = f"{sandbox.inbox_url}/4000001"
    triggers = {"Delivery": {"Enabled": True}}
    api.post("/webhooks", {"Url": f"http://127.0.0.1:{unused_port()}/", "Triggers": triggers})
    html = '<a href="https://shop.example.com/1">Track</a>'
    message = api.accepted(Subject="Hello", HtmlBody=html, TrackLinks="HtmlOnly")
    sandbox.clock.wait_idle()
    pressed = set()

    def press(*keys: str) -> None:
        pressed.update(keys if len(keys) == 1 else [" ".join(keys)])
        for key in keys:
            page.keyboard.press("Escape" if key == "Esc" else key)

    page.goto(base)
    for key, back in (("Enter", "u"), ("o", "Esc")):
        page.keyboard.press("j")
        press(key)
        page.wait_for_url(f"**/m/{message}")
        press(back)
        page.wait_for_url(base)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.evaluate(COPIED)
    press("c")
    page.wait_for_function(f"window.copied === '{message}'")
    for key, path in (("w", "/webhooks"), ("t", "/templates"), ("r", "/requests"), ("i", "")):
        press("g", key)
        page.wait_for_url(base + path)
    press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    page.goto(f"{base}/m/{message}?tab=text")
    press("c")
    assert page.locator(".choices button", has_text="https://shop.example.com/1").is_visible()
    page.keyboard.press("Escape")
    press("r")
    page.wait_for_selector("[role=status] >> text=Delivery posted")
    assert {key for keys, _ in KEYBOARD for key in keys} == pressed | ELSEWHERE


def test_keys_on_the_page_of_an_error_lead_to_the_inbox_only(sandbox: Sandbox, page: Any) -> None:
    lost = f"{sandbox.inbox_url}/4000001/m/nope"
    page.goto(lost)
    single = {key for keys, _ in KEYBOARD for key in keys if " " not in key}
    for key in [*sorted(single - {"u", "Esc", "?"}), "g", "w"]:
        page.keyboard.press(key)
    assert page.url == lost
    for keys in ("gi", "u"):
        page.goto(lost)
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(f"{sandbox.inbox_url}/4000001")


def test_keys_work_where_a_tab_has_the_focus(sandbox: Sandbox, send: Send, page: Any) -> None:
    message = send()
    page.goto(f"{sandbox.inbox_url}/4000001/m/{message}?tab=text")
    page.locator("[role=tablist] [aria-selected=true]").focus()
    page.keyboard.press("u")
    page.wait_for_url(f"{sandbox.inbox_url}/4000001")


def test_keys_can_be_switched_off_and_do_nothing_with_modifiers(sandbox: Sandbox, send: Send, page: Any) -> None:
    send()
    page.goto(f"{sandbox.inbox_url}/4000001")
    for modifier in ("Control", "Alt", "Meta"):
        page.keyboard.press(f"{modifier}+t")
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    for key in "jt?":
        page.keyboard.press(key)
    assert page.locator("a.row[aria-current]").count() == 0
    assert page.locator("dialog").is_hidden()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_the_focus_stays_on_its_row_and_new_messages_are_told_every_ten_seconds(
    sandbox: Sandbox, send: Send, page: Any
) -> None:
    first = send(subject="First")
    page.goto(f"{sandbox.inbox_url}/4000001")
    page.keyboard.press("j")
    page.evaluate("Date.now = () => 100_000")
    send(subject="Second")
    page.wait_for_selector("button.pill >> text=1 new")
    told = page.locator("[data-live-words]")
    assert told.inner_text() == "1 new message"
    page.evaluate("Date.now = () => 109_999")
    send(subject="Third")
    page.wait_for_selector("button.pill >> text=2 new")
    assert told.inner_text() == "1 new message"
    page.evaluate("Date.now = () => 110_001")
    sandbox.events.bounce(first, "SoftBounce")
    page.wait_for_selector("a.row:focus >> text=Soft bounce")
    page.wait_for_function("document.querySelector('[data-live-words]').textContent === '2 new messages'")
    page.keyboard.press(".")
    page.wait_for_selector("a.row >> text=Third")
    assert page.evaluate("document.activeElement.textContent").startswith("Soft bounce")


def test_a_row_reads_state_recipient_subject_and_time(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="Your order", to=["dana@example.com", "kim@example.com"], text_body="Hello")
    page.goto(f"{sandbox.inbox_url}/4000001")
    words = " ".join(page.locator("a.row").inner_text().split())
    assert words.startswith("Delivered dana@example.com +1 Your order Hello ")
    assert words.endswith(page.locator("a.row time").inner_text())
    for path in ("", "/requests", "/connect"):
        page.goto(f"{sandbox.inbox_url}/4000001{path}")
        assert page.locator("h1").count() == 1
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
