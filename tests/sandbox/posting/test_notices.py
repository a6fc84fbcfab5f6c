"""Requests to webhooks: one payload for each event, which our own receiving side can read."""

from __future__ import annotations

import json
import re

import pytest

from emailapi import ContentTrigger, Email, HttpAuth, OpenTrigger, Triggers
from emailapi.webhooks import Verifier, parse, wsgi_app

from .conftest import ALL

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")
LINK = "https://shop.example/reset"


@pytest.fixture
def told(posted):
    """Give the payloads that were posted, of one trigger or all."""

    def told(kind=None):
        found = [json.loads(request.body) for request in posted()]
        return [payload for payload in found if kind in (None, payload["RecordType"])]

    return told


@pytest.fixture
def sent(client, hook):
    """A tracked email with a tag and metadata."""
    return client.outbound.send(
        Email(
            sender="Shop <Shop@example.com>",
            to="Ada@example.com",
            subject="Reset",
            html_body=f'<a href="{LINK}">Reset</a>',
            tag="reset",
            metadata={"user": "7"},
            track_opens=True,
            track_links="HtmlAndText",
        )
    )


def _common(payload, sent):
    assert payload["MessageID"] == sent.message_id
    assert payload["MessageStream"] == "outbound"
    assert payload["Tag"] == "reset"
    assert payload["Metadata"]["user"] == "7"


def test_a_delivery_is_posted(sent, sandbox, told):
    (payload,) = told()
    _common(payload, sent)
    assert set(payload) == {
        "RecordType", "ServerID", "MessageStream", "MessageID", "Recipient", "Tag", "DeliveredAt", "Details", "Metadata"
    }  # fmt: skip
    assert (payload["RecordType"], payload["Recipient"]) == ("Delivery", "ada@example.com")
    assert isinstance(payload["ServerID"], int)
    assert TIME.fullmatch(payload["DeliveredAt"])
    assert payload["Details"].startswith("smtp;250 ")


def test_a_bounce_and_its_suppression_are_posted(client, sent, sandbox, told):
    sandbox.events.bounce(sent)
    _delivery, bounce, change = told()
    _common(bounce, sent)
    (stored,) = client.bounces.list()
    assert set(bounce) == {
        "RecordType", "MessageStream", "ID", "Type", "TypeCode", "Name", "Tag", "MessageID", "Metadata", "ServerID",
        "Description", "Details", "Email", "From", "BouncedAt", "DumpAvailable", "Inactive", "CanActivate", "Subject",
    }  # fmt: skip
    assert (bounce["RecordType"], bounce["ID"], bounce["Type"], bounce["TypeCode"]) == (
        "Bounce", stored.id, "HardBounce", 1
    )  # fmt: skip
    assert (bounce["Email"], bounce["From"], bounce["Subject"]) == ("ada@example.com", "Shop@example.com", "Reset")
    assert (bounce["Inactive"], bounce["CanActivate"], bounce["DumpAvailable"]) == (True, True, True)
    assert (bounce["Details"], bounce["Description"]) == (stored.details, stored.description)
    _common(change, sent)
    assert (change["RecordType"], change["SuppressSending"], change["SuppressionReason"], change["Origin"]) == (
        "SubscriptionChange", True, "HardBounce", "Recipient"
    )  # fmt: skip


def test_a_bounce_without_a_suppression_is_posted_alone(client, sent, sandbox, told):
    sandbox.events.bounce(sent, "SoftBounce")
    sandbox.events.bounce(sent, "Transient")
    assert [payload.get("Type") for payload in told()] == [None, "SoftBounce", "Transient"]


def test_a_complaint_and_its_suppression_are_posted(sent, sandbox, told):
    sandbox.events.complain(sent)
    _delivery, complaint, change = told()
    _common(complaint, sent)
    assert (complaint["RecordType"], complaint["Type"], complaint["CanActivate"]) == (
        "SpamComplaint", "SpamComplaint", False
    )  # fmt: skip
    assert "From" not in complaint
    assert (change["RecordType"], change["SuppressionReason"]) == ("SubscriptionChange", "SpamComplaint")


