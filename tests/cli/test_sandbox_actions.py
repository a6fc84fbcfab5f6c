"""`emailapi sandbox inbox`, `clock` and `faults`."""

from __future__ import annotations

import pytest

from ..ports import unused_port


@pytest.fixture
def email(client):
    """Give the result of an email."""
    return client.outbound.send(
        {
            "to": "ada@example.com",
            "subject": "Reset",
            "html_body": "Your code is 482913",
            "track_opens": True,
            "tag": "r",
        }
    )


@pytest.mark.costly
def test_the_inbox_is_listed_and_read(run, email):
    assert run("sandbox", "inbox", "list", "to:ada@example.com", "tag:r").json[0]["message_id"] == email.message_id
    assert run("sandbox", "inbox", "list", "to:bob@example.com").json == []
    assert run("sandbox", "inbox", "get", email.message_id).json["code"] == "482913"
    assert run("sandbox", "inbox", "get", "no/such?").code == 1


def test_a_terminal_shows_addresses_as_an_email_does(run, email, client, monkeypatch):
    client.outbound.send({"to": ["Bob <bob@example.com>", "eve@example.com"], "text_body": "Hello"})
    monkeypatch.setattr("emailapi.cli.output.is_terminal", lambda: True)
    assert " to ada@example.com " in " ".join(run("sandbox", "inbox", "get", email.message_id).out.split())
    shown = " ".join(run("sandbox", "inbox", "wait", "to:bob@example.com").out.split())
    assert "to Bob <bob@example.com>; eve@example.com" in shown


@pytest.mark.costly
def test_an_email_is_waited_for(run, email):
    assert run("sandbox", "inbox", "wait", "subject:reset").json["message_id"] == email.message_id
    done = run("sandbox", "inbox", "wait", "to:ada@example.com", "tag:vip", "--timeout", "0")
    assert (done.code, "'Reset' does not match tag:vip" in done.error["message"]) == (4, True)


@pytest.mark.costly
def test_events_happen(run, email):
    assert run("sandbox", "inbox", "event", email.message_id, "open").json[0]["type"] == "Opened"
    done = run("sandbox", "inbox", "event", email.message_id, "bounce", "bounce_type=SoftBounce")
    assert done.json[0]["type"] == "Bounced"


@pytest.mark.costly
def test_emails_are_deleted(run, email, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    assert run("sandbox", "inbox", "delete").code == 2
    assert run("sandbox", "inbox", "delete", "tag:r", "--yes").json == {"deleted": 1}


@pytest.mark.costly
def test_the_clock_is_moved(run, sandbox):
    before = sandbox.clock.now()
    assert run("sandbox", "clock", "freeze").json["frozen"] is True
    run("sandbox", "clock", "advance", "--days", "2", "--minutes", "6")
    assert (sandbox.clock.now() - before).days == 2
    assert run("sandbox", "clock", "set", "2100-01-01T00:00+00:00").json["now"].startswith("2100-01-01")
    assert run("sandbox", "clock", "run").json["frozen"] is False
    assert run("sandbox", "clock", "set", "2000-01-01T00:00+00:00").code == 1
    assert run("sandbox", "clock", "show").json["now"].startswith("2100-01-01")


@pytest.mark.costly
def test_failures_are_armed_and_cancelled(run, sandbox):
    armed = run("sandbox", "faults", "add", "fail", "status=503", "times=2", "route=/email").json
    assert armed["armed"] is True
    assert [fault["number"] for fault in run("sandbox", "faults", "list").json] == [armed["number"]]
    assert run("sandbox", "faults", "cancel", armed["number"]).code == 0
    assert run("sandbox", "faults", "cancel").json == {"cancelled": 0}
    done = run("sandbox", "faults", "add", "explode")
    assert (done.code, done.error["status"]) == (1, 422)


@pytest.mark.costly
def test_no_sandbox_is_4_and_another_server_3(run, sandbox, monkeypatch):
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "not-the-token")
    assert run("sandbox", "clock", "show").code == 3
    monkeypatch.setenv("EMAILAPI_BASE_URL", f"http://127.0.0.1:{unused_port()}")
    done = run("sandbox", "clock", "show")
    assert (done.code, "no sandbox responds" in done.error["message"]) == (4, True)
