"""`account.data_removals` against the sandbox, each call once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emailapi import DataRemoval, DataRemovalStatus, Email, InvalidRequest, NotFound


@pytest.mark.costly
def test_a_removal_deletes_the_emails_of_the_person(account, client, monkeypatch, sandbox):
    now = sandbox.clock.now()
    monkeypatch.setattr(sandbox.clock, "now", lambda: now)
    for person in ("them@example.com", "others@example.com"):
        client.outbound.send(Email(to=person, subject="Hi", text_body="Hi"))
    removal = account.data_removals.create(
        requested_by="me@example.com", requested_for="them@example.com", notify_when_completed=True
    )
    assert removal == DataRemoval(id=removal.id, status=DataRemovalStatus.PENDING)
    assert account.data_removals.get(removal.id) == removal
    monkeypatch.setattr(sandbox.clock, "now", lambda: now + timedelta(seconds=1))
    assert account.data_removals.get(removal.id) == DataRemoval(id=removal.id, status=DataRemovalStatus.DONE)
    assert [message.recipients for message in client.messages.list()] == [("others@example.com",)]


def test_rejected_requests_raise_the_class_of_their_code(account, sandbox):
    """A request that is not there is `NotFound`; one that is not whole, or not allowed, is an `InvalidRequest`."""
    person = {"requested_by": "me@example.com", "requested_for": "nobody"}
    for error, code, call in (
        (NotFound, 1301, lambda: account.data_removals.get(777)),
        (InvalidRequest, 1300, lambda: account.data_removals.create(**person)),
    ):
        with pytest.raises(error) as caught:
            call()
        assert caught.value.code == code
    sandbox.allow(remove_data=False)
    with pytest.raises(InvalidRequest) as caught:
        account.data_removals.get(777)
    sandbox.allow(remove_data=True)
    assert caught.value.code == 1302
