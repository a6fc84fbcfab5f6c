"""Logging in: how, when not, and that nothing of it is seen."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback

import pytest

from emailapi import ConfigurationError, ConnectionFailed, EmailAPIError, Outcome, SMTPError, SMTPTransport

from .emails import new_email
from .scripted import polite

SECRET = "hünter22"


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("excluded, used", [([], "PLAIN"), (["PLAIN"], "LOGIN")])
def test_plain_is_tried_before_login(excluded, used, listen, connect):
    server = listen(users={"üser".encode(): SECRET.encode()}, auth_exclude_mechanism=excluded)
    connect(server, username="üser", password=SECRET).send(new_email())
    assert [login[1:] for login in server.logins] == [("üser".encode(), SECRET.encode())]
    assert server.logins[0][0] == used
    assert len(server.envelopes) == 1


@pytest.mark.parametrize("username, password", [("", ""), (None, None), ("user", ""), ("user", None)])
def test_without_user_name_and_password_there_is_no_authentication(username, password, script, connect):
    server = script(polite("AUTH PLAIN LOGIN"))
    connect(server, username=username, password=password).send(new_email())
    assert "AUTH" not in server.verbs()


def test_a_535_is_not_retried_with_another_mechanism(script, connect):
    """A rejected password is not tried again by another mechanism: accounts are locked for that."""
    server = script(polite("AUTH PLAIN LOGIN", auth=b"535 5.7.8 no"))
    with pytest.raises(SMTPError, match="rejected the login") as caught:
        connect(server, username="user", password=SECRET).send(new_email())
    assert (caught.value.code, caught.value.enhanced_code, caught.value.retryable) == (535, "5.7.8", False)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert server.verbs() == ["EHLO", "AUTH"]


def test_an_unknown_mechanism_is_followed_by_the_next(script, connect):
    """A server that offers PLAIN and does not know it is asked by LOGIN."""
    replies = [b"504 5.5.4 what?", b"334 VXNlcm5hbWU6"]
    name, word = packed("user"), packed(SECRET)
    server = script(polite("AUTH=PLAIN LOGIN", auth=replies, **{name: b"334 UGFzc3dvcmQ6", word: b"235 ok"}))
    connect(server, username="user", password=SECRET).send(new_email())
    assert server.seen[2:5] == ["AUTH LOGIN", name, word]


def test_an_initial_response_that_is_requested_again_is_sent_again(script, connect):
    """A server that passes over the first response of PLAIN and asks for it gets it then."""
    word = packed(f"\0user\0{SECRET}")
    server = script(polite("AUTH PLAIN", auth=b"334 ", **{word: b"235 ok"}))
    connect(server, username="user", password=SECRET).send(new_email())
    assert server.seen[1:3] == [f"AUTH PLAIN {word}", word]


def test_endless_challenges_are_an_error(script, connect):
    """A server that asks on and on is told nothing more."""
    server = script(polite("AUTH LOGIN", auth=b"334 ", **{packed("user"): b"334 ", packed(SECRET): b"334 more"}))
    with pytest.raises(SMTPError):
        connect(server, username="user", password=SECRET).send(new_email())
    assert server.messages == []


def test_a_421_is_not_a_rejection_of_the_login(script, connect):
    server = script(polite("AUTH PLAIN", auth=b"421 4.7.0 busy"), polite("AUTH PLAIN", auth=b"235 ok"))
    connect(server, username="user", password=SECRET).send(new_email())
    assert server.connections == 2


def test_a_token_authenticates_with_xoauth2(script, connect):
    """The function is asked for a token at each login, and only then."""
    tokens = iter(["first", "second"])
    server = script(polite("AUTH PLAIN XOAUTH2", auth=b"235 ok"))
    transport = connect(
        server, username="user", oauth_token_generator=lambda: next(tokens), max_messages=2, max_idle=1000
    )
    for _ in range(3):
        transport.send(new_email())
    said = [line.split()[2] for line in server.seen if line.startswith("AUTH XOAUTH2 ")]
    assert said == [packed(f"user=user\1auth=Bearer {token}\1\1") for token in ("first", "second")]


def test_a_rejected_token_raises_the_reason(script, connect):
    """XOAUTH2's rejection comes as a challenge: it gets nothing, and the code follows."""
    server = script(polite("AUTH XOAUTH2", auth=b"334 eyJzdGF0dXMiOiI0MDAifQ==", **{"": b"535 5.7.8 expired"}))
    with pytest.raises(SMTPError, match="expired") as caught:
        connect(server, username="user", oauth_token_generator=lambda: "token").send(new_email())
    assert caught.value.code == 535


