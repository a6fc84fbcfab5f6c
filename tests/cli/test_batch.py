"""`emailapi batch`: rows, checks, results, the journal."""

from __future__ import annotations

import io
import os
import sys
from types import SimpleNamespace

import pytest

from ..ports import unused_port
from .batches import MERGE, lines, recipients


def test_each_row_is_sent_with_its_values(run, client, people):
    done = run("batch", people(3), *MERGE, "--html", "<p>{{name}}</p>", "--tag", "news", "--metadata", "code={{code}}")
    *rows, summary = lines(done)
    assert (done.code, summary["accepted"], [row["line"] for row in rows]) == (0, 3, [2, 3, 4])
    message = client.messages.get(rows[1]["message_id"])
    assert (message.to[0].name, message.to[0].email) == ("Doe, Jane <1>", "u1@example.com")
    assert (message.subject, message.text_body) == ("Hi Doe, Jane <1>", "Your code is 1.")
    assert message.html_body == "<p>Doe, Jane &lt;1&gt;</p>"
    assert (message.tag, message.metadata["code"]) == ("news", "1")


def test_the_columns_are_the_model_of_a_template(run, client, tmp_path):
    client.templates.create(name="Hi", alias="welcome", subject="Hi {{user.name}}", text_body="Hello")
    path = tmp_path / "people.jsonl"
    path.write_text('{"to": "ada@example.com", "user": {"name": "Ada"}}\n\n{"to": "bob@example.com", "user": {}}\n')
    done = run("batch", path, "--template", "welcome")
    assert (done.code, [row.get("line") for row in lines(done)]) == (0, [1, 3, None])
    assert {message.subject for message in client.messages.list()} == {"Hi Ada", "Hi "}


def test_standard_input_is_read(run, client, monkeypatch):
    rows = io.BytesIO("\ufeffto;name\r\nada@example.com;Ä\r\n".encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=rows, isatty=lambda: False))
    assert run("batch", "-", "--subject", "Hi {{name}}", "--text", "Hi").code == 0
    assert client.messages.list()[0].subject == "Hi Ä"


def test_a_dry_run_prints_the_first_request_and_sends_nothing(run, client, people, monkeypatch):
    monkeypatch.delenv("EMAILAPI_SERVER_TOKEN")
    done = run("batch", people(3), *MERGE, "--dry-run")
    assert (done.code, done.json["rows"], done.json["first"]["body"]["Subject"]) == (0, 3, "Hi Doe, Jane <0>")
    assert not client.messages.list()


@pytest.mark.parametrize(
    "content, text",
    [
        (b"email,name\na@example.com,Ada\n", "line 2: there is no column 'code'; the columns are email, name"),
        (b"email,name,code\na@example.com,Ada,1\nb@example.com,Bob\n", "line 3: has 2 values"),
        (b"email,name,code\na@example.com,Ada,1\nb@,Bob,2\nc@,Eve,3\n", "line 3: 'b@' is not a valid email address"),
        (b'email,name,code\na@example.com,Ada,"1\n"\nb@,Bob,2\n', "line 4: 'b@'"),
        (b'email,name,code\na@example.com,"Ada,1\n', "line 2: is not valid CSV"),
        (b"email,name,code\na@example.com,Ad\xe9,1\n", "line 2: column 17 has the byte 0xe9, which is not utf-8"),
        (b"\xff\xfee\x00", "line 1: column 1 has the byte 0xff"),
        (b"email,name,email\na@example.com,Ada,1\n", "line 1: the column 'email' occurs twice"),
        (b"email,,code\na@example.com,Ada,1\n", "line 1: a column has no name"),
        (b"email,name,code\n", "has no rows"),
        (b"", "has no rows"),
        (b'{"email": "a@example.com", "name": "Ada", "code": 1}\n{"email": }\n', "line 2: column 11 is not valid JSON"),
        (b'{"email": "a@example.com", "name": "Ada", "code": 1}\n[1]\n', "line 2: must be a JSON object, got list"),
        (b'{"email": "a@example.com", "name": "Ada", "code": [1]}\n', "line 1: the column 'code' must be a text"),
        (b'{"email": "a@example.com", "code": ' + b"9" * 5000 + b"}\n", "line 1: JSON has a number that is too long"),
        (b'{"email": ' + b"[" * 100_000, "line 1: JSON is nested too deeply"),
        (b'[{"email": "a@example.com"}]', "people.csv is a JSON array: write an object on each line"),
        ("email\tname\na@example.com\tAda\n".encode("utf-16"), "column 1 has the byte 0xff, which is not utf-8"),
        (b"email,name,code\r" + b"a@example.com,Ada,1\r" * 9999 + b"b@example.com,\xff,2", "line 10001: column 15 has"),
    ],
    ids=range(19),
)
def test_nothing_is_sent_if_a_row_is_wrong(run, client, tmp_path, content, text):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    done = run("batch", path, *MERGE)
    assert (done.code, done.out) == (2, "")
    assert text in done.error["message"]
    assert not client.messages.list()


