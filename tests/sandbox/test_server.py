"""The server that a token belongs to: what it is set to, and what it may be set to."""

from __future__ import annotations

import json
import re

import pytest

from emailapi.sandbox.tables import servers

SETTINGS = {
    "Name": "Production",
    "Color": "green",
    "SmtpApiActivated": False,
    "RawEmailEnabled": True,
    "InboundHookUrl": "https://hook:p4ss@example.com/inbound",
    "BounceHookUrl": "http://127.0.0.1:8000/bounce",
    "OpenHookUrl": "http://localhost/open",
    "DeliveryHookUrl": "https://93.184.215.14/delivery",
    "ClickHookUrl": "https://example.com/click",
    "PostFirstOpenOnly": True,
    "InboundDomain": "in.example.com",
    "InboundSpamThreshold": 13,
    "TrackOpens": True,
    "TrackLinks": "HtmlOnly",
    "IncludeBounceContentInHook": True,
    "EnableSmtpApiErrorHooks": True,
}


def test_a_server_has_every_key(sandbox, api):
    server = api.get("/server").json()
    assert re.fullmatch("[0-9a-f]{32}", server.pop("InboundHash"))
    assert re.fullmatch(r"[0-9a-f]{32}@inbound\.postmarkapp\.com", server.pop("InboundAddress"))
    assert server == {
        "ID": 4_000_001,
        "Name": "Sandbox",
        "ApiTokens": [sandbox.token],
        "ServerLink": "https://sandbox.invalid/servers/4000001",
        "Color": "blue",
        "DeliveryType": "Live",
        "SmtpApiActivated": True,
        "RawEmailEnabled": False,
        "InboundHookUrl": "",
        "BounceHookUrl": "",
        "OpenHookUrl": "",
        "DeliveryHookUrl": "",
        "ClickHookUrl": "",
        "PostFirstOpenOnly": False,
        "InboundDomain": "",
        "InboundSpamThreshold": 0,
        "TrackOpens": False,
        "TrackLinks": "None",
        "IncludeBounceContentInHook": False,
        "EnableSmtpApiErrorHooks": False,
    }


def test_every_setting_can_be_changed(api):
    before = api.get("/server").json()
    assert api.put("/server", SETTINGS).json() == {**before, **SETTINGS}
    assert api.get("/server").json() == {**before, **SETTINGS}
    assert api.put("/server", before).json() == before


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_are_not_given_are_unchanged(api, name):
    """A setting that a body leaves out, or has null for, stays as it is."""
    before = api.get("/server").json()
    others = dict.fromkeys(SETTINGS.keys() - {name})
    assert api.put("/server", {name: SETTINGS[name]}).json() == {**before, name: SETTINGS[name]}
    assert api.put("/server", {**others, name: before[name]}).json() == before


def test_settings_apply_to_the_next_email(api):
    api.put("/server", {"TrackOpens": True, "TrackLinks": "TextOnly"})
    message = api.details(api.accepted())
    assert (message["TrackOpens"], message["TrackLinks"]) == (True, "TextOnly")


@pytest.mark.parametrize(
    "body, code, text",
    [
        (None, 609, "a server"),
        ({}, 609, "a server"),
        ({"Unknown": 1, "ApiTokens": ["x"], "ID": 7}, 609, "no settings"),
        ({"Name": None}, 609, "no settings"),
        ([], 403, "an object"),
        ({"Name": " "}, 608, "'Name'"),
        ({"Name": "a\nb"}, 608, "line breaks"),
        ({"Name": "\ud800"}, 608, "half a character"),
        ({"Name": 5}, 403, "'Name' must be a string"),
        ({"Color": "Pink"}, 607, "'Pink'"),
        ({"TrackLinks": "All"}, 612, "HtmlAndText"),
        ({"TrackLinks": "htmlonly"}, 612, "'htmlonly'"),
        ({"DeliveryType": "Sandbox"}, 613, "never changes"),
        ({"DeliveryType": "Dead"}, 613, "'Dead'"),
        ({"InboundSpamThreshold": 31}, 611, "0 to 30"),
        ({"InboundSpamThreshold": -1}, 611, "0 to 30"),
        ({"InboundSpamThreshold": "5"}, 403, "a whole number"),
        ({"InboundSpamThreshold": True}, 403, "a whole number"),
        ({"InboundSpamThreshold": 1.5}, 403, "a whole number"),
        ({"InboundDomain": "in.example.invalid"}, 610, "MX record"),
        ({"InboundDomain": "in example"}, 610, "MX record"),
        ({"InboundDomain": "localhost"}, 610, "MX record"),
        ({"BounceHookUrl": "example.com/hook"}, 606, "'BounceHookUrl'"),
        ({"InboundHookUrl": "ftp://example.com/hook"}, 606, "'InboundHookUrl'"),
        ({"OpenHookUrl": "https://"}, 606, "'OpenHookUrl'"),
        ({"ClickHookUrl": "https://[::1/"}, 606, "'ClickHookUrl'"),
        ({"ClickHookUrl": "https://example.com:99999/"}, 606, "'ClickHookUrl'"),
        ({"DeliveryHookUrl": "http://192.168.1.7/hook"}, 606, "internal"),
        ({"DeliveryHookUrl": "http://169.254.169.254/latest"}, 606, "internal"),
        ({"DeliveryHookUrl": "https://example.com/a\r\nb"}, 606, "line breaks"),
        ({"DeliveryHookUrl": 7}, 403, "a string"),
        ({"TrackOpens": "true"}, 403, "'TrackOpens' must be a boolean"),
        ({"SmtpApiActivated": 1}, 403, "'SmtpApiActivated' must be a boolean"),
    ],
)
def test_an_invalid_setting_is_rejected_by_its_code(api, rejected, body, code, text):
    before = api.get("/server").json()
    headers = {"Content-Type": "application/json"}
    rejected(api.request("PUT", "/server", data=json.dumps(body), headers=headers), 422, code, text)
    assert api.get("/server").json() == before


def test_an_invalid_setting_prevents_all_changes(api, rejected):
    """Of a body with one setting that cannot be, nothing is set."""
    before = api.get("/server").json()
    rejected(api.put("/server", {**SETTINGS, "ClickHookUrl": "nowhere"}), 422, 606)
    assert api.get("/server").json() == before


@pytest.mark.parametrize("color", ["turquoise", "TURQUOISE", " Turquoise "])
def test_colors_match_in_any_case(api, color):
    assert api.put("/server", {"Color": color}).json()["Color"] == "turquoise"


def test_a_name_or_domain_of_another_server_is_rejected(sandbox, api, rejected):
    with sandbox.store.transaction() as db:
        servers.create(db, "Second", 0, inbound_domain="in.example.com")
    rejected(api.put("/server", {"Name": "SECOND"}), 422, 603, "SECOND")
    rejected(api.put("/server", {"InboundDomain": "IN.example.com"}), 422, 602, "in.example.com")
    assert api.put("/server", {"Name": "SandBox", "InboundDomain": "own.example.com"}).json()["Name"] == "SandBox"
    assert api.put("/server", {"InboundDomain": "own.example.com"}).status_code == 200
    assert api.put("/server", {"InboundDomain": ""}).json()["InboundDomain"] == ""


def test_other_tokens_do_not_open_the_server(sandbox, account, open_api, rejected):
    rejected(account.get("/server"), 401, 10)
    rejected(open_api(sandbox, "POSTMARK_API_TEST").get("/server"), 401, 10)
    rejected(open_api(sandbox, sandbox.account_token).get("/server"), 401, 10)