async def from_a_loop() -> str:
    return "token"


def broken() -> str:
    raise KeyError("client-secret")


@pytest.mark.parametrize("generator", [from_a_loop, broken, lambda: None, lambda: "", lambda: "a\1b", lambda: "a\nb"])
def test_an_invalid_token_is_a_configuration_error(generator, script, connect):
    server = script(polite("AUTH XOAUTH2"))
    with pytest.raises(ConfigurationError, match="oauth_token_generator") as caught:
        connect(server, username="user", oauth_token_generator=generator).send(new_email())
    assert "client-secret" not in str(caught.value)


@pytest.mark.parametrize("offer", [(), ("AUTH CRAM-MD5 DIGEST-MD5",), ("AUTH",)])
def test_a_server_without_a_known_login_mechanism_is_an_error(offer, script, connect):
    """A server that offers no mechanism known here gets no email: it was to be sent by a user."""
    server = script(polite(*offer))
    with pytest.raises(SMTPError, match="cannot log in"):
        connect(server, username="user", password=SECRET).send(new_email())
    assert server.verbs() == ["EHLO"]


@pytest.mark.costly
def test_a_password_is_never_sent_unencrypted_to_another_host(script, connect, monkeypatch):
    with pytest.raises(ConfigurationError, match="clear"):
        SMTPTransport("mail.example", tls="none", username="user", password=SECRET)
    # A name of this machine that does not say so: what an upgrade stripped off looks like.
    server = script(polite("AUTH PLAIN", auth=b"235 ok"))
    address = ("127.0.0.1", server.port)
    monkeypatch.setattr("socket.getaddrinfo", lambda *asked: [(2, 1, 6, "", address)])
    options = {"hostname": "mail.example", "tls": "opportunistic", "username": "user", "password": SECRET}
    with pytest.raises(ConnectionFailed, match="password would be sent in clear") as caught:
        connect(server, **options).send(new_email())
    assert not caught.value.retryable
    assert "AUTH" not in server.verbs()
    connect(server, allow_plaintext_auth=True, **options).send(new_email())
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"username": "a\0b", "password": SECRET},
        {"username": "user", "password": "a\0b"},
        {"username": b"user", "password": SECRET},
        {"username": "user", "password": SECRET, "oauth_token_generator": lambda: "token"},
        {"username": "user", "oauth_token_generator": "token"},
        {"oauth_token_generator": lambda: "token"},
        {"password": SECRET},
        {"username": "", "password": SECRET},
        {"allow_plaintext_auth": "yes"},
    ],
)
def test_invalid_credentials_options_are_a_configuration_error(options):
    with pytest.raises(ConfigurationError) as caught:
        SMTPTransport("127.0.0.1", **options)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("code", ["535 5.7.8", "421 4.7.0"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "XOAUTH2"])
def test_no_secret_is_logged_or_shown(mechanism, code, script, connect, caplog):
    """No repr, log line, traceback or pickle has the password or the token, even if the server repeats it."""
    caplog.set_level(logging.DEBUG)
    sent = {
        "PLAIN": packed(f"\0user\0{SECRET}"),
        "LOGIN": packed(SECRET),
        "XOAUTH2": packed(f"user=user\1auth=Bearer {SECRET}\1\1"),
    }
    echo = f"{code} no such: {SECRET} {sent[mechanism]} {packed(SECRET)}".encode()
    server = script(
        polite(
            f"AUTH {mechanism}",
            auth=b"334 " if mechanism == "LOGIN" else echo,
            **{packed("user"): b"334 ", packed(SECRET): echo},
        )
    )
    options = (
        {"password": SECRET} if mechanism != "XOAUTH2" else {"oauth_token_generator": lambda: SECRET.replace("ü", "u")}
    )
    transport = connect(server, username="user", **options)
    with pytest.raises(EmailAPIError) as caught:
        transport.send(new_email())
    shown = [repr(transport), repr(transport._settings), repr(transport._pool), caplog.text, repr(caught.value)]
    shown += ["".join(traceback.format_exception(caught.value)), str(pickle.loads(pickle.dumps(caught.value)))]
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    shown += [repr(frame.f_locals) for frame in frames if "/tests/" not in frame.f_code.co_filename]
    for text in shown:
        assert SECRET not in text or mechanism == "XOAUTH2"
        assert "hunter22" not in text
        assert packed(f"\0user\0{SECRET}") not in text
