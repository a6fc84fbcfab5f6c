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


@pytest.mark.exhaustive
def test_the_first_message_replaces_the_page_without_messages(sandbox: Sandbox, send: Send, page: Any) -> None:
    page.goto(_inbox(sandbox))
    page.wait_for_selector("text=No messages yet")
    send(subject="First")
    page.wait_for_selector("a.row >> text=First")


@pytest.mark.exhaustive
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


@pytest.mark.exhaustive
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


@pytest.mark.exhaustive
def test_keys_are_off_while_something_is_typed(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(_inbox(sandbox))
    page.keyboard.press("/")
    page.keyboard.type("j x")
    assert page.input_value(".search input") == "j x"
    assert page.locator("a.row[aria-current]").count() == 0


@pytest.mark.exhaustive
def test_a_page_says_that_the_sandbox_has_stopped(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(_inbox(sandbox))
    page.wait_for_selector("[data-live][data-state=live]")
    sandbox.close()
    page.wait_for_selector("text=The sandbox has stopped", timeout=60_000)
    assert page.locator(".row >> text=First").is_visible()


@pytest.mark.exhaustive
def test_the_theme_that_was_chosen_stays_until_it_is_the_systems_again(sandbox: Sandbox, page: Any) -> None:
    page.goto(_inbox(sandbox))
    for system, themes in (("light", ["dark", "light", None]), ("dark", ["light", "dark", None])):
        page.emulate_media(color_scheme=system)
        for theme in themes:
            page.click("[data-theme-switch]")
            page.reload()
            assert page.evaluate("document.documentElement.dataset.theme") == theme
            assert page.get_attribute("[data-theme-switch]", "aria-label") == f"Theme: {theme or 'as the system'}"


def test_counts_grow_with_the_list(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(_inbox(sandbox))
    send(subject="Second")
    page.wait_for_selector("[data-total-words] >> text=2 of 2")
    assert page.inner_text(".nav a >> text=All") == "All"
    assert page.inner_text(".nav a[aria-current] b") == "2"
    assert page.inner_text(".filter[aria-current] b") == "2"


def test_suggestions_are_chosen_by_keys(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(tag="welcome")
    page.goto(_inbox(sandbox))
    page.keyboard.press("/")
    page.wait_for_selector("#suggestions [role=option] >> text=from:")
    page.keyboard.type("hello -ta")
    page.wait_for_selector("#suggestions [role=option]:first-child >> text=tag:")
    page.keyboard.press("ArrowDown")
    chosen = page.get_attribute(".search input", "aria-activedescendant")
    assert page.get_attribute(f"#{chosen}", "aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_selector("#suggestions [role=option] >> text=welcome")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value(".search input") == "hello -tag:welcome "
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=*")
    page.wait_for_selector("text=There are no messages with “hello”, not with the tag welcome.")


def test_suggestions_are_chosen_with_the_mouse_and_closed_by_escape(sandbox: Sandbox, page: Any) -> None:
    page.goto(_inbox(sandbox))
    page.click(".search input")
    page.click("#suggestions >> text=has:")
    page.click("#suggestions >> text=attachment")
    assert page.input_value(".search input") == "has:attachment "
    page.wait_for_selector("#suggestions [role=option] >> text=to:")
    page.keyboard.press("Escape")
    assert page.locator("#suggestions").is_hidden()
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.name") != "q"


def test_notifications_are_off_until_they_are_switched_on(sandbox: Sandbox, send: Send, chromium: Any) -> None:
    page = chromium.new_context().new_page()
    page.context.grant_permissions(["notifications"], origin=sandbox.url)
    page.add_init_script(
        "window.told = []; window.Notification = class extends EventTarget {"
        " static permission = 'granted'; static async requestPermission() { return 'granted' }"
        " constructor(words, options) { super(); told.push(`${words}: ${options.body}`) } };"
        " Object.defineProperty(document, 'hidden', { get: () => true })"
    )
    send(subject="First")
    page.goto(_inbox(sandbox))
    send(subject="Second")
    page.wait_for_selector("a.row >> text=Second")
    assert page.evaluate("told") == []
    page.click("[data-notify]")
    page.wait_for_selector("[data-notify][aria-pressed=true]")
    send(subject="Third")
    page.wait_for_selector("a.row >> text=Third")
    assert page.evaluate("told") == ["1 new message: Third"]
    page.context.close()


def test_clearing_asks_and_names_how_many(sandbox: Sandbox, send: Send, page: Any) -> None:
    for tag in ("a", "a", "b"):
        send(tag=tag)
    page.goto(f"{_inbox(sandbox)}?q=tag:a")
    page.click("summary >> text=Clear…")
    page.wait_for_selector("text=Delete the 2 messages of this view?")
    page.click("details[open] button >> text=Delete")
    page.wait_for_selector("[role=status] >> text=2 messages deleted.")
    assert [message.tag for message in sandbox.messages()] == ["b"]
