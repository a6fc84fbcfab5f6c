"""Waiting for emails: `wait_for`, `expect`, `mark`; and what a captured email tells."""

from __future__ import annotations

import threading
import time

import freezegun
import pytest
import requests

from emailapi import Attachment, Email, InvalidArgument, WaitTimeout
from emailapi.sandbox import Sandbox

HTML = '<p>Code: <b>482913</b> <a href="https://shop.example/r?a=1&amp;b=2">Reset it</a></p></body>'


@pytest.fixture
def later(client):
    """Send emails from another thread, a moment later."""
    threads = []

    def send(*emails, seconds=0.05):
        def run():
            time.sleep(seconds)
            for email in emails:
                client.outbound.send(email)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield send
    for thread in threads:
        thread.join()


def _email(subject="Reset", to="dana@example.com", **fields):
    return Email(to=to, subject=subject, **{"text_body": "Hello", **fields})


def test_a_wait_tells_of_inbound_emails_that_it_does_not_look_for(sandbox):
    email = sandbox.receive(text="Hello")
    with pytest.raises(WaitTimeout, match="only inbound emails came, which is:inbound finds"):
        sandbox.wait_for("to:inbound.postmarkapp.com", timeout=0)
    with sandbox.expect("is:inbound") as expected:
        second = sandbox.receive(text="Hello")
    assert expected.message.message_id == second.message_id
    assert {each.message_id for each in sandbox.messages("is:inbound")} == {email.message_id, second.message_id}


def test_wait_for_returns_an_existing_email(client, sandbox):
    client.outbound.send(_email(tag="welcome"))
    (found,) = sandbox.wait_for("tag:welcome", timeout=0)
    assert found.subject == "Reset"


def test_wait_for_waits_for_several_emails(sandbox, later):
    later(_email("1", tag="t"), _email("other"), _email("2", tag="t"), _email("3", tag="t"))
    assert [message.subject for message in sandbox.wait_for("tag:t", count=3, timeout=20)] == ["3", "2", "1"]


def test_wait_for_waits_for_an_event(client, sandbox):
    sent = client.outbound.send(_email())
    timer = threading.Timer(0.05, lambda: sandbox.events.bounce(sent, "SoftBounce"))
    timer.start()
    assert sandbox.wait_for("is:bounced", timeout=20)[0].message_id == sent.message_id
    timer.join()


def test_a_mark_of_another_sandbox_is_rejected(client, sandbox):
    with Sandbox() as other:
        mark = other.mark()
    with pytest.raises(InvalidArgument, match="since is a mark of another sandbox"):
        sandbox.wait_for(since=mark, timeout=0)


def test_a_mark_excludes_earlier_emails(client, sandbox):
    client.outbound.send(_email("before"))
    mark = sandbox.mark()
    with pytest.raises(WaitTimeout, match="no email came"):
        sandbox.wait_for(since=mark, timeout=0)
    client.outbound.send(_email("after", message_stream="broadcast"))
    assert [message.subject for message in sandbox.wait_for(since=mark, timeout=0)] == ["after"]


def test_expect_waits_for_an_email_of_its_block(client, sandbox, later):
    client.outbound.send(_email("Reset your password"))
    with sandbox.expect(to="dana@example.com", subject="reset your", timeout=20) as expected:
        with pytest.raises(InvalidArgument, match="after the block"):
            _ = expected.message
        later(_email("Reset your account"))
    assert expected.message.subject == "Reset your account"


def test_expect_accepts_a_query_and_a_count(client, sandbox):
    with sandbox.expect("tag:t -is:bounced", count=2) as expected:
        for tag in ("t", "u", "t"):
            client.outbound.send(_email(tag=tag))
    assert [message.tag for message in expected.messages] == ["t", "t"]


def test_expect_does_not_hide_an_error_of_its_block(sandbox):
    with pytest.raises(KeyError), sandbox.expect(timeout=60):
        raise KeyError


