"""The list of messages in Chromium: live updates, keys and deleting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emailapi.sandbox import Sandbox

pytestmark = pytest.mark.slow
Send = Callable[..., str]


def _inbox(sandbox: Sandbox) -> str:
    return f"{sandbox.url}/inbox/4000001"


def test_a_new_message_appears_without_a_reload(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(_inbox(sandbox))
    page.evaluate("window.same = true")
    send(subject="Second")
    page.wait_for_selector("text=Second")
    assert page.evaluate("window.same")
    assert page.title() == "(2) All messages · Sandbox"


def test_the_first_message_replaces_the_page_without_messages(sandbox: Sandbox, send: Send, page: Any) -> None:
    page.goto(_inbox(sandbox))
    page.wait_for_selector("text=No messages yet")
    send(subject="First")
    page.wait_for_selector("a.row >> text=First")


def test_new_rows_wait_while_a_row_is_pointed_at(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(_inbox(sandbox))
    page.hover("a.row")
    send(subject="Second")
    page.wait_for_selector("button.pill >> text=1 new")
    assert page.locator("a.row").count() == 1
    page.keyboard.press(".")
    page.wait_for_selector("a.row >> text=Second")
    assert page.locator("button.pill").is_hidden()


def test_a_state_changes_in_its_row(sandbox: Sandbox, send: Send, page: Any) -> None:
    message = send(subject="First")
    page.goto(_inbox(sandbox))
    page.hover("a.row")
    sandbox.events.bounce(message, "SoftBounce")
    page.wait_for_selector("a.row >> text=Soft bounce")


def test_keys_move_select_and_delete(sandbox: Sandbox, send: Send, page: Any) -> None:
    for subject in ("First", "Second", "Third"):
        send(subject=subject)
    page.goto(_inbox(sandbox))
    for key in ("j", "j", "x", "#"):
        page.keyboard.press(key)
    page.wait_for_selector("text=1 message deleted.")
    assert {message.subject for message in sandbox.messages()} == {"First", "Third"}


def test_keys_are_off_while_something_is_typed(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(_inbox(sandbox))
    page.keyboard.press("/")
    page.keyboard.type("j x")
    assert page.input_value(".search input") == "j x"
    assert page.locator("a.row[aria-current]").count() == 0


def test_a_page_says_that_the_sandbox_has_stopped(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(_inbox(sandbox))
    page.wait_for_selector("[data-live][data-state=live]")
    sandbox.close()
    page.wait_for_selector("text=The sandbox has stopped", timeout=60_000)
    assert page.locator("text=First").is_visible()


def test_the_theme_that_was_chosen_stays(sandbox: Sandbox, page: Any) -> None:
    page.goto(_inbox(sandbox))
    page.click("[data-theme-switch]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