def test_a_file_that_is_not_there_is_named(run, client):
    assert "no/such cannot be read" in run("batch", "no/such", *MERGE).error["message"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CR LF", "CR"])
def test_another_encoding_can_be_given(run, client, tmp_path, encoding, end):
    path = tmp_path / "people.csv"
    path.write_bytes(f"email,name,code{end}a@example.com,Adé,1{end}".encode(encoding))
    assert run("batch", path, *MERGE, "--encoding", encoding).code == 0
    assert client.messages.list()[0].subject == "Hi Adé"


@pytest.mark.parametrize("name", ["klingon", "hex", "undefined", "a\0b"])
def test_a_name_that_is_not_an_encoding_of_texts_is_wrong_usage(run, people, name):
    assert "--encoding must be" in run("batch", people(1), *MERGE, "--encoding", name).error["message"]


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="needs names of open files")
def test_rows_may_come_from_a_pipe(run, client):
    """As from `<(psql ...)` in a shell."""
    reader, writer = os.pipe()
    os.write(writer, b"to\na@example.com\n")
    os.close(writer)
    assert run("batch", f"/dev/fd/{reader}", "--text", "Hi").code == 0
    os.close(reader)
    assert recipients(client) == ["a@example.com"]


def test_a_closed_standard_input_is_named(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    for arguments in (("batch", "-", "--text", "Hi"), ("send", "--to", "a@example.com", "--text", "-")):
        done = run(*arguments)
        assert (done.code, done.error["message"]) == (2, "standard input is closed: `-` cannot be read")


def test_rejected_rows_do_not_stop_the_others(run, client, tmp_path):
    client.suppressions.create(["eve@example.com"])
    path = tmp_path / "people.csv"
    path.write_text("to\neve@example.com\nada@example.com\n")
    done = run("batch", path, "--text", "Hi")
    assert (done.code, lines(done)[0]["outcome"], lines(done)[2]["accepted"]) == (1, "not_sent", 1)
    assert recipients(client) == ["ada@example.com"]


@pytest.mark.costly
def test_a_batch_ends_when_the_service_cannot_be_reached(run, sandbox, people, monkeypatch, clock, tmp_path):
    monkeypatch.setenv("EMAILAPI_BASE_URL", f"http://127.0.0.1:{unused_port()}")
    journal = tmp_path / "run.jsonl"
    done = run("batch", people(50), *MERGE, "--chunk-size", "1", "--resume", journal)
    assert (done.code, lines(done)[-1]["accepted"]) == (4, 0)
    assert lines(done)[-1]["remaining"] > 0
    monkeypatch.setenv("EMAILAPI_BASE_URL", sandbox.url)
    again = run("batch", people(50), *MERGE, "--resume", journal, "--lookup-delay", "0")
    assert (again.code, lines(again)[-1]["accepted"]) == (0, 50)


def test_without_a_journal_accepted_emails_do_not_invite_to_try_again(run, sandbox, people, clock):
    """Exit code 4 says that the command can be run again, which would send the first emails twice."""
    sandbox.faults.fail(503, times=1000, after=1)
    done = run("batch", people(20), *MERGE, "--chunk-size", "1", "--workers", "1")
    assert (done.code, lines(done)[-1]["accepted"], lines(done)[-1]["unknown"]) == (1, 1, 0)
