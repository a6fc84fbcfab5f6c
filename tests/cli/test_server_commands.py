"""The commands for what a server keeps: bounces, suppressions, streams and statistics."""

from __future__ import annotations

import pytest

BOUNCING = "hardbounce@bounce-testing.postmarkapp.com"


@pytest.fixture
def bounce(client):
    """Give a bounce."""
    client.outbound.send({"to": BOUNCING, "subject": "Hi", "text_body": "Hello", "tag": "news"})
    return client.bounces.list()[0]


@pytest.mark.costly
def test_bounces_are_listed_and_read(run, bounce):
    (row,) = run("bounces", "list", "--type", "HardBounce", "--inactive", "--tag", "news").json
    assert (row["id"], row["email"]) == (bounce.id, BOUNCING)
    assert run("bounces", "list", "--type", "SoftBounce").json == []
    assert run("bounces", "get", bounce.id).json["type"] == "HardBounce"
    assert run("bounces", "stats").json[0]["count"] == 1


def test_a_bounced_address_is_activated(run, client, bounce):
    assert run("bounces", "activate", bounce.id).json["inactive"] is False
    assert not client.suppressions.list()


def test_a_bounce_that_is_not_there_is_1(run, client):
    assert run("bounces", "get", "7").code == 1


def test_suppressions_are_added_listed_and_deleted(run, client, tmp_path):
    path = tmp_path / "addresses.txt"
    path.write_text("".join(f"u{number}@example.com\n" for number in range(60)))
    assert len(run("suppressions", "add", "ada@example.com", "--file", path).json) == 61
    assert len(run("suppressions", "list", "--all").json) == 61
    assert len(run("suppressions", "list", "--email", "ada@example.com").json) == 1
    assert run("suppressions", "delete", "ada@example.com", "--yes").json[0]["status"] == "Deleted"
    assert len(client.suppressions.list()) == 60


def test_no_suppression_is_added_if_one_address_is_wrong(run, client, tmp_path):
    path = tmp_path / "addresses.txt"
    path.write_text("ada@example.com\n\nbob@\n")
    done = run("suppressions", "add", "--file", path)
    assert (done.code, "line 3" in done.error["message"]) == (2, True)
    assert not client.suppressions.list()


def test_a_wrong_address_is_named_once(run):
    done = run("suppressions", "add", "bob@")
    assert done.error["message"] == "address: 'bob@' is not a valid email address; nothing was changed"


@pytest.mark.parametrize("addresses, asked", [(1, "1 address"), (2, "2 addresses")])
def test_a_question_counts_what_it_is_about(run, addresses, asked, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    done = run("suppressions", "delete", *[f"u{number}@example.com" for number in range(addresses)])
    assert done.error["message"].startswith(f"Delete the suppression of {asked} of the stream 'outbound'?")


@pytest.mark.parametrize(
    "command", [["suppressions", "delete", "ada@example.com"], ["streams", "archive", "broadcast"]]
)
def test_what_destroys_needs_a_yes(run, client, command, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    done = run(*command)
    assert (done.code, "--yes" in done.error["message"]) == (2, True)
    assert client.streams.get("broadcast").archived_at is None


def test_a_suppression_that_stays_is_1(run, client, sandbox):
    result = client.outbound.send({"to": "ada@example.com", "text_body": "Hello"})
    sandbox.events.complain(result)
    done = run("suppressions", "delete", "ada@example.com", "--yes")
    assert (done.code, done.json[0]["status"]) == (1, "Failed")


@pytest.mark.costly
def test_streams_are_created_changed_and_archived(run, client):
    assert run("streams", "create", "news", "--name", "News", "--type", "Broadcasts").json["id"] == "news"
    assert run("streams", "edit", "news", "--description", "Letters").json["description"] == "Letters"
    assert run("streams", "archive", "news", "--yes").json["id"] == "news"
    assert "news" not in [stream["id"] for stream in run("streams", "list").json]
    assert "news" in [stream["id"] for stream in run("streams", "list", "--archived").json]
    assert run("streams", "unarchive", "news").json["archived_at"] is None
    assert run("streams", "get", "news").json["name"] == "News"
    assert run("streams", "create", "news", "--name", "News").code == 1


@pytest.mark.parametrize(
    "kind",
    "overview sends bounces spam tracked opens open-platforms email-clients read-times clicks browser-families"
    " click-platforms click-locations".split(),
)
def test_statistics_are_shown(run, client, kind):
    client.outbound.send({"to": "ada@example.com", "text_body": "Hello"})
    done = run("stats", kind, "--stream", "outbound")
    assert done.code == 0
    if kind == "sends":
        assert (done.json["sent"], [day["sent"] for day in done.json["days"]]) == (1, [1])


def test_a_chart_is_as_long_as_its_number(run, client, monkeypatch, capsys):
    client.outbound.send({"to": "ada@example.com", "text_body": "Hello"})
    monkeypatch.setattr("emailapi.cli.output.is_terminal", lambda: True)
    monkeypatch.setattr("emailapi.cli.stats.is_json", lambda options: False)
    done = run("stats", "sends")
    assert "█" * 30 in done.out
