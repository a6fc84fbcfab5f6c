"""Inbound messages by the API."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from emailapi import Attachment, InboundStatus, NotFound
from emailapi.sandbox import Sandbox


@pytest.fixture
def hooked(client, receiver):
    """The inbound hook of the server is the endpoint."""
    client.server.edit(inbound_hook_url=receiver.url("/inbound", "user:secret@"))
    return receiver


def test_details_have_all_fields(sandbox, client):
    email = sandbox.receive(
        sender='"Doe, Dana" <dana@example.com>',
        subject="Grüße",
        text="Yes\n\nOn Mon, 3 March 2025 at 10:12, Ada <ada@example.com> wrote:\n> Coming?",
        html="<p>Yes</p>",
        cc="cc+2@example.com",
        mailbox_hash="10482",
        reply_to="other@example.com",
        headers={"In-Reply-To": "<1@example.com>"},
        attachments=[Attachment(name="a.pdf", content=b"%PDF"), Attachment(name="l.png", content=b"P", content_id="l")],
    )
    address = client.server.get().inbound_address.replace("@", "+10482@")
    found = client.inbound.get(email.message_id)
    assert (found.message_id, found.status) == (email.message_id, InboundStatus.PROCESSED)
    assert (found.sender, found.sender_name) == ("dana@example.com", "Doe, Dana")
    assert (found.subject, found.html_body) == ("Grüße", "<p>Yes</p>")
    assert found.stripped_text_reply == "Yes"
    assert found.text_body.startswith("Yes\n\nOn Mon")
    assert (found.original_recipient, found.mailbox_hash) == (address, "10482")
    assert [(one.email, one.mailbox_hash) for one in found.to_full] == [(address, "10482")]
    assert [(one.email, one.mailbox_hash) for one in found.cc_full] == [("cc+2@example.com", "2")]
    assert (found.bcc_full, found.reply_to) == ((), "other@example.com")
    assert [(one.name, one.content_type, one.content_length, one.content_id) for one in found.attachments] == [
        ("l.png", "image/png", 1, "l"),
        ("a.pdf", "application/pdf", 4, ""),
    ]
    headers = [header.name for header in found.headers]
    assert headers[0] == "Return-Path"
    assert {"In-Reply-To", "Message-ID", "X-Spam-Status", "X-Spam-Score", "X-Spam-Tests"} <= {*headers}
    assert not {"Date", "Reply-To", "Subject", "To"} & {*headers}
    assert found.date
    (listed,) = client.inbound.list()
    assert listed.attachments == found.attachments
    assert listed.to_full == found.to_full


@pytest.mark.costly
def test_lists_are_filtered(sandbox, client, api, rejected, pass_time):
    client.inbound_rules.create("spam.example")
    first = sandbox.receive(sender="ada@example.com", subject="Order 1", text="x", mailbox_hash="a")
    pass_time(timedelta(days=2))
    second = sandbox.receive(sender="bob@example.com", subject="Order 2", text="x", headers={"X-PM-Tag": "t"})
    blocked = sandbox.receive(sender="eve@spam.example", subject="Win", text="x")

    def ids(**filters):
        return [one.message_id for one in client.inbound.list(**filters)]

    assert ids() == [second.message_id, first.message_id]
    assert ids(status="blocked") == [blocked.message_id]
    assert ids(sender="ADA@example.com") == [first.message_id]
    assert ids(subject="order 2") == [second.message_id]
    assert ids(mailbox_hash="a") == [first.message_id]
    assert ids(tag="t") == [second.message_id]
    assert ids(recipient=first.to[0].email.upper()) == [first.message_id]
    assert ids(from_date=second.received_at.date()) == [second.message_id]
    assert ids(to_date=first.received_at.date()) == [first.message_id]
    assert ids(count=1, offset=1) == [first.message_id]
    assert client.inbound.list(count=1).total_count == 2
    for status in ("queued", "failed", "scheduled"):
        assert ids(status=status) == []
    rejected(api.get("/messages/inbound", count=5, offset=0, status="lost"), 422, 700, "'status' must be one of")


def test_inbound_and_sent_messages_are_separate(sandbox, client, api):
    sent = api.accepted()
    received = sandbox.receive(text="x")
    assert [one.message_id for one in sandbox.messages()] == [sent]
    assert [one.message_id for one in sandbox.messages("is:inbound")] == [received.message_id]
    assert [one.message_id for one in sandbox.messages("stream:inbound")] == [received.message_id]
    assert client.messages.list(message_stream="inbound").total_count == 0
    with pytest.raises(NotFound):
        client.messages.get(received.message_id)
    with pytest.raises(NotFound):
        client.inbound.get(sent)


def test_a_blocked_message_can_be_bypassed_once(sandbox, client, hooked, posted):
    client.inbound_rules.create("Eve@spam.example")
    blocked = sandbox.receive(sender="eve@SPAM.example", text="x")
    sandbox.receive(sender="other@spam.example", text="x")
    assert len(posted()) == 1
    details = client.inbound.get(blocked.message_id)
    assert (details.status, "eve@spam.example" in details.blocked_reason) == (InboundStatus.BLOCKED, True)
    client.inbound.bypass(blocked.message_id)
    assert len(posted()) == 2
    assert client.inbound.get(blocked.message_id).status == InboundStatus.PROCESSED
    with pytest.raises(NotFound, match="cannot be bypassed"):
        client.inbound.bypass(blocked.message_id)


@pytest.mark.parametrize("score, status", [(4.9, "Processed"), (5, "Blocked"), (12.5, "Blocked")])
def test_a_spam_score_at_the_threshold_blocks(sandbox, client, score, status):
    client.server.edit(inbound_spam_threshold=5)
    email = sandbox.receive(text="x", spam_score=score)
    assert client.inbound.get(email.message_id).status == status


def test_a_message_is_posted_to_the_hook(sandbox, client, hooked, posted):
    file = Attachment(name="a.txt", content=b"file")
    email = sandbox.receive(subject="Hi", text="Hello", mailbox_hash="7", attachments=[file])
    assert client.inbound.get(email.message_id).status in (InboundStatus.QUEUED, InboundStatus.PROCESSED)
    (request,) = posted()
    payload = json.loads(request.body)
    assert request.headers["AUTHORIZATION"].startswith("Basic ")
    assert (payload["Subject"], payload["MailboxHash"], payload["MessageID"]) == ("Hi", "7", email.message_id)
    assert payload["Attachments"] == [
        {"Name": "a.txt", "Content": "ZmlsZQ==", "ContentType": "text/plain", "ContentLength": 4, "ContentID": ""}
    ]
    assert not {"RecordType", "RawEmail", "Status", "BlockedReason"} & {*payload}
    assert client.inbound.get(email.message_id).status == InboundStatus.PROCESSED


def test_the_source_is_posted_if_enabled(sandbox, client, hooked, posted):
    client.server.edit(raw_email_enabled=True)
    raw = b"From: dana@example.com\r\nTo: x@example.com\r\nSubject: as it is\r\n\r\nHello\r\n"
    sandbox.receive(raw)
    assert json.loads(posted()[0].body)["RawEmail"] == raw.decode()


@pytest.mark.costly
def test_a_message_whose_attempts_all_failed_can_be_retried(sandbox, client, hooked, posted):
    hooked.respond = lambda _request: 500
    email = sandbox.receive(text="x")
    posted()
    assert client.inbound.get(email.message_id).status == InboundStatus.SCHEDULED
    with pytest.raises(NotFound, match="cannot be retried"):
        client.inbound.retry(email.message_id)
    sandbox.clock.advance(hours=12)
    assert len(posted()) == 11
    assert client.inbound.get(email.message_id).status == InboundStatus.FAILED
    (bounce,) = client.bounces.list(message_stream="inbound")
    assert (bounce.type, bounce.message_id, bounce.email) == ("InboundError", email.message_id, email.to[0].email)
    assert "status 500" in bounce.details
    hooked.respond = lambda _request: 200
    client.inbound.retry(email.message_id)
    posted()
    assert client.inbound.get(email.message_id).status == InboundStatus.PROCESSED


def test_a_hook_that_responds_with_403_is_not_called_again(sandbox, client, hooked, posted):
    hooked.respond = lambda _request: 403
    email = sandbox.receive(text="x")
    assert len(posted()) == 1
    assert client.inbound.get(email.message_id).status == InboundStatus.FAILED
    assert client.bounces.list(message_stream="inbound").total_count == 1


@pytest.mark.parametrize("call", ["get", "bypass", "retry"])
def test_an_unknown_message_is_701(client, call):
    with pytest.raises(NotFound) as caught:
        getattr(client.inbound, call)("6f1c5a1e-0000-4000-8000-000000000000")
    assert caught.value.code == 701


def test_messages_of_another_server_are_unknown(sandbox, account, open_api):
    token = account.post("/servers", {"Name": "Other"}).json()["ApiTokens"][0]
    email = sandbox.receive(text="x")
    other = open_api(sandbox, token)
    assert other.get(f"/messages/inbound/{email.message_id}/details").status_code == 422
    assert other.get("/messages/inbound", count=5, offset=0).json() == {"TotalCount": 0, "InboundMessages": []}


def test_messages_are_stored_for_45_days(tmp_path):
    from emailapi import Client

    data = tmp_path / "mail.db"
    with Sandbox(data) as sandbox:
        email = sandbox.receive(text="x")
    with Sandbox(data) as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        assert client.inbound.get(email.message_id).text_body == "x"
        sandbox.clock.advance(days=46)
        assert client.inbound.list().total_count == 0
        assert sandbox.messages("is:inbound") == []
