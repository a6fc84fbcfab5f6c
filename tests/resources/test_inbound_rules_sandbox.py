"""`client.inbound_rules` against the sandbox, each call once."""

from __future__ import annotations

import pytest

from emailapi import Conflict, InvalidRequest, NotFound
from emailapi.models.inbound_rules import InboundRule


def test_rules_are_created_listed_and_deleted(client):
    """A rule is made, listed newest first and walked page by page, and removed."""
    made = [client.inbound_rules.create(rule) for rule in ("a@example.com", "example.org", "example.net")]
    assert made[0] == InboundRule(id=made[0].id, rule="a@example.com")
    page = client.inbound_rules.list(count=2)
    assert (page.total_count, list(page.iter_all())) == (3, made[::-1])
    client.inbound_rules.delete(made[0].id)
    assert list(client.inbound_rules.list()) == [made[2], made[1]]


def test_rejected_requests_raise_the_class_of_their_code(client):
    """A rule that is there is a `Conflict`, one that is not `NotFound`, and one that is none an `InvalidRequest`."""
    client.inbound_rules.create("twice@example.com")
    for error, code, call in (
        (Conflict, 810, lambda: client.inbound_rules.create("Twice@example.com")),
        (InvalidRequest, 813, lambda: client.inbound_rules.create("neither")),
        (NotFound, 812, lambda: client.inbound_rules.delete(77)),
    ):
        with pytest.raises(error) as caught:
            call()
        assert caught.value.code == code
