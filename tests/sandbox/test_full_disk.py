"""A database that cannot be read or written: requests that store are not sent, and reading goes on."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emailapi import Client, Email
from emailapi.errors import ServiceUnavailable
from emailapi.sandbox import Sandbox
from emailapi.sandbox.store import StorageFailed

# Fill a sandbox with batches until one is not carried out; tell what was accepted, what is found, and how it goes on.
FILL = """
import json, resource, sys
import requests
from emailapi.sandbox import Sandbox

path, limit = sys.argv[1], int(sys.argv[2])

def limit_files(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

told = {}
with Sandbox(path) as sandbox, requests.Session() as session:
    session.headers.update({"X-Postmark-Server-Token": sandbox.token, "Accept": "application/json"})
    email = {"From": "a@example.com", "To": "b@example.com", "TextBody": "x" * 50_000, "Metadata": {"k": "v"}}
    # More than a response keeps in small buffers.
    large = session.post(sandbox.url + "/email", json={**email, "HtmlBody": "y" * 3_000_000}, timeout=30)
    told["accepted"] = [large.json()["MessageID"]]
    if limit:
        limit_files(limit)
    for _ in range(2000):
        response = session.post(sandbox.url + "/email/batch", json=[email] * 7, timeout=30)
        if response.status_code != 200:
            break
        told["accepted"] += [item["MessageID"] for item in response.json()]
    told["rejected"] = [response.status_code, response.json()["ErrorCode"], response.json()["Message"]]
    if limit:
        limit_files(100_000)  # no temporary file either
    one = session.post(sandbox.url + "/email", json={**email, "TextBody": "x" * 3_000_000}, timeout=30)
    told["single"] = [one.status_code, one.json()["ErrorCode"]]
    read = lambda what, **query: session.get(sandbox.url + what, params=query, timeout=30)
    told["total"] = read("/messages/outbound", count=1, offset=0).json()["TotalCount"]
    told["details"] = read(f"/messages/outbound/{told['accepted'][0]}/details").status_code
    told["dump"] = read(f"/messages/outbound/{told['accepted'][-1]}/dump").status_code
    told["sent"] = read("/stats/outbound").json()["Sent"]
    if limit:
        limit_files(resource.RLIM_INFINITY)
        told["afterwards"] = session.post(sandbox.url + "/email/batch", json=[email] * 7, timeout=30).status_code
print(json.dumps(told))
"""


def _fill(path: Path, limit: int, *before: str) -> dict[str, object]:
    """Fill the sandbox at `path` in a process of its own, whose files may have `limit` bytes (0: any number)."""
    command = [*before, sys.executable, "-c", FILL, str(path), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def _check(told: dict[str, object], total: int) -> None:
    assert told["rejected"][:2] == [503, 100], told["rejected"]
    assert told["single"] == [503, 100]
    assert told["total"] == told["sent"] == len(told["accepted"]) == total
    assert (told["details"], told["dump"]) == (200, 200)


def _ids(path: Path, count: int) -> list[str]:
    """Return the ids of the newest messages in a data file, in the order in which they were sent."""
    with Sandbox(path) as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        page = client.messages.list(count=count)
        assert page.total_count == count
        return [message.message_id for message in page][::-1]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_batch_that_does_not_fit_on_the_disk_is_not_stored(tmp_path):
    told = _fill(tmp_path / "messages.db", 8_000_000)
    _check(told, len(told["accepted"]))
    assert told["afterwards"] == 200
    ids = _ids(tmp_path / "messages.db", len(told["accepted"]) + 7)
    assert ids[:-7] == told["accepted"]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_an_email_that_does_not_fit_on_the_file_system_is_not_sent(tmp_path, needs):
    # In a mount namespace of its own, so that the file system is gone with the process.
    mounting = f'mount -t tmpfs -o size=12M none "{tmp_path}" && exec "$@"'
    small = ["unshare", "--map-root-user", "--mount", "sh", "-c", mounting, "sh"]
    can = shutil.which("unshare") and subprocess.run([*small, "true"], capture_output=True, check=False).returncode == 0
    needs("tmpfs", can, "a small file system cannot be mounted here")
    told = _fill(tmp_path / "messages.db", 0, *small)
    _check(told, len(told["accepted"]))
    assert "disk is full" in told["rejected"][2]


def _full(sandbox: Sandbox) -> None:
    with sandbox.store.transaction() as db:
        db.run(f"PRAGMA max_page_count = {db.number('PRAGMA page_count')}")


def _read_only(sandbox: Sandbox) -> None:
    with sandbox.store.transaction() as db:
        db.run("PRAGMA query_only = ON")


@pytest.fixture
def kept(tmp_path, open_api):
    """The API of a sandbox that keeps its data in a file."""
    with Sandbox(tmp_path / "messages.db") as sandbox:
        yield open_api(sandbox)


@pytest.mark.parametrize("spoil, reason", [(_full, "disk is full"), (_read_only, "readonly")])
@pytest.mark.parametrize("path", ["/email", "/email/batch"])
def test_a_database_that_cannot_be_written_is_503_with_code_100(
    kept, rejected, caplog, path: str, spoil: Callable[[Sandbox], None], reason: str
):
    message_id = kept.accepted()
    spoil(kept.sandbox)
    email = kept.email(TextBody="x" * 1_000_000)
    rejected(kept.post(path, email if path == "/email" else [email]), 503, 100, reason)
    assert reason in caplog.text
    assert "xxx" not in caplog.text
    assert kept.found()["TotalCount"] == 1
    assert kept.details(message_id)["TextBody"] == "Good morning"


def test_other_requests_that_store_are_503_too(kept, rejected):
    _read_only(kept.sandbox)
    suppressed = {"Suppressions": [{"EmailAddress": "jane@example.com"}]}
    rejected(kept.post("/message-streams/outbound/suppressions", suppressed), 503, 100)
    rejected(kept.post("/templates", {"Name": "a", "Subject": "b", "TextBody": "c"}), 503, 100)
    rejected(kept.put("/server", {"Name": "Other"}), 503, 100)
    assert kept.get("/templates", count=1, offset=0).json()["TotalCount"] == 0
    assert kept.get("/server").json()["Name"] == "Sandbox"


def test_the_python_api_raises_if_nothing_was_stored(kept):
    _read_only(kept.sandbox)
    with pytest.raises(StorageFailed, match="readonly"):
        kept.sandbox.allow(delete_servers=True)


@pytest.mark.costly
def test_a_data_file_that_another_program_locks_is_503_and_can_be_read(kept, rejected, tmp_path):
    message_id = kept.accepted()
    other = sqlite3.connect(tmp_path / "messages.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        rejected(kept.send(), 503, 100, "locked")
        assert kept.details(message_id)["MessageID"] == message_id
        assert kept.found()["TotalCount"] == 1
    finally:
        other.close()
    assert kept.send().status_code == 200


@pytest.mark.slow
def test_a_client_knows_that_the_email_was_not_sent(tmp_path):
    with Sandbox(tmp_path / "messages.db") as sandbox:
        _full(sandbox)
        with Client(sandbox.token, base_url=sandbox.url) as client, pytest.raises(ServiceUnavailable):
            client.outbound.send(
                Email(sender="a@example.com", to="b@example.com", text_body="x" * 1_000_000), idempotency_key="one"
            )


def test_the_source_of_a_message_is_always_the_same(api):
    file = {"Name": "a.dat", "Content": "AAECAw==", "ContentType": "application/octet-stream"}
    message_id = api.accepted(HtmlBody="<p>Hello", Attachments=[file])
    source = api.details(message_id)["Body"]
    assert api.details(message_id)["Body"] == source
    assert api.get(f"/messages/outbound/{message_id}/dump").json()["Body"] == source
