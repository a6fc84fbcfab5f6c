"""The page of a message in Chromium: keys, menus, tabs, copying, narrow screens."""

from __future__ import annotations

from typing import Any

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox.message_tabs import TABS

pytestmark = pytest.mark.slow


@pytest.fixture
def message(api: Any) -> str:
    for number in (1, 2):
        api.accepted(Subject=f"Before {number}")
    found = api.accepted(
        Subject="Order",
        HtmlBody='<p>Your code is 739204.</p><a href="https://shop.example.com/1">Track</a>',
        TrackOpens=True,
        TrackLinks="HtmlOnly",
    )
    api.accepted(Subject="After")
    return str(found)


@pytest.fixture
def opened(sandbox: Sandbox, message: str, page: Any) -> Any:
    page.goto(f"{sandbox.url}/inbox/4000001/m/{message}")
    page.frame_locator("iframe").locator("text=Track").wait_for()
    return page


def test_numbers_open_the_tabs(opened: Any) -> None:
    for key, name in (("2", "Text"), ("4", "Headers"), ("9", "Checks"), ("1", "Preview")):
        opened.keyboard.press(key)
        opened.wait_for_selector(f"[role=tab][aria-selected=true] >> text={name}")


@pytest.mark.exhaustive
def test_arrows_move_among_the_tabs_and_enter_opens_one(opened: Any) -> None:
    opened.locator("[role=tab][aria-selected=true]").focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    assert opened.evaluate("document.activeElement.textContent").strip() == "HTML"
    opened.keyboard.press("Enter")
    opened.wait_for_selector("[role=tab][aria-selected=true] >> text=HTML")


@pytest.mark.exhaustive
def test_keys_lead_to_neighbours_and_back(opened: Any) -> None:
    for key, subject in (("j", "Before 2"), ("k", "Order"), ("k", "After")):
        opened.keyboard.press(key)
        opened.wait_for_selector(f"h1 >> text={subject}")
    opened.keyboard.press("u")
    opened.wait_for_selector("a.row >> text=After")


@pytest.mark.exhaustive
def test_the_bounce_menu_opens_by_its_key_and_closes_by_escape(opened: Any, sandbox: Sandbox, message: str) -> None:
    opened.keyboard.press("b")
    choice = opened.locator("button >> text=Soft bounce")
    assert choice.is_visible()
    opened.keyboard.press("Escape")
    assert choice.is_hidden()
    opened.keyboard.press("b")
    choice.click()
    opened.wait_for_selector("[role=status] >> text=1 event made.")
    assert "Bounced" in [str(event.type) for event in sandbox.messages("subject:order")[0].events]


@pytest.mark.exhaustive
def test_the_click_menu_has_the_links(opened: Any, sandbox: Sandbox) -> None:
    opened.keyboard.press("c")
    opened.locator("button >> text=https://shop.example.com/1").click()
    opened.wait_for_selector("[role=status] >> text=1 event made.")
    assert "LinkClicked" in [str(event.type) for event in sandbox.messages("subject:order")[0].events]


@pytest.mark.exhaustive
def test_a_look_counts_as_an_open_once_and_other_widths_do_not(opened: Any, sandbox: Sandbox) -> None:
    def opens() -> int:
        return [str(event.type) for event in sandbox.messages("subject:order")[0].events].count("Opened")

    sandbox.wait_for("subject:order is:opened")
    assert opens() == 1
    opened.locator(".seg >> text=375").click()
    opened.wait_for_selector(".paper.w375")
    opened.frame_locator("iframe").locator("text=Track").wait_for()
    assert opened.locator("iframe").bounding_box()["width"] <= 377
    assert opens() == 1


@pytest.mark.exhaustive
def test_a_code_is_copied(opened: Any) -> None:
    opened.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    opened.locator("button[aria-label='Copy the code']").click()
    assert opened.evaluate("window.copied") == "739204"


@pytest.mark.exhaustive
def test_a_link_of_the_email_opens_a_tab_and_counts_as_a_click(opened: Any, sandbox: Sandbox) -> None:
    with opened.expect_popup() as popup:
        opened.frame_locator("iframe").locator("text=Track").click()
    popup.value.close()
    sandbox.wait_for("subject:order is:clicked")


