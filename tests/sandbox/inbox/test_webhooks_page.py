"""The page of webhooks: creating them, their attempts, and samples."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from emailapi import Client, Email
from emailapi.sandbox import Sandbox

from .conftest import Browsing

Send = Callable[..., str]


@pytest.mark.costly
def test_a_webhook_is_created_and_its_attempts_are_posted_again(
    sandbox: Sandbox, client: Client, browsing: Browsing, send: Send
) -> None:
    sandbox.faults.webhook_fail(status=500, times=None)
    browsing.post(
        "/webhooks/new",
        url="http://127.0.0.1:9/hooks",
        stream="outbound",
        trigger=["Delivery", "Bounce"],
        page="/webhooks",
    )
    (webhook,) = client.webhooks.list()
    send()
    sandbox.clock.wait_idle(10)
    (first,) = sandbox.webhooks.attempts()
    assert "try 1 of 7" in browsing.get("/webhooks").text
    browsing.post("/webhooks/resend", attempt=str(first.id), page="/webhooks")
    browsing.post("/webhooks/resend", attempt=str(first.id), now="1", page="/webhooks")
    assert [(each.number, each.manual) for each in sandbox.webhooks.attempts()] == [(2, True), (0, True), (1, False)]
    assert "posted again, 0 accepted" in browsing.post("/webhooks/replay", webhook=str(webhook.id)).text
    browsing.post("/webhooks/delete", webhook=str(webhook.id), page="/webhooks")
    assert [*client.webhooks.list()] == []


def test_only_the_last_attempt_of_a_request_that_waits_can_be_made_now(
    sandbox: Sandbox, client: Client, browsing: Browsing, send: Send
) -> None:
    client.webhooks.create(url="http://127.0.0.1:9/hooks", triggers={"delivery": {"enabled": True}})
    send()
    sandbox.clock.wait_idle()
    sandbox.clock.advance(minutes=1)
    for query in ({}, {"failed_only": "1"}):
        page = browsing.get("/webhooks", **query).text
        assert len(re.findall("try [12] of 7", page)) == 2
        assert page.count('name="now"') == 1


@pytest.mark.costly
def test_the_newest_attempts_are_shown(sandbox: Sandbox, client: Client, browsing: Browsing, send: Send) -> None:
    client.webhooks.create(url="http://127.0.0.1:9/hooks", triggers={"delivery": {"enabled": True}})
    send()
    sandbox.clock.wait_idle()
    for _ in range(100):
        sandbox.webhooks.resend(sandbox.webhooks.attempts(limit=1)[0])
    page = browsing.get("/webhooks").text
    assert "The newest 100 attempts are shown." in page
    assert len(page) < 400_000


def test_samples_are_posted_to_a_webhook_and_can_be_posted_again(
    sandbox: Sandbox, client: Client, browsing: Browsing
) -> None:
    webhook = client.webhooks.create(
        url="http://127.0.0.1:9/hooks", triggers={"bounce": {"enabled": True}, "click": {"enabled": True}}
    )
    page = browsing.post("/webhooks/sample", webhook=str(webhook.id), page="/webhooks")
    assert "2 samples posted, 0 accepted. Click: nothing listens" in page.text
    attempts = sandbox.webhooks.attempts(webhook=webhook.id)
    assert {each.trigger for each in attempts} == {"Bounce", "Click"}
    sandbox.webhooks.resend(attempts[0])


def test_an_unknown_webhook_gets_no_samples(browsing: Browsing) -> None:
    assert "there is no webhook 5" in browsing.post("/webhooks/sample", webhook="5", page="/webhooks").text


def test_an_example_of_each_payload_is_shown(browsing: Browsing) -> None:
    text = browsing.get("/webhooks").text
    for kind in ("Open", "Click", "Delivery", "Bounce", "SpamComplaint", "SubscriptionChange"):
        assert f"&#34;RecordType&#34;: &#34;{kind}&#34;" in text
    assert "&#34;OriginalRecipient&#34;" in text


def test_a_webhook_has_the_options_of_the_form(client: Client, browsing: Browsing) -> None:
    browsing.post(
        "/webhooks/new",
        url="http://127.0.0.1:9/hooks",
        stream="outbound",
        trigger=["Open", "Bounce"],
        first_open_only="1",
        include_content="1",
        username="ada",
        password="secret",
        header="X-Shop: 7",
    )
    (webhook,) = client.webhooks.list()
    assert webhook.triggers.open.post_first_open_only
    assert webhook.triggers.bounce.include_content
    assert webhook.http_auth is not None
    assert webhook.http_auth.username == "ada"
    assert [(each.name, each.value) for each in webhook.http_headers] == [("X-Shop", "7")]
    assert "secret" not in browsing.get("/webhooks").text


def test_the_inbound_hook_is_set(sandbox: Sandbox, browsing: Browsing) -> None:
    url = "http://127.0.0.1:9/inbound"
    assert "The inbound hook was set." in browsing.post("/webhooks/inbound", url=url, raw="1").text
    message = sandbox.receive(subject="Re: hi", text="yes")
    sandbox.clock.wait_idle()
    (attempt,) = sandbox.webhooks.attempts(message=message)
    assert attempt.url == url
    assert "RawEmail" in attempt.payload
    assert "posted to no URL" in browsing.post("/webhooks/inbound", url="").text


@pytest.mark.costly
def test_the_navigation_has_room_for_the_count_of_many_failing_webhooks(
    sandbox: Sandbox, client: Client, browsing: Browsing, send: Send
) -> None:
    sandbox.faults.webhook_fail(status=500, times=None)
    client.webhooks.create(url="http://127.0.0.1:9/hooks", triggers={"delivery": {"enabled": True}})
    send()
    sandbox.clock.wait_idle(10)
    assert '<b class="bad">1 failing</b>' in browsing.get("/webhooks").text
    email = Email(sender="shop@example.com", to="ada@example.com", subject="Order", text_body="Hello")
    client.outbound.send_batch([email] * 99)
    sandbox.clock.wait_idle(30)
    assert '<span class="cut">Webhooks</span><b class="bad">100</b>' in browsing.get("/webhooks").text
