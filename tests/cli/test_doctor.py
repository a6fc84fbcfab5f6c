"""`emailapi doctor`: its checks and exit codes."""

from __future__ import annotations

import pytest

from emailapi import AccountClient

from ..ports import unused_port


def states(done):
    """Return the state of each check by its name."""
    return {check["check"]: check["state"] for check in done.json}


def test_without_an_account_token_the_domain_is_not_checked(run, sandbox):
    done = run("doctor")
    assert done.code == 0
    assert states(done) == {
        "versions": "ok",
        "sandbox": "ok",
        "token": "ok",
        "connection": "ok",
        "delivery": "ok",
        "sender": "ok",
        "domain": "warn",
    }


def test_the_domain_of_the_sender_is_checked(run, sandbox, monkeypatch):
    monkeypatch.setenv("EMAILAPI_ACCOUNT_TOKEN", sandbox.account_token)
    monkeypatch.setenv("EMAILAPI_SENDER", "shop@news.example.org")
    done = run("doctor")
    assert (done.code, states(done)["domain"]) == (1, "fail")
    with AccountClient() as account:
        account.domains.create(name="news.example.org")
    done = run("doctor")
    assert {"DKIM", "SPF", "return path"} <= states(done).keys()
    assert all(check["advice"] for check in done.json if check["state"] != "ok")


def test_no_token_is_3(run, monkeypatch):
    done = run("doctor")
    assert (done.code, states(done)["token"]) == (3, "fail")
    assert "EMAILAPI_SERVER_TOKEN" in done.out


@pytest.mark.parametrize("kind", ["account", "unknown"])
def test_a_wrong_token_is_3_and_is_not_shown(run, sandbox, monkeypatch, kind):
    token = sandbox.account_token if kind == "account" else "tops3cret"
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", token)
    done = run("doctor")
    assert (done.code, states(done)["token"]) == (3, "fail")
    assert ("this is an account token" in done.out) == (kind == "account")
    assert token not in done.out


def test_a_service_that_does_not_respond_is_4(run, sandbox, monkeypatch, clock):
    monkeypatch.setenv("EMAILAPI_BASE_URL", f"http://127.0.0.1:{unused_port()}")
    done = run("doctor")
    assert (done.code, states(done)["connection"]) == (4, "fail")


def test_a_missing_sender_is_a_warning(run, sandbox, monkeypatch):
    monkeypatch.delenv("EMAILAPI_SENDER")
    assert states(run("doctor"))["sender"] == "warn"
