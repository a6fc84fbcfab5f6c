"""`client.server` and `account.servers` against contract sections 2.8 and 2.15."""

from __future__ import annotations

import pytest

from emailapi import DeliveryType, Page, Server, ServerColor, TrackLinks

SERVER = Server(
    id=23,
    name="Production",
    api_tokens=("5ecre7-0ne", "5ecre7-tw0"),
    server_link="https://postmarkapp.com/servers/23/overview",
    color=ServerColor.PURPLE,
    delivery_type=DeliveryType.LIVE,
    smtp_api_activated=True,
    raw_email_enabled=True,
    inbound_address="h@inbound.postmarkapp.com",
    inbound_hash="h",
    inbound_domain="in.example.com",
    inbound_hook_url="https://hook:p4ss@e.com/inbound",
    inbound_spam_threshold=13,
    bounce_hook_url="https://e.com/bounce",
    open_hook_url="https://e.com/open",
    delivery_hook_url="https://e.com/delivery",
    click_hook_url="https://e.com/click",
    post_first_open_only=True,
    include_bounce_content_in_hook=True,
    enable_smtp_api_error_hooks=True,
    track_opens=True,
    track_links=TrackLinks.HTML_AND_TEXT,
)
# False, 0 and "" are settings as good as any.
SETTINGS = {
    "name": "Production",
    "color": ServerColor.TURQUOISE,
    "smtp_api_activated": False,
    "raw_email_enabled": True,
    "inbound_domain": "in.example.com",
    "inbound_hook_url": "https://e.com/inbound",
    "inbound_spam_threshold": 0,
    "bounce_hook_url": "https://e.com/bounce",
    "open_hook_url": "https://e.com/open",
    "delivery_hook_url": "https://e.com/delivery",
    "click_hook_url": "",
    "post_first_open_only": True,
    "include_bounce_content_in_hook": True,
    "enable_smtp_api_error_hooks": True,
    "track_opens": False,
    "track_links": TrackLinks.NONE,
}

CALLS = [
    (lambda client: client.server.get(), "GET /server", {"response": "server"}, SERVER),
    (
        lambda client: client.server.edit(**SETTINGS),
        "PUT /server",
        {"body": "server_edit", "response": "server"},
        SERVER,
    ),
    (
        lambda account: account.servers.list(count=10, name="Prod & more"),
        "GET /servers",
        {"query": "servers_query", "response": "servers"},
        Page((SERVER,), 1),
    ),
    (lambda account: account.servers.get(23), "GET /servers/23", {"response": "server"}, SERVER),
    (
        lambda account: account.servers.create(**SETTINGS, delivery_type=DeliveryType.SANDBOX),
        "POST /servers",
        {"body": "server_create", "response": "server"},
        SERVER,
    ),
    (
        lambda account: account.servers.edit(23, **SETTINGS),
        "PUT /servers/23",
        {"body": "server_edit", "response": "server"},
        SERVER,
    ),
    (lambda account: account.servers.delete(23), "DELETE /servers/23", {}, None),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


@pytest.mark.parametrize("color, expected", [("TURQUOISE", ServerColor.TURQUOISE), ("Turqoise", "Turqoise")])
def test_an_unknown_color_is_a_string(service, color, expected):
    service.respond("GET", "/server", {"Color": color})
    assert service.client.server.get().color == expected
