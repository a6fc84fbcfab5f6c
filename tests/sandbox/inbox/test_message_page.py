"""The page of a message: what it shows, and what its buttons do."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from emailapi.sandbox import Sandbox

from ...ports import unused_port
from .conftest import shown, words

HTML = '<p>Hello <b>Dana</b>, your code is 739204.</p><a href="https://shop.example.com/1">Track</a><img src="https://x.example/a">'
FILE = {"Name": "a.pdf", "Content": base64.b64encode(b"12345").decode(), "ContentType": "application/pdf"}


@pytest.fixture
def message(api: Any) -> str:
    return str(
        api.accepted(
            To="Dana <dana@example.com>, kim@example.com",
            Bcc="hidden@example.com",
            Subject="Your <b>order</b>",
            HtmlBody=HTML,
            TrackOpens=True,
            TrackLinks="HtmlOnly",
            Metadata={"order": "10482"},
            Attachments=[FILE],
        )
    )


def test_the_head_names_sender_recipients_and_facts(browsing: Any, message: str) -> None:
    text = shown(browsing, message)
    for part in (
        "Your <b>order</b>",
        "Dana <dana@example.com>, kim@example.com",
        "hidden@example.com (not in the headers)",
        "API · outbound",
        "order 10482",
        message,
        "739204",
        "Track",
    ):
        assert part in text


@pytest.mark.parametrize(
    "tab, part",
    [
        ("preview", "1 remote resource not loaded"),
        ("text", "Good morning"),
        ("html", "<b> Dana </b>"),
        ("headers", "X-PM-Message-Id"),
        ("raw", "MIME-Version: 1.0"),
        ("json", '"Content": "5 bytes"'),
        ("attachments", "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"),
        ("links", "https://shop.example.com/1"),
        ("checks", "The HTML does not name its language"),
        ("copy", "curl http"),
    ],
)
def test_each_tab_has_an_address_of_its_own(browsing: Any, message: str, tab: str, part: str) -> None:
    assert part in shown(browsing, message, tab=tab)


@pytest.mark.parametrize("tab", ["preview", "text", "html", "attachments", "links", "checks", "json", "nothing"])
def test_each_tab_says_that_there_is_nothing(browsing: Any, api: Any, tab: str) -> None:
    message = api.accepted(TextBody=None, HtmlBody="<p>x", Subject=None)
    assert "(no subject)" in shown(browsing, message, tab=tab)


@pytest.mark.parametrize(
    "form, event",
    [
        ({"type": "open", "client": "iOS Mail", "read_seconds": "9"}, "Opened"),
        ({"type": "click", "link": "https://shop.example.com/1"}, "LinkClicked"),
        ({"type": "bounce", "kind": "SoftBounce"}, "Bounced"),
        ({"type": "complain"}, "SubscriptionChanged"),
        ({"type": "unsubscribe"}, "SubscriptionChanged"),
    ],
)
def test_each_button_makes_its_event_for_the_chosen_recipient(
    browsing: Any, sandbox: Sandbox, message: str, form: dict[str, str], event: str
) -> None:
    response = browsing.post(f"/m/{message}/events", recipient="kim@example.com", tab="text", **form)
    assert response.status_code == 200
    assert "1 event made." in words(response.text)
    assert "tab=text" in response.url
    last = sandbox.messages()[0].events[-1]
    assert (str(last.type), last.recipient) == (event, "kim@example.com")


@pytest.mark.parametrize("kind, event", [("deliver", "Delivered"), ("delay", "Transient")])
def test_a_queued_email_is_delivered_or_delayed(
    browsing: Any, sandbox: Sandbox, api: Any, kind: str, event: str
) -> None:
    message = api.accepted(To="queued@fault.sandbox.test")
    assert "Queued for 1 of 1" in shown(browsing, message)
    browsing.post(f"/m/{message}/events", type=kind)
    assert str(sandbox.messages()[0].events[-1].type) == event


def test_an_impossible_event_is_disabled_and_its_reason_stands_below(browsing: Any, api: Any) -> None:
    page = browsing.get(f"/m/{api.accepted()}").text
    assert re.search(r'value="open" disabled aria-describedby="why-open"', page)
    assert "Open: opens of this email are not tracked" in words(page)
    assert "Delay, Deliver: the email to reader@example.com was delivered" in words(page)


def test_an_impossible_event_says_why_above_the_page(browsing: Any, api: Any) -> None:
    message = api.accepted()
    for form in ({"type": "open"}, {"type": "nothing"}, {"type": "open", "read_seconds": "x"}):
        response = browsing.post(f"/m/{message}/events", page=f"/m/{message}", **form)
        assert response.status_code == 200
        assert 'class="notice bad"' in response.text


def test_the_outcome_is_a_sentence_in_words(browsing: Any, sandbox: Sandbox, message: str) -> None:
    sandbox.events.open(message, recipient="dana@example.com")
    assert "Delivered opened once, no clicks" in shown(browsing, message)
    sandbox.events.bounce(message, recipient="kim@example.com")
    sandbox.events.complain(message, recipient="dana@example.com")
    text = shown(browsing, message)
    assert "1 hard bounce 1 spam complaint" in text.replace("complaints", "complaint")
    assert "the address is suppressed now" in text


def test_the_outcome_keeps_the_names_of_bounces(browsing: Any, api: Any) -> None:
    domain = "bounce-testing.postmarkapp.com"
    message = api.accepted(To=f"dns_error@{domain}, DnsError@{domain}, soft_bounce@{domain}")
    assert "2 × DNS error 1 soft bounce" in shown(browsing, message)


def test_the_timeline_ends_with_the_request(browsing: Any, message: str) -> None:
    assert re.search(r"Accepted [\d:]+ POST /email · python-requests/[\d.]+ · request", shown(browsing, message))
    assert "/inbox/4000001/requests/1" in browsing.get(f"/m/{message}").text


def test_a_webhook_of_a_message_is_posted_again(browsing: Any, sandbox: Sandbox, api: Any) -> None:
    hook = {"Url": f"http://127.0.0.1:{unused_port()}/", "Triggers": {"Delivery": {"Enabled": True}}}
    assert api.post("/webhooks", hook).status_code == 200
    message = api.accepted()
    sandbox.clock.wait_idle()
    (first,) = sandbox.webhooks.attempts(message=message)
    page = browsing.get(f"/m/{message}").text
    assert f"/webhooks/{first.id}" in page
    assert "Delivery posted: nothing listens" in words(browsing.post(f"/m/{message}/webhooks/{first.id}").text)
    assert len(sandbox.webhooks.attempts(message=message)) == 2
    browsing.post(f"/m/{message}/webhooks/{first.id}", now="1")
    assert sandbox.webhooks.attempts(message=message)[0].number == 2


def test_opening_a_message_marks_it_as_seen_and_nothing_else(browsing: Any, sandbox: Sandbox, api: Any) -> None:
    message = api.accepted()
    before = api.details(message)
    assert len(sandbox.messages("is:unseen")) == 1
    shown(browsing, message)
    assert sandbox.messages("is:unseen") == []
    assert api.details(message) == before


def test_neighbours_follow_the_search(browsing: Any, api: Any) -> None:
    ids = [api.accepted(Tag=tag) for tag in ("a", "b", "a", "a")]
    page = browsing.get(f"/m/{ids[2]}", q="tag:a").text
    assert re.search(rf'm/{ids[3]}\?q=tag%3Aa" aria-label="Newer', page)
    assert re.search(rf'm/{ids[0]}\?q=tag%3Aa" aria-label="Older', page)


def test_the_place_of_a_message_in_its_list_is_told(browsing: Any, api: Any) -> None:
    ids = [api.accepted(Tag=tag) for tag in ("a", "b", "a", "a")]
    assert " 3 of 4 " in shown(browsing, ids[1])
    assert " 2 of 3 " in shown(browsing, ids[2], q="tag:a")
    assert " of " not in shown(browsing, ids[1], q="tag:a").partition("Copy as")[0]


def test_headers_are_narrowed_by_a_text(browsing: Any, api: Any) -> None:
    message = api.accepted(Headers=[{"Name": "X-Order", "Value": "10482"}])
    text = shown(browsing, message, tab="headers", filter="10482")
    assert re.search(r"1 of \d+ headers Header Value X-Order 10482", text)
    assert "No header has nothing ." in shown(browsing, message, tab="headers", filter="nothing")


def test_the_latest_is_the_newest_that_matches(browsing: Any, api: Any) -> None:
    ids = [api.accepted(Tag=tag) for tag in ("a", "b")]
    assert f"/m/{ids[0]}?q=" in browsing.get("/m/latest", q="tag:a").url
    assert f"/m/{ids[1]}" in browsing.get("/m/latest").url
    assert browsing.get("/m/latest", tab="headers").url.endswith(f"/m/{ids[1]}?tab=headers")
    assert browsing.get("/m/latest", q="tag:c").status_code == 404


@pytest.mark.parametrize("path", ["", "/raw", "/json", "/attachments/0"])
def test_an_unknown_message_is_an_error_page(browsing: Any, path: str) -> None:
    response = browsing.get(f"/m/0a129aee-e1cd-480d-b08d-4f48548ff48d{path}")
    assert response.status_code == 404
    assert "There is no message" in words(response.text)


def test_files_of_a_message_are_downloads(browsing: Any, message: str) -> None:
    raw = browsing.get(f"/m/{message}/raw")
    assert raw.headers["Content-Type"] == "message/rfc822"
    assert raw.headers["Content-Disposition"].startswith(f'attachment; filename="{message}.eml"')
    assert b"Subject: Your <b>order</b>" in raw.content
    assert browsing.get(f"/m/{message}/json").json()["Subject"] == "Your <b>order</b>"
    file = browsing.get(f"/m/{message}/attachments/0")
    assert (file.content, file.headers["Content-Type"]) == (b"12345", "application/pdf")
    assert browsing.get(f"/m/{message}/attachments/1").status_code == 404


def test_a_deleted_message_is_gone_and_the_search_stays(browsing: Any, sandbox: Sandbox, message: str) -> None:
    response = browsing.post(f"/m/{message}/delete", q="tag:a")
    assert "The message is deleted." in words(response.text)
    assert "q=tag" in response.url
    assert sandbox.messages() == []


@pytest.mark.parametrize("path", ["/events", "/delete"])
def test_a_page_of_another_website_changes_nothing(browsing: Any, sandbox: Sandbox, message: str, path: str) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
        response = browsing.session.post(
            browsing.base + f"/m/{message}{path}", data={"type": "complain"}, headers=headers
        )
        assert response.status_code == 403
    assert [str(event.type) for event in sandbox.messages()[0].events] == ["Delivered"] * 3


def test_the_message_of_another_server_is_unknown_here(browsing: Any, account: Any, api: Any, message: str) -> None:
    other = account.post("/servers", {"Name": "Other"}).json()["ID"]
    assert browsing.session.get(f"{browsing.url}/{other}/m/{message}").status_code == 404


def test_an_unknown_message_leads_back_to_its_search(browsing: Any) -> None:
    page = browsing.get("/m/nothing", q="tag:a is:unseen").text
    assert 'href="/inbox/4000001?q=tag%3Aa+is%3Aunseen" data-back' in page


def test_an_inbound_message_that_failed_is_posted_again(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    api.put("/server", {"InboundHookUrl": f"http://127.0.0.1:{unused_port()}/"})
    with sandbox.faults.webhook_fail(status=403):
        message = sandbox.receive(subject="Re: hi", text="yes", mailbox_hash="10482").message_id
        sandbox.clock.wait_idle()
    text = shown(browsing, message)
    assert "Not posted: all tries have failed" in text
    assert "Hash 10482" in text
    assert "no rule has blocked" in text
    assert "The email is posted again." in words(browsing.post(f"/m/{message}/inbound", act="retry").text)
    sandbox.clock.wait_idle()
    assert len(sandbox.webhooks.attempts(message=message)) == 2


@pytest.mark.costly
def test_a_blocked_inbound_message_bypasses_the_rules(browsing: Any, api: Any, sandbox: Sandbox) -> None:
    api.post("/triggers/inboundrules", {"Rule": "spam@example.com"})
    message = sandbox.receive(sender="spam@example.com", subject="x", text="y").message_id
    assert "Blocked: " in shown(browsing, message)
    page = f"/m/{message}"
    assert "Its status is Blocked" in browsing.post(f"{page}/inbound", act="retry", page=page).text
    browsing.post(f"{page}/inbound", act="bypass")
    assert "the server has no inbound hook" in shown(browsing, message)
    assert '"Status": "Processed"' in shown(browsing, message, tab="json")


def test_an_inbound_message_has_no_buttons(browsing: Any, sandbox: Sandbox) -> None:
    text = shown(browsing, sandbox.receive(subject="Re: hi", text="yes").message_id)
    assert "Received" in text
    assert "Simulate" not in text
