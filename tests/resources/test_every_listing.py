"""Every listing: odd rows, odd responses, and the dates of filters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from emailapi import DeliveryUnknown, InvalidResponse

EASTERN = ZoneInfo("America/New_York")

# The call, its path, and the name of its rows; then a field that cannot be an object, and the name of its record.
LISTINGS = [
    (lambda client: client.messages.list, "/messages/outbound", "Messages", "Subject", "Message.subject"),
    (lambda client: client.messages.opens, "/messages/outbound/opens", "Opens", "Recipient", "Open.recipient"),
    (
        lambda client: client.messages.clicks,
        "/messages/outbound/clicks",
        "Clicks",
        "OriginalLink",
        "Click.original_link",
    ),
    (lambda client: client.inbound.list, "/messages/inbound", "InboundMessages", "From", "InboundMessage.sender"),
    (lambda client: client.inbound_rules.list, "/triggers/inboundrules", "InboundRules", "Rule", "InboundRule.rule"),
    (lambda client: client.bounces.list, "/bounces", "Bounces", "Email", "Bounce.email"),
    (lambda client: client.templates.list, "/templates", "Templates", "TemplateId", "Template.template_id"),
    (lambda client: client.streams.list, "/message-streams", "MessageStreams", "ID", "Stream.id"),
    (lambda client: client.webhooks.list, "/webhooks", "Webhooks", "Url", "Webhook.url"),
    (lambda client: client.outbound.list_bulk, "/email/bulk", "Requests", "Subject", "BulkStatus.subject"),
    (
        lambda client: lambda: client.suppressions.list("news"),
        "/message-streams/news/suppressions/dump",
        "Suppressions",
        "EmailAddress",
        "Suppression.email_address",
    ),
    (lambda account: account.servers.list, "/servers", "Servers", "ApiTokens", "Server.api_tokens"),
    (lambda account: account.domains.list, "/domains", "Domains", "DKIMHost", "Domain.dkim_host"),
    (lambda account: account.signatures.list, "/senders", "SenderSignatures", "Confirmed", "Signature.confirmed"),
]
PATHS = [path for _, path, *_ in LISTINGS]


def of(service, of_client):
    """Return the call, of the client that it is of."""
    return of_client(getattr(service, of_client.__code__.co_varnames[0]))


@pytest.mark.parametrize("of_client, path, key, wire, field", LISTINGS, ids=PATHS)
def test_an_unreadable_row_does_not_lose_the_page(service, of_client, path, key, wire, field):
    rows = [{"New": {"Key": 1}}, {wire: {"a": 1}}, {}, 7, None]
    service.respond("GET", path, {"TotalCount": "5", key: rows})
    page = of(service, of_client)()
    assert len(page) == 2
    assert page.total_count == 5
    odd, number, null = page.unreadable
    assert odd.startswith(f"row 1: {field}: expected ")
    record = field.partition(".")[0]
    assert number == f"row 3: {record}: expected an object, got int"
    assert null == f"row 4: {record}: expected an object, got null"


@pytest.mark.parametrize("of_client, path, key, wire, field", LISTINGS, ids=PATHS)
def test_a_list_without_rows_is_an_invalid_response(service, of_client, path, key, wire, field):
    for value in ([], None, 7, {}, {key: None}, {key: {}}, {key.lower(): []}):
        service.respond("GET", path, value)
        with pytest.raises(InvalidResponse, match=f"the response has no list {key}") as caught:
            of(service, of_client)()
        assert (caught.value.method, caught.value.path) == ("GET", path)


@pytest.mark.parametrize(
    "call, method, path",
    [
        (lambda client: client.templates.create(name="x"), "POST", "/templates"),
        (lambda client: client.templates.edit("x", name="x"), "PUT", "/templates/x"),
        (lambda client: client.streams.archive("x"), "POST", "/message-streams/x/archive"),
        (lambda client: client.bounces.activate(7), "PUT", "/bounces/7/activate"),
        (lambda client: client.webhooks.create(url="https://e.com"), "POST", "/webhooks"),
        (lambda client: client.server.edit(name="x"), "PUT", "/server"),
    ],
)
@pytest.mark.parametrize("value", [[], None, "OK", b"<html>", b""])
def test_a_write_with_an_unreadable_response_is_unknown(service, call, method, path, value):
    service.respond(method, path, value)
    with pytest.raises(DeliveryUnknown, match="it may have been done") as caught:
        call(service.client)
    assert (caught.value.method, caught.value.path, caught.value.status) == (method, path, 200)
    assert not caught.value.retryable


DATED = [
    (lambda client: client.messages.list, "/messages/outbound", "Messages"),
    (lambda client: client.inbound.list, "/messages/inbound", "InboundMessages"),
    (lambda client: client.bounces.list, "/bounces", "Bounces"),
    (
        lambda client: lambda **filters: client.suppressions.list("news", **filters),
        "/message-streams/news/suppressions/dump",
        "Suppressions",
    ),
]


@pytest.mark.parametrize("of_client, path, key", DATED, ids=[path for _, path, _ in DATED])
@pytest.mark.parametrize(
    "begin, end, fromdate, todate",
    [
        # An aware time is Eastern on the wire, in summer and in winter; ends are rounded up to whole seconds.
        (
            datetime(2026, 7, 1, 12, 0, 0, 999, UTC),
            datetime(2026, 12, 1, 12, 0, 0, 1, UTC),
            "2026-07-01T08:00:00",
            "2026-12-01T07:00:01",
        ),
        (
            datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=9))),
            datetime(2026, 7, 1, 12, tzinfo=EASTERN),
            "2026-06-30T23:00:00",
            "2026-07-01T12:00:00",
        ),
        (date(2026, 7, 1), date(2026, 7, 1), "2026-07-01", "2026-07-01"),
        # Autumn's repeated hour: both of its half past ones are written alike.
        (
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            "2026-11-01T01:30:00",
            "2026-11-01T01:30:00",
        ),
    ],
)
def test_dates_are_sent_as_the_service_expects_them(service, of_client, path, key, begin, end, fromdate, todate):
    """A range keeps its instants, as Eastern time, in every listing that knows dates."""
    service.respond("GET", path, {"TotalCount": 0, key: []})
    of(service, of_client)(from_date=begin, to_date=end)
    (query,) = service.queries
    assert (query["fromdate"], query["todate"]) == (fromdate, todate)
