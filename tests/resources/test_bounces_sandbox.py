"""`client.bounces` against the sandbox, each call once."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from emailapi import BounceType, Email, InactiveRecipient, InvalidRequest, NotFound
from emailapi.models.bounces import BOUNCE_KINDS, BounceCount

DOMAIN = "bounce-testing.postmarkapp.com"
HARD, SOFT = f"hardbounce@{DOMAIN}", f"softbounce@{DOMAIN}"
_tags = (f"tag-{number}" for number in itertools.count())


@pytest.fixture
def tag():
    """A tag that no other test sends with."""
    return next(_tags)


@pytest.fixture
def bounced(client, tag):
    """Sends an email that comes back, and returns its bounce."""

    def bounced(to):
        client.suppressions.delete("outbound", to)
        result = client.outbound.send(Email(to=to, subject="Hi", text_body="Hi", tag=tag))
        (bounce,) = client.bounces.list(message_id=result.message_id)
        assert bounce.message_id == result.message_id
        return bounce

    return bounced


def test_get_returns_a_bounce_with_its_content(client, bounced, tag):
    listed = bounced(HARD)
    bounce = client.bounces.get(listed.id)
    assert (bounce.type, bounce.email, bounce.sender) == (BounceType.HARD_BOUNCE, HARD, "us@example.com")
    assert (bounce.type_code, bounce.name) == BOUNCE_KINDS[BounceType.HARD_BOUNCE][:2]
    assert (bounce.tag, bounce.subject, bounce.message_stream, bounce.server_id) == (tag, "Hi", "outbound", 4_000_001)
    assert (bounce.inactive, bounce.can_activate, bounce.dump_available) == (True, True, True)
    assert abs(datetime.now(UTC) - bounce.bounced_at) < timedelta(minutes=1)
    assert (listed.content, bounce.content) == ("", client.bounces.dump(bounce.id))
    assert HARD in bounce.content


def test_list_filters_and_pages_bounces(client, bounced, tag):
    found = [bounced(to) for to in (SOFT, HARD, SOFT)]
    assert list(client.bounces.list(count=1, tag=tag).iter_all()) == found[::-1]
    page = client.bounces.list(
        type=BounceType.SOFT_BOUNCE,
        inactive=False,
        email="SOFTBOUNCE@",
        tag=tag,
        message_id=found[0].message_id,
        from_date=found[0].bounced_at,
        to_date=found[0].bounced_at,
        message_stream="outbound",
    )
    assert (list(page), page.total_count) == ([found[0]], 1)
    assert not client.bounces.list(tag=tag, message_stream="broadcast")
    assert not client.bounces.list(tag=tag, to_date=found[0].bounced_at - timedelta(seconds=2))


def test_activate_reactivates_the_address(client, bounced):
    """Activating gives the bounce as it is now, and its address gets email again."""
    bounce = bounced(HARD)
    with pytest.raises(InactiveRecipient):
        client.outbound.send(Email(to=HARD, subject="Hi", text_body="Hi"))
    activated = client.bounces.activate(bounce.id)
    assert (activated.id, activated.inactive) == (bounce.id, False)
    client.outbound.send(Email(to=HARD, subject="Hi", text_body="Hi"))


def test_delivery_stats_counts_each_bounce(client, bounced):
    """One more bounce is one more of its type and of all, and of the addresses that are suppressed."""

    def counts():
        stats = client.bounces.delivery_stats()
        assert stats.bounces[0] == BounceCount(name="All", count=sum(row.count for row in stats.bounces[1:]))
        kinds = {row.type: row.count for row in stats.bounces}
        return stats.inactive_mails, kinds[""], kinds.get(BounceType.MANUALLY_DEACTIVATED, 0)

    before = counts()
    bounced(f"manuallydeactivated@{DOMAIN}")
    assert counts() == tuple(number + 1 for number in before)


def test_rejected_requests_raise_the_class_of_their_code(client, bounced):
    for call in (client.bounces.get, client.bounces.dump, client.bounces.activate):
        with pytest.raises(NotFound) as missing:
            call(77)
        assert missing.value.code == 1001
    with pytest.raises(InvalidRequest) as rejected:
        client.bounces.activate(bounced("dnserror@bounce-testing.postmarkapp.com").id)
    assert rejected.value.code == 1003
    with pytest.raises(InvalidRequest) as wrong:
        client.bounces.list(from_date="nonsense")
    assert wrong.value.code == 1000
