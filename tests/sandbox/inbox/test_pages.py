"""Each page, what its forms do, and its states without data."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest
import requests

from emailapi import Client
from emailapi.sandbox import Sandbox

from .conftest import Browsing

Send = Callable[..., str]
PATHS = ("", "/requests", "/webhooks", "/suppressions", "/stats", "/inbound/new", "/lab", "/connect", "/templates")


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_shown_before_there_is_anything(browsing: Browsing, path: str) -> None:
    response = browsing.get(path)
    assert response.status_code == 200
    assert response.text.count("<h1") == 1
    assert 'aria-current="page"' in response.text


@pytest.mark.parametrize("accept", ["text/html,*/*", "application/json"])
def test_a_browser_is_led_from_the_root_to_the_inbox(sandbox: Sandbox, browsing: Browsing, accept: str) -> None:
    response = browsing.session.get(sandbox.url + "/", headers={"Accept": accept}, timeout=60)
    shown = response.status_code == 200 and response.url == f"{sandbox.inbox_url}/4000001"
    assert shown == (accept != "application/json")


def test_the_inbox_begins_with_the_server_that_was_looked_at_last(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.session.post(
        f"{sandbox.url}/servers",
        json={"Name": "Second"},
        headers={"X-Postmark-Account-Token": sandbox.account_token, "Accept": "application/json"},
        timeout=60,
    )
    assert "Second" in browsing.get().text
    browsing.session.get(f"{sandbox.inbox_url}/4000002", timeout=60)
    assert browsing.session.get(sandbox.inbox_url, timeout=60).url == f"{sandbox.inbox_url}/4000002"


@pytest.mark.parametrize("path", ["/inbox/77", "/inbox/4000001/nothing", "/inbox/static/app.py"])
def test_an_unknown_path_is_a_page_that_leads_back(sandbox: Sandbox, browsing: Browsing, path: str) -> None:
    response = browsing.session.get(sandbox.url + path, timeout=60)
    assert response.status_code == 404
    assert "Back to the messages" in response.text


def test_requests_of_the_inbox_are_not_among_the_requests(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.session.get(sandbox.inbox_url, timeout=60)
    assert sandbox.requests() == []


def test_a_rejected_request_is_shown_with_its_code_and_reason(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.session.post(
        f"{sandbox.url}/email",
        json={"From": "nonsense"},
        headers={"X-Postmark-Server-Token": sandbox.token, "Accept": "application/json"},
        timeout=60,
    )
    assert "<b>300</b> Invalid &#39;From&#39; address" in browsing.get("/requests", rejected="1").text


def _post(sandbox: Sandbox, path: str, body: object, token: str = "Server") -> requests.Response:
    given = {"Server": sandbox.token, "Account": sandbox.account_token}[token]
    headers = {f"X-Postmark-{token}-Token": given, "Accept": "application/json"}
    return requests.post(sandbox.url + path, json=body, headers=headers, timeout=60)


def test_a_request_is_shown_with_its_body_and_as_curl(sandbox: Sandbox, browsing: Browsing) -> None:
    _post(sandbox, "/email", {"From": "a@example.com", "To": "it's", "TextBody": "x"})
    number = re.search(r"/requests/(\d+)", browsing.get("/requests").text)[1]  # type: ignore[index]
    text = unescape(browsing.get(f"/requests/{number}").text)
    assert '"TextBody": "x"' in text
    assert "--data-raw '{" in text
    assert "300 means: " in text
    assert browsing.get("/requests/99").status_code == 404


def test_the_passwords_in_a_request_are_masked(sandbox: Sandbox, browsing: Browsing) -> None:
    login = {"Username": "ada", "Password": 'very "secret'}
    header = {"Name": "X-Api-Key", "Value": "hush"}
    _post(sandbox, "/webhooks", {"Url": "http://127.0.0.1:9/", "HttpAuth": login, "HttpHeaders": [header]})
    text = unescape(browsing.get("/requests/1").text)
    assert '"Password": "***"' in text
    assert '"Value": "***"' in text
    assert not re.search("secret|hush", text)
    assert "hush" not in repr(sandbox.requests())


def test_a_long_body_is_cut(sandbox: Sandbox, browsing: Browsing) -> None:
    _post(sandbox, "/email", {"From": "a@example.com", "To": "b@example.com", "TextBody": "x" * 20_000})
    text = browsing.get("/requests/1").text
    assert "further bytes were not kept" in text
    assert "--data-binary @body.json" in text


def test_a_request_of_the_account_is_copied_with_its_token(sandbox: Sandbox, browsing: Browsing) -> None:
    _post(sandbox, "/servers", {"Name": "Second"}, "Account")
    assert "X-Postmark-Account-Token: $EMAILAPI_ACCOUNT_TOKEN" in unescape(browsing.get("/requests/1").text)


def test_the_request_of_another_server_is_not_shown(sandbox: Sandbox, browsing: Browsing, send: Send) -> None:
    send()
    _post(sandbox, "/servers", {"Name": "Second"}, "Account")
    other = f"{sandbox.inbox_url}/4000002/requests/1"
    assert browsing.session.get(other, timeout=60).status_code == 404


def test_an_address_is_suppressed_and_sent_to_again(sandbox: Sandbox, client: Client, browsing: Browsing) -> None:
    done = browsing.post("/suppressions/add", address="Dana@example.com", stream="outbound", page="/suppressions")
    assert "dana@example.com" in done.text
    assert [each.email_address for each in client.suppressions.list("outbound")] == ["dana@example.com"]
    browsing.post("/suppressions/lift", address="dana@example.com", stream="outbound", page="/suppressions")
    assert [*client.suppressions.list("outbound")] == []


def test_an_error_of_a_form_is_shown_above_its_page(browsing: Browsing) -> None:
    response = browsing.post("/suppressions/add", address="nonsense", stream="outbound", page="/suppressions")
    assert "is not a valid email address" in response.text
    assert response.url.startswith(f"{browsing.base}/suppressions?")


def test_an_email_comes_in_by_the_form(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.post("/inbound", sender="dana@example.com", subject="Re: hi", text="yes", page="/inbound/new")
    (message,) = sandbox.messages("is:inbound")
    assert (message.subject, message.text_body) == ("Re: hi", "yes")
    assert "Re: hi" in browsing.get().text


def test_the_form_takes_a_whole_message(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.post("/inbound", raw="From: dana@example.com\r\nSubject: Raw\r\n\r\nyes\r\n", page="/inbound/new")
    assert [message.subject for message in sandbox.messages("is:inbound")] == ["Raw"]


@pytest.mark.costly
def test_the_clock_is_moved_and_stopped(sandbox: Sandbox, browsing: Browsing) -> None:
    before = sandbox.clock.now()
    browsing.post("/lab/clock", amount="6", unit="hours", page="/lab")
    assert sandbox.clock.now() - before >= timedelta(hours=6)
    assert "+6 h" in browsing.get("/lab").text
    browsing.post("/lab/clock", act="freeze")
    assert sandbox.clock.frozen
    browsing.post("/lab/clock", act="run")
    assert not sandbox.clock.frozen


@pytest.mark.parametrize(
    "form, text",
    [
        ({"amount": "-1", "unit": "hours"}, "forward"),
        ({"amount": "nan", "unit": "hours"}, "must be a number"),
        ({"amount": "1", "unit": "years"}, "must be one of"),
        ({"act": "set", "at": "2001-01-01T00:00"}, "forward"),
        ({"act": "set", "at": "soon"}, "must be like"),
    ],
)
def test_a_wrong_move_of_the_clock_is_explained(browsing: Browsing, form: dict[str, str], text: str) -> None:
    assert text in browsing.post("/lab/clock", page="/lab", **form).text


KINDS = {
    "fail": "503",
    "rate_limit": "2",
    "cut_before_accept": "",
    "cut_after_accept": "",
    "delay": "0.1",
    "drip": "0.1",
    "index_delay": "5",
    "bounce_all": "SoftBounce",
    "hold": "",
    "reject": "451 4.7.1 Try later",
    "webhook_fail": "500",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_is_armed_and_cancelled(sandbox: Sandbox, browsing: Browsing, kind: str) -> None:
    browsing.post("/lab/faults", kind=kind, value=KINDS[kind], page="/lab")
    (fault,) = sandbox.faults
    assert (fault.kind, fault.server) == (kind, 4000001)
    browsing.post("/lab/faults/cancel", number=str(fault.number))
    assert [*sandbox.faults] == []


def test_the_clock_is_moved_to_a_time(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.post("/lab/clock", act="set", at="2090-01-31T12:00:00", page="/lab")
    assert sandbox.clock.now().astimezone().replace(tzinfo=None) >= datetime(2090, 1, 31, 12)


def test_a_fault_takes_all_its_arguments_and_tells_them(sandbox: Sandbox, browsing: Browsing) -> None:
    form = {"to": "*@example.com", "route": "POST /email", "after": "1", "times": "2"}
    browsing.post("/lab/faults", kind="fail", value="422", code="300", page="/lab", **form)
    browsing.post("/lab/faults", kind="reject", value="451 4.7.1 Later", at="rcpt", page="/lab")
    browsing.post("/lab/faults", kind="bounce_all", value="SoftBounce", page="/lab")
    text = browsing.get("/lab").text
    assert "returned 422 with code 300, to *@example.com, POST /email, after 1 others" in text
    assert "replied 451 4.7.1 Later" in text
    assert "soft bounce" in text
    assert next((fault.kind, fault.remaining) for fault in sandbox.faults) == ("fail", 2)


def test_a_fault_is_armed_on_all_servers(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.post("/lab/faults", kind="hold", everywhere="1", page="/lab")
    assert [fault.server for fault in sandbox.faults] == [None]
    assert "on all servers" in browsing.get("/lab").text


@pytest.mark.parametrize("form", [{"kind": "drip", "at": "rcpt"}, {"kind": "hold", "code": "300"}])
def test_an_argument_that_a_fault_does_not_take_is_explained(browsing: Browsing, form: dict[str, str]) -> None:
    assert re.search("(at|code) is for the faults", browsing.post("/lab/faults", value="1", page="/lab", **form).text)


@pytest.mark.costly
def test_the_form_offers_every_fault(browsing: Browsing) -> None:
    assert all(f'value="{kind}"' in browsing.get("/lab").text for kind in KINDS)


def test_a_sample_message_is_sent(sandbox: Sandbox, browsing: Browsing) -> None:
    browsing.post("/sample")
    (message,) = sandbox.messages()
    assert (message.tag, message.code) == ("sample", "739204")


def test_the_page_about_connecting_has_true_addresses(sandbox: Sandbox, browsing: Browsing) -> None:
    text = browsing.get("/connect").text
    for true in (sandbox.url, sandbox.token, sandbox.account_token, str(sandbox.smtp_port)):
        assert true in text


def test_statistics_count_by_day(browsing: Browsing, send: Send) -> None:
    send()
    assert '<td class="num">1<svg class="share"' in browsing.get("/stats").text
