"""The journal of `emailapi batch`: what it remembers, and which files it is not."""

from __future__ import annotations

import io
import json
import os
import signal
from types import SimpleNamespace

import pytest

from emailapi.cli.journal import Journal, JournalFailed

from ..ports import unused_port
from .batches import MERGE, lines, recipients


def test_a_journal_leaves_out_what_was_sent(run, client, people, tmp_path):
    command = ("batch", people(5), *MERGE, "--resume", tmp_path / "run.jsonl")
    assert lines(run(*command))[-1]["accepted"] == 5
    again = run(*command)
    assert (again.code, lines(again)) == (
        0,
        [{"rows": 5, "skipped": 5, "accepted": 0, "not_sent": 0, "unknown": 0, "remaining": 0}],
    )
    assert client.messages.list().total_count == 5


@pytest.mark.parametrize("cut", range(0, 400, 37))
def test_a_journal_may_be_torn_anywhere(run, client, people, tmp_path, cut):
    journal = tmp_path / "run.jsonl"
    command = ("batch", people(5), *MERGE, "--resume", journal, "--lookup-delay", "0")
    run(*command)
    written = journal.read_bytes()
    forced = written.index(b"\n", written.index(b"\n") + 1) + 1  # what was on the disk before the first email
    journal.write_bytes(written[: max(forced, len(written) - cut)])
    assert run(*command).code == 0
    assert recipients(client) == sorted(f"u{number}@example.com" for number in range(5))
    assert all(json.loads(line) for line in journal.read_text().splitlines())


def test_a_journal_is_of_one_input(run, client, people, tmp_path):
    journal = tmp_path / "run.jsonl"
    run("batch", people(2), *MERGE, "--resume", journal)
    assert "another input" in run("batch", people(3), *MERGE, "--resume", journal).error["message"]
    other = tmp_path / "notes.txt"
    other.write_text("dear diary\n")
    assert "is not the journal" in run("batch", people(2), *MERGE, "--resume", other).error["message"]
    assert other.read_text() == "dear diary\n"
    assert client.messages.list().total_count == 2


@pytest.mark.costly
@pytest.mark.usefixtures("heard_signals")
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("at", [1, 10, 23])
def test_a_signal_while_a_result_is_noted_loses_none(run, client, people, tmp_path, monkeypatch, number, code, at):
    """The result belongs to its row: noted for another one, that one would be sent twice."""
    client.suppressions.create([f"u{number}@example.com" for number in range(0, 40, 3)])
    journal = tmp_path / "run.jsonl"
    command = ("batch", people(40), *MERGE, "--resume", journal, "--chunk-size", "2", "--lookup-delay", "0")
    note = Journal.note
    count = iter(range(1, 100))

    def interrupted(self, *given):
        note(self, *given)
        if next(count) == at:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(Journal, "note", interrupted)
    assert run(*command).code == code
    first = {entry["row"]: entry for entry in map(json.loads, journal.read_text().splitlines()) if "row" in entry}
    for row, entry in first.items():
        assert (entry["outcome"] == "accepted") <= ((row - 1) % 3 != 0)
        if "message_id" in entry:
            assert client.messages.get(entry["message_id"]).recipients == (f"u{row - 1}@example.com",)
    assert run(*command).code == 1
    assert recipients(client) == sorted(f"u{number}@example.com" for number in range(40) if number % 3)


def test_a_journal_knows_the_rows_of_standard_input(run, client, tmp_path, monkeypatch):
    command = ("batch", "-", "--text", "Hi", "--resume", tmp_path / "run.jsonl")
    for rows, code in ((b"to\na@example.com\n", 0), (b"to\na@example.com\n", 0), (b"to\nb@example.com\n", 2)):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(rows), isatty=lambda: False))
        assert run(*command).code == code
    assert recipients(client) == ["a@example.com"]


def test_a_file_that_is_not_a_journal_is_left_as_it_is(run, client, people, tmp_path):
    """Also one without an end of line, which is what a crash leaves of a journal."""
    for content in (b"dear diary", b"dear diary\n", b"\0" * 300_000, b'{"to": "a@example.com"}', b"[" * 200_000):
        path = tmp_path / "notes"
        path.write_bytes(content)
        assert "is not the journal of a batch" in run("batch", people(1), *MERGE, "--resume", path).error["message"]
        assert path.read_bytes() == content
    table = people(2)
    assert "is not the journal" in run("batch", table, *MERGE, "--resume", table).error["message"]