def test_opens_are_posted(sent, sandbox, told):
    sandbox.events.open(sent, client="iOS Mail", read_seconds=3)
    sandbox.events.open(sent)
    first, second = told("Open")
    _common(first, sent)
    assert (first["FirstOpen"], second["FirstOpen"], first["ReadSeconds"]) == (True, False, 3)
    assert "ReadSeconds" not in second
    assert "ServerID" not in first
    assert (first["Client"]["Name"], first["OS"]["Family"], first["Platform"]) == ("iOS Mail", "iOS", "Mobile")
    assert first["Geo"]["CountryISOCode"] == "US"
    assert "iPhone" in first["UserAgent"]
    assert TIME.fullmatch(first["ReceivedAt"])


def test_the_first_click_of_each_recipient_on_a_link_is_posted(sent, sandbox, told):
    sandbox.events.click(sent)
    sandbox.events.click(sent)
    (click,) = told("Click")
    _common(click, sent)
    assert (click["OriginalLink"], click["ClickLocation"], click["Recipient"]) == (LINK, "HTML", "ada@example.com")
    assert click["Client"]["Name"] == "Chrome"


def test_an_unsubscribe_is_posted(sent, sandbox, told):
    sandbox.events.unsubscribe(sent)
    sandbox.events.unsubscribe(sent)
    (change,) = told("SubscriptionChange")
    _common(change, sent)
    assert (change["SuppressionReason"], change["Origin"]) == ("ManualSuppression", "Recipient")


def test_changes_by_the_api_have_no_message(client, api, hook, told):
    path = "/message-streams/outbound/suppressions"
    for verb in ("", "", "/delete", "/delete"):
        api.post(f"{path}{verb}", {"Suppressions": [{"EmailAddress": "eve@example.com"}]})
    added, lifted = told()
    assert (added["MessageID"], added["SuppressionReason"], added["Origin"]) == (None, "ManualSuppression", "Customer")
    assert (lifted["SuppressSending"], lifted["SuppressionReason"], lifted["MessageID"]) == (False, None, None)
    assert added["Metadata"] == lifted["Metadata"] == {}
    assert "Tag" not in added


def test_activating_a_bounce_lifts_the_suppression(client, sent, sandbox, told):
    (event,) = sandbox.events.bounce(sent)
    client.bounces.activate(int(event.details["BounceID"]))
    assert [payload["SuppressSending"] for payload in told("SubscriptionChange")] == [True, False]


def test_a_disabled_trigger_posts_nothing(client, sandbox, receiver, posted):
    client.webhooks.create(url=receiver.url(), triggers=Triggers(bounce=ContentTrigger(enabled=True)))
    sent = client.outbound.send(Email(to="ada@example.com", text_body="x"))
    assert posted() == []
    sandbox.events.bounce(sent)
    assert [json.loads(request.body)["RecordType"] for request in posted()] == ["Bounce"]


def test_a_webhook_gets_events_of_its_stream_only(client, sandbox, receiver, posted):
    client.webhooks.create(url=receiver.url(), triggers=ALL, message_stream="broadcast")
    client.outbound.send(Email(to="ada@example.com", text_body="x"))
    assert posted() == []
    client.outbound.send(Email(to="ada@example.com", text_body="x", message_stream="broadcast"))
    assert [json.loads(request.body)["MessageStream"] for request in posted()] == ["broadcast"]


def test_options_of_triggers_select_contents_and_later_opens(client, sandbox, receiver, posted):
    triggers = Triggers(
        open=OpenTrigger(enabled=True, post_first_open_only=True),
        bounce=ContentTrigger(enabled=True, include_content=True),
        spam_complaint=ContentTrigger(enabled=True, include_content=True),
    )
    client.webhooks.create(url=receiver.url(), triggers=triggers)
    sent = client.outbound.send(Email(to="ada@example.com", html_body="<p>x</p>", track_opens=True))
    sandbox.events.open(sent)
    sandbox.events.open(sent)
    sandbox.events.bounce(sent, "SoftBounce")
    opened, bounce = [json.loads(request.body) for request in posted()]
    assert opened["FirstOpen"]
    assert "Final-Recipient: rfc822;ada@example.com" in bounce["Content"]


