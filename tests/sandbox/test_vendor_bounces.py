"""The vendor's own client against the sandbox: bounces, suppressions and streams."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import postmark
import pytest
from postmark.models.streams.enums import MessageStreamType, UnsubscribeHandlingType
from postmark.models.suppressions.enums import SuppressionOrigin, SuppressionReason

HARD = "hardbounce@bounce-testing.postmarkapp.com"
SOFT = "softbounce@bounce-testing.postmarkapp.com"
EMAIL = {"sender": "a@example.com", "subject": "Hi", "text_body": "x", "tag": "t"}


@pytest.mark.costly
def test_the_vendors_client_reads_bounces(vendor):
    sent = vendor.outbound.send({**EMAIL, "to": HARD})
    vendor.outbound.send({**EMAIL, "to": SOFT, "tag": "other"})
    kinds = postmark.models.bounces.enums.BounceType
    now, day = datetime.now(UTC), timedelta(days=1)
    for filters in (
        {"type": kinds("HardBounce")},
        {"inactive": True},
        {"email_filter": "hardb"},
        {"tag": "t"},
        {"message_id": sent.message_id},
        {"from_date": now - day, "to_date": now + day, "count": 1, "offset": 1},
        {"message_stream": "outbound", "tag": "t"},
    ):
        assert [bounce.email for bounce in vendor.bounces.list(**filters).items] == [HARD], filters
    assert vendor.bounces.list(message_stream="broadcast").total == 0
    assert {bounce.email for bounce in vendor.bounces.stream(batch_size=1)} == {HARD, SOFT}
    listed = vendor.bounces.list(tag="t").items[0]
    bounce = vendor.bounces.get(listed.id)
    assert (bounce.type, bounce.type_code, bounce.message_id) == (kinds("HardBounce"), 1, sent.message_id)
    assert (bounce.inactive, bounce.can_activate, bounce.subject) == (True, True, "Hi")
    assert HARD in vendor.bounces.get_dump(bounce.id).body
    activated = vendor.bounces.activate(bounce.id)
    assert (activated.message, activated.bounce.id, activated.bounce.inactive) == ("OK", bounce.id, False)
    assert vendor.outbound.send({**EMAIL, "to": HARD}).success


@pytest.mark.costly
def test_the_vendors_client_manages_suppressions(vendor):
    """It suppresses addresses, lists them by each of its filters, and takes them off."""
    vendor.outbound.send({**EMAIL, "to": HARD})
    made = vendor.suppressions.create("outbound", ["a@example.com", "nobody"])
    assert [(result.email_address, result.status) for result in made] == [
        ("a@example.com", "Suppressed"),
        ("nobody", "Failed"),
    ]
    assert made[1].message
    assert {entry.email_address for entry in vendor.suppressions.dump("outbound")} == {"a@example.com", HARD}
    now, day = datetime.now(UTC), timedelta(days=1)
    for filters in (
        {"suppression_reason": SuppressionReason("ManualSuppression")},
        {"origin": SuppressionOrigin("Customer")},
        {
            "email_address": "a@example.com",
            "from_date": now - day,
            "to_date": now + day,
        },
    ):
        (entry,) = vendor.suppressions.dump("outbound", **filters)
        assert (entry.email_address, entry.suppression_reason.value) == ("a@example.com", "ManualSuppression")
    assert [result.status for result in vendor.suppressions.delete("outbound", ["a@example.com"])] == ["Deleted"]
    assert [entry.email_address for entry in vendor.suppressions.dump("outbound")] == [HARD]


@pytest.mark.costly
def test_the_vendors_client_manages_streams(vendor):
    """It makes, reads, changes and lists a stream, archives it and takes it back."""
    broadcasts, unsubscribe = MessageStreamType("Broadcasts"), UnsubscribeHandlingType("Postmark")
    made = vendor.stream.create("news", "News", broadcasts, description="d", unsubscribe_handling_type=unsubscribe)
    assert (made.id, made.name, made.description, made.message_stream_type) == ("news", "News", "d", broadcasts)
    assert made.subscription_management_configuration.unsubscribe_handling_type == unsubscribe
    assert vendor.stream.get("news") == made
    changed = vendor.stream.edit("news", name="Old news", description="e")
    assert (changed.name, changed.description) == ("Old news", "e")
    listed = vendor.stream.list(message_stream_type=broadcasts)
    assert {stream.id for stream in listed.items} == {"broadcast", "news"}
    assert vendor.stream.archive("news").expected_purge_date is not None
    assert "news" not in {stream.id for stream in vendor.stream.list().items}
    assert "news" in {stream.id for stream in vendor.stream.list(include_archived=True).items}
    assert vendor.stream.unarchive("news").archived_at is None


@pytest.mark.costly
def test_the_vendors_client_raises_its_errors_by_our_codes(vendor):
    for code, call in (
        (1001, lambda: vendor.bounces.get(77)),
        (1226, lambda: vendor.stream.get("nothing")),
        (1226, lambda: vendor.suppressions.dump("nothing")),
    ):
        with pytest.raises(postmark.PostmarkAPIException) as caught:
            call()
        assert caught.value.error_code == code
