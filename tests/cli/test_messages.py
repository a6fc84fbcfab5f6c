"""`emailapi messages`: lists, one message, waiting and following."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading

import pytest

from emailapi.cli import main


@pytest.fixture
def sent(client):
    """Give the results of three emails."""
    emails = [{"to": f"{name}@example.com", "subject": f"Hi {name}", "text_body": "Hello"} for name in ("ada", "bob")]
    emails.append({"to": "ada@example.com", "subject": "[red]Bye[/red]\u2028", "text_body": "Bye", "tag": "bye"})
    return client.outbound.send_batch(emails).accepted


def test_a_list_is_an_array_with_a_row_on_each_line(run, sent):
    done = run("messages", "list")
    assert [row["message_id"] for row in done.json] == [result.message_id for result in reversed(sent)]
    assert done.out.count("\n") == 5


@pytest.mark.parametrize(
    "options, count",
    [
        (["--to", "ada@example.com"], 2),
        (["--tag", "bye"], 1),
        (["--subject", "Hi"], 2),
        (["--limit", "1"], 1),
        (["--all"], 3),
        (["--from-date", "2100-01-01"], 0),
        (["--to", "eve@example.com"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_list_is_filtered(run, sent, options, count):
    assert len(run("messages", "list", *options).json) == count


def test_one_message_is_shown(run, sent):
    assert run("messages", "get", sent[0].message_id).json["text_body"] == "Hello"
    assert run("messages", "status", sent[0].message_id).json["recipients"][0]["state"] == "delivered"
    assert "Subject: Hi ada" in run("messages", "dump", sent[0].message_id).out
    assert "Subject: Hi ada" in run("messages", "dump", sent[0].message_id, "--json").json["source"]


def test_a_message_is_waited_for(run, sent):
    done = run("messages", "wait", "--to", "bob@example.com", "--state", "delivered")
    assert (done.code, done.json["subject"], done.json["state"]) == (0, "Hi bob", "delivered")
    assert run("messages", "wait", sent[0].message_id, "--state", "sent").json["state"] == "delivered"


def test_a_wait_that_times_out_is_4(run, sent):
    done = run("messages", "wait", "--to", "eve@example.com", "--timeout", "0")
    assert (done.code, done.error["type"], done.error["retryable"]) == (4, "TimedOut", True)


def test_a_wait_for_anything_is_wrong_usage(run, sent):
    assert run("messages", "wait").code == 2


def test_messages_are_followed(capsys, client, sent):
    ready = threading.Event()
    codes = []

    def follow():
        ready.set()
        codes.append(main(["messages", "tail", "--limit", "2", "--interval", "0.05"]))

    thread = threading.Thread(target=follow)
    thread.start()
    ready.wait(60)
    while thread.is_alive():
        client.outbound.send({"to": "eve@example.com", "subject": "New", "text_body": "Hello"})
        thread.join(0.1)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (codes, [line["subject"] for line in lines]) == ([0], ["New", "New"])


@pytest.mark.slow
@pytest.mark.costly
@pytest.mark.parametrize("no_color", ["", "1"], ids=["colors", "NO_COLOR"])
def test_a_terminal_shows_a_table_in_which_texts_control_nothing(sent, no_color):
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": "200", "TERM": "xterm-256color"}
    if no_color:
        environment["NO_COLOR"] = no_color
    command = [sys.executable, "-m", "emailapi", "messages", "list"]
    with subprocess.Popen(command, stdout=slave, stderr=slave, env=environment) as process:
        os.close(slave)
        output = b""
        try:
            while piece := os.read(master, 65_536):
                output += piece
        except OSError:  # Linux: the other end is closed
            pass
    os.close(master)
    text = output.decode()
    assert process.returncode == 0
    assert "MESSAGE ID" in text
    assert sent[0].message_id in text
    assert "[red]Bye[/red]" in text
    assert "\u2028" not in text


@pytest.mark.costly
def test_a_reader_that_has_gone_ends_a_list_without_an_error(sent):
    command = f"{sys.executable} -m emailapi messages list --all | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[\n", "")
