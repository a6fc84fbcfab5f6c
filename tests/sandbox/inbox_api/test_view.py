"""Rules of all operations: tokens, origins, names, errors."""

from __future__ import annotations

import pytest
import requests

from emailapi.sandbox.inbox_api import PREFIX

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("token", [None, "wrong", "POSTMARK_API_TEST"])
def test_a_request_needs_the_token_of_a_server(sandbox, token):
    headers = {} if token is None else {"X-Postmark-Server-Token": token}
    for path in ("/messages", "/messages/wait", "/clock"):
        response = requests.get(f"{sandbox.url}{PREFIX}{path}", headers=headers, timeout=60)
        assert (response.status_code, [*response.json()]) == (401, ["message"])
    headers["X-Postmark-Account-Token"] = sandbox.account_token
    assert requests.post(f"{sandbox.url}{PREFIX}/reset", headers=headers, timeout=60).status_code == 401


@pytest.mark.costly
def test_a_token_opens_the_emails_of_its_own_server_only(inbox, other_inbox, api):
    message = api.accepted()
    assert other_inbox.get("/messages")["messages"] == []
    for method, path in (
        ("GET", ""),
        ("GET", "/raw"),
        ("GET", "/html"),
        ("GET", "/attachments/0"),
        ("POST", "/events"),
    ):
        argument, text = other_inbox.rejected(method, f"/messages/{message}{path}", 404)
        assert argument is None
        assert message in text
    assert other_inbox.delete("/messages") == {"deleted": 0}
    assert other_inbox.get("/messages/wait", since="0", timeout=0)["near"] == []
    assert other_inbox.get("/requests")["requests"] == []
    assert [each["message_id"] for each in inbox.get("/messages")["messages"]] == [message]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_a_web_page_of_another_origin_is_rejected(inbox, origin):
    """Its browser asks first whether it may send the token, and is not told that it may."""
    asking = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
    asked = requests.options(f"{inbox.url}/messages", headers=asking, timeout=60)
    given = requests.get(f"{inbox.url}/messages", headers={**inbox.headers, "Origin": origin}, timeout=60)
    for response in (asked, given):
        assert not any(name.lower().startswith("access-control") for name in response.headers)
    assert requests.delete(f"{inbox.url}/messages", headers={"Origin": origin}, timeout=60).status_code == 403


def test_a_host_that_is_not_allowed_is_rejected(inbox):
    response = requests.get(f"{inbox.url}/messages", headers={**inbox.headers, "Host": "evil.example"}, timeout=60)
    assert (response.status_code, [*response.json()]) == (403, ["message"])


@pytest.mark.parametrize(
    "method, path, options, name",
    [
        ("GET", "/messages", {"params": {"query": "x"}}, "query"),
        ("DELETE", "/messages", {"params": {"limit": "1"}}, "limit"),
        ("GET", "/clock", {"params": {"x": "1"}}, "x"),
        ("POST", "/reset", {"json": {"kep": []}}, "kep"),
        ("POST", "/faults", {"json": {"type": "fail", "stauts": 503}}, "stauts"),
        ("POST", "/faults", {"json": {"type": "fail", "server": None}}, "server"),
        ("POST", "/clock", {"json": {"advance": {"minuts": 1}}}, "minuts"),
    ],
)
def test_an_unknown_name_is_rejected(inbox, api, method, path, options, name):
    """Nothing is done then: what is misspelled may have been meant to do less."""
    api.accepted()
    argument, text = inbox.rejected(method, path, **options)
    assert argument == name
    assert name in text
    assert len(inbox.get("/messages")["messages"]) == 1


@pytest.mark.parametrize(
    "data, headers, status",
    [
        (b"{", JSON, 422),
        (b"[]", JSON, 422),
        (b"null", JSON, 422),
        (b"[" * 100_000, JSON, 422),
        (b'{"type": NaN}', JSON, 422),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b'{"type": "' + b"x" * 10_000_001 + b'"}', JSON, 413),
    ],
    ids=range(7),
)
def test_a_body_must_be_a_json_object(inbox, data, headers, status):
    response = requests.post(f"{inbox.url}/faults", data, headers={**inbox.headers, **headers}, timeout=60)
    assert (response.status_code, [*response.json()]) == (status, ["message"])


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "", 404),
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/faults", 405),
        ("GET", "/messages/a/b", 404),
        ("GET", "/faults/x", 404),
    ],
)
def test_an_unknown_path_or_method_has_the_same_form_of_error(inbox, method, path, status):
    response = requests.request(method, inbox.url + path, headers=inbox.headers, timeout=60)
    assert (response.status_code, [*response.json()]) == (status, ["message"])
    assert "X-PM-ApiErrorCode" not in response.headers


def test_an_internal_error_has_the_same_form(inbox, monkeypatch):
    from emailapi.sandbox.inbox_api import emails_view

    monkeypatch.setattr(emails_view, "parse", lambda *_: 1 // 0)
    response = requests.get(f"{inbox.url}/messages", headers=inbox.headers, timeout=60)
    assert (response.status_code, [*response.json()]) == (500, ["message"])
    assert "ZeroDivisionError" not in response.text


def test_requests_to_this_api_are_not_recorded_and_not_affected_by_faults(inbox, sandbox):
    sandbox.faults.fail(times=None, route="/*")
    inbox.get("/messages")
    requests.get(f"{inbox.url}/nothing", timeout=60)
    assert sandbox.requests() == []
