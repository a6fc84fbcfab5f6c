"""`client.suppressions` against the sandbox, each call once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emailapi import (
    Email,
    InactiveRecipient,
    NotFound,
    Suppression,
    SuppressionOrigin,
    SuppressionReason,
    SuppressionResult,
    SuppressionStatus,
)

# With a name, which is not a part of what is suppressed, and with letters that a domain has only for people.
ADDRESSES = ["Ann <Ann@example.com>", "bob@b\u00fccher.example"]
KEPT = ["Ann@example.com", "bob@xn--bcher-kva.example"]


@pytest.fixture
def suppressed(client):
    """Two addresses that are suppressed on the stream `broadcast`, and what making them so gave."""
    results = client.suppressions.create("broadcast", ADDRESSES)
    yield results
    client.suppressions.delete("broadcast", ADDRESSES)


def test_create_returns_a_result_for_each_address(client, suppressed):
    assert list(suppressed) == [
        SuppressionResult(email_address=address, status=SuppressionStatus.SUPPRESSED) for address in KEPT
    ]
    email = Email(to=ADDRESSES, subject="Hi", text_body="Hi")
    with pytest.raises(InactiveRecipient) as caught:
        client.with_options(message_stream="broadcast").outbound.send(email)
    assert set(caught.value.addresses) == {address.lower() for address in KEPT}
    client.outbound.send(email)


def test_list_filters_suppressions(client, suppressed):
    page = client.suppressions.list("broadcast")
    assert {row.email_address for row in page} == {address.lower() for address in KEPT}
    now, day = datetime.now(UTC), timedelta(days=1)
    (found,) = client.suppressions.list(
        "broadcast",
        suppression_reason=SuppressionReason.MANUAL_SUPPRESSION,
        origin=SuppressionOrigin.CUSTOMER,
        email_address="ANN@example.com",
        from_date=now - day,
        to_date=now + day,
    )
    assert found == Suppression(
        email_address="ann@example.com",
        suppression_reason=SuppressionReason.MANUAL_SUPPRESSION,
        origin=SuppressionOrigin.CUSTOMER,
        created_at=found.created_at,
    )
    assert abs(now - found.created_at) < timedelta(minutes=1)
    assert not client.suppressions.list("broadcast", origin=SuppressionOrigin.RECIPIENT)
    assert not client.suppressions.list("outbound")


def test_delete_removes_a_suppression(client, suppressed):
    """A deleted suppression is gone; an address that had none counts as deleted."""
    results = client.suppressions.delete("broadcast", [*ADDRESSES, "carl@example.com"])
    assert [result.status for result in results] == [SuppressionStatus.DELETED] * 3
    assert not client.suppressions.list("broadcast")


def test_an_invalid_address_has_its_own_error(client):
    failed, done = client.suppressions.delete("broadcast", ['"a b"@example.com', "b@example.com"])
    assert (failed.status, done.status) == (SuppressionStatus.FAILED, SuppressionStatus.DELETED)
    assert "not a valid email address" in failed.message


def test_rejected_requests_raise_the_class_of_their_code(client):
    """A stream that is not there is `NotFound`."""
    for call in (
        lambda: client.suppressions.list("nothing"),
        lambda: client.suppressions.create("nothing", "a@example.com"),
        lambda: client.suppressions.delete("nothing", "a@example.com"),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert caught.value.code == 1226
