"""With a tool that replays, nothing leaves, and what it replays counts as the service's."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import pytest
import requests

import emailapi
from emailapi import Email, MemoryTransport

from .replaying import ACCEPTED, REPLIES, TOOLS, by_session_class, response_bytes

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")

replaying = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__.removeprefix("by_"))


def _in_thread(call):
    results = []
    thread = threading.Thread(target=lambda: results.append(call()))
    thread.start()
    thread.join()
    return results[0]


CALLS = {
    "send": ("POST", "/email", lambda client: client.outbound.send(EMAIL).message_id == ACCEPTED["MessageID"]),
    "batch": ("POST", "/email/batch", lambda client: len(client.outbound.send_batch([EMAIL, EMAIL]).accepted) == 2),
    "status": ("GET", "/messages/outbound/1/details", lambda client: client.messages.status("1").state == "sent"),
    "find": ("GET", "/messages/outbound", lambda client: client.outbound.find("key-1") is None),
    "thread": ("POST", "/email", lambda client: _in_thread(lambda: client.outbound.send(EMAIL)).error_code == 0),
}


@replaying
@pytest.mark.parametrize("name", CALLS)
def test_a_replaying_tool_gets_the_request_and_the_service_none(serve, connect, tool, name, token):
    method, path, check = CALLS[name]
    peer = serve(lambda seen: response_bytes(urlsplit(seen.target).path))
    client = connect(peer.url)
    client.outbound.send(EMAIL)  # leaves a pooled connection
    with tool(peer.url, REPLIES, 200) as seen:
        assert check(client)
        ((seen_method, url, seen_token),) = seen()
        assert (seen_method, url.partition("?")[0]) == (method, peer.url + path)
        assert type(seen_token) is str
        assert seen_token in (token, "not told")
    assert (len(peer.seen), peer.connections) == (1, 1)
    client.outbound.send(EMAIL)
    assert (len(peer.seen), peer.connections) == (2, 1)


@pytest.mark.costly
@replaying
def test_a_replaying_tool_works_with_the_account_client(serve, tool):
    peer = serve(b"")
    with emailapi.AccountClient("acc0unt-t0ken", base_url=peer.url) as account, tool(peer.url, REPLIES, 200) as seen:
        assert [server.name for server in account.servers.list()] == ["Shop"]
        ((method, url, token),) = seen()
        assert (method, url.partition("?")[0]) == ("GET", f"{peer.url}/servers")
        assert token in ("acc0unt-t0ken", "not told")
    assert peer.connections == 0


@replaying
def test_a_replayed_rejection_raises_the_error_of_the_service(serve, connect, tool):
    inactive = {"ErrorCode": 406, "Message": "Found inactive addresses: you@example.com. Inactive recipients are"}
    peer, memory = serve(b""), MemoryTransport()
    client = connect(peer.url, fallback=memory)
    with tool(peer.url, {"/email": inactive}, 422) as seen:
        with pytest.raises(emailapi.InactiveRecipient):
            client.outbound.send(EMAIL)
        assert len(seen()) == 1
    assert (peer.connections, len(memory.sent)) == (0, 0)


@replaying
def test_a_replayed_outage_fails_over(serve, connect, tool):
    peer, memory = serve(b""), MemoryTransport()
    client = connect(peer.url, fallback=memory)
    with tool(peer.url, {"/email": {"ErrorCode": 100, "Message": "Maintenance"}}, 503) as seen:
        assert client.outbound.send(EMAIL).via == "memory"
        assert len(seen()) == 1
    assert (peer.connections, len(memory.sent)) == (0, 1)


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool is not by_session_class])
def test_a_session_given_by_the_user_shows_a_tool_a_plain_token(serve, connect, tool):
    peer = serve(b"")
    with requests.Session() as session, tool(peer.url, REPLIES, 200) as seen:
        connect(peer.url, session=session).outbound.send(EMAIL)
        assert [type(seen_token) for _, _, seen_token in seen()] == [str]
