"""The timeline of a message: the cause of each event, and the webhooks that it has caused."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
import requests

from emailapi.sandbox import Sandbox

from ...ports import unused_port

BOUNCING = "reader@bounce-testing.postmarkapp.com"


def _events(browsing: Any, message: str) -> list[str]:
    """Return the entries of the timeline as texts, newest first."""
    page = browsing.get(f"/m/{message}").text
    line = page[page.index('<ol class="line">') :]
    entries = line[: line.index("</ol>")].split("<li")[1:]
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", f"<li{entry}")).split()) for entry in entries]


def _tracked(api: Any, **fields: Any) -> str:
    html = '<p>Hi</p><a href="https://example.com/">x</a>'
    return str(api.accepted(HtmlBody=html, TrackOpens=True, TrackLinks="HtmlOnly", **fields))


@pytest.mark.parametrize(
    "fields, cause",
    [
        ({"To": BOUNCING}, "by the address"),
        ({"To": BOUNCING, "Headers": [{"Name": "X-PM-Bounce-Type", "Value": "Blocked"}]}, "by the header X-PM-Bounce"),
    ],
)
def test_a_bounce_by_address_or_header_says_so(browsing: Any, api: Any, fields: dict[str, Any], cause: str) -> None:
    assert cause in _events(browsing, api.accepted(**fields))[0]


def test_the_text_of_a_bounce_is_shown_for_30_days(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    message = api.accepted(To=BOUNCING)
    assert "The bounce From: Mail Delivery System" in _events(browsing, message)[0]
    sandbox.clock.advance(days=30)
    assert "The bounce" not in _events(browsing, message)[0]


def test_a_bounce_by_a_fault_says_so(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    sandbox.faults.bounce_all("SoftBounce")
    assert "by a fault" in _events(browsing, api.accepted())[0]


def test_an_email_that_leaves_the_queue_says_so(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    sandbox.faults.hold(seconds=60)
    message = api.accepted()
    sandbox.clock.advance(seconds=61)
    assert "when its time in the queue was over" in _events(browsing, message)[0]


def test_a_button_and_a_call_are_told_apart(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    message = _tracked(api)
    sandbox.events.open(message)
    browsing.post(f"/m/{message}/events", type="click")
    click, opened, delivered, _ = _events(browsing, message)
    assert click.startswith("Clicked")
    assert "by a button" in click
    assert "by a call" in opened
    assert " by " not in delivered.partition("OK")[0]


def test_real_images_and_links_are_causes(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    message = _tracked(api)
    received = sandbox.messages()[0].as_received().html_body or ""
    for address in re.findall(r'(?:src|href)="([^"]*)"', received):
        requests.get(address, allow_redirects=False, timeout=60)
    opened, clicked, *_ = _events(browsing, message)
    assert "the image was loaded" in opened
    assert "the link was followed" in clicked


def test_a_template_that_cannot_be_rendered_is_a_cause(browsing: Any, api: Any) -> None:
    template = {"Name": "Loop", "Subject": "x", "TextBody": "{{#each items}}{{/each}}"}
    number = api.post("/templates", template).json()["TemplateId"]
    body = {"From": "a@example.com", "To": "b@example.com", "TemplateId": number, "TemplateModel": {"items": 1}}
    message = api.post("/email/withTemplate", body).json()["MessageID"]
    assert "the template cannot be rendered" in _events(browsing, message)[0]


def test_each_event_names_the_webhooks_that_it_has_caused(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    triggers = {name: {"Enabled": True} for name in ("Delivery", "Bounce", "Open", "SubscriptionChange")}
    api.post("/webhooks", {"Url": f"http://127.0.0.1:{unused_port()}/hooks", "Triggers": triggers})
    sandbox.faults.webhook_fail(status=500, times=None)
    sandbox.clock.freeze()
    message = _tracked(api)
    for _ in range(2):
        sandbox.events.open(message)
    sandbox.events.bounce(message)
    sandbox.clock.wait_idle()
    bounced, *opened, delivered, accepted = _events(browsing, message)
    assert "Webhook Bounce 500 · Webhook SubscriptionChange 500" in bounced
    assert ["Webhook Open 500" in entry for entry in opened] == [True, True]
    assert [entry.count("Webhook") for entry in opened] == [1, 1]
    assert "Webhook Delivery 500" in delivered
    assert "Webhook" not in accepted


def test_a_webhook_says_which_try_of_how_many_it_was_and_when_the_next_is(
    browsing: Any, api: Any, sandbox: Sandbox
) -> None:
    api.post("/webhooks", {"Url": f"http://127.0.0.1:{unused_port()}/", "Triggers": {"Delivery": {"Enabled": True}}})
    sandbox.faults.webhook_fail(status=500, times=None)
    sandbox.clock.freeze()
    message = api.accepted()
    sandbox.clock.wait_idle()
    page = browsing.get(f"/m/{message}").text
    assert re.search(r"try 1 of 7 · next [\d:]+ ", page)
    sandbox.clock.advance(minutes=6)
    assert "try 3 of 7" in browsing.get(f"/m/{message}").text


def test_an_inbound_email_has_eleven_tries(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    api.put("/server", {"InboundHookUrl": f"http://127.0.0.1:{unused_port()}/"})
    sandbox.faults.webhook_fail(status=500, times=None)
    message = sandbox.receive(subject="Re: hi", text="yes").message_id
    sandbox.clock.wait_idle()
    assert "try 1 of 11" in browsing.get(f"/m/{message}").text
    assert "Webhook Inbound 500" in _events(browsing, message)[0]
