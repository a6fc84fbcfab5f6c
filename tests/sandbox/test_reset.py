"""`sandbox.reset`: back to how a sandbox begins."""

from __future__ import annotations

import pytest

from emailapi import InvalidArgument

HARD = "hardbounce@bounce-testing.postmarkapp.com"
PATHS = {
    "messages": "/messages/outbound?count=9&offset=0",
    "suppressions": "/message-streams/outbound/suppressions/dump",
    "statistics": "/stats/outbound/sends",
    "streams": "/message-streams?MessageStreamType=all",
    "templates": "/templates?count=9&offset=0",
    "webhooks": "/webhooks",
    "inbound_rules": "/triggers/inboundrules?count=9&offset=0",
    "settings": "/server",
}


@pytest.fixture
def filled(api, account, sandbox):
    """Fill the sandbox, and give what the API shows of it before and after."""

    def shown():
        found = {}
        for name, path in PATHS.items():
            value = api.get(path).json()
            rows = next((part for part in value.values() if isinstance(part, list)), [])
            found[name] = value["TrackOpens"] if name == "settings" else len(rows)
        found["servers"] = account.get("/servers?count=9&offset=0").json()["TotalCount"]
        found["domains"] = account.get("/domains?count=9&offset=0").json()["TotalCount"]
        return found

    empty = shown()
    api.accepted(To=f"{HARD}, a@example.com", Metadata={"a": "b"})
    assert sandbox.messages("hello")
    api.accepted(Subject="not indexed yet")
    api.post("/message-streams", {"ID": "other", "Name": "x", "MessageStreamType": "Transactional"})
    api.post("/templates", {"Name": "l", "TemplateType": "Layout", "HtmlBody": "{{{@content}}}", "Alias": "layout"})
    api.post("/templates", {"Name": "t", "Subject": "s", "TextBody": "x", "LayoutTemplate": "layout"})
    api.post("/webhooks", {"Url": "https://example.com", "Triggers": {"Open": {"Enabled": True}}})
    api.post("/triggers/inboundrules", {"Rule": "a@example.com"})
    api.put("/server", {"TrackOpens": True})
    account.post("/servers", {"Name": "Second"})
    account.post("/domains", {"Name": "example.com"})
    account.post("/senders", {"FromEmail": "a@example.com", "Name": "A"})
    sandbox.faults.fail(route="/nothing")
    return empty, shown(), shown


def test_reset_restores_the_initial_state(api, sandbox, filled):
    empty, full, shown = filled
    assert all(full[name] != empty[name] for name in empty)
    sandbox.reset()
    assert len(sandbox.requests()) == 0
    assert shown() == empty
    assert not sandbox.faults
    assert not sandbox.messages()
    assert api.send(To=HARD).ok
    assert sandbox.messages("hello")


@pytest.mark.parametrize(
    "name", ["messages", "suppressions", "statistics", "templates", "webhooks", "servers", "domains"]
)
def test_reset_can_keep_a_part(sandbox, filled, name):
    empty, full, shown = filled
    sandbox.reset(keep=(name,))
    assert shown()[name] == full[name]
    others = {"messages", "suppressions", "statistics", "templates", "webhooks", "inbound_rules", "domains"} - {name}
    assert {each: shown()[each] for each in others} == {each: empty[each] for each in others}


def test_reset_can_keep_faults_and_requests(sandbox, filled):
    sandbox.reset(keep=["faults", "requests"])
    assert len(sandbox.faults) == 1
    assert sandbox.requests()


def test_reset_can_keep_the_clock(sandbox):
    later = sandbox.clock.advance(days=1)
    sandbox.reset()
    assert sandbox.clock.now() >= later


def test_an_unknown_part_to_keep_is_named(sandbox, filled):
    _, full, shown = filled
    with pytest.raises(InvalidArgument, match="did you mean 'templates'"):
        sandbox.reset(keep=("template",))
    assert shown() == full
