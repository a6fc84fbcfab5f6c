"""`sandbox.reset`: back to how a sandbox begins."""

from __future__ import annotations

import pytest

from emailapi import InvalidArgument
from emailapi.sandbox import resetting
from emailapi.sandbox.tables import erasing

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

# Tables with as many rows as in a new sandbox: one row of settings, or rows of emails that are under way.
UNFILLED = {"account", "sandbox", "arrivals", "queue", "skipped"}


def rows_of_tables(sandbox):
    """Return the number of rows of each table, those of words excepted."""
    with sandbox.store.transaction(writing=False) as db:
        names = db.rows("SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        return {row["name"]: db.row(f"SELECT count(*) AS rows FROM {row['name']}")["rows"] for row in names}


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


@pytest.fixture(params=[1, resetting.MANY], ids=["many", "few"])
def messages_count(request, monkeypatch):
    """Let a reset take the messages of a test for many, which are erased in another way, or for few."""
    monkeypatch.setattr(resetting, "MANY", request.param)


@pytest.mark.costly
@pytest.mark.usefixtures("messages_count")
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


@pytest.mark.costly
@pytest.mark.usefixtures("messages_count")
def test_reset_empties_every_table(request, api, account, sandbox):
    before = rows_of_tables(sandbox)
    request.getfixturevalue("filled")
    sandbox.allow(remove_data=True)
    account.post("/data-removals", {"RequestedBy": "me@example.com", "RequestedFor": "x@example.com"})
    files = [{"Name": "a.txt", "Content": "YQ==", "ContentType": "text/plain"}]
    opened = api.accepted(
        HtmlBody='<a href="https://example.com">a</a>', Attachments=files, TrackOpens=True, TrackLinks="HtmlOnly"
    )
    sandbox.events.open(opened)
    sandbox.events.click(opened)
    sandbox.receive(subject="x", text="y")
    bulk = {"From": "me@example.com", "Subject": "x", "TextBody": "y", "Messages": [{"To": "a@example.com"}]}
    api.post("/email/bulk", {**bulk, "MessageStream": "broadcast"})
    api.post("/templates", {"Name": "t", "Subject": "s", "TextBody": "x", "Alias": "t"})
    by_template = {"From": "me@example.com", "To": "a@example.com", "TemplateAlias": "t", "TemplateModel": {"a": 1}}
    assert api.post("/email/withTemplate", by_template).ok
    sandbox.clock.advance(hours=1)
    full = rows_of_tables(sandbox)
    assert {name for name, rows in full.items() if rows == before[name]} == UNFILLED
    sandbox.reset()
    assert rows_of_tables(sandbox) == before


@pytest.mark.costly
@pytest.mark.parametrize(
    "name", ["messages", "suppressions", "statistics", "templates", "webhooks", "servers", "domains"]
)
def test_reset_can_keep_a_part(sandbox, filled, name):
    empty, full, shown = filled
    sandbox.reset(keep=(name,))
    assert shown()[name] == full[name]
    others = {"messages", "suppressions", "statistics", "templates", "webhooks", "inbound_rules", "domains"} - {name}
    assert {each: shown()[each] for each in others} == {each: empty[each] for each in others}


def test_references_are_enforced_after_a_reset_of_many_messages(api, sandbox, monkeypatch):
    monkeypatch.setattr(resetting, "MANY", 1)
    api.accepted()
    sandbox.reset()
    with sandbox.store.transaction(writing=False) as db:
        assert db.number("PRAGMA foreign_keys") == 1
        assert not db.rows("PRAGMA foreign_key_check")
        assert db.rows("SELECT 1 FROM sqlite_master WHERE name = 'erase_webhook_requests'")


def test_a_reset_of_many_messages_knows_the_tables_that_hang_on_them(sandbox):
    with sandbox.store.transaction(writing=False) as db:
        found = db.rows(
            "SELECT t.name FROM sqlite_master t, pragma_foreign_key_list(t.name) k"
            " WHERE t.type = 'table' AND k.\"table\" = 'messages'"
        )
    assert {row["name"] for row in found} == {*erasing.OF_MESSAGES}


@pytest.mark.costly
def test_reset_can_keep_faults_and_requests(sandbox, filled):
    sandbox.reset(keep=["faults", "requests"])
    assert len(sandbox.faults) == 1
    assert sandbox.requests()


def test_reset_can_keep_the_clock(sandbox):
    later = sandbox.clock.advance(days=1)
    sandbox.reset()
    assert sandbox.clock.now() >= later


@pytest.mark.costly
def test_an_unknown_part_to_keep_is_named(sandbox, filled):
    _, full, shown = filled
    with pytest.raises(InvalidArgument, match="did you mean 'templates'"):
        sandbox.reset(keep=("template",))
    assert shown() == full
