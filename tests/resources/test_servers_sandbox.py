"""`account.servers` against the sandbox, each call once."""

from __future__ import annotations

import attrs
import pytest

from emailapi import Client, Conflict, DeliveryType, Email, InvalidRequest, ServerColor, TrackLinks


def test_create_returns_a_server_whose_token_works(sandbox, account):
    server = account.servers.create(
        name="Staging",
        delivery_type=DeliveryType.SANDBOX,
        color=ServerColor.RED,
        track_opens=True,
        track_links=TrackLinks.TEXT_ONLY,
    )
    assert (server.name, server.delivery_type, server.color) == ("Staging", DeliveryType.SANDBOX, ServerColor.RED)
    assert (server.track_opens, server.track_links) == (True, TrackLinks.TEXT_ONLY)
    assert account.servers.get(server.id) == server
    with Client(server.api_tokens[0], base_url=sandbox.url) as client:
        sent = client.outbound.send(Email(sender="us@example.com", to="a@example.com", subject="Hi", text_body="Hi"))
        message = client.messages.get(sent.message_id)
        assert (message.sandboxed, message.track_opens) == (True, True)
        assert client.server.get() == server


def test_list_filters_and_pages_servers(account):
    made = [account.servers.create(name=f"Listed {number}") for number in range(3)]
    page = account.servers.list(count=2, name="listed")
    assert (list(page), page.total_count) == ([made[2], made[1]], 3)
    assert list(page.iter_all()) == made[::-1]
    assert account.servers.list(name="nobody").total_count == 0


def test_edit_keeps_settings_that_are_not_given(account):
    server = account.servers.create(name="Before", inbound_spam_threshold=3)
    changed = account.servers.edit(server.id, name="After", raw_email_enabled=True)
    assert changed == account.servers.get(server.id) == attrs.evolve(server, name="After", raw_email_enabled=True)


def test_delete_requires_the_permission_of_the_account(sandbox, account):
    """A server is deleted where the account may, and rejected by code 604 where it may not."""
    server = account.servers.create(name="Doomed")
    with pytest.raises(InvalidRequest) as caught:
        account.servers.delete(server.id)
    assert caught.value.code == 604
    sandbox.allow(delete_servers=True)
    assert account.servers.delete(server.id) is None
    sandbox.allow(delete_servers=False)
    assert account.servers.list(name="Doomed").total_count == 0


def test_rejected_requests_raise_the_class_of_their_code(account):
    """A server that is not there, or cannot be made, is an `InvalidRequest`; a name that is taken is a `Conflict`."""
    for error, code, call in (
        (InvalidRequest, 422, lambda: account.servers.get(777)),
        (InvalidRequest, 422, lambda: account.servers.edit(777, name="x")),
        (Conflict, 603, lambda: account.servers.create(name="SANDBOX")),
    ):
        with pytest.raises(error) as caught:
            call()
        assert caught.value.code == code
