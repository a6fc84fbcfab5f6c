"""`client.outbound`'s templates and bulk calls against contract sections 2.3 to 2.5."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from emailapi import (
    Attachment,
    BatchResult,
    BulkEmail,
    BulkMessage,
    BulkState,
    BulkStatus,
    DeliveryUnknown,
    InactiveRecipient,
    InvalidRequest,
    NotFound,
    Page,
    SendResult,
    TemplateEmail,
    TrackLinks,
)

ID = "f24af63c-533d-4b7a-ad65-4a7b3202d3a7"
ACCEPTED = SendResult(
    message_id="0a129aee-e1cd-480d-b08d-4f48548ff48d",
    to="receiver@example.com",
    submitted_at=datetime(2014, 2, 17, 7, 25, 1, 417864, timezone(timedelta(hours=-5))),
    error_code=0,
    message="OK",
    via="api",
)
TEMPLATE_MAIL = TemplateEmail(
    sender="joe@d.com",
    to="Jane <jane@example.com>",
    cc="copy@example.com",
    bcc="receiver@example.com",
    reply_to="reply@example.com",
    tag="invoice",
    headers={"X-Run": "7"},
    track_opens=False,
    track_links=TrackLinks.TEXT_ONLY,
    metadata={"user_id": "7"},
    attachments=[Attachment(name="a.txt", content=b"Terms")],
    message_stream="broadcast",
    template_id=1234,
    template_alias="welcome-v1.2",
    template_model={"name": "Jane", "items": [1, None, {"deep": True}]},
    inline_css=False,
)
BULK = BulkEmail(
    sender="joe@d.com",
    reply_to="reply@example.com",
    tag="news",
    headers={"X-Run": "7"},
    track_opens=True,
    track_links=TrackLinks.NONE,
    metadata={"run": "7"},
    attachments=[Attachment(name="a.txt", content=b"Terms")],
    message_stream="broadcast",
    subject="Hi {{FirstName}}",
    html_body="<p>Hi {{FirstName}}</p>",
    text_body="Hi {{FirstName}}",
    inline_css=True,
    messages=[
        BulkMessage(
            to="Jane <jane@example.com>",
            cc="copy@example.com",
            bcc="blind@example.com",
            template_model={"FirstName": "Jane"},
            metadata={"user_id": "7"},
            headers={"X-Run": "8"},
        ),
        {"to": "joe@example.com"},
    ],
)


def bulk(status):
    """Return the request of tests/responses/email_bulk*.json, this far."""
    return BulkStatus(
        id=ID,
        submitted_at=datetime(2026, 3, 17, 7, 25, 1, 417864, UTC),
        status=status,
        total_messages=2,
        percentage_completed=99.5,
        released_count=1,
        failed_count=1,
        subject="Hi {{FirstName}}",
    )


CALLS = [
    (
        lambda client: client.outbound.send_template(TEMPLATE_MAIL),
        "POST /email/withTemplate",
        {"body": "email_with_template", "response": "email"},
        ACCEPTED,
    ),
    (
        lambda client: client.outbound.send_bulk(BULK),
        "POST /email/bulk",
        {"body": "email_bulk", "response": "email_bulk"},
        bulk(BulkState.ACCEPTED),
    ),
    (
        lambda client: client.outbound.send_bulk(
            {
                "sender": "joe@d.com",
                "template_id": 1234,
                "messages": [{"to": "joe@example.com", "template_model": {"name": "Joe"}}],
            }
        ),
        "POST /email/bulk",
        {"body": "email_bulk_template", "response": "email_bulk_older"},
        BulkStatus(id=ID, submitted_at=datetime(2025, 3, 17, 7, 25, 1, tzinfo=UTC), status=BulkState.FAILED),
    ),
    (
        lambda client: client.outbound.send_bulk(
            BulkEmail(sender="joe@d.com", template_alias="welcome", messages=[BulkMessage(to="joe@example.com")])
        ),
        "POST /email/bulk",
        {"body": "email_bulk_template_alias", "response": "email_bulk"},
        bulk(BulkState.ACCEPTED),
    ),
    (
        lambda client: client.outbound.bulk_status(ID),
        f"GET /email/bulk/{ID}",
        {"response": "email_bulk_status"},
        bulk(BulkState.COMPLETED),
    ),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


def test_a_batch_of_template_emails_is_an_object_with_an_array(contract):
    emails = [
        TemplateEmail(
            sender="joe@d.com", to="first@example.com", template_alias="welcome", template_model={"name": "One"}
        ),
        {"sender": "joe@d.com", "to": "gone@example.com", "template_id": 1234, "template_model": {}},
        TemplateEmail(sender="joe@d.com", to="third@example.com", template_id=1234, template_model={"name": None}),
    ]
    result = contract(
        lambda client: client.outbound.send_template_batch(emails),
        "POST /email/batchWithTemplates",
        body="email_batch_with_templates",
        response="email_batch",
    )
    assert isinstance(result, BatchResult)
    first, gone, third = result
    assert (first.message_id, third.to) == ("b7bc2f4a-e38e-4336-af7d-e6c392c2f817", "third@example.com")
    assert isinstance(gone, InactiveRecipient)
    assert gone.addresses == ("gone@example.com",)


def test_bulk_requests_are_listed_over_all_pages(service, responses_json, requests_json):
    for name in ("email_bulk_list", "email_bulk_list_end"):
        service.respond("GET", "/email/bulk", responses_json(name))
    page = service.client.outbound.list_bulk(count=2)
    assert page == Page(
        (
            bulk(BulkState.PROCESSING),
            BulkStatus(
                id="0b29af63-533d-4b7a-ad65-4a7b3202d3a7",
                status=BulkState.CANCELLED,
                submitted_at=datetime(2026, 3, 16, 7, 25, 1, tzinfo=UTC),
            ),
        ),
        2,
    )
    last = BulkStatus(id="1b29af63-533d-4b7a-ad65-4a7b3202d3a7", status=BulkState.COMPLETED)
    assert [*page.iter_all()] == [*page, last]
    assert service.queries == [{"count": "2"}, requests_json("email_bulk_query")]
    assert [request.path_url.partition("?")[0] for request in service.calls] == ["/email/bulk"] * 2


def test_a_bulk_request_can_have_several_errors(service, responses_json):
    """Code 11 names every field at fault, each with its sentences."""
    service.respond("POST", "/email/bulk", responses_json("email_bulk_invalid"), 422)
    with pytest.raises(InvalidRequest) as caught:
        service.client.outbound.send_bulk(BULK)
    assert caught.value.code == 11
    assert caught.value.errors == {
        "Subject": ("Too long.",),
        "Messages[1].To": ("Invalid 'To' address.", "Too many recipients."),
    }


def test_an_unknown_bulk_request_is_not_found(service):
    service.respond("GET", "/email/bulk/x", {"ErrorCode": 12, "Message": "Not found."}, 404)
    with pytest.raises(NotFound):
        service.client.outbound.bulk_status("x")


@pytest.mark.parametrize("value", [{}, [], b"<html>", {"Id": ""}, {"Id": []}])
def test_an_unreadable_bulk_response_is_unknown(service, value):
    service.respond("POST", "/email/bulk", value)
    with pytest.raises(DeliveryUnknown):
        service.client.outbound.send_bulk(BULK)
