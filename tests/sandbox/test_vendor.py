"""The vendor's own client against the sandbox: it knows nothing of our names."""

from __future__ import annotations

import base64

import postmark
import pytest

EMAIL = {"sender": '"Joe, Inc." <joe@example.com>', "to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}
BULK = {"sender": "a@example.com", "subject": "x", "text_body": "x", "messages": [{"to": "b@example.com"}]}


@pytest.mark.costly
def test_the_vendors_client_sends_and_reads_an_email(vendor):
    file = {
        "name": "a.txt",
        "content": base64.b64encode(b"hello").decode(),
        "content_type": "text/plain",
        "content_id": "cid:a",
    }
    sent = vendor.outbound.send(
        {**EMAIL, "cc": "c@example.com", "tag": "t", "metadata": {"k": "v"}, "html_body": "<p>", "attachments": [file]}
    )
    assert sent.success
    message = vendor.outbound.get(sent.message_id)
    assert (message.subject, message.tag, message.metadata) == ("Hi", "t", {"k": "v"})
    assert (message.to[0].email, message.cc[0].email) == ("jane@example.com", "c@example.com")
    assert message.received_at == sent.submitted_at
    assert [event.type.value for event in message.message_events] == ["Delivered", "Delivered"]
    assert sent.message_id in vendor.outbound.get_dump(sent.message_id).body


@pytest.mark.costly
def test_the_vendors_client_searches_by_each_filter(vendor):
    sent = vendor.outbound.send({**EMAIL, "tag": "t", "metadata": {"k": "v"}})
    vendor.outbound.send({**EMAIL, "sender": "x@example.com", "to": "y@example.com", "subject": "Other"})
    for filters in (
        {"recipient": "jane@example.com"},
        {"from_email": "joe@example.com"},
        {"tag": "t"},
        {"subject": "Hi"},
        {"metadata": {"k": "v"}},
    ):
        page = vendor.outbound.list(**filters)
        assert [message.message_id for message in page.items] == [sent.message_id], filters
        assert page.total == 1


def test_the_vendors_client_sends_a_batch(vendor):
    results = vendor.outbound.send_batch([{**EMAIL, "subject": str(number)} for number in range(5)])
    assert all(result.success for result in results)
    assert vendor.outbound.list(count=2).total == 5


@pytest.mark.costly
def test_the_vendors_client_raises_its_errors_by_our_codes(vendor):
    with pytest.raises(postmark.PostmarkAPIException) as caught:
        vendor.outbound.send({**EMAIL, "to": "nobody"})
    assert (caught.value.error_code, caught.value.http_status) == (300, 422)
    vendor.outbound.send({**EMAIL, "to": "hardbounce@bounce-testing.postmarkapp.com"})
    with pytest.raises(postmark.InactiveRecipientException):
        vendor.outbound.send({**EMAIL, "to": "hardbounce@bounce-testing.postmarkapp.com"})


@pytest.mark.costly
def test_the_vendors_client_reads_statistics(vendor):
    vendor.outbound.send({**EMAIL, "to": "a@example.com, softbounce@bounce-testing.postmarkapp.com"})
    totals = vendor.stats.overview(tag=None)
    assert (totals.sent, totals.bounced, totals.bounce_rate) == (2, 1, 50.0)


@pytest.mark.costly
def test_the_vendors_client_raises_its_error_for_a_wrong_token(sandbox):
    import postmark.sync

    client = postmark.sync.ServerClient("wrong", retries=0, base_url=sandbox.url)
    with client, pytest.raises(postmark.InvalidAPIKeyException):
        client.outbound.send(EMAIL)


@pytest.mark.costly
def test_the_vendors_client_reads_all_pages(vendor):
    """It goes through all emails page by page."""
    ids = [vendor.outbound.send({**EMAIL, "subject": str(number)}).message_id for number in range(5)]
    found = vendor.outbound.stream(batch_size=2)
    assert [message.message_id for message in found] == ids[::-1]


@pytest.mark.costly
def test_the_vendors_client_sends_a_bulk_request(vendor):
    sent = vendor.outbound.send_bulk(BULK)
    status = vendor.outbound.get_bulk_status(sent.id)
    assert (status.status.value, status.total_messages) == ("Completed", 1)
    with pytest.raises(postmark.PostmarkAPIException):
        vendor.outbound.get_bulk_status("x")


@pytest.mark.costly
def test_the_vendors_client_reads_opens_and_clicks(vendor, sandbox):
    tracked = {
        **EMAIL,
        "track_opens": True,
        "track_links": "HtmlAndText",
        "html_body": '<a href="https://a.example/">a</a>',
    }
    sent = vendor.outbound.send(tracked)
    assert vendor.outbound.list_message_opens(sent.message_id).items == []
    sandbox.events.open(sent, "iOS Mail", read_seconds=4)
    sandbox.events.click(sent)
    for opens in (vendor.outbound.list_opens(), vendor.outbound.list_message_opens(sent.message_id)):
        (found,) = opens.items
        assert (found.message_id, found.platform, found.client.name) == (sent.message_id, "Mobile", "iOS Mail")
    for clicks in (vendor.outbound.list_clicks(), vendor.outbound.list_message_clicks(sent.message_id)):
        (clicked,) = clicks.items
        assert (clicked.original_link, clicked.click_location) == ("https://a.example/", "HTML")