def test_events_are_posted_to_the_urls_in_the_settings_of_a_server(client, sandbox, receiver, posted):
    client.server.edit(
        delivery_hook_url=receiver.url("/delivery"),
        bounce_hook_url=receiver.url("/bounce", login="u:p%40@"),
        open_hook_url=receiver.url("/open"),
        click_hook_url=receiver.url("/click"),
        post_first_open_only=True,
        include_bounce_content_in_hook=True,
    )
    html = f'<a href="{LINK}">x</a>'
    sent = client.outbound.send(
        Email(to="ada@example.com", html_body=html, track_opens=True, track_links="HtmlAndText")
    )
    sandbox.events.open(sent)
    sandbox.events.open(sent)
    sandbox.events.click(sent)
    sandbox.events.bounce(sent)
    assert sorted(request.path for request in posted()) == ["/bounce", "/click", "/delivery", "/open"]
    (bounce,) = [request for request in receiver.requests if request.path == "/bounce"]
    assert "Content" in json.loads(bounce.body)
    assert bounce.headers["AUTHORIZATION"] == "Basic dTpwQA=="


def test_errors_of_smtp_are_posted_if_enabled(client, sandbox, hook, told):
    sent = client.outbound.send(Email(to="ada@example.com", text_body="x"))
    sandbox.events.bounce(sent, "SMTPApiError")
    assert told("Bounce") == []
    client.server.edit(enable_smtp_api_error_hooks=True)
    sandbox.events.bounce(sent, "SMTPApiError")
    assert [payload["TypeCode"] for payload in told("Bounce")] == [100007]


@pytest.mark.costly
def test_all_payloads_are_parsed_by_emailapi_webhooks(client, sandbox, endpoint, sent):
    events = []
    port = endpoint(wsgi_app(Verifier(basic=("hooks", "a-secret")), events.append))
    client.webhooks.create(
        url=f"http://127.0.0.1:{port}/", triggers=ALL, http_auth=HttpAuth(username="hooks", password="a-secret")
    )
    again = client.outbound.send(
        Email(to="eve@example.com", html_body=f'<a href="{LINK}">x</a>', track_opens=True, track_links="HtmlAndText")
    )
    sandbox.events.open(again)
    sandbox.events.click(again)
    sandbox.events.bounce(again, "Unsubscribe")
    sandbox.events.unsubscribe(again)
    sandbox.events.complain(again)
    sandbox.clock.wait_idle(60)
    assert [event.record_type for event in events] == [
        "Delivery", "Open", "Click", "Bounce", "SubscriptionChange", "SpamComplaint"
    ]  # fmt: skip
    assert all(not event.problems for event in events)
    assert {event.message_id for event in events} == {again.message_id}
    assert all(event.idempotency_key for event in events)
    assert all(event.trace_id and event.retries_remaining == 6 for event in events)


@pytest.mark.costly
def test_events_of_each_email_of_a_batch_are_posted(client, sandbox, hook, told):
    client.outbound.send_batch([Email(to=f"user{n}@example.com", text_body="x") for n in range(30)])
    assert sorted(payload["Recipient"] for payload in told()) == sorted(f"user{n}@example.com" for n in range(30))


def test_the_payload_has_the_state_at_the_time_of_the_event(sandbox, sent, told, receiver):
    at = sandbox.clock.freeze()
    receiver.respond_with(500)
    sandbox.events.bounce(sent, "SoftBounce")
    sandbox.clock.advance(hours=1)
    assert {parse(payload).at for payload in told("Bounce")} == {at}
