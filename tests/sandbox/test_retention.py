"""Erasing messages that are too old, page by page."""

from __future__ import annotations

import pytest

from emailapi.sandbox import retention
from emailapi.sandbox.tables import erasing
from emailapi.sandbox.tables.words import EVERY

BOUNCING = "hardbounce@bounce-testing.postmarkapp.com"
# What messages are searched by, and what hangs on them.
TABLES = ("messages", "flags", "recipients", "metadata", *erasing.OF_MESSAGES)


def left_over(sandbox):
    """Return the rows that messages have left, and how many messages the indexes of words find."""
    with sandbox.store.transaction(writing=False) as db:
        rows = {table: db.number(f"SELECT count(*) FROM {table}") for table in TABLES}
        found = [
            db.number("SELECT count(*) FROM words WHERE words MATCH ?", f'"{EVERY}"'),
            db.number("SELECT count(*) FROM subjects WHERE subjects MATCH 'hello'"),
        ]
    return {table: count for table, count in rows.items() if count}, found


@pytest.fixture
def pages(monkeypatch):
    """Let a page have two messages; give the numbers of messages that were erased at once."""
    sizes = []
    erase = erasing.erase

    def counting(db, rows):
        sizes.append(len(rows))
        erase(db, rows)

    monkeypatch.setattr(retention, "_PAGE", 2)
    monkeypatch.setattr(erasing, "erase", counting)
    return sizes


@pytest.mark.parametrize("indexed", [True, False])
def test_old_messages_are_erased_with_all_that_they_are_found_by(sandbox, api, pages, index_all, indexed):
    files = [{"Name": "a.txt", "Content": "YQ==", "ContentType": "text/plain"}]
    api.accepted(Subject="hello", Tag="one", Metadata={"a": "b"}, Attachments=files)
    api.accepted(Subject="hello", HtmlBody="<a href='https://example.com'>Code 123456</a>", TextBody=None)
    api.send(Subject="hello", To=BOUNCING)
    for _ in range(2):
        api.accepted(Subject="hello")
    if indexed:
        index_all()
        assert left_over(sandbox)[1] == [5, 5]
    sandbox.clock.advance(days=46)
    assert pages == [2, 2, 1]
    assert left_over(sandbox) == ({}, [0, 0])


@pytest.mark.costly
def test_messages_between_those_that_are_erased_stay(sandbox, api, index_all):
    kept = []
    for place in range(6):
        response = api.accepted(Subject="hello", To="gone@example.com" if place in (1, 2, 4) else "kept@example.com")
        kept += [] if place in (1, 2, 4) else [response]
        if place == 2:
            index_all()
    assert len(sandbox.messages("to:gone@example.com")) == 3
    with sandbox.store.transaction() as db:
        erasing.erase(
            db,
            db.rows(
                "SELECT m.* FROM messages m JOIN recipients r ON r.message = m.id WHERE r.address = 'gone@example.com'"
            ),
        )
    assert [email.message_id for email in reversed(sandbox.messages("hello is:delivered"))] == kept
    assert not sandbox.messages("to:gone@example.com")
    assert api.found()["TotalCount"] == api.found(subject="hello")["TotalCount"] == 3
    index_all()
    assert left_over(sandbox)[1] == [3, 3]
    with sandbox.store.transaction() as db:
        db.run("INSERT INTO subjects (subjects, rank) VALUES ('integrity-check', 1)")


@pytest.mark.costly
def test_a_list_counts_the_messages_that_are_left(sandbox, api):
    for _ in range(3):
        api.accepted()
    assert api.found()["TotalCount"] == 3
    sandbox.clock.advance(days=46)
    assert api.found()["TotalCount"] == 0
    api.accepted()
    assert api.found()["TotalCount"] == 1
    sandbox.reset()
    assert api.found()["TotalCount"] == 0
    api.accepted()
    assert api.found()["TotalCount"] == 1


def test_messages_of_a_purged_stream_are_erased_in_pages(sandbox, api, pages):
    api.post("/message-streams", {"ID": "other", "Name": "x", "MessageStreamType": "Transactional"})
    sandbox.clock.advance(days=1)
    for _ in range(3):
        api.accepted(Subject="hello", MessageStream="other")
    assert sandbox.messages("hello")
    with sandbox.store.transaction() as db:
        db.run("UPDATE streams SET archived_at = 1 WHERE id = 'other'")
    sandbox.clock.advance(days=1)
    assert pages == [2, 1]
    assert left_over(sandbox) == ({}, [0, 0])
