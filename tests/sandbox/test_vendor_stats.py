"""The vendor's own client against the sandbox: statistics."""

from __future__ import annotations

import postmark
import pytest

EMAIL = {"sender": "a@example.com", "html_body": "<p>x</p>", "tag": "t", "track_opens": True}


@pytest.fixture
def sent(vendor):
    """Two emails that arrived, a hard and a soft bounce; all of them track opens."""
    for to in (
        "b@example.com",
        "c@example.com",
        "hardbounce@bounce-testing.postmarkapp.com",
        "softbounce@bounce-testing.postmarkapp.com",
    ):
        vendor.outbound.send({**EMAIL, "to": to})


@pytest.mark.costly
@pytest.mark.usefixtures("sent")
def test_the_vendors_client_reads_counts_of_sent_and_bounced_emails(vendor):
    sends, bounces, tracked = vendor.stats.sent_counts(), vendor.stats.bounce_counts(), vendor.stats.tracked_counts()
    assert (sends.sent, [day.sent for day in sends.days]) == (4, [4])
    assert (bounces.hard_bounce, bounces.soft_bounce, bounces.transient, bounces.smtp_api_error) == (1, 1, 0, 0)
    assert [(day.date, day.hard_bounce, day.soft_bounce) for day in bounces.days] == [(sends.days[0].date, 1, 1)]
    assert (tracked.tracked, [day.tracked for day in tracked.days]) == (4, [4])
    assert vendor.stats.overview().sent == 4


@pytest.mark.costly
@pytest.mark.usefixtures("sent")
def test_the_vendors_client_filters_statistics(vendor):
    """It narrows a count by tag and by stream."""
    assert vendor.stats.overview(tag="t", message_stream="outbound").sent == 4
    assert vendor.stats.sent_counts(tag="other").sent == 0
    assert vendor.stats.bounce_counts(message_stream="broadcast").days == []


@pytest.mark.costly
@pytest.mark.usefixtures("sent")
def test_the_vendors_client_reads_zeros(vendor):
    assert (vendor.stats.spam_counts().spam_complaint, vendor.stats.open_counts().opens) == (0, 0)
    assert (vendor.stats.click_counts().clicks, vendor.stats.click_location().html) == (0, 0)
    assert (vendor.stats.platform_usage().desktop, vendor.stats.browser_platform_usage().mobile) == (0, 0)
    for usage in (vendor.stats.email_client_usage(), vendor.stats.browser_usage(), vendor.stats.read_times()):
        assert (usage.days, usage.model_extra) == ([], {})


@pytest.mark.costly
def test_the_vendors_client_raises_its_errors_by_our_codes(vendor):
    with pytest.raises(postmark.PostmarkAPIException) as caught:
        vendor.stats.sent_counts(message_stream="nothing")
    assert caught.value.error_code == 1226
