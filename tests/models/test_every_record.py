"""That no field of any record, filter or argument is without its place in the hand-written JSON."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import is_typeddict

import attrs
import pytest

import emailapi
from emailapi.models.bounces import BounceActivation
from emailapi.models.bulk import BulkFilters
from emailapi.models.messages import MessageDump
from emailapi.wire import read, wire_names

TESTS = Path(__file__).parent.parent

# Where each record stands in tests/responses/: "file:way.to.it", several where no one place has all its keys.
RESPONSES = {
    "Bounce": "bounce",
    "BounceActivation": "bounce_activate",
    "BounceCount": "deliverystats:Bounces.1",
    "BounceStats": "stats_outbound_bounces stats_outbound_bounces:Days.0",
    "BulkStatus": "email_bulk_status",
    "Click": "messages_outbound_clicks:Clicks.0",
    "ClickLocationStats": "stats_outbound_clicks_location stats_outbound_clicks_location:Days.0",
    "ClickPlatformStats": "stats_outbound_clicks_platforms stats_outbound_clicks_platforms:Days.0",
    "ClickStats": "stats_outbound_clicks stats_outbound_clicks:Days.0",
    "ContentTrigger": "webhook:Triggers.Bounce",
    "ContentValidation": "template_validate:HtmlBody",
    "DataRemoval": "data_removal",
    "DeliveryStats": "deliverystats",
    "Domain": "domain",
    "Geo": "messages_outbound_opens:Opens.0.Geo",
    "HttpAuth": "webhook:HttpAuth",
    "HttpHeader": "webhook:HttpHeaders.0",
    "InboundAddress": "messages_inbound_details:FromFull",
    "InboundAttachment": "messages_inbound_details:Attachments.0",
    "InboundDetails": "messages_inbound_details",
    "InboundHeader": "messages_inbound_details:Headers.0",
    "InboundMessage": "messages_inbound:InboundMessages.0",
    "InboundRule": "triggers_inboundrules:InboundRules.0",
    "Message": "messages_outbound:Messages.0",
    "MessageDetails": "messages_outbound_details",
    "MessageDump": "messages_outbound_dump",
    "MessageEvent": "messages_outbound_details:MessageEvents.0",
    "NamedStats": "stats_outbound_opens_emailclients:Days.0",
    "Open": "messages_outbound_opens:Opens.0",
    "OpenPlatformStats": "stats_outbound_opens_platforms stats_outbound_opens_platforms:Days.0",
    "OpenStats": "stats_outbound_opens stats_outbound_opens:Days.0",
    "OpenTrigger": "webhook:Triggers.Open",
    "Program": "messages_outbound_opens:Opens.0.Client",
    "PushedTemplate": "templates_push:Templates.1",
    "Recipient": "messages_outbound:Messages.0.To.0",
    "SendResult": "email",
    "SendStats": "stats_outbound_sends stats_outbound_sends:Days.0",
    "Server": "server",
    "Signature": "sender",
    "SpamStats": "stats_outbound_spam stats_outbound_spam:Days.0",
    "SpfCheck": "domain_verifyspf",
    "StatsOverview": "stats_outbound",
    "Stream": "message_streams:MessageStreams.1",
    "StreamArchival": "message_stream_archive",
    "SubscriptionManagement": "message_stream:SubscriptionManagementConfiguration",
    "Suppression": "suppressions_dump:Suppressions.0",
    "SuppressionResult": "suppressions:Suppressions.1",
    "Template": "template_saved",
    "TemplateDetails": "template",
    "TemplateFault": "template_validate:HtmlBody.ValidationErrors.0",
    "TemplateValidation": "template_validate",
    "TrackedStats": "stats_outbound_tracked stats_outbound_tracked:Days.0",
    "Trigger": "webhook:Triggers.Click",
    "TriggerCheck": "webhook_verify:Results.0",
    "Triggers": "webhook:Triggers",
    "Webhook": "webhook",
    "WebhookVerification": "webhook_verify",
}
# Where each record, each set of filters and each set of arguments stands in tests/requests/, likewise.
REQUESTS = {
    "Attachment": "email:Attachments.1",
    "BounceFilters": "bounces_query",
    "BulkEmail": "email_bulk email_bulk_template email_bulk_template_alias",
    "BulkFilters": "email_bulk_query",
    "BulkMessage": "email_bulk:Messages.0",
    "DomainChanges": "domain_edit",
    "Email": "email",
    "Header": "email:Headers.0",
    "InboundFilters": "inbound_query",
    "MessageFilters": "messages_query",
    "NewDataRemoval": "data_removal",
    "NewDomain": "domain_create",
    "NewServer": "server_create",
    "NewSignature": "sender_create",
    "NewStream": "message_stream_create",
    "NewTemplate": "template_create",
    "NewWebhook": "webhook_create",
    "OpenFilters": "opens_query",
    "ServerChanges": "server_edit",
    "ServerFilters": "servers_query",
    "SignatureChanges": "sender_edit",
    "StatsFilters": "stats_query",
    "StreamChanges": "message_stream_edit",
    "StreamFilters": "message_streams_query",
    "SuppressionFilters": "suppressions_query",
    "TemplateChanges": "template_edit",
    "TemplateEmail": "email_with_template",
    "TemplateFilters": "templates_query",
    "TemplatePush": "templates_push",
    "TemplateToValidate": "template_validate",
    "WebhookChanges": "webhook_edit",
    "WebhookFilters": "webhooks_query",
}
NOT_PUBLIC = {"BounceActivation": BounceActivation, "BulkFilters": BulkFilters, "MessageDump": MessageDump}
# These are made by the client itself.
NEVER_SENT = set(
    "Address AttachmentFields BatchResult BulkEmailFields BulkMessageFields EmailFields HookEvent Hooks Listing "
    "MessageStatus Page RecipientResult RecipientStatus Retry SMTPOptions SendingCounts TemplateEmailFields".split()
)
# Keys around a record that are not its own: the name of its kind, its days, the page that was asked for.
AROUND = {"RecordType", "Days", "count", "offset", "Count", "Offset"}


def kind_of(name):
    """Return the class of a name of the tables."""
    return NOT_PUBLIC.get(name) or getattr(emailapi, name)


def found_at(folder, places):
    """Return the objects that stand at these places, as one."""
    whole = {}
    for place in places.split():
        file, _, way = place.partition(":")
        value = json.loads((TESTS / folder / f"{file}.json").read_bytes())
        for step in way.split(".") if way else ():
            value = value[int(step) if step.isdigit() else step]
        whole.update(value)
    return whole


def check_keys(name, value):
    """Check that a JSON object has every wire name of a class, and no other."""
    keys = {"metadata" if key.startswith("metadata_") else key for key in value}
    names = set(wire_names(kind_of(name)).values())
    assert names - keys == set()
    # The counts of `NamedStats` have no names that could be known.
    assert keys - names - AROUND == set() or name == "NamedStats"


@pytest.mark.parametrize("name", RESPONSES)
def test_every_field_is_in_a_response(name):
    check_keys(name, found_at("responses", RESPONSES[name]))


@pytest.mark.parametrize("name", REQUESTS)
def test_every_field_is_in_a_request(name):
    check_keys(name, found_at("requests", REQUESTS[name]))


# False and 0 are the values of these responses: a default cannot be told from them.
SAID = {
    "ContentTrigger": {"enabled"},
    "ContentValidation": {"content_is_valid", "rendered_content"},
    "OpenTrigger": set(),
    "SendResult": {"error_code"},
    "Stream": set(),
    "MessageDetails": {"sandboxed"},
}


@pytest.mark.parametrize("name", RESPONSES)
def test_every_field_is_read(name):
    record = kind_of(name)
    found = read(found_at("responses", RESPONSES[name]), record)
    same = {field for field in wire_names(record) if getattr(found, field) == getattr(record(), field)}
    assert same <= SAID.get(name, set())


def test_every_public_record_is_tested():
    public = {
        name
        for name, value in ((name, getattr(emailapi, name)) for name in emailapi.__all__)
        if isinstance(value, type) and (attrs.has(value) or is_typeddict(value))
    }
    assert public - NEVER_SENT == {*RESPONSES, *REQUESTS} - set(NOT_PUBLIC)
    assert not NEVER_SENT - public


def test_every_inner_record_is_tested():
    inner = set()
    for name in {*RESPONSES, *REQUESTS} - {name for name in REQUESTS if is_typeddict(kind_of(name))}:
        for field in attrs.fields(attrs.resolve_types(kind_of(name))):
            parts = [field.type, *getattr(field.type, "__args__", ())]
            inner |= {part.__name__ for part in parts if isinstance(part, type) and attrs.has(part)}
    assert inner - NEVER_SENT - {*RESPONSES, *REQUESTS} == set()


@pytest.mark.parametrize("name", RESPONSES)
def test_every_record_pickles(name):
    record = kind_of(name)
    for value in ({}, found_at("responses", RESPONSES[name])):
        found = read(value, record)
        assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize("name", RESPONSES)
def test_every_record_is_a_dictionary_of_json_values(name):
    record = kind_of(name)
    for value in ({}, found_at("responses", RESPONSES[name])):
        found = read(value, record)
        written = found.to_dict()
        assert json.loads(json.dumps(written)) == written
        assert list(written) == [field.name.lstrip("_") for field in attrs.fields(record)]


def test_the_dictionary_of_a_record_has_plain_values():
    details = read(found_at("responses", "messages_outbound_details"), kind_of("MessageDetails"))
    written = details.to_dict()
    assert written["status"] == "Sent"
    assert written["received_at"] == details.received_at.isoformat()
    assert written["to"] == [{"email": one.email, "name": one.name} for one in details.to]
    assert written["message_events"][0]["type"] == str(details.message_events[0].type)
    assert written["html_body"] == details.html_body


@pytest.mark.parametrize("name", RESPONSES)
def test_an_empty_object_is_a_record_of_defaults(name):
    record = kind_of(name)
    names = wire_names(record).values()
    assert read({}, record) == read(dict.fromkeys(names), record) == record()
    texts = read(dict.fromkeys(names, ""), record)
    for field in wire_names(record):
        value = getattr(texts, field)
        assert value in (*NOTHINGS, getattr(record(), field)) or value == type(value)()


NOTHINGS = (None, "", 0, False, (), {})
