"""`client.server` against the sandbox, each call once."""

from __future__ import annotations

import attrs
import pytest

from emailapi import Conflict, DeliveryType, InvalidRequest, Server, ServerColor, TrackLinks

SETTINGS = {
    "name": "Production",
    "color": ServerColor.ORANGE,
    "smtp_api_activated": False,
    "raw_email_enabled": True,
    "inbound_domain": "in.example.com",
    "inbound_hook_url": "https://example.com/inbound",
    "inbound_spam_threshold": 7,
    "bounce_hook_url": "https://example.com/bounce",
    "open_hook_url": "https://example.com/open",
    "delivery_hook_url": "https://example.com/delivery",
    "click_hook_url": "https://example.com/click",
    "post_first_open_only": True,
    "include_bounce_content_in_hook": True,
    "enable_smtp_api_error_hooks": True,
    "track_opens": True,
    "track_links": TrackLinks.HTML_AND_TEXT,
}


def test_get_returns_the_server_of_the_token(client, sandbox):
    server = client.server.get()
    assert server == Server(
        id=4_000_001,
        name="Sandbox",
        api_tokens=(sandbox.token,),
        server_link=server.server_link,
        color=ServerColor.BLUE,
        delivery_type=DeliveryType.LIVE,
        smtp_api_activated=True,
        inbound_address=f"{server.inbound_hash}@inbound.postmarkapp.com",
        inbound_hash=server.inbound_hash,
        track_links=TrackLinks.NONE,
    )
    assert len(server.inbound_hash) == 32


def test_edit_changes_each_setting(client):
    """Each setting is kept as it was given, and what is left out stays; False, 0 and "" are settings, too."""
    before = client.server.get()
    assert client.server.edit(**SETTINGS) == client.server.get() == attrs.evolve(before, **SETTINGS)
    changed = client.server.edit(track_opens=False, inbound_spam_threshold=0, inbound_domain="")
    assert changed == attrs.evolve(
        before, **{**SETTINGS, "track_opens": False, "inbound_spam_threshold": 0, "inbound_domain": ""}
    )


@pytest.mark.parametrize(
    "changes, error, code",
    [
        ({}, InvalidRequest, 609),
        ({"name": " "}, InvalidRequest, 608),
        ({"name": "taken"}, Conflict, 603),
        ({"inbound_domain": "taken.example.com"}, Conflict, 602),
        ({"inbound_domain": "example.invalid"}, InvalidRequest, 610),
        ({"inbound_spam_threshold": 31}, InvalidRequest, 611),
        ({"bounce_hook_url": "http://10.0.0.1/"}, InvalidRequest, 606),
    ],
)
def test_rejected_requests_raise_the_class_of_their_code(client, account, changes, error, code):
    if not account.servers.list(name="Taken"):
        account.servers.create(name="Taken", inbound_domain="taken.example.com")
    with pytest.raises(error) as caught:
        client.server.edit(**changes)
    assert caught.value.code == code
