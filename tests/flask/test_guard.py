"""The guard of staging systems."""

from __future__ import annotations

import pytest

from emailapi import ConfigurationError, InvalidEmail, MemoryTransport
from emailapi.flask import Mail, Message


def guarded(make_app, **config) -> tuple[Mail, MemoryTransport]:
    transport = MemoryTransport()
    return Mail(make_app(**config), transport=transport), transport


def addresses(group) -> list[str]:
    return [address.email for address in group]


def test_redirect_to_replaces_every_recipient(make_app):
    mail, transport = guarded(make_app, MAIL_REDIRECT_TO="staging@example.com")
    mail.send(Message("Hi", ["a@x.org", ("Bo", "b@x.org")], "x", cc=["c@x.org"], bcc=["d@x.org"]))
    (email,) = transport.sent
    assert (addresses(email.to), email.cc, email.bcc) == (["staging@example.com"], (), ())
    assert [(header.name, header.value) for header in email.headers] == [
        ("X-Original-To", "a@x.org, b@x.org, c@x.org, d@x.org")
    ]


def test_allowed_recipients_are_not_redirected(make_app):
    mail, transport = guarded(
        make_app,
        MAIL_REDIRECT_TO="staging@example.com",
        MAIL_ALLOW_RECIPIENTS=["@Example.com", "Ada@x.org", "@bücher.example"],
    )
    people = ["me@EXAMPLE.com", "ada@X.org", "b@x.org", "z@xn--bcher-kva.example"]
    mail.send(Message("Hi", people, "x", cc=["c@sub.example.com"]))
    (email,) = transport.sent
    assert addresses(email.to) == ["me@EXAMPLE.com", "ada@X.org", "staging@example.com", "z@xn--bcher-kva.example"]
    assert email.cc == ()
    assert email.headers[0].value == "b@x.org, c@sub.example.com"


@pytest.mark.parametrize("field", ["recipients", "cc", "bcc"])
def test_without_redirect_to_other_recipients_are_rejected(make_app, field):
    mail, transport = guarded(make_app, MAIL_ALLOW_RECIPIENTS="@example.com, ada@x.org")
    message = Message("Hi", **{"recipients": ["me@example.com", "ada@x.org"], "body": "x", field: ["b@x.org"]})
    with pytest.raises(InvalidEmail, match="MAIL_ALLOW_RECIPIENTS does not allow 'b@x.org'") as caught:
        mail.send(message)
    assert caught.value.field == field
    assert transport.sent == []


def test_an_empty_list_allows_no_recipient(make_app):
    mail, _ = guarded(make_app, MAIL_ALLOW_RECIPIENTS=[])
    with pytest.raises(InvalidEmail, match="does not allow"):
        mail.send(Message("Hi", ["a@example.com"], "x"))


def test_the_guard_does_not_change_the_message(make_app):
    mail, _ = guarded(make_app, MAIL_REDIRECT_TO="staging@example.com")
    message = Message("Hi", ["a@x.org"], "x")
    mail.send(message)
    assert (message.recipients, message.extra_headers) == (["a@x.org"], None)


def test_the_guard_is_read_from_the_environment(make_app, monkeypatch):
    monkeypatch.setenv("MAIL_REDIRECT_TO", "staging@example.com")
    monkeypatch.setenv("MAIL_ALLOW_RECIPIENTS", "@example.com")
    mail, transport = guarded(make_app)
    mail.send(Message("Hi", ["a@x.org", "b@example.com"], "x"))
    assert addresses(transport.sent[0].to) == ["staging@example.com", "b@example.com"]


def test_the_guard_applies_to_named_accounts(make_app):
    transport = MemoryTransport()
    app = make_app(MAIL_REDIRECT_TO="staging@example.com", MAIL_BILLING_DEFAULT_SENDER="b@example.com")
    Mail(app, name="billing", transport=transport).send(Message("Hi", ["a@x.org"], "x"))
    assert addresses(transport.sent[0].to) == ["staging@example.com"]


def test_the_guard_applies_to_smtp_and_batches(by_smtp, api, listen):
    server = listen()
    mail = Mail(by_smtp(server, MAIL_REDIRECT_TO="staging@example.com"))
    mail.send(Message("Hi", ["a@x.org"], "x", bcc=["b@x.org"]))
    assert server.envelopes[0].rcpt_tos == ["staging@example.com"]
    assert b"X-Original-To: a@x.org, b@x.org" in server.envelopes[0].content
    mail = Mail(api(MAIL_REDIRECT_TO="staging@example.com"))
    results = mail.send_many([Message("Hi", [f"{name}@x.org"], "x") for name in "ab"])
    assert [result.to for result in results] == ["staging@example.com"] * 2


@pytest.mark.parametrize(
    "config, said",
    [
        ({"MAIL_REDIRECT_TO": "nobody"}, "MAIL_REDIRECT_TO is not valid"),
        ({"MAIL_REDIRECT_TO": "a@x.org, b@x.org"}, "MAIL_REDIRECT_TO must be one address, not 2"),
        ({"MAIL_ALLOW_RECIPIENTS": ["x.org"]}, "MAIL_ALLOW_RECIPIENTS must have addresses and domains.*got 'x.org'"),
        ({"MAIL_ALLOW_RECIPIENTS": 7}, "MAIL_ALLOW_RECIPIENTS must be a list of strings, got 7"),
    ],
    ids=str,
)
def test_an_invalid_guard_is_an_error_of_init_app(make_app, config, said):
    with pytest.raises(ConfigurationError, match=said):
        Mail(make_app(**config))