def test_a_timeout_names_near_misses(client, sandbox):
    with pytest.raises(WaitTimeout) as caught, sandbox.expect("tag:welcome", to="eve@example.com", timeout=0):  # noqa: PT012
        client.outbound.send(_email("Almost", to="eve@example.com", html_body="secret https://a.example/secret"))
        client.outbound.send(_email("Welcome", tag="welcome"))
    text = str(caught.value)
    assert "no email that matches tag:welcome to:'eve@example.com' within 0 s" in text
    assert 'eve@example.com "Almost" (not tag:welcome)' in text
    assert 'dana@example.com "Welcome" [welcome] (not to:eve@example.com)' in text
    assert "secret" not in text
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value, AssertionError)


def test_a_timeout_names_unknown_operators_and_the_number_found(client, sandbox):
    with pytest.raises(WaitTimeout, match="there is no recipient: or at:, which were searched as words"):
        sandbox.wait_for("recipient:eve@example.com at:9", timeout=0)
    with pytest.raises(WaitTimeout, match="there is no recipient:, which was searched as words"):
        sandbox.wait_for("recipient:x", timeout=0)
    client.outbound.send(_email())
    with pytest.raises(WaitTimeout, match="1 of 2 emails that match reset within"):
        sandbox.wait_for("reset", count=2, timeout=0)
    with pytest.raises(InvalidArgument, match="at least 1"):
        sandbox.wait_for(count=0)


def test_a_captured_email_has_the_fields_of_the_email(client, sandbox):
    email = Email(
        sender="Shop <shop@example.com>",
        to=["Dana <dana@example.com>", "Bücher <b@example.com>"],
        cc="c@example.com",
        bcc="d@example.com",
        reply_to="e@example.com",
        subject="Grüße",
        text_body="Text",
        html_body=HTML,
        tag="t",
        metadata={"a": "b"},
        headers={"X-A": "b"},
        attachments=[Attachment(name="a.txt", content=b"abc", content_type="text/plain")],
        track_links="HtmlOnly",
    )
    sent = client.outbound.send(email)
    (message,) = sandbox.messages()
    for field in ("sender", "to", "cc", "bcc", "reply_to", "subject", "text_body", "html_body", "tag", "headers"):
        assert getattr(message, field) == getattr(email, field)
    assert message.metadata["a"] == "b"
    assert message.attachments == email.attachments
    assert message.attachment("a.txt").content == b"abc"
    assert (message.message_id, message.message_stream) == (sent.message_id, "outbound")
    assert (message.track_opens, message.track_links) == (False, "HtmlOnly")
    assert b"Subject: =?utf-8?" in message.raw
    assert message.code == "482913"
    assert message.link("Reset") == "https://shop.example/r?a=1&b=2"
    assert "Text" not in repr(message)


def test_a_captured_email_of_another_client_may_break_our_rules(api, sandbox):
    api.accepted(
        To=f"{'x' * 70}@example.com",
        Headers=[{"Name": "Date", "Value": "now"}],
        Attachments=[{"Name": "..", "Content": "YQ==", "ContentType": "text/plain"}],
    )
    (message,) = sandbox.messages()
    assert message.to[0].email.startswith("xxx")
    assert message.headers[0].value == "now"
    assert message.attachments[0].content == b"a"
    assert "xxx" in repr(message)


def test_events_accept_a_captured_email_and_it_shows_them(client, sandbox):
    client.outbound.send(_email())
    (message,) = sandbox.messages()
    made = sandbox.events.bounce(message, "SoftBounce")
    assert message.events[-1:] == made
    assert [event.type for event in message.events] == ["Delivered", "Bounced"]


@pytest.fixture
def tracked(client, sandbox):
    """A captured email of a broadcast stream whose opens and clicks are tracked."""
    text = "See https://shop.example/text. {{{ pm:unsubscribe }}}"
    client.outbound.send(
        _email(
            to=["dana@example.com", "eve@example.com"],
            html_body=HTML.replace("</p>", "</p>{{{pm:unsubscribe_url}}} {{{pm:unsubscribe}}}"),
            text_body=text,
            track_opens=True,
            track_links="HtmlAndText",
            message_stream="broadcast",
        )
    )
    (message,) = sandbox.messages()
    return message


def _get(url, **options):
    return requests.get(url, timeout=10, allow_redirects=False, headers={"User-Agent": "Thunderbird Linux"}, **options)


