"""Each form of the inbox is filled in and sent in Chromium, by the words that stand on its button."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox.views import PAGES

from ...ports import unused_port

pytestmark = pytest.mark.slow
Press = Callable[..., str]


@pytest.fixture
def pressed(page: Any) -> list[str]:
    """The paths that the browser has posted to, below that of the server."""
    paths: list[str] = []
    page.on("request", lambda request: request.method == "POST" and paths.append(urlsplit(request.url).path[14:]))
    return paths


@pytest.fixture
def press(page: Any, sandbox: Sandbox) -> Press:
    """Fill in fields by their labels, press a button, and return what the next page says."""

    def press(path: str, button: str, **fields: str) -> str:
        if path:
            page.goto(f"{sandbox.inbox_url}/4000001{path}")
        page.evaluate("for (const each of document.querySelectorAll('main details:not(.popup)')) each.open = true")
        pressed = page.get_by_role("button", name=button, exact=True).last
        form = page.locator("form", has=pressed)
        for label, value in fields.items():
            form.get_by_label(re.compile(f"^{label.replace('_', ' ')}")).fill(value)
        with page.expect_navigation():
            pressed.click()
        return " ".join(page.locator("main").inner_text().split())

    return press


def _suppress(press: Press) -> None:
    assert "nora@example.com" in press("/suppressions", "Suppress", Address="nora@example.com")
    assert "nora@example.com" not in press("", "Send to nora@example.com again").partition("No address")[2]


def _lab(press: Press, sandbox: Sandbox) -> None:
    assert "stands still" in press("/lab", "Stop")
    before = sandbox.clock.now()
    press("", "+ 1 hour")
    assert (sandbox.clock.now() - before).total_seconds() == 3_600
    assert "it runs" in press("", "Let it run")
    press("", "Arm", Value="503")
    assert len([*sandbox.faults]) == 1
    press("", "Cancel fault 1")
    press("", "Arm", Value="503")
    press("", "Cancel all")
    assert [*sandbox.faults] == []


def _webhooks(press: Press, sandbox: Sandbox, page: Any) -> None:
    """A webhook is there, whose first attempt has failed."""
    for button in ("Now", "Resend", "Replay all failed"):
        assert "nothing listens" in press("/webhooks", button)
    url = f"http://127.0.0.1:{unused_port()}/"
    press("", "Create", URL=url)
    press("", f"Send a sample of each kind to {url}")
    sandbox.clock.wait_idle()
    assert f"Remove the webhook {url}" not in press("/webhooks", f"Remove the webhook {url}")
    assert url in press("", "Set", URL=url)


def _templates(press: Press, page: Any) -> None:
    press("/templates", "Make a sample with a layout")
    page.get_by_role("link", name="Sample welcome").click()
    page.get_by_label("Model as JSON").wait_for()
    press("", "Save and render", Model_as_JSON='{"name": "Dana"}')
    press("", "Send", To="dana@example.com")


def _message(press: Press, sandbox: Sandbox, api: Any, page: Any) -> None:
    html = '<a href="https://shop.example.com/1">Track</a>'
    message = api.accepted(HtmlBody=html, TrackOpens=True, TrackLinks="HtmlOnly", Subject="Buttons")
    here = f"/m/{message}?tab=text"
    for menu, choice in (("Open", "Gmail"), ("Click", "https://shop.example.com/1"), ("Bounce", "Soft bounce")):
        page.goto(f"{sandbox.inbox_url}/4000001{here}")
        page.locator(".buttons summary", has_text=menu).click()
        assert "1 event made." in press("", choice)
    for button in ("Unsubscribe", "Complain"):
        assert "1 event made." in press(here, button)
    queued = f"/m/{api.accepted(To='queued@fault.sandbox.test')}"
    for button in ("Delay", "Deliver"):
        assert "1 event made." in press(queued, button)
    events = [str(event.type) for event in sandbox.messages("subject:buttons")[0].events]
    assert events == ["Delivered", "Opened", "LinkClicked", "Bounced", *["SubscriptionChanged"] * 2]
    page.goto(f"{sandbox.inbox_url}/4000001{here}")
    page.keyboard.press("#")
    assert "The message is deleted." in press("", "Delete")


def _again(press: Press, sandbox: Sandbox, api: Any, page: Any) -> None:
    """Webhook requests of one message, sent or received, are posted again."""
    triggers = {"Delivery": {"Enabled": True}}
    api.post("/webhooks", {"Url": f"http://127.0.0.1:{unused_port()}/", "Triggers": triggers})
    message = api.accepted(To="kim@example.com")
    sandbox.clock.wait_idle()
    assert "Delivery posted: nothing listens" in press(f"/m/{message}", "Post Delivery again")
    api.post("/triggers/inboundrules", {"Rule": "spam@example.com"})
    blocked = sandbox.receive(sender="spam@example.com", subject="x", text="y").message_id
    assert "The email is posted in spite of the rules." in press(f"/m/{blocked}", "Bypass")


@pytest.mark.exhaustive
def test_each_button_does_what_it_says(page: Any, pressed: list[str], press: Press, sandbox: Sandbox, api: Any) -> None:
    """All in one window, since each page is opened anyway; the forms are those that the inbox has."""
    assert "A sample message was sent." in press("/connect", "Send a sample message")
    assert "Re: Your order" in press("/inbound/new", "Receive")
    page.goto(f"{sandbox.inbox_url}/4000001")
    page.locator("summary", has_text="Clear…").click()
    assert "2 messages deleted." in press("", "Delete")
    _suppress(press)
    _lab(press, sandbox)
    _templates(press, page)
    _message(press, sandbox, api, page)
    _again(press, sandbox, api, page)
    _webhooks(press, sandbox, page)
    forms = {each.path for each in PAGES if each.method == "POST"}
    patterns = {path: re.compile(re.sub("<[^>]*>", "[^/]+", path)) for path in forms}
    assert {path for path in forms if not any(patterns[path].fullmatch(each) for each in pressed)} == set()
