"""Inbound emails and webhooks by the JSON API."""

from __future__ import annotations

import base64

import pytest


def test_an_inbound_email_is_received(inbox, api, client):
    file = {"name": "a.txt", "content": base64.b64encode(b"hello").decode(), "content_type": "text/plain"}
    found = inbox.post(
        "/inbound", sender="Dana <dana@example.com>", subject="Re: hi", text="yes", mailbox_hash="7", attachments=[file]
    )
    assert (found["state"], found["events"]) == ("received", [])
    message = client.inbound.get(found["message_id"])
    assert (message.subject, message.mailbox_hash, message.text_body.strip()) == ("Re: hi", "7", "yes")
    assert inbox.get(f"/messages/{found['message_id']}") == found
    assert [each["name"] for each in found["attachments"]] == ["a.txt"]
    raw = "From: a@example.com\r\nTo: b@example.com\r\nSubject: Raw\r\n\r\nHi\r\n"
    assert inbox.post("/inbound", raw=raw)["subject"] == "Raw"


@pytest.mark.parametrize(
    "body, argument",
    [
        ({"sender": "nobody"}, "sender"),
        ({"sender": 5}, "sender"),
        ({"to": "x@example.com"}, "to"),
        ({"headers": []}, "headers"),
        ({"headers": {"X-A": 5}}, "headers"),
        ({"attachments": {}}, "attachments"),
        ({"attachments": [{"name": "a.txt"}]}, "attachments"),
        ({"attachments": [{"name": "a.txt", "content": "%"}]}, "attachments"),
        ({"spam_score": "x"}, "spam_score"),
        ({"txt": "x"}, "txt"),
    ],
    ids=range(10),
)
def test_an_invalid_inbound_email_is_rejected(inbox, body, argument):
    assert inbox.rejected("POST", "/inbound", json=body)[0] == argument


@pytest.mark.costly
def test_attempts_are_listed_and_repeated(inbox, other_inbox, client, sandbox):
    client.webhooks.create(url="http://127.0.0.1:9/hook", triggers={"delivery": {"enabled": True}})
    sent = client.outbound.send({"to": "ada@example.com", "text_body": "Hello"})
    inbox.post("/clock", wait_idle=30)
    (attempt,) = inbox.get("/attempts", failed="true", message=sent.message_id, trigger="Delivery")["attempts"]
    assert (attempt["status"], attempt["accepted"], attempt["manual"], attempt["number"]) == (None, False, False, 1)
    again = inbox.post_empty(f"/attempts/{attempt['id']}/resend")
    assert (again["manual"], again["request_body"]) == (True, attempt["request_body"])
    assert len(inbox.get("/attempts", webhook=attempt["webhook_id"])["attempts"]) == 2
    assert inbox.get("/attempts", status=200)["attempts"] == []
    assert other_inbox.get("/attempts")["attempts"] == []
    other_inbox.rejected("POST", f"/attempts/{attempt['id']}/resend", 404)
    inbox.rejected("POST", "/attempts/99/resend", 404)
    for name, value in (("status", "x"), ("failed", "maybe"), ("limit", "0")):
        assert inbox.rejected("GET", "/attempts", params={name: value})[0] == name


def test_faults_of_smtp_and_of_webhooks_are_armed(inbox, sandbox):
    assert inbox.post("/faults", type="reject", reply="451 4.7.1 Later", at="rcpt")["armed"]
    assert inbox.post("/faults", type="webhook_fail", status=503)["armed"]
    assert inbox.post("/faults", type="fail", via="smtp")["armed"]
    assert inbox.rejected("POST", "/faults", json={"type": "reject", "at": "connect"})[0] == "at"
    assert inbox.post("/faults", type="reject", at="connect", all_servers=True)["armed"]
