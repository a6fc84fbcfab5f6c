"""Faults that are armed by the JSON API."""

from __future__ import annotations

import pytest


def test_a_fault_is_armed_counted_and_used_up(inbox, api):
    fault = inbox.post("/faults", type="fail", status=503, times=2, route="/email")
    assert fault == {"number": fault["number"], "type": "fail", "armed": True, "hits": 0, "remaining": 2}
    assert [api.send().status_code for _ in range(3)] == [503, 503, 200]
    over = inbox.get(f"/faults/{fault['number']}")
    assert (over["armed"], over["hits"], over["remaining"]) == (False, 2, 0)
    assert inbox.get("/faults")["faults"] == []


def test_a_fault_is_cancelled(inbox, api, sandbox):
    fault = inbox.post("/faults", type="fail", times=None)
    assert inbox.get("/faults")["faults"] == [fault]
    assert inbox.delete(f"/faults/{fault['number']}")["armed"] is False
    assert api.send().status_code == 200
    sandbox.faults.rate_limit()
    inbox.post("/faults", type="bounce_all", bounce_type="SoftBounce")
    assert inbox.delete("/faults") == {"cancelled": 2}
    assert len(sandbox.faults) == 0


def test_a_fault_applies_to_requests_of_its_server(inbox, other_inbox, api, open_api, sandbox, account):
    other = open_api(sandbox, other_inbox.headers["X-Postmark-Server-Token"])
    fault = other_inbox.post("/faults", type="fail", times=None)
    assert (api.send().status_code, other.send().status_code) == (200, 503)
    assert inbox.get("/faults")["faults"] == []
    inbox.rejected("GET", f"/faults/{fault['number']}", 404)
    inbox.rejected("DELETE", f"/faults/{fault['number']}", 404)
    inbox.delete("/faults")
    assert other.send().status_code == 503
    other_inbox.delete("/faults")
    other_inbox.post("/faults", type="fail", times=3, all_servers=True)
    assert [each.send().status_code for each in (api, other)] == [503, 503]
    assert account.get("/servers", count=1, offset=0).status_code == 503


@pytest.mark.parametrize(
    "body, status",
    [
        ({"type": "fail", "code": 406, "message": "No."}, 422),
        ({"type": "fail", "status": 502}, 502),
        ({"type": "fail", "status": 200, "body": {"x": [1]}}, 200),
        ({"type": "rate_limit", "retry_after": 7}, 429),
        ({"type": "delay", "seconds": 0.01, "at": "body"}, 200),
        ({"type": "drip", "seconds": 0.01}, 200),
        ({"type": "fail", "after": 1, "to": "*@example.com"}, 200),
    ],
    ids=range(7),
)
def test_each_fault_accepts_its_arguments(inbox, api, body, status):
    fault = inbox.post("/faults", **body)
    response = api.send()
    assert response.status_code == status
    assert inbox.get(f"/faults/{fault['number']}")["hits"] == ("after" not in body)


def test_emails_are_held_and_hidden(inbox, api):
    inbox.post("/faults", type="hold", times=1)
    inbox.post("/faults", type="index_delay", seconds=60)
    message = api.accepted()
    assert inbox.get(f"/messages/{message}")["state"] == "queued"
    assert api.found()["TotalCount"] == 0


@pytest.mark.parametrize(
    "body, argument",
    [
        ({}, "type"),
        ({"type": "fial"}, "type"),
        ({"type": "clear"}, "type"),
        ({"type": "effect_on"}, "type"),
        ({"type": "fail", "status": "503"}, "status"),
        ({"type": "fail", "status": True}, "status"),
        ({"type": "fail", "status": 99}, "status"),
        ({"type": "fail", "code": "x"}, "code"),
        ({"type": "fail", "message": 5}, "message"),
        ({"type": "fail", "body": 5}, "body"),
        ({"type": "fail", "to": 5}, "to"),
        ({"type": "fail", "route": 5}, "route"),
        ({"type": "fail", "route": "email"}, "route"),
        ({"type": "fail", "times": 0}, "times"),
        ({"type": "fail", "times": "2"}, "times"),
        ({"type": "fail", "after": -1}, "after"),
        ({"type": "fail", "seconds": 1}, "seconds"),
        ({"type": "fail", "all_servers": 1}, "all_servers"),
        ({"type": "rate_limit", "retry_after": "soon"}, "retry_after"),
        ({"type": "delay"}, "seconds"),
        ({"type": "delay", "seconds": "1"}, "seconds"),
        ({"type": "delay", "seconds": 1, "at": "tail"}, "at"),
        ({"type": "bounce_all", "bounce_type": "Soft"}, "bounce_type"),
        ({"type": "bounce_all", "bounce_type": ["x"]}, "bounce_type"),
    ],
    ids=range(24),
)
def test_an_invalid_fault_is_rejected(inbox, sandbox, body, argument):
    """It would fail in the middle of a request otherwise."""
    assert inbox.rejected("POST", "/faults", json=body)[0] == argument
    assert len(sandbox.faults) == 0


def test_an_unknown_fault_is_not_found(inbox):
    inbox.rejected("GET", "/faults/99", 404)