def test_a_tracking_link_redirects_and_counts_a_click(client, sandbox, tracked):
    received = tracked.as_received("eve@example.com")
    link = received.link("Reset")
    assert link.startswith(sandbox.url)
    response = _get(link)
    assert (response.status_code, response.headers["Location"]) == (302, "https://shop.example/r?a=1&b=2")
    in_text = received.text_body.split()[1]
    assert in_text.endswith(".")
    assert _get(in_text[:-1]).headers["Location"] == "https://shop.example/text"
    clicks = client.messages.clicks(message_stream="broadcast")
    assert {(each.recipient, each.click_location, each.client.name) for each in clicks} == {
        ("eve@example.com", "HTML", "Thunderbird"),
        ("eve@example.com", "Text", "Thunderbird"),
    }


def test_the_image_counts_an_open(client, tracked):
    html = tracked.as_received().html_body
    assert html.endswith('alt=""></body>')
    image = html.rpartition('src="')[2].partition('"')[0]
    response = _get(image)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/gif")
    assert response.headers["Cache-Control"] == "no-store"
    (opened,) = client.messages.opens(message_stream="broadcast")
    assert (opened.recipient, opened.platform, opened.first_open) == ("dana@example.com", "Desktop", True)


def test_a_recipient_unsubscribes_by_the_page_or_with_one_click(sandbox, tracked):
    received = tracked.as_received("eve@example.com")
    headers = {header.name: header.value for header in received.headers}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = headers["List-Unsubscribe"][1:-1]
    assert received.html_body.count(url) == 2
    assert url in received.text_body
    page = _get(url)
    assert (page.status_code, "eve@example.com" in page.text, "<form" in page.text) == (200, True, True)
    assert requests.post(url, timeout=10).status_code == 400
    assert not sandbox.messages("is:unsubscribed")
    assert requests.post(url, data={"List-Unsubscribe": "One-Click"}, timeout=10).status_code == 200
    assert sandbox.messages("is:unsubscribed")
    assert [event.recipient for event in tracked.events][-1] == "eve@example.com"


def test_a_key_of_another_kind_or_a_changed_key_is_unknown(sandbox, tracked):
    link = str(tracked.as_received().link("Reset"))
    path = link.removeprefix(sandbox.url)
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")
    for wrong in (changed, f"/u{path[2:]}", f"/o{path[2:]}.gif", "/c/", "/c/x", f"/c/{'A' * 31}", "/u/ü", path + "A"):
        assert _get(sandbox.url + wrong).status_code == 404, wrong
    assert not sandbox.messages("is:clicked OR is:opened OR is:unsubscribed")
    assert _get(link, params={"a": "b"}).status_code == 302


def test_tracking_pages_are_open_to_known_hosts_only(tracked):
    response = requests.get(tracked.as_received().link("Reset"), headers={"Host": "evil.example"}, timeout=10)
    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Origin": "{url}"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
def test_no_other_website_unsubscribes_a_recipient(sandbox, tracked, headers, status):
    url = next(header.value for header in tracked.as_received().headers if header.name == "List-Unsubscribe")[1:-1]
    sent = {name: value.format(url=sandbox.url) for name, value in headers.items()}
    assert _get(url, params=None).headers["Referrer-Policy"] == "same-origin"
    response = requests.post(url, data={"List-Unsubscribe": "One-Click"}, headers=sent, timeout=10)
    assert response.status_code == status
    assert bool(sandbox.messages("is:unsubscribed")) == (status == 200)


def test_an_email_without_tracking_is_received_as_it_was_sent(client, sandbox):
    client.outbound.send(_email(html_body=HTML, text_body="https://a.example"))
    (message,) = sandbox.messages()
    received = message.as_received()
    assert (received.html_body, received.text_body, received.headers) == (HTML, "https://a.example", ())
    with pytest.raises(InvalidArgument, match="not a recipient"):
        message.as_received("x@example.com")


@pytest.mark.costly
def test_a_wait_ends_while_a_test_has_frozen_the_time(sandbox):
    with freezegun.freeze_time("2026-03-01"), pytest.raises(WaitTimeout):
        sandbox.wait_for("tag:none", timeout=0.05)
