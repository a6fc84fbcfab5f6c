"""Every value that the contract documents, and what records show of secrets."""

from __future__ import annotations

import csv
import io
import json
import pickle
from enum import Enum

import pytest

import emailapi
from emailapi import (
    HttpAuth,
    HttpHeader,
    InboundDetails,
    Server,
    TemplateDetails,
    Webhook,
    WebhookVerification,
)
from emailapi.wire import read

# contract sections 2 and 5.
VOCABULARIES = {
    "BounceType": """
        HardBounce Transient Unsubscribe Subscribe AutoResponder AddressChange DnsError SpamNotification OpenRelayTest
        Unknown SoftBounce VirusNotification ChallengeVerification BadEmailAddress SpamComplaint ManuallyDeactivated
        Unconfirmed Blocked SMTPApiError InboundError DMARCPolicy TemplateRenderingFailed
    """,
    "BulkState": "Accepted Processing Completed Cancelled Failed",
    "ClickLocation": "HTML Text",
    "DataRemovalStatus": "Pending Done",
    "DeliveryType": "Live Sandbox",
    "EventType": "Delivered Transient Bounced Opened LinkClicked SubscriptionChanged",
    "InboundStatus": "Blocked Processed Queued Failed Scheduled",
    "OutboundStatus": "Queued Sent Processed",
    "Platform": "WebMail Desktop Mobile Unknown",
    "PushAction": "Create Edit",
    "ServerColor": "Purple Blue Turquoise Green Red Yellow Grey Orange",
    "StreamType": "All Inbound Transactional Broadcasts",
    "SuppressionOrigin": "Recipient Customer Admin",
    "SuppressionReason": "HardBounce SpamComplaint ManualSuppression",
    "SuppressionStatus": "Suppressed Deleted Failed",
    "TemplateType": "All Standard Layout",
    "TrackLinks": "None HtmlAndText HtmlOnly TextOnly",
    "UnsubscribeHandling": "None Postmark Custom",
    "WebhookStatus": "verified unverified",
}


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_enumeration_has_the_values_of_the_contract(name):
    kind = getattr(emailapi, name)
    assert sorted(member.value for member in kind) == sorted(VOCABULARIES[name].split())
    for member in kind:
        assert member == member.value
        assert pickle.loads(pickle.dumps(member)) is member


PUBLIC = [getattr(emailapi, name) for name in emailapi.__all__]
ENUMERATIONS = [value for value in PUBLIC if isinstance(value, type) and issubclass(value, Enum)]


def test_every_list_of_values_is_an_enumeration():
    assert {kind.__name__ for kind in ENUMERATIONS} == {*VOCABULARIES, "MessageState", "Outcome"}


@pytest.mark.parametrize("kind", ENUMERATIONS, ids=lambda kind: kind.__name__)
def test_a_member_is_written_as_its_value(kind):
    """In whatever way a program writes a member it writes the value, and its repr names it."""
    for member in kind:
        text = io.StringIO()
        print(member, file=text)
        csv.writer(text).writerow([member])
        assert text.getvalue() == f"{member.value}\n{member.value}\r\n"
        assert f"{member}" == str(member) == "%s" % member == json.loads(json.dumps(member)) == member.value  # noqa: UP031
        assert f"{member:>30}" == member.value.rjust(30)
        assert json.dumps({member: 1}) == json.dumps({member.value: 1})
        assert "-".join([member, "x"]) == f"{member.value}-x"
        assert repr(member) == f"<{kind.__name__}.{member.name}: {member.value!r}>"
        assert kind(member.value) is member


