"""Emails that come by SMTP are those that the API would have taken."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from emailapi import Header

from .conftest import MESSAGE

BOUNCING = "hardbounce@bounce-testing.postmarkapp.com"


def test_the_recipients_are_those_of_the_envelope(sandbox, send):
    send(
        b"From: s@example.com\r\nTo: Dana <dana@example.com>, other@example.com\r\nCc: CC@example.com\r\n\r\nx\r\n",
        "dana@example.com",
        "cc@example.com",
        "hidden@example.com",
    )
    (email,) = sandbox.messages()
    assert [str(one) for one in email.to] == ["Dana <dana@example.com>"]
    assert [one.email for one in (*email.cc, *email.bcc)] == ["CC@example.com", "hidden@example.com"]


def test_x_pm_headers_set_fields_and_are_removed(sandbox, client, send, with_headers):
    client.streams.create(id="news", name="News", message_stream_type="Broadcasts")
    message_id = send(
        with_headers(
            "X-PM-Message-Stream: news",
            "X-PM-Tag: welcome",
            "X-PM-Metadata-user: 7",
            "X-PM-Metadata-Color: =?utf-8?q?gr=C3=BCn?=",
            "x-pm-metadata-user: 8",
            "X-PM-TrackOpens: TRUE",
            "X-PM-TrackLinks: htmlandtext",
            "X-Mailer: here",
        )
    )
    (email,) = sandbox.messages("stream:news tag:welcome via:smtp")
    assert email.message_id == message_id
    assert email.metadata == {"user": "7", "Color": "grün", "user_1": "8"}
    assert (email.track_opens, email.track_links) == (True, "HtmlAndText")
    assert email.headers == (Header("X-Mailer", "here"),)
    assert b"x-pm-metadata" not in email.raw.lower()
    assert f"X-PM-Message-Id: {message_id}".encode() in email.raw
    assert client.messages.list(message_stream="news", metadata={"user": "7"}).total_count == 1


def test_an_empty_x_pm_header_sets_nothing(sandbox, client, send, with_headers):
    send(with_headers("X-PM-Message-Stream:", "X-PM-Tag:", "X-PM-TrackOpens:", "X-PM-TrackLinks:"))
    (email,) = sandbox.messages("stream:outbound is:delivered")
    assert (email.tag, email.track_opens, email.track_links) == (None, False, "None")
    assert client.bounces.list().total_count == 0


@pytest.mark.parametrize("kept", [True, False])
def test_the_message_id_is_replaced_unless_the_sender_asks_to_keep_it(sandbox, send, with_headers, kept):
    message_id = send(with_headers("Message-ID: <own@example.com>", *(["X-PM-KeepID: true"] if kept else [])))
    raw = sandbox.messages()[0].raw
    assert (b"Message-ID: <own@example.com>" in raw) is kept
    assert (f"Message-ID: <{message_id}@sandbox.invalid>".encode() in raw) is not kept


def test_all_parts_of_a_message_are_stored(sandbox, client, send):
    message = EmailMessage()
    message["From"] = '"Doe, Jöhn" <shop@example.com>'
    message["To"] = "Dana <dana@example.com>"
    message["Reply-To"] = "help@example.com"
    message["Subject"] = "Grüße"
    message.set_content("Schöne Grüße\n")
    message.add_alternative("<p>Grüße <img src='cid:logo'></p>", subtype="html")
    message.get_payload()[1].add_related(b"PNG", "image", "png", cid="<logo>", filename="logo.png")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Rechnung für Dana.pdf")
    message_id = send(bytes(message))
    (email,) = sandbox.messages("has:attachment has:inline subject:gruße body:schone file:rechnung")
    assert (email.sender.name, email.sender.email) == ("Doe, Jöhn", "shop@example.com")
    assert [one.email for one in email.reply_to] == ["help@example.com"]
    assert (email.subject, email.text_body) == ("Grüße", "Schöne Grüße\n")
    assert [(one.name, one.content, one.content_id) for one in email.attachments] == [
        ("logo.png", b"PNG", "logo"),
        ("Rechnung für Dana.pdf", b"%PDF", None),
    ]
    details = client.messages.get(message_id)
    assert details.text_body == email.text_body
    assert details.body.startswith("From:")
    assert client.messages.dump(message_id) == details.body
    assert [event.type for event in details.message_events] == ["Delivered"]


def test_links_are_tracked_as_with_the_api(sandbox, client, send):
    send(
        b"From: s@example.com\r\nTo: dana@example.com\r\nX-PM-TrackLinks: HtmlOnly\r\nX-PM-TrackOpens: true\r\n"
        b'Content-Type: text/html\r\n\r\n<a href="https://shop.example/">Shop</a>\r\n'
    )
    (email,) = sandbox.messages()
    sandbox.events.open(email)
    sandbox.events.click(email)
    stats = client.stats.overview()
    assert (stats.sent, stats.tracked, stats.opens, stats.total_clicks) == (1, 1, 1, 1)
    assert email.as_received().link("Shop").startswith(sandbox.url)


def test_special_addresses_work_as_with_the_api(sandbox, client, send):
    send(MESSAGE, BOUNCING, "queued@fault.sandbox.test", "test@blackhole.postmarkapp.com")
    assert [bounce.email for bounce in client.bounces.list(type="HardBounce")] == [BOUNCING]
    assert len(sandbox.messages("is:queued is:bounced")) == 1


ERRORS = {
    "an extension": (
        b"From: s@example.com\r\nContent-Disposition: attachment; filename=virus.EXE\r\n\r\nMZ\r\n",
        411,
        "files of type '.exe'",
    ),
    "a sender": (b"From: webmaster@localhost\r\n\r\nx\r\n", 300, "Invalid 'From' address"),
    "no sender": (b"Subject: x\r\nFrom: \r\nSender: x\r\n\r\n", 300, "TextBody or HtmlBody"),
    "two senders": (b"From: a@example.com, b@example.com\r\n\r\nx\r\n", 300, "Invalid 'From'"),
    "a stream": (b"From: a@example.com\r\nX-PM-Message-Stream: nope\r\n\r\nx\r\n", 1235, "nope"),
    "an inbound stream": (b"From: a@example.com\r\nX-PM-Message-Stream: inbound\r\n\r\nx\r\n", 1236, "inbound"),
    "a flag": (b"From: a@example.com\r\nX-PM-TrackOpens: yes\r\n\r\nx\r\n", 300, "must be true or false"),
    "links": (b"From: a@example.com\r\nX-PM-TrackLinks: all\r\n\r\nx\r\n", 300, "TrackLinks"),
    "metadata": (b"From: a@example.com\r\nX-PM-Metadata-" + b"k" * 21 + b": v\r\n\r\nx\r\n", 300, "1 to 20"),
    "a tag": (b"From: a@example.com\r\nX-PM-Tag: " + b"t" * 1_001 + b"\r\n\r\nx\r\n", 300, "1001"),
    "no body": (b"From: a@example.com\r\n\r\n", 300, "Provide either"),
    "a size": (b"From: a@example.com\r\n\r\n" + b"x" * 5_000_001, 300, "5000000"),
    "headers": (b"From: a@example.com\r\n" + b"X-A: " + b"x" * 256_000 + b"\r\n\r\nx\r\n", 300, "256 kB"),
    "parts": (
        b"From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1_001,
        300,
        "1000 parts",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_in_a_message_is_acknowledged_and_becomes_a_bounce(sandbox, client, send, name):
    message, code, text = ERRORS[name]
    message_id = send(message, "dana@example.com", "eve@example.com")
    bounces = [*client.bounces.list(type="SMTPApiError")]
    assert sorted(bounce.email for bounce in bounces) == ["dana@example.com", "eve@example.com"]
    for bounce in bounces:
        assert (bounce.type_code, bounce.inactive, bounce.message_id) == (100007, False, message_id)
        assert text in bounce.details
        assert len(bounce.description) < 100
        assert f"Error {code}: " in client.bounces.dump(bounce.id)
    status = client.messages.status(message_id)
    assert [event.type for event in client.messages.get(message_id).message_events] == ["Bounced", "Bounced"]
    assert status.state == "bounced"
    assert client.stats.overview().smtp_api_errors == 2
    assert client.stats.overview().sent == 0


@pytest.mark.parametrize("query, found", [("code:300", 1), ("-code:300", 0), ("code:406", 0), ("code:30", 0)])
def test_an_email_that_was_not_sent_is_found_by_the_code_of_its_error(sandbox, send, query, found):
    send(ERRORS["no body"][0], "dana@example.com")
    assert len(sandbox.messages(query)) == found


def test_only_suppressed_recipients_bounce(sandbox, client, send):
    client.suppressions.create("outbound", ["eve@example.com"])
    send(MESSAGE, "dana@example.com", "eve@example.com")
    (bounce,) = client.bounces.list()
    assert (bounce.type, bounce.email) == ("SMTPApiError", "eve@example.com")
    assert "Found inactive addresses: eve@example.com" in bounce.details
    (email,) = sandbox.messages()
    assert [(event.recipient, event.type) for event in email.events] == [
        ("dana@example.com", "Delivered"),
        ("eve@example.com", "Bounced"),
    ]
    send(MESSAGE, "eve@example.com")
    assert client.bounces.list().total_count == 2


def test_an_error_is_posted_to_webhooks_only_if_enabled(sandbox, client, send, with_headers):
    bounce = {"bounce": {"enabled": True}}
    client.webhooks.create(url="http://127.0.0.1:9/hook", triggers=bounce, verify=False)
    send(with_headers("X-PM-TrackOpens: yes"))
    assert sandbox.clock.wait_idle() is None
    assert sandbox.webhooks.attempts(trigger="Bounce") == []
    client.server.edit(enable_smtp_api_error_hooks=True)
    send(with_headers("X-PM-TrackOpens: yes"))
    assert len(sandbox.messages()) == 2
    sandbox.clock.wait_idle()
    (attempt,) = sandbox.webhooks.attempts(trigger="Bounce")
    assert b"SMTPApiError" in attempt.body


def test_an_error_in_an_archived_stream_is_reported(sandbox, client, send, with_headers):
    client.streams.create(id="old", name="Old", message_stream_type="Transactional")
    client.streams.archive("old")
    send(with_headers("X-PM-Message-Stream: old"))
    assert "archived" in client.bounces.list(type="SMTPApiError")[0].details
