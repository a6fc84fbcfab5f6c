"""`client.suppressions` against contract section 2.9."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from emailapi import (
    Address,
    DeliveryUnknown,
    InvalidArgument,
    Page,
    Suppression,
    SuppressionOrigin,
    SuppressionReason,
    SuppressionResult,
    SuppressionStatus,
)

EST = timezone(timedelta(hours=-5))
FIRST = Suppression(
    email_address="gone@example.com",
    suppression_reason=SuppressionReason.HARD_BOUNCE,
    origin=SuppressionOrigin.RECIPIENT,
    created_at=datetime(2019, 12, 17, 8, 58, 33, tzinfo=EST),
)
SECOND = Suppression(
    email_address="left@example.com",
    suppression_reason=SuppressionReason.MANUAL_SUPPRESSION,
    origin=SuppressionOrigin.CUSTOMER,
    created_at=datetime(2019, 12, 18, 8, 58, 33, 500000, tzinfo=EST),
)
BOTH = [Address("gone@example.com", "Gone"), "left@faß.de"]

CALLS = [
    (
        lambda client: client.suppressions.list(
            "news",
            suppression_reason=SuppressionReason.HARD_BOUNCE,
            origin=SuppressionOrigin.RECIPIENT,
            email_address="gone@example.com",
            from_date=date(2019, 12, 17),
            to_date=datetime(2019, 12, 18, 13, 58, 33, 500000, UTC),
        ),
        "GET /message-streams/news/suppressions/dump",
        {"query": "suppressions_query", "response": "suppressions_dump"},
        Page((FIRST, SECOND), 2),
    ),
    (
        lambda client: client.suppressions.list("outbound"),
        "GET /message-streams/outbound/suppressions/dump",
        {"response": "suppressions_dump"},
        Page((FIRST, SECOND), 2),
    ),
    (
        lambda client: client.suppressions.create("news", BOTH),
        "POST /message-streams/news/suppressions",
        {"body": "suppressions", "response": "suppressions"},
        Page(
            (
                SuppressionResult(email_address="gone@example.com", status=SuppressionStatus.SUPPRESSED, message=""),
                SuppressionResult(
                    email_address="left@xn--fa-hia.de",
                    status=SuppressionStatus.FAILED,
                    message="You do not have the required authority.",
                ),
            ),
            2,
        ),
    ),
    (
        lambda client: client.suppressions.delete("news", "Gone <gone@example.com>, left@faß.de"),
        "POST /message-streams/news/suppressions/delete",
        {"body": "suppressions", "response": "suppressions_delete"},
        Page(
            (
                SuppressionResult(email_address="gone@example.com", status=SuppressionStatus.DELETED, message=""),
                SuppressionResult(
                    email_address="left@xn--fa-hia.de",
                    status=SuppressionStatus.FAILED,
                    message="Spam complaints cannot be deleted.",
                ),
            ),
            2,
        ),
    ),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


@pytest.mark.parametrize("verb", ["create", "delete"])
@pytest.mark.parametrize(
    "addresses",
    ["", [], None, "no address", ["a@example.com", "b"], [f"{number}@example.com" for number in range(51)], 7],
)
def test_invalid_addresses_are_rejected_before_a_request(service, verb, addresses):
    with pytest.raises(InvalidArgument) as caught:
        getattr(service.client.suppressions, verb)("news", addresses)
    assert caught.value.argument == "addresses"
    assert not service.calls


def test_fifty_addresses_are_accepted(service):
    """The service's limit itself is allowed."""
    service.respond("POST", "/message-streams/news/suppressions", {"Suppressions": []})
    service.client.suppressions.create("news", [f"{number}@example.com" for number in range(50)])
    assert len(service.bodies[0]["Suppressions"]) == 50


def test_an_unreadable_result_is_named(service):
    path = "/message-streams/news/suppressions"
    service.respond("POST", path, {"Suppressions": [5, {"EmailAddress": "a@example.com", "Status": "Odd"}]})
    page = service.client.suppressions.create("news", "a@example.com")
    assert page.items == (SuppressionResult(email_address="a@example.com", status="Odd"),)
    assert page.unreadable == ("row 0: SuppressionResult: expected an object, got int",)
    service.respond("POST", path, [])
    service.respond("POST", path, [])
    with pytest.raises(DeliveryUnknown, match="the response has no list Suppressions") as caught:
        service.client.suppressions.create("news", "a@example.com")
    assert (caught.value.method, caught.value.path) == ("POST", path)