# The field that carries each vocabulary, by record and wire name.
CARRIED = [
    ("Bounce", "Type", "type", "BounceType"),
    ("BounceCount", "Type", "type", "BounceType"),
    ("BulkStatus", "Status", "status", "BulkState"),
    ("Click", "ClickLocation", "click_location", "ClickLocation"),
    ("DataRemoval", "Status", "status", "DataRemovalStatus"),
    ("Server", "DeliveryType", "delivery_type", "DeliveryType"),
    ("MessageEvent", "Type", "type", "EventType"),
    ("InboundMessage", "Status", "status", "InboundStatus"),
    ("Message", "Status", "status", "OutboundStatus"),
    ("Open", "Platform", "platform", "Platform"),
    ("PushedTemplate", "Action", "action", "PushAction"),
    ("Server", "Color", "color", "ServerColor"),
    ("Stream", "MessageStreamType", "message_stream_type", "StreamType"),
    ("Suppression", "Origin", "origin", "SuppressionOrigin"),
    ("Suppression", "SuppressionReason", "suppression_reason", "SuppressionReason"),
    ("SuppressionResult", "Status", "status", "SuppressionStatus"),
    ("Template", "TemplateType", "template_type", "TemplateType"),
    ("PushedTemplate", "TemplateType", "template_type", "TemplateType"),
    ("Message", "TrackLinks", "track_links", "TrackLinks"),
    ("Server", "TrackLinks", "track_links", "TrackLinks"),
    ("SubscriptionManagement", "UnsubscribeHandlingType", "unsubscribe_handling_type", "UnsubscribeHandling"),
    ("Webhook", "Status", "status", "WebhookStatus"),
]


@pytest.mark.parametrize("record, wire, field, name", CARRIED)
def test_every_value_is_read(record, wire, field, name):
    for member in getattr(emailapi, name):
        for text in (member.value, member.value.lower(), member.value.upper()):
            assert getattr(read({wire: text}, getattr(emailapi, record)), field) is member
    later = read({wire: "Later", "AndThisKey": {}}, getattr(emailapi, record))
    assert getattr(later, field) == "Later"
    assert type(getattr(later, field)) is str


def test_every_enumeration_belongs_to_a_field():
    assert {name for *_, name in CARRIED} == set(VOCABULARIES)


@pytest.mark.parametrize(
    "record, secrets",
    [
        (Server(api_tokens=("5ecre7-0ne",)), ["5ecre7"]),
        (Server(inbound_hook_url="https://hook:p4ss@e.com/in"), ["p4ss", "hook:"]),
        (Server(bounce_hook_url="https://hook:p4ss@e.com/in", open_hook_url="https://p4ss@e.com"), ["p4ss"]),
        (Server(delivery_hook_url="https://a:p4ss@e.com", click_hook_url="http://b:p4ss@e.com:8080/x"), ["p4ss"]),
        (HttpAuth(username="u", password="p4ss"), ["p4ss"]),
        (HttpHeader(name="X-Secret", value="p4ss"), ["p4ss"]),
        (
            Webhook(
                url="https://hook:p4ss@e.com/in?a=b",
                http_auth=HttpAuth(username="u", password="p4ss"),
                http_headers=(HttpHeader(name="X-Secret", value="p4ss"),),
            ),
            ["p4ss", "hook:"],
        ),
        (WebhookVerification(url="https://hook:p4ss@e.com/in"), ["p4ss"]),
        (TemplateDetails(html_body="p4ss", text_body="p4ss"), ["p4ss"]),
        (InboundDetails(html_body="p4ss", text_body="p4ss", stripped_text_reply="p4ss"), ["p4ss"]),
    ],
)
def test_no_repr_shows_a_secret(record, secrets):
    """A repr shows neither tokens, passwords, header values, logins in URLs, nor anybody's email."""
    shown = repr(record)
    assert not [secret for secret in secrets if secret in shown]
    assert shown.startswith(type(record).__name__)


def test_a_repr_shows_a_url_without_its_secrets():
    """Of a URL only the login is hidden, and an @ behind the host is none."""
    assert "'https://***@e.com/in?a=b'" in repr(Webhook(url="https://hook:p4ss@e.com/in?a=b"))
    assert "'https://e.com/@in'" in repr(Webhook(url="https://e.com/@in"))
