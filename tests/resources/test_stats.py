"""`client.stats`: the overview."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from emailapi import Email, InvalidArgument, InvalidRequest, InvalidResponse, StatsOverview


def test_the_overview_has_every_count_and_rate(service, responses_json):
    service.respond("GET", "/stats/outbound", responses_json("stats_outbound"))
    assert service.client.stats.overview() == StatsOverview(
        sent=615,
        bounced=64,
        smtp_api_errors=25,
        bounce_rate=10.406,
        spam_complaints=10,
        spam_complaints_rate=1.626,
        opens=166,
        unique_opens=26,
        tracked=111,
        with_link_tracking=90,
        with_open_tracking=51,
        total_tracked_links_sent=60,
        unique_links_clicked=30,
        total_clicks=72,
        with_client_recorded=14,
        with_platform_recorded=13,
        with_read_time_recorded=12,
    )
    (request,) = service.calls
    assert (request.method, request.path_url) == ("GET", "/stats/outbound")


@pytest.mark.parametrize("value", [{}, {"Sent": None, "BounceRate": None}, {"Days": [], "New": 1}])
def test_a_missing_count_is_0(service, value):
    service.respond("GET", "/stats/outbound", value)
    assert service.client.stats.overview() == StatsOverview()


@pytest.mark.parametrize(
    "given, sent",
    [
        ({"tag": "a b"}, {"tag": "a b"}),
        ({"message_stream": "outbound"}, {"messagestream": "outbound"}),
        (
            {"from_date": date(2026, 1, 2), "to_date": date(2026, 1, 3)},
            {"fromdate": "2026-01-02", "todate": "2026-01-03"},
        ),
        ({"from_date": datetime(2026, 1, 2, 3, tzinfo=UTC)}, {"fromdate": "2026-01-01"}),
        ({"to_date": "2026-01-02"}, {"todate": "2026-01-02"}),
    ],
    ids=lambda row: "-".join(row),
)
def test_a_datetime_filter_selects_its_eastern_day(service, given, sent):
    service.respond("GET", "/stats/outbound", {})
    service.client.stats.overview(**given)
    assert service.queries == [sent]


def test_unknown_filters_are_rejected(service):
    with pytest.raises(InvalidArgument, match="did you mean 'from_date'"):
        service.client.stats.overview(fromdate="2026-01-01")
    assert not service.calls


def test_a_date_that_the_service_rejects_is_an_invalid_request(service):
    service.respond("GET", "/stats/outbound", {"ErrorCode": 1500, "Message": "Older than a year"}, 422)
    with pytest.raises(InvalidRequest) as caught:
        service.client.stats.overview(from_date=date(2000, 1, 1))
    assert caught.value.code == 1500


@pytest.mark.parametrize("value", [[], None, "text", {"Sent": "many"}, {"Sent": [1]}])
def test_an_overview_of_another_shape_is_an_invalid_response(service, value):
    service.respond("GET", "/stats/outbound", value)
    with pytest.raises(InvalidResponse, match="StatsOverview"):
        service.client.stats.overview()


def test_the_sandbox_counts_each_recipient(client):
    """The real client, over real HTTP: one email to two recipients counts as two."""
    before = client.stats.overview(tag="counted")
    client.outbound.send(Email(to="a@example.com, b@example.com", subject="Hi", text_body="Hi", tag="counted"))
    after = client.stats.overview(tag="counted")
    assert (before.sent, after.sent) == (0, 2)
