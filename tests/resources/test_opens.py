"""Opens and clicks, of `client.messages`, against contract section 2.11."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from emailapi import Click, ClickLocation, Geo, Open, Page, Platform, Program

EST = timezone(timedelta(hours=-5))
COMMON = {
    "message_id": "883953f4-6105-42a2-a16a-77a8eac79483",
    "message_stream": "outbound",
    "recipient": "jane@example.com",
    "received_at": datetime(2026, 11, 5, 16, 33, 54, 907025, UTC),
    "tag": "welcome",
    "user_agent": "Mozilla/5.0 (Windows NT 6.1)",
    "client": Program(name="Gmail 12", company="Google", family="Gmail"),
    "os": Program(name="Windows 7", company="Microsoft Corporation.", family="Windows"),
    "platform": Platform.WEB_MAIL,
    "geo": Geo(
        country_iso_code="US",
        country="United States",
        region_iso_code="TX",
        region="Texas",
        city="Houston",
        zip="77058",
        coords="29.55,-95.09",
        ip="203.0.113.42",
    ),
}
OPENS = Page(
    (
        Open(first_open=True, read_seconds=5, **COMMON),
        # What is not known is missing, null or empty.
        Open(
            first_open=False,
            read_seconds=None,
            message_id="21895802-5d50-442b-b039-27cf5b462c54",
            message_stream="",
            recipient="joe@example.com",
            received_at=datetime(2014, 2, 20, 7, 25, 2, 120000, EST),
            tag="",
            user_agent="",
            client=Program(),
            os=Program(),
            platform=Platform.UNKNOWN,
            geo=Geo(),
        ),
    ),
    2,
)
CLICKS = Page(
    (Click(click_location=ClickLocation.HTML, original_link="https://example.com/a?b=c", **COMMON),),
    1,
)
FILTERS = {
    "recipient": "jane+list@example.com",
    "tag": "welcome",
    "client_name": "Outlook 2010",
    "client_company": "Microsoft",
    "client_family": "Outlook",
    "os_name": "Windows 7",
    "os_family": "Windows",
    "os_company": "Microsoft Corporation.",
    "platform": Platform.WEB_MAIL,
    "country": "United States",
    "region": "Texas",
    "city": "Houston",
    "message_stream": "outbound",
}
ID = "883953f4-6105-42a2-a16a-77a8eac79483"

CALLS = [
    (
        lambda client: client.messages.opens(count=2, **FILTERS),
        "GET /messages/outbound/opens",
        {"query": "opens_query", "response": "messages_outbound_opens"},
        OPENS,
    ),
    (
        lambda client: client.messages.clicks(count=2, **FILTERS),
        "GET /messages/outbound/clicks",
        {"query": "opens_query", "response": "messages_outbound_clicks"},
        CLICKS,
    ),
    (
        lambda client: client.messages.message_opens(ID),
        f"GET /messages/outbound/opens/{ID}",
        {"query": "first_page_query", "response": "messages_outbound_opens"},
        OPENS,
    ),
    (
        lambda client: client.messages.message_clicks(ID, count=3, offset=6),
        f"GET /messages/outbound/clicks/{ID}",
        {"query": "page_query", "response": "messages_outbound_clicks"},
        Page(CLICKS.items, 1, 6),
    ),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


def test_opens_without_an_identity_are_all_returned(service):
    """Opens that lack what they are told by are not taken for one open."""
    service.respond("GET", "/messages/outbound/opens", {"TotalCount": 3, "Opens": [{}, {"ReceivedAt": "soon"}, {}]})
    assert len(list(service.client.messages.opens().iter_all())) == 3