@pytest.mark.exhaustive
def test_the_message_is_deleted_by_key_after_a_question(opened: Any, sandbox: Sandbox) -> None:
    opened.keyboard.press("#")
    opened.locator("button >> text=Delete").click()
    opened.wait_for_selector("[role=status] >> text=The message is deleted.")
    assert sandbox.messages("subject:order") == []


@pytest.mark.exhaustive
def test_nothing_scrolls_sideways_on_a_narrow_screen(sandbox: Sandbox, api: Any, page: Any) -> None:
    long = "x" * 400
    file = {"Name": f"{long}.txt", "Content": "eA==", "ContentType": "text/plain"}
    api.accepted()
    message = api.accepted(
        Subject=long,
        Tag="t" * 200,
        To=f"{'y' * 60}@{'z' * 60}.example.com",
        HtmlBody=f"<p>{long}<a href='https://example.com/{long}'>{long}</a>",
        TextBody=f"https://example.com/{long}",
        Metadata={"name": "v" * 80},
        Attachments=[file],
    )
    api.accepted()
    page.set_viewport_size({"width": 320, "height": 640})
    for tab in TABS:
        page.goto(f"{sandbox.url}/inbox/4000001/m/{message}?tab={tab}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, tab


def test_headers_are_narrowed_while_a_text_is_typed(opened: Any) -> None:
    opened.keyboard.press("4")
    opened.wait_for_selector("#headers")
    field = opened.get_by_label("Filter")
    rows = opened.locator("#headers > tr:visible")
    field.wait_for()
    assert rows.count() > 3
    field.fill("subject")
    assert rows.count() == 1
    field.fill("")
    assert rows.count() > 3


@pytest.mark.exhaustive
def test_the_next_try_of_a_webhook_is_made_by_its_button(sandbox: Sandbox, api: Any, opened: Any, message: str) -> None:
    api.post("/webhooks", {"Url": "http://127.0.0.1:9/", "Triggers": {"Bounce": {"Enabled": True}}})
    sandbox.events.bounce(message)
    sandbox.clock.wait_idle()
    opened.reload()
    opened.locator("button.now").click()
    opened.wait_for_selector("[role=status] >> text=nothing listens")
    assert [each.number for each in sandbox.webhooks.attempts()] == [2, 1]


def test_the_events_follow_what_happens_unless_they_are_in_use(opened: Any, sandbox: Sandbox, message: str) -> None:
    sandbox.events.bounce(message, "SoftBounce")
    opened.wait_for_selector(".line li.bounced")
    opened.wait_for_selector(".outcome >> text=1 soft bounce")
    opened.locator(".rail h2").first.hover()
    sandbox.events.complain(message)
    opened.wait_for_timeout(1_000)
    assert opened.locator(".line li.complained").count() == 0
    opened.locator("h1").hover()
    opened.wait_for_selector(".line li.complained")


def test_the_buttons_of_impossible_events_stay_disabled_when_the_page_is_live(opened: Any) -> None:
    assert opened.locator("button[value=delay]").is_disabled()
    assert opened.locator("button[value=complain]").is_enabled()


@pytest.mark.exhaustive
def test_a_page_without_its_sandbox_can_be_read_and_does_nothing(opened: Any, sandbox: Sandbox) -> None:
    sandbox.close()
    opened.wait_for_selector("[role=alert] >> text=The sandbox has stopped")
    assert opened.locator("button[value=complain]").is_disabled()
    assert opened.locator("h1").inner_text() == "Order"


@pytest.mark.exhaustive
def test_focus_leaves_the_frame_again(opened: Any) -> None:
    opened.locator("iframe").focus()
    opened.keyboard.press("Tab")
    opened.frame_locator("iframe").locator("a:focus").wait_for()
    opened.keyboard.press("Tab")
    # The frame is in a process of its own, which hands the focus on when it gets to it.
    opened.wait_for_function("document.activeElement.tagName !== 'IFRAME'")


def test_the_page_of_a_message_that_is_deleted_elsewhere_says_so(sandbox: Sandbox, opened: Any) -> None:
    sandbox.reset()
    opened.mouse.move(0, 0)
    opened.wait_for_selector("text=This message was deleted")
    assert opened.locator("h1 >> text=Order").is_visible()