@pytest.mark.parametrize("path", ["/dev/null", "/dev/full", "/", "/no/such"])
def test_a_journal_is_a_file(run, client, people, path):
    done = run("batch", people(1), *MERGE, "--resume", path)
    assert (done.code, path in done.error["message"]) == (2, True)
    assert not client.messages.list()


@pytest.mark.parametrize(
    "changes, text",
    [
        (["--subject", "News"], "another --subject:"),
        (["--text", "News", "--tag", "n"], "another --tag, --text:"),
        (["--from", "b@example.com"], "another --from:"),
        (["--idempotency-key", "x-{{code}}"], "another --idempotency-key:"),
        (["--to", "{{email}}"], "another --to:"),
        (["--stream", "broadcast"], "another --stream:"),
        (["--attach", "FILE"], "another --attach:"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_a_journal_is_of_one_email(run, client, people, tmp_path, changes, text):
    """Otherwise a second newsletter with the same journal would be sent to nobody."""
    (tmp_path / "FILE").write_text("x")
    changes = [str(tmp_path / "FILE") if change == "FILE" else change for change in changes]
    command = ("batch", people(2), *MERGE, "--resume", tmp_path / "run.jsonl")
    assert run(*command).code == 0
    done = run(*command, *changes)
    assert (done.code, text in done.error["message"]) == (2, True)
    assert client.messages.list().total_count == 2


def test_a_journal_is_of_one_service(run, client, people, tmp_path, monkeypatch):
    """Emails that were tried with a sandbox have not been sent."""
    command = ("batch", people(2), *MERGE, "--resume", tmp_path / "run.jsonl")
    assert run(*command).code == 0
    monkeypatch.setenv("EMAILAPI_BASE_URL", "https://api.example")
    assert "is the journal of a batch to http://127.0.0.1" in run(*command).error["message"]


def test_a_journal_by_which_nothing_was_sent_begins_anew(run, client, people, tmp_path, monkeypatch, clock):
    url = os.environ["EMAILAPI_BASE_URL"]
    monkeypatch.setenv("EMAILAPI_BASE_URL", f"http://127.0.0.1:{unused_port()}")
    journal = tmp_path / "run.jsonl"
    assert run("batch", people(3), *MERGE, "--resume", journal).code == 4
    monkeypatch.setenv("EMAILAPI_BASE_URL", url)
    assert run("batch", people(2), *MERGE, "--tag", "n", "--resume", journal).code == 0
    assert recipients(client) == ["u0@example.com", "u1@example.com"]


BATCH = {"input": "x", "rows": 1000, "email": {}, "service": "s"}


def test_rows_that_were_not_sent_are_not_in_doubt(tmp_path):
    """After an orderly end nothing is looked up; rows that were in doubt before still are."""
    path = str(tmp_path / "run.jsonl")
    with Journal(path, BATCH, "run") as journal:
        for row in (1, 2):
            journal.take(row)
        journal.note(1, "accepted", "id")
        journal.note(2, "unknown", None)
        journal.release(2)
    with Journal(path, BATCH, "other") as journal:
        assert (journal.run, journal.accepted, journal.doubtful) == ("run", 1, 1)
        journal.take(2)
        journal.release(1)
    with Journal(path, BATCH, "other") as journal:
        assert (journal.accepted, journal.doubtful) == (1, 1)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device")
def test_nothing_more_is_written_after_a_failure(tmp_path):
    """The next line would be a part of a torn line."""
    path = tmp_path / "run.jsonl"
    with Journal(str(path), BATCH, "run") as journal, open("/dev/full", "wb") as full:
        journal.take(1)
        kept = os.dup(journal._file.fileno())
        os.dup2(full.fileno(), journal._file.fileno())
        with pytest.raises(JournalFailed, match="No space left"):
            journal.note(1, "accepted", "id")
        os.dup2(kept, journal._file.fileno())
        os.close(kept)
        journal.note(1, "accepted", "id")
        journal.release(1)
    assert len(path.read_text().splitlines()) == 2
