"""The vendor's own client against the sandbox: webhooks and inbound rules."""

from __future__ import annotations

import postmark
import pytest

URL = "https://hooks.example.com/mail"


@pytest.mark.costly
def test_the_vendors_client_manages_webhooks(vendor):
    """It makes, reads, changes, lists and removes a webhook."""
    made = vendor.webhooks.create(
        URL,
        message_stream="broadcast",
        http_auth={"Username": "u", "Password": "p"},
        http_headers=[{"Name": "X-A", "Value": "1"}],
        triggers={"Open": {"Enabled": True, "PostFirstOpenOnly": True}},
    )
    assert (made.url, made.message_stream, made.http_auth.password) == (URL, "broadcast", "p")
    assert [(header.name, header.value) for header in made.http_headers] == [("X-A", "1")]
    assert made.triggers.open.post_first_open_only
    assert not made.triggers.bounce.enabled
    assert vendor.webhooks.get(made.id) == made
    changed = vendor.webhooks.edit(made.id, triggers={"Open": {"Enabled": False}, "Click": {"Enabled": True}})
    assert (changed.triggers.open.enabled, changed.triggers.open.post_first_open_only) == (False, True)
    assert changed.triggers.click.enabled
    bare = vendor.webhooks.create(URL)
    assert [webhook.id for webhook in vendor.webhooks.list()] == [made.id, bare.id]
    assert vendor.webhooks.list(message_stream="outbound") == [bare]
    assert vendor.webhooks.delete(made.id).message == f"Webhook {made.id} removed."
    with pytest.raises(postmark.PostmarkAPIException) as caught:
        vendor.webhooks.get(made.id)
    assert caught.value.error_code == 1352


@pytest.mark.costly
def test_the_vendors_client_manages_inbound_rules(vendor):
    """It makes, lists and removes a rule."""
    made = vendor.inbound_rules.create("spam@example.com")
    page = vendor.inbound_rules.list()
    assert (page.items, page.total) == ([made], 1)
    with pytest.raises(postmark.PostmarkAPIException) as caught:
        vendor.inbound_rules.create("spam@example.com")
    assert caught.value.error_code == 810
    assert vendor.inbound_rules.delete(made.id).message == "Rule spam@example.com removed."
    assert vendor.inbound_rules.list().total == 0
