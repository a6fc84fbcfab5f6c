"""Data files of other versions of the sandbox."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from emailapi import Client
from emailapi.errors import ConfigurationError
from emailapi.sandbox import Sandbox, migrations
from emailapi.sandbox.schema import APPLICATION_ID, SCHEMA_VERSION

TOKEN, ACCOUNT_TOKEN = "0b6fe3b9-0000-4000-8000-000000000001", "0b6fe3b9-0000-4000-8000-000000000002"
UUID = "21895802-5d50-442b-b039-27cf5b462c54"
STREAM = 7
MESSAGE = (STREAM << 40) + 1
SHOWN = (
    '{"to":[{"Email":"jane@example.com","Name":null}],"cc":[],"bcc":[],"recipients":["jane@example.com"],'
    '"attachments":[],"metadata":{"order":"77"}}'
)
RECEIVED_AT = 1_900_000_000_000_000
# The server has id 1 in version 1.
ROWS = f"""
INSERT INTO account (id, token, delete_servers) VALUES (1, '{ACCOUNT_TOKEN}', 1);
INSERT INTO servers (id, name, delivery_type, created_at, color, inbound_hash)
    VALUES (:server, 'Shop', 'Live', 0, 'Red', 'abc');
INSERT INTO tokens (token, server) VALUES ('{TOKEN}', :server);
INSERT INTO streams (key, server, id, name, type, created_at, taken)
    VALUES ({STREAM}, :server, 'outbound', 'Outbound', 'Transactional', 0, 1),
    (11, :server, 'old', 'Old', 'Transactional', 0, 0);
DELETE FROM streams WHERE key = 11;
INSERT INTO messages
    (id, stream, uuid, received_at, sender, sender_address, subject, tag, shown, track_opens, track_links)
    VALUES ({MESSAGE}, {STREAM}, '{UUID}', {RECEIVED_AT}, 'Shop <shop@example.com>', 'shop@example.com',
    'Your order', 'orders', '{SHOWN}', 0, 'None');
INSERT INTO subjects (rowid, subject) VALUES ({MESSAGE}, 'Your order');
INSERT INTO contents VALUES ({MESSAGE}, 'It is on its way.', NULL, '[]', '[]');
INSERT INTO recipients VALUES ({STREAM}, 'jane@example.com', {RECEIVED_AT}, {MESSAGE});
INSERT INTO metadata VALUES ({STREAM}, 'order', '77', {RECEIVED_AT}, {MESSAGE});
INSERT INTO suppressions VALUES ({STREAM}, 'gone@example.com', 'HardBounce', 'Recipient', 0);
INSERT INTO templates (id, server, type, name, alias, subject, html_body, text_body)
    VALUES (3, :server, 'Standard', 'Hello', 'hello', 'Hi', '', 'Hello');
"""


@pytest.fixture(params=[1, 2, 3, 4, 5])
def old_file(request, tmp_path):
    """A data file of an earlier version, with a message."""
    path = tmp_path / "old.db"
    server = "1" if request.param == 1 else "4000001"
    schema = (Path(__file__).parent / "data" / f"schema_{request.param}.sql").read_text()
    with closing(sqlite3.connect(path)) as connection:
        rows = ROWS
        if request.param > 2:
            digest = migrations.digest_of(TOKEN).hex()
            rows = rows.replace("(token, server) VALUES ('", f"(digest, token, server) VALUES (x'{digest}', '")
        connection.executescript(schema + rows.replace(":server", server))
        if request.param > 1:
            connection.execute("INSERT INTO sandbox VALUES (1, 5000000, x'00')")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {request.param}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.commit()
    return path


def _schema(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        return connection.execute("PRAGMA user_version").fetchone()[0], rows


@pytest.mark.costly
def test_the_data_of_an_earlier_version_is_there(old_file, open_api):
    with Sandbox(old_file) as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        assert (sandbox.token, sandbox.account_token) == (TOKEN, ACCOUNT_TOKEN)
        for filters in ({"subject": "order"}, {"recipient": "jane@example.com"}, {"metadata": {"order": "77"}}, {}):
            assert client.messages.list(**filters).total_count == 1
        assert client.messages.get(UUID).text_body == "It is on its way."
        found = sandbox.messages("way tag:orders via:api to:jane@example.com")
        assert [message.message_id for message in found] == [UUID]
        assert client.templates.get("hello").text_body == "Hello"
        assert [one.email_address for one in client.suppressions.list("outbound")] == ["gone@example.com"]
        sandbox.events.bounce(UUID)
        assert len(sandbox.messages("is:bounced")) == 1


@pytest.mark.costly
def test_an_earlier_version_gets_the_schema_of_a_new_file(old_file, tmp_path):
    new = tmp_path / "new.db"
    for path in (old_file, new):
        Sandbox(path).start().close()
    assert _schema(old_file) == _schema(new)
    with closing(sqlite3.connect(old_file)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.costly
def test_ids_of_deleted_rows_are_not_reused(old_file):
    """The id of a message begins with the key of its stream."""
    with Sandbox(old_file) as sandbox, sandbox.store.transaction() as db:
        server = db.number("SELECT id FROM servers")
        key = db.insert("streams", server=server, id="new", name="New", type="Transactional", created_at=0)
    assert key == 12


@pytest.mark.slow
def test_a_migration_that_fails_changes_nothing(old_file, monkeypatch):
    def fail(_connection, _table):
        raise sqlite3.OperationalError("database or disk is full")

    before = _schema(old_file)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_copy", fail)
        with pytest.raises(ConfigurationError, match="cannot be used: database or disk is full"):
            Sandbox(old_file).start()
    assert _schema(old_file) == before
    with Sandbox(old_file) as sandbox:
        assert len(sandbox.messages()) == 1


def test_every_earlier_version_has_a_migration():
    assert [*migrations._CHANGES] == [*range(1, SCHEMA_VERSION)]


def test_a_file_of_a_newer_version_is_an_error_that_tells_what_to_do(tmp_path):
    path = tmp_path / "messages.db"
    Sandbox(path).start().close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=r"newer version of the sandbox \(schema 99, .* upgrade emailapi-sdk"):
        Sandbox(path).start()
    assert path.read_bytes() == before


def test_a_newer_version_in_the_write_ahead_log_is_detected(tmp_path):
    """The head of the file has an older version as long as the write-ahead log is not written back."""
    path = tmp_path / "messages.db"
    Sandbox(path).start().close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA user_version = 99")
        with pytest.raises(ConfigurationError, match="newer version of the sandbox"):
            Sandbox(path).start()


@pytest.mark.costly
def test_a_data_file_of_this_version_can_be_brought_to_a_later_one(monkeypatch, tmp_path):
    """Whatever this schema has, triggers too, is made anew."""
    path = tmp_path / "mail.db"
    with Sandbox(path) as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        client.webhooks.create(url="http://127.0.0.1:9/")
    _, schema = _schema(path)
    monkeypatch.setattr("emailapi.sandbox.schema.SCHEMA_VERSION", SCHEMA_VERSION + 1)
    monkeypatch.setitem(migrations._CHANGES, SCHEMA_VERSION, ())
    with Sandbox(path) as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        assert len(client.webhooks.list()) == 1
    assert _schema(path) == (SCHEMA_VERSION + 1, schema)
