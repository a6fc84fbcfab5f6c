"""Faults over SMTP."""

from __future__ import annotations

import smtplib

import pytest

from emailapi import InvalidArgument
from emailapi.sandbox.matching import STAGES

from .conftest import MESSAGE

REPLY = "451 4.7.1 Try later"


def _until(connection, token, stage):
    """Talk until a stage, and return the reply to it."""
    steps = {
        "ehlo": "EHLO here",
        "auth": "AUTH LOGIN",
        "mail": "MAIL FROM:<s@example.com>",
        "rcpt": "RCPT TO:<dana@example.com>",
        "data": "DATA",
        "message": MESSAGE + b".\r\n",
    }
    reply = connection.read()
    if stage == "connect":
        return reply
    for name, command in steps.items():
        if name == stage or name != "auth":
            reply = connection.ask(command)
        if name == stage:
            return reply
        if name == "ehlo" and stage != "auth":
            import base64

            login = base64.b64encode(f"\0{token}\0{token}".encode()).decode()
            assert connection.ask(f"AUTH PLAIN {login}").startswith("235")
    raise AssertionError(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_a_reply_rejects_at_each_stage_once_and_stores_nothing(sandbox, connect, stage):
    fault = sandbox.faults.reject(REPLY, at=stage)
    assert _until(connect(), sandbox.token, stage) == REPLY
    assert (fault.hits, fault.remaining, len(sandbox.faults)) == (1, 0, 0)
    assert sandbox.messages() == []
    (request,) = sandbox.requests(rejected=True)
    assert (request.path, request.status) == (stage, 451)
    assert request.fault == f"fault 1: replied {REPLY}"
    assert _until(connect(), sandbox.token, stage) != REPLY


def test_a_rejected_login_is_rejected_by_every_mechanism(sandbox):
    """A client such as smtplib tries the next mechanism: one fault must reject the login, not one of its attempts."""
    fault = sandbox.faults.reject("535 5.7.8 No", at="auth")
    host = (sandbox.smtp_host, sandbox.smtp_port)
    with smtplib.SMTP(*host, local_hostname="here") as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(sandbox.token, sandbox.token)
    assert fault.hits == 1
    with smtplib.SMTP(*host, local_hostname="here") as client:
        client.login(sandbox.token, sandbox.token)


@pytest.mark.parametrize("stage", STAGES)
def test_421_closes_the_connection(sandbox, connect, stage):
    sandbox.faults.reject("421 4.3.2 Going down", at=stage)
    connection = connect()
    assert _until(connection, sandbox.token, stage) == "421 4.3.2 Going down"
    assert connection.read() == ""


def test_one_of_several_recipients_can_be_rejected(sandbox, smtp):
    with sandbox.faults.reject(550, at="rcpt", to="*@gone.example", times=None):
        assert set(smtp.sendmail("s@example.com", ["a@gone.example", "b@example.com"], MESSAGE)) == {"a@gone.example"}
    assert [one.email for one in sandbox.messages()[0].bcc] == ["b@example.com"]


def test_a_fault_applies_only_to_the_authenticated_server(sandbox, account, connect):
    other = account.post("/servers", {"Name": "Other"}).json()
    sandbox.faults.reject(REPLY, at="mail", server=other["ID"])
    assert _until(connect(), sandbox.token, "mail").startswith("250")
    assert _until(connect(), other["ApiTokens"][0], "mail") == REPLY


def test_fail_rejects_a_message_after_its_content(sandbox, smtp):
    with sandbox.faults.fail(via="smtp") as fault, pytest.raises(smtplib.SMTPDataError) as caught:
        smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE)
    assert (caught.value.smtp_code, fault.hits) == (451, 1)
    sandbox.faults.fail(status=554, message="5.7.1 Spam", via="smtp", to="dana@example.com")
    with pytest.raises(smtplib.SMTPDataError, match="5.7.1 Spam"):
        smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE)
    assert sandbox.messages() == []
    assert smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE) == {}


@pytest.mark.parametrize("name, stored", [("before", 0), ("after", 1)])
def test_a_connection_is_cut_before_or_after_a_message_is_stored(sandbox, smtp, name, stored):
    getattr(sandbox.faults, f"cut_{name}_accept")(via="smtp")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE)
    assert len(sandbox.messages()) == stored
    assert sandbox.requests()[0].status is None


def test_a_reply_can_be_delayed(sandbox, smtp):
    with sandbox.faults.delay(0.05, via="smtp") as fault:
        smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE)
    assert fault.hits == 1


def test_faults_of_the_api_and_of_smtp_are_separate(sandbox, client, smtp):
    over_smtp, over_api = sandbox.faults.fail(via="smtp"), sandbox.faults.fail(status=500)
    assert client.messages.list is not None
    with pytest.raises(smtplib.SMTPDataError):
        smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE)
    assert (over_smtp.hits, over_api.hits) == (1, 0)


def test_faults_that_bounce_or_queue_apply_to_smtp_too(sandbox, client, send):
    with sandbox.faults.bounce_all("SoftBounce"):
        send()
        assert client.bounces.list().total_count == 1
    with sandbox.faults.hold():
        send()
        assert len(sandbox.messages("is:queued")) == 1


@pytest.mark.parametrize(
    "recipient, reply",
    [
        ("451-4.7.1@fault.sandbox.test", "451 4.7.1 The recipient asked"),
        ("550@fault.sandbox.test", "550 The recipient asked"),
    ],
)
def test_a_recipient_address_selects_its_rejection(sandbox, connect, recipient, reply):
    connection = connect()
    connection.begin(sandbox.token)
    assert connection.ask(f"RCPT TO:<{recipient}>").startswith(reply)


@pytest.mark.parametrize("name, stored", [("cut-before-accept", 0), ("cut-after-accept", 1)])
def test_a_recipient_address_selects_a_cut_connection(sandbox, smtp, name, stored):
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.sendmail("s@example.com", [f"{name}@fault.sandbox.test"], MESSAGE)
    assert len(sandbox.messages()) == stored


def test_a_message_without_a_reply_ends_with_the_sandbox(sandbox, connect):
    connection = connect()
    connection.begin(sandbox.token, "timeout@fault.sandbox.test")
    connection.ask("DATA")
    connection.socket.sendall(MESSAGE + b".\r\n")
    sandbox.close()
    assert connection.read() == ""


@pytest.mark.parametrize(
    "arm, argument",
    [
        (lambda faults: faults.reject("250 OK"), "reply"),
        (lambda faults: faults.reject("451 two\r\nlines"), "reply"),
        (lambda faults: faults.reject("451 ünicode"), "reply"),
        (lambda faults: faults.reject(REPLY, at="quit"), "at"),
        (lambda faults: faults.reject(REPLY, at="ehlo", server=1), "at"),
        (lambda faults: faults.reject(REPLY, route="/email"), "route"),
        (lambda faults: faults.fail(via="pigeon"), "via"),
        (lambda faults: faults.fail(code=406, via="smtp"), "via"),
        (lambda faults: faults.fail(status=200, via="smtp"), "reply"),
        (lambda faults: faults.cut_before_accept(via="x"), "via"),
    ],
)
def test_invalid_arguments_are_rejected(sandbox, arm, argument):
    with pytest.raises(InvalidArgument) as caught:
        arm(sandbox.faults)
    assert caught.value.argument == argument
    assert len(sandbox.faults) == 0
