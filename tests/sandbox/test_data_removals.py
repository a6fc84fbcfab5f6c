"""Data removals: what is forgotten, and what is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

REQUEST = {"RequestedBy": "me@example.com", "RequestedFor": "them@example.com", "NotifyWhenCompleted": True}


def test_a_removal_is_pending_and_then_done(account, pass_time):
    made = account.post("/data-removals", REQUEST).json()
    assert made == {"ID": made["ID"], "Status": "Pending"}
    path = f"/data-removals/{made['ID']}"
    assert account.get(path).json() == made
    pass_time(timedelta(seconds=1))
    assert account.get(path).json() == {**made, "Status": "Done"}
    assert account.post("/data-removals", REQUEST).json() == {"ID": made["ID"] + 1, "Status": "Pending"}


def test_a_removal_deletes_the_emails_of_the_person(account, api, rejected):
    alone = api.accepted(To="Them@example.com", Subject="Hello", Metadata={"Key": "v"})
    among = api.accepted(To="a@example.com", Bcc="them@EXAMPLE.com", Subject="Hello", MessageStream="broadcast")
    other = api.accepted(To="a@example.com", Subject="Hello", Metadata={"Key": "v"})
    assert account.post("/data-removals", {**REQUEST, "RequestedFor": "THEM@example.com"}).status_code == 200
    for query in ({}, {"subject": "hell"}, {"metadata_key": "v"}, {"recipient": "a@example.com"}):
        assert [message["MessageID"] for message in api.found(**query)["Messages"]] == [other]
    assert api.found(recipient="them@example.com")["TotalCount"] == 0
    assert api.found(messagestream="broadcast")["TotalCount"] == 0
    for message_id in (alone, among):
        rejected(api.get(f"/messages/outbound/{message_id}/details"), 422, 701)


def test_a_removal_keeps_counts_and_suppressions(account, api, sandbox, index_all, rejected):
    """Counts stay, and a suppression, too: who is forgotten is not written to again."""
    dead = "hardbounce@bounce-testing.postmarkapp.com"
    api.accepted(To=dead)
    index_all()
    account.post("/data-removals", {**REQUEST, "RequestedFor": dead})
    rejected(api.send(To=dead), 422, 406)
    assert api.get("/stats/outbound").json()["Sent"] == 1
    with sandbox.store.transaction() as db:
        assert db.number("SELECT count(*) FROM bounces") == db.number("SELECT count(*) FROM events") == 0
        db.run("INSERT INTO subjects (subjects, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize(
    "changes, code, text",
    [
        ({"RequestedBy": None}, 1300, "'RequestedBy'"),
        ({"RequestedFor": None}, 1300, "'RequestedFor'"),
        ({"RequestedFor": ""}, 1300, "'RequestedFor'"),
        ({"RequestedFor": "them"}, 1300, "'them'"),
        ({"RequestedFor": "a@x.com, b@x.com"}, 1300, "an address"),
        ({"RequestedBy": "me@x.com\n"}, 1300, "line breaks"),
        ({"RequestedFor": ["them@example.com"]}, 403, "'RequestedFor'"),
        ({"NotifyWhenCompleted": "yes"}, 403, "'NotifyWhenCompleted'"),
    ],
)
def test_an_incomplete_request_is_rejected(account, api, rejected, changes, code, text):
    api.accepted(To="them@example.com")
    rejected(account.post("/data-removals", {**REQUEST, **changes}), 422, code, text)
    assert api.found()["TotalCount"] == 1
    rejected(account.get("/data-removals/1"), 422, 1301)


def test_an_empty_body_is_code_1300(account, rejected):
    rejected(account.post("/data-removals", {}), 422, 1300)
    rejected(account.post("/data-removals", []), 422, 403)


def test_the_notification_is_optional(account):
    """Whether to be told is not asked of everybody."""
    assert account.post("/data-removals", {**REQUEST, "NotifyWhenCompleted": None}).json()["Status"] == "Pending"


def test_an_account_without_permission_is_code_1302(sandbox, account, rejected):
    made = account.post("/data-removals", REQUEST).json()
    sandbox.allow(remove_data=False)
    rejected(account.post("/data-removals", REQUEST), 422, 1302, "allow(remove_data=True)")
    rejected(account.get(f"/data-removals/{made['ID']}"), 422, 1302)
    sandbox.allow(remove_data=True)
    assert account.get(f"/data-removals/{made['ID']}").status_code == 200


@pytest.mark.parametrize("removal_id", ["7", "x", "9" * 30])
def test_an_unknown_request_is_code_1301(account, rejected, removal_id):
    rejected(account.get(f"/data-removals/{removal_id}"), 422, 1301, removal_id)
