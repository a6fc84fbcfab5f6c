"""Receiving sides by other authors understand what the sandbox posts."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.costly

ANYMAIL = """
import json, threading
import django, waitress
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", SECRET_KEY="s", ANYMAIL={"WEBHOOK_SECRET": "hooks:a-secret"},
    INSTALLED_APPS=["anymail"],
)
django.setup()

from anymail.signals import inbound, tracking
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

urlpatterns = [path("anymail/", include("anymail.urls"))]
seen = []


def on_tracking(sender, event, esp_name, **rest):
    seen.append([event.event_type, event.recipient, event.reject_reason, event.message_id, event.timestamp.isoformat(),
                 event.tags, event.metadata.get("user"), event.click_url])


def on_inbound(sender, event, esp_name, **rest):
    message = event.message
    seen.append([event.event_type, message.envelope_recipient, message.text, message.subject, message.stripped_text,
                 [part.get_filename() for part in message.walk() if part.get_filename()]])


tracking.connect(on_tracking)
inbound.connect(on_inbound)
server = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=0)
threading.Thread(target=server.run, daemon=True).start()
base = f"http://hooks:a-secret@127.0.0.1:{server.effective_port}/anymail/postmark"

from emailapi import *
from emailapi.sandbox import Sandbox
from emailapi.sandbox.instants import micros
from emailapi.sandbox.posting.notices import deliver_inbound
from emailapi.webhooks import payloads

on = Trigger(enabled=True)
content = ContentTrigger(enabled=True, include_content=True)
triggers = Triggers(
    open=OpenTrigger(enabled=True), click=on, delivery=on, subscription_change=on, bounce=content,
    spam_complaint=content,
)
with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url, sender="shop@example.com") as client:
    client.webhooks.create(url=f"{base}/tracking/", triggers=triggers, verify=True)
    del seen[:]
    sent = client.outbound.send(Email(
        to="ada@example.com", html_body="<a href='https://shop.example/'>Shop</a>", tag="t", metadata={"user": "7"},
        track_opens=True, track_links="HtmlAndText",
    ))
    at = sandbox.clock.freeze()
    sandbox.events.open(sent)
    sandbox.events.click(sent)
    sandbox.events.bounce(sent)
    client.bounces.activate(client.bounces.list().items[0].id)
    sandbox.events.complain(sent)
    client.server.edit(inbound_hook_url=f"{base}/inbound/")
    reply = payloads.inbound("yes", [Attachment(name="a.txt", content=b"a")], to="in@in.example", subject="Re: Hi",
                             reply_text="yes")
    with sandbox.store.transaction() as db:
        deliver_inbound(db, 4000001, reply["MessageID"], reply, micros(at))
    sandbox.clock.wait_idle(60)
    assert all(attempt.accepted for attempt in sandbox.webhooks.attempts()), sandbox.webhooks.attempts()
    print(json.dumps([sent.message_id, at.isoformat(), seen]))
"""


@pytest.mark.exhaustive
@pytest.mark.slow
def test_anymail_understands_each_event():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ANYMAIL], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    message_id, at, seen = json.loads(run.stdout)
    came = [event for event in seen if event[0] == "inbound"]
    assert came == [["inbound", "in@in.example", "yes", "Re: Hi", "yes", ["a.txt"]]]
    tracked = [event for event in seen if event[0] != "inbound"]
    assert [(kind, reason) for kind, _, reason, *_ in tracked] == [
        ("delivered", None),
        ("opened", None),
        ("clicked", None),
        ("bounced", "bounced"),
        ("bounced", "bounced"),
        ("subscribed", None),
        ("complained", "spam"),
        ("complained", "spam"),
    ]
    assert {event[1] for event in tracked} == {"ada@example.com"}
    assert {event[3] for event in tracked} == {message_id, None}
    assert {event[4] for event in tracked[1:]} == {at}
    assert tracked[2][5:] == [["t"], "7", "https://shop.example/"]
