"""`client.inbound` against contract section 2.12."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest

from emailapi import (
    InboundAddress,
    InboundAttachment,
    InboundDetails,
    InboundHeader,
    InboundMessage,
    InboundStatus,
    Page,
)

ID = "50c2377e-e3a2-4a89-9632-94fcfae7cbff"
LISTED = InboundMessage(
    message_id=ID,
    message_stream="inbound",
    sender="jane@example.com",
    sender_name="Jane Doe",
    sender_full=InboundAddress(email="jane@example.com", name="Jane Doe", mailbox_hash="from"),
    to="h+ticket-7@inbound.postmarkapp.com",
    to_full=(InboundAddress(email="h+ticket-7@inbound.postmarkapp.com", name="Help", mailbox_hash="ticket-7"),),
    cc="copy@example.com",
    cc_full=(InboundAddress(email="copy@example.com", name="Copy", mailbox_hash=""),),
    bcc="blind@example.com",
    bcc_full=(InboundAddress(email="blind@example.com", name="", mailbox_hash=""),),
    reply_to="reply@example.com",
    original_recipient="h+ticket-7@inbound.postmarkapp.com",
    subject="Question",
    date="Sat, 1 Nov 2025 00:54:40 +0000",
    mailbox_hash="ticket-7",
    tag="support",
    attachments=(InboundAttachment(name="a.png", content_id="a@01", content_type="image/png", content_length=4500),),
    status=InboundStatus.PROCESSED,
)
OLD = InboundMessage(
    message_id="16d8fdd5-c4e7-4dde-91b5-e5a7f7d2d5f1",
    message_stream="",
    sender="old@example.com",
    sender_name="",
    sender_full=InboundAddress(email="old@example.com"),
    to="h@inbound.postmarkapp.com",
    to_full=(InboundAddress(email="h@inbound.postmarkapp.com"),),
    cc="",
    cc_full=(),
    bcc="",
    bcc_full=(),
    reply_to="",
    original_recipient="",
    subject="",
    date="yesterday, I think",
    mailbox_hash="",
    tag="",
    attachments=(InboundAttachment(name="b.txt", content_id="", content_type="text/plain", content_length=45),),
    status=InboundStatus.SCHEDULED,
)
DETAILS = InboundDetails(
    **{
        **{field.name: getattr(LISTED, field.name) for field in attrs.fields(InboundMessage)},
        "status": InboundStatus.BLOCKED,
    },
    text_body="Where is my order?",
    html_body="<p>Where is my order?</p>",
    stripped_text_reply="Where is it?",
    headers=(
        InboundHeader(name="X-Spam-Status", value="No"),
        InboundHeader(name="Message-ID", value="<1@example.com>"),
    ),
    blocked_reason="Blocked by rule",
)

CALLS = [
    (
        lambda client: client.inbound.list(
            count=500,
            offset=1,
            recipient="h@inbound.postmarkapp.com",
            sender="jane@example.com",
            tag="support",
            subject="Question",
            mailbox_hash="ticket-7",
            status=InboundStatus.BLOCKED,
            from_date=date(2026, 11, 1),
            to_date=datetime(2026, 11, 5, 21, 33, 54, 1, UTC),
        ),
        "GET /messages/inbound",
        {"query": "inbound_query", "response": "messages_inbound"},
        Page((LISTED, OLD), 2, 1),
    ),
    (
        lambda client: client.inbound.get(ID),
        f"GET /messages/inbound/{ID}/details",
        {"response": "messages_inbound_details"},
        DETAILS,
    ),
    (lambda client: client.inbound.bypass(ID), f"PUT /messages/inbound/{ID}/bypass", {"body": "empty"}, None),
    (lambda client: client.inbound.retry(ID), f"PUT /messages/inbound/{ID}/retry", {"body": "empty"}, None),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


def test_a_server_without_inbound_emails_has_an_empty_page(service):
    service.respond("GET", "/messages/inbound", {"TotalCount": 0, "InboundMessages": []})
    assert service.client.inbound.list() == Page((), 0)
