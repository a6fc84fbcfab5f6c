"""`emailapi send`: its options, exit codes and output."""

from __future__ import annotations

import io
import os
import sys
from types import SimpleNamespace

import pytest

from ..ports import unused_port

EMAIL = ("send", "--to", "ada@example.com", "--subject", "Hi", "--text", "Hello")


def test_an_email_is_sent_with_what_the_options_say(run, client, tmp_path):
    (tmp_path / "bill.pdf").write_bytes(b"%PDF")
    (tmp_path / "body.html").write_text("<p>Hello</p>")
    done = run(
        *EMAIL,
        *("--html-file", tmp_path / "body.html", "--attach", tmp_path / "bill.pdf", "--tag", "bill"),
        *("--metadata", "order=7", "--cc", "bob@example.com", "--cc", "eve@example.com"),
    )
    assert done.code == 0
    message = client.messages.get(done.json["message_id"])
    assert (message.subject, message.text_body, message.html_body) == ("Hi", "Hello", "<p>Hello</p>")
    assert (message.tag, message.attachments, message.metadata["order"]) == ("bill", ("bill.pdf",), "7")
    assert [recipient.email for recipient in message.cc] == ["bob@example.com", "eve@example.com"]


def test_a_dash_reads_standard_input(run, client, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO("Grüße".encode()), isatty=lambda: False))
    done = run("send", "--to", "ada@example.com", "--text", "-")
    assert client.messages.get(done.json["message_id"]).text_body == "Grüße"


def test_a_template_is_sent_with_its_model(run, client):
    client.templates.create(name="Hi", alias="welcome", subject="Hi {{name}}", text_body="Hello")
    done = run("send", "--to", "ada@example.com", "--template", "welcome", "--model", '{"name": "Ada"}')
    assert client.messages.get(done.json["message_id"]).subject == "Hi Ada"


def test_a_dry_run_needs_no_token_and_sends_nothing(run, monkeypatch, tmp_path):
    (tmp_path / "bill.pdf").write_bytes(b"%PDF")
    done = run(*EMAIL, "--from", "shop@example.com", "--attach", tmp_path / "bill.pdf", "--dry-run")
    assert (done.code, done.json["method"], done.json["path"]) == (0, "POST", "/email")
    assert done.json["body"] == {
        "From": "shop@example.com",
        "To": "ada@example.com",
        "Subject": "Hi",
        "TextBody": "Hello",
        "Attachments": ["bill.pdf (4 bytes)"],
    }


def test_the_state_that_is_waited_for_is_told(run, sandbox):
    done = run(*EMAIL, "--wait", "delivered")
    assert (done.code, done.json["state"]) == (0, "delivered")


def test_a_bounce_ends_the_wait_for_a_delivery(run, sandbox):
    bouncing = "hardbounce@bounce-testing.postmarkapp.com"
    done = run("send", "--to", bouncing, "--text", "Hello", "--wait", "delivered")
    assert (done.code, done.error["type"]) == (1, "Bounced")
    assert done.json["message_id"]


def test_a_wait_that_ends_early_does_not_invite_to_send_again(run, sandbox):
    sandbox.faults.hold()
    done = run(*EMAIL, "--wait", "delivered", "--timeout", "0")
    assert (done.code, done.error["type"]) == (5, "TimedOut")
    assert done.json["message_id"]


@pytest.mark.parametrize(
    "arguments, code, text",
    [
        (["send", "--to", "ada@", "--text", "Hi"], 2, "'ada@'"),
        (["send", "--to", "ada@example.com"], 2, "text_body"),
        (["send", "--text", "Hi"], 2, "no recipients"),
        (["send", "--to", "a@example.com", "--text-file", "no/such"], 2, "no/such cannot be read"),
        (["send", "--to", "a@example.com", "--text", "Hi", "--attach", "no/such"], 2, "no/such"),
        (["send", "--to", "a@example.com", "--template", "x", "--subject", "Hi"], 2, "--template"),
        (["send", "--to", "a@example.com", "--template", "x", "--model", "{]"], 2, "line 1, column 2"),
        (["send", "--to", "a@example.com", "--template", "x", "--model", "[]"], 2, "a JSON object"),
        (["send", "--to", "a@example.com", "--text", "-", "--html", "-"], 2, "standard input"),
        (["send", "--to", "a@example.com", "--text", "Hi", "--check-first"], 2, "--idempotency-key"),
        (["send", "--to", "a@example.com", "--template", "nowhere"], 1, "code 1101"),
        (["send", "--to", "a@example.com", "--text", "Hi", "--token-file", "no/such"], 3, "no/such cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_error_names_the_cause_and_has_its_exit_code(run, client, arguments, code, text):
    done = run(*arguments)
    assert (done.code, done.out) == (code, "")
    assert text in done.error["message"]
    assert not client.messages.list()


def test_an_attachment_that_cannot_be_read_is_an_invalid_email(run):
    done = run("send", "--to", "a@example.com", "--text", "Hi", "--attach", "no/such")
    assert done.error["type"] == "InvalidEmail"


def test_a_wrong_token_is_3(run, sandbox, tmp_path):
    path = tmp_path / "token"
    path.write_text("not-the-token\n")
    done = run(*EMAIL, "--token-file", path)
    assert (done.code, done.error["type"]) == (3, "Unauthorized")
    assert "not-the-token" not in done.err


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_token_file_that_may_not_be_read_is_3(run, sandbox, tmp_path):
    path = tmp_path / "token"
    path.write_text(sandbox.token)
    assert run(*EMAIL, "--token-file", path).code == 0
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # who may read everything
        os.seteuid(65534)
    try:
        done = run(*EMAIL, "--token-file", path)
    finally:
        os.seteuid(user)
    assert (done.code, done.error["message"]) == (3, f"token file {path} cannot be read: Permission denied")


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", b"two words"], ids=["empty", "blank", "binary", "words"])
def test_a_token_file_without_a_token_is_3(run, sandbox, tmp_path, content):
    path = tmp_path / "token"
    path.write_bytes(content)
    done = run(*EMAIL, "--token-file", path)
    assert (done.code, "token" in done.error["message"], "two words" in done.err) == (3, True, False)


def test_no_token_is_3(run, sandbox, monkeypatch):
    monkeypatch.delenv("EMAILAPI_SERVER_TOKEN")
    done = run(*EMAIL)
    assert (done.code, done.error["message"]) == (3, "no token: set EMAILAPI_SERVER_TOKEN, or give --token-file")


def test_a_server_that_cannot_be_reached_is_4(run, sandbox, monkeypatch, clock):
    monkeypatch.setenv("EMAILAPI_BASE_URL", f"http://127.0.0.1:{unused_port()}")
    done = run(*EMAIL)
    assert (done.code, done.error["outcome"]) == (4, "not_sent")


def test_an_email_that_may_have_been_sent_is_5_and_is_found_later(run, sandbox, clock):
    sandbox.faults.index_delay(3600)
    sandbox.faults.cut_after_accept()
    done = run(*EMAIL, "--idempotency-key", "welcome-7")
    assert (done.code, done.out, done.error["idempotency_key"]) == (5, "", "welcome-7")


def test_a_key_is_looked_for_first(run, client):
    first = run(*EMAIL, "--idempotency-key", "welcome-7", "--check-first")
    again = run(*EMAIL, "--idempotency-key", "welcome-7", "--check-first")
    assert (again.json["message_id"], again.json["reconciled"]) == (first.json["message_id"], True)
    assert client.messages.list().total_count == 1
