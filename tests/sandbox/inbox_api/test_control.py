"""Events, the clock, the record of requests, and resetting."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

TRACKED = {
    "HtmlBody": '<a href="https://shop.example/a">a</a> <a href="https://shop.example/b">b</a>',
    "TrackOpens": True,
    "TrackLinks": "HtmlAndText",
}


@pytest.mark.parametrize(
    "body, event, details",
    [
        ({"type": "bounce"}, "Bounced", {}),
        ({"type": "bounce", "bounce_type": "SoftBounce"}, "Bounced", {}),
        ({"type": "open", "client": "Outlook", "read_seconds": 4}, "Opened", {"Summary": "Outlook on Windows 11"}),
        ({"type": "click", "link": "https://shop.example/b"}, "LinkClicked", {"Link": "https://shop.example/b"}),
        ({"type": "click", "client": "iOS Mail"}, "LinkClicked", {"Link": "https://shop.example/a"}),
        ({"type": "complain"}, "SubscriptionChanged", {"SuppressSending": "True"}),
        ({"type": "unsubscribe"}, "SubscriptionChanged", {"SuppressSending": "True"}),
    ],
    ids=range(7),
)
def test_an_event_is_simulated(inbox, api, body, event, details):
    message = api.accepted(To="a@example.com, b@example.com", **TRACKED)
    made = inbox.post(f"/messages/{message}/events", recipient="A@example.com", **body)["events"]
    assert [(each["type"], each["recipient"]) for each in made] == [(event, "a@example.com")]
    for name, text in details.items():
        assert text in made[0]["details"][name]
    assert inbox.get(f"/messages/{message}")["events"][2:] == made


def test_a_missing_type_is_named_with_the_known_ones(inbox, api):
    message = api.accepted()
    for path, known in ((f"/messages/{message}/events", "deliver, delay"), ("/faults", "fail, rate_limit")):
        argument, says = inbox.rejected("POST", path, json={})
        assert (argument, says.startswith(f"type is missing; known: {known}, ")) == ("type", True)


def test_an_email_is_delayed_and_delivered(inbox, api):
    message = api.accepted(To="queued@fault.sandbox.test")
    assert inbox.get(f"/messages/{message}")["state"] == "queued"
    for kind, event in (("delay", "Transient"), ("deliver", "Delivered")):
        assert inbox.post(f"/messages/{message}/events", type=kind)["events"][0]["type"] == event
    assert inbox.get(f"/messages/{message}")["state"] == "delivered"


@pytest.mark.parametrize(
    "body, argument",
    [
        ({}, "type"),
        ({"type": "opne"}, "type"),
        ({"type": 1}, "type"),
        ({"type": "open"}, "message"),
        ({"type": "deliver"}, "message"),
        ({"type": "bounce", "bounce_type": "Soft"}, "bounce_type"),
        ({"type": "bounce", "link": "x"}, "link"),
        ({"type": "bounce", "recipient": "x@example.com"}, "recipient"),
        ({"type": "bounce", "recipient": ["a"]}, "recipient"),
        ({"type": "bounce", "recipient": "\0"}, "recipient"),
        ({"type": "bounce", "recipient": "\ud800"}, "recipient"),
        ({"type": "open", "read_seconds": "4"}, "read_seconds"),
        ({"type": "open", "read_seconds": 10**30}, "read_seconds"),
        ({"type": "open", "client": "Lotus"}, "client"),
        ({"type": "click", "link": "https://x.example"}, "message"),
    ],
    ids=range(15),
)
def test_an_impossible_event_is_rejected_with_the_reason(inbox, api, body, argument):
    message = api.accepted()
    assert inbox.rejected("POST", f"/messages/{message}/events", json=body)[0] == argument
    assert len(inbox.get(f"/messages/{message}")["events"]) == 1


def test_the_clock_is_stopped_moved_and_started(inbox, sandbox):
    start = datetime.fromisoformat(inbox.post("/clock", frozen=True)["now"])
    assert inbox.get("/clock") == {"now": start.isoformat().replace("+00:00", "Z"), "frozen": True}
    inbox.post("/clock", advance={"days": 2, "minutes": 1.5})
    assert sandbox.clock.now() - start == timedelta(days=2, minutes=1.5)
    at = (start + timedelta(days=3)).isoformat()
    assert inbox.post("/clock", set=at, frozen=False)["frozen"] is False
    assert sandbox.clock.now() >= start + timedelta(days=3)


def test_moving_the_clock_runs_due_events(inbox, api):
    inbox.post("/faults", type="hold", seconds=60)
    message = api.accepted()
    assert inbox.get(f"/messages/{message}")["state"] == "queued"
    assert inbox.post("/clock", advance={"minutes": 2}, wait_idle=30)["idle"] is True
    assert inbox.get(f"/messages/{message}")["state"] == "delivered"


@pytest.mark.parametrize(
    "body, argument",
    [
        ({"advance": 5}, "advance"),
        ({"advance": {"minutes": -1}}, "advance"),
        ({"advance": {"minutes": "x"}}, "advance"),
        ({"advance": {"days": 10**12}}, "advance"),
        ({"set": "yesterday"}, "set"),
        ({"set": "2999-01-01T00:00:00"}, "set"),
        ({"set": "2001-01-01T00:00:00Z"}, "set"),
        ({"set": "2999-01-01T00:00:00Z", "advance": {"days": 1}}, "set"),
        ({"frozen": 1}, "frozen"),
        ({"wait_idle": -1}, "wait_idle"),
        ({"wait_idle": True}, "wait_idle"),
    ],
    ids=range(11),
)
def test_an_invalid_time_is_rejected(inbox, body, argument):
    assert inbox.rejected("POST", "/clock", json=body)[0] == argument


def test_requests_are_listed(inbox, api):
    accepted = api.accepted()
    api.send(To="nobody")
    api.post("/email/batch", [api.email(), api.email(Subject=5)])
    found = inbox.get("/requests")["requests"]
    assert [(each["path"], each["status"], each["rejected"]) for each in found] == [
        ("/email/batch", 200, True),
        ("/email", 422, True),
        ("/email", 200, False),
    ]
    assert found[2]["message_ids"] == [accepted]
    assert (found[0]["rejections"][0]["index"], found[1]["rejections"][0]["code"]) == (1, 300)
    assert [each["path"] for each in inbox.get("/requests", rejected="true", limit=1)["requests"]] == ["/email/batch"]
    assert inbox.rejected("GET", "/requests", params={"rejected": "maybe"})[0] == "rejected"


@pytest.mark.costly
def test_the_sandbox_is_reset(inbox, api, sandbox):
    api.post("/templates", {"Name": "Welcome", "Subject": "Hi", "TextBody": "Hi"})
    api.accepted()
    sandbox.faults.fail(times=None, route="/stats/*")
    assert inbox.post("/reset", keep=["templates"]) == {"kept": ["templates"]}
    assert inbox.get("/messages")["messages"] == inbox.get("/faults")["faults"] == []
    assert api.get("/templates", count=5, offset=0).json()["TotalCount"] == 1
    assert inbox.post("/reset") == {"kept": []}
    assert api.get("/templates", count=5, offset=0).json()["TotalCount"] == 0
    for keep in (["emails"], "templates", [1]):
        assert inbox.rejected("POST", "/reset", json={"keep": keep})[0] == "keep"


def test_a_reset_does_not_delete_the_server_that_asks_for_it(inbox, other_inbox):
    argument, text = other_inbox.rejected("POST", "/reset")
    assert argument == "keep"
    assert "token of the first server" in text
    other_inbox.post("/reset", keep=["servers"])
    inbox.post("/reset")
    assert inbox.get("/messages")["messages"] == []
