"""Servers that accept a number of emails on a connection, and then say so by a 4xx."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from emailapi import Retry, SMTPError

from .emails import READY, new_email
from .scripted import Talk, polite

OK, GO = b"250 ok", b"354 go"
REPLIES = [
    b"452 4.4.5 maximum messages per session",
    b"451 4.3.0 try again later",
    b"450 too many messages",
    b"421 4.7.0 too many messages in this session",
]


def limited(verb: str, reply: bytes, count: int = 2, *extensions: str) -> Callable[[Talk], None]:
    """Return what serves each connection: from the `count + 1`th command on, `verb` gets the reply."""

    def script(talk: Talk) -> None:
        usual = GO if verb == "data" else OK
        polite(*extensions, **{verb: [*[usual] * count, reply]})(talk)

    return script


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["", "pipelining"])
@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("verb", ["mail", "data"])
def test_a_batch_continues_over_another_connection(verb, reply, extensions, script, connect):
    server = script(limited(verb, reply, 2, *extensions))
    batch = connect(server).send_batch([new_email(subject=str(number)) for number in range(6)])
    assert len(batch.accepted) == len(server.messages) == 6
    assert server.carriers == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    "reply",
    [
        b"452 4.5.3 too many recipients in this session",
        b"450 4.7.1 message limit per connection reached",
        b"451 too many messages",
    ],
)
def test_a_limit_in_a_reply_to_rcpt_replaces_the_connection_too(reply, script, connect):
    server = script(limited("rcpt", reply))
    batch = connect(server).send_batch([new_email() for number in range(6)])
    assert len(batch.accepted) == 6
    assert server.carriers == [1, 1, 2, 2, 3, 3]


def test_a_limit_in_a_reply_to_the_end_of_data_replaces_the_connection_too(script, connect):
    def serve(talk: Talk) -> None:
        polite(ends=[OK, b"452 4.4.5 too many messages in this session"])(talk)

    server = script(serve)
    batch = connect(server).send_batch([new_email(subject=str(number)) for number in range(3)])
    assert len(batch.accepted) == 3
    assert server.carriers == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("ready", [False, True], ids=["Email", "ready message"])
def test_single_emails_continue_over_another_connection(ready, script, connect):
    server = script(limited("mail", REPLIES[0]))
    transport = connect(server).within(25, attempts=1)
    for _ in range(5):
        assert (transport.send_message(READY) if ready else transport.send(new_email())).recipients[0].accepted
    assert server.carriers == [1, 1, 2, 2, 3]
    assert server.verbs().count("QUIT") == 2


@pytest.mark.costly
def test_threads_continue_over_another_connection(script, connect):
    server = script(limited("mail", REPLIES[0], 1))
    transport = connect(server)
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda _: transport.send(new_email()), range(64)))
    assert len(results) == len(server.messages) == server.connections == 64


def test_recipients_of_one_email_are_split_over_connections(script, connect):
    def serve(talk: Talk) -> None:
        polite("PIPELINING", rcpt=[OK, OK, b"452 4.5.3 too many recipients in this session"])(talk)

    server = script(serve)
    names = [f"user{number}@example.org" for number in range(5)]
    result = connect(server).send(new_email(to=names))
    assert [recipient.email for recipient in result.recipients if recipient.accepted] == names
    assert server.carriers == [1, 2, 3]


@pytest.mark.parametrize("verb", ["mail", "data", "rcpt"])
@pytest.mark.parametrize("reply", REPLIES[:3])
def test_a_server_that_always_rejects_is_not_retried_forever(verb, reply, script, connect):
    server = script(polite(**{verb: reply}))
    transport = connect(server)
    for _ in range(3):
        with pytest.raises(SMTPError) as caught:
            transport.send(new_email())
        assert caught.value.retryable
        assert caught.value.code == int(reply[:3])
    assert server.connections == 1
    assert not server.messages


@pytest.mark.parametrize("verb", ["mail", "data"])
def test_a_server_that_rejects_from_now_on_costs_one_connection(verb, script, connect):
    usual = GO if verb == "data" else OK
    server = script(polite(**{verb: [usual, usual, REPLIES[0]]}), polite(**{verb: REPLIES[0]}))
    batch = connect(server).send_batch([new_email() for _ in range(8)])
    assert len(batch.accepted) == 2
    assert {error.code for error in batch.failed} == {452}
    assert server.connections == 2


@pytest.mark.parametrize(
    "verb, reply",
    [
        pytest.param("rcpt", b"450 4.2.0 greylisted, try again in 5 minutes", id="a recipient for now"),
        pytest.param("mail", b"550 5.7.1 too many messages per session", id="for good"),
    ],
)
def test_other_rejections_do_not_replace_the_connection(verb, reply, script, connect):
    server = script(polite(**{verb: [OK, reply]}))
    transport = connect(server)
    transport.send(new_email())
    with pytest.raises(SMTPError, match=reply[10:].decode()):
        transport.send(new_email())
    assert server.connections == 1


@pytest.mark.parametrize("code", [452, 552])
def test_too_many_recipients_on_every_connection_is_an_error(code, script, connect):
    server = script(
        polite(rcpt=[OK, f"{code} 5.5.3 too many recipients".encode()]), polite(rcpt=f"{code} too many".encode())
    )
    transport = connect(server)
    transport.send(new_email())
    with pytest.raises(SMTPError) as caught:
        transport.send(new_email())
    assert caught.value.code == code
    assert [recipient.code for recipient in caught.value.recipients] == [code]
    assert server.connections == (2 if code == 452 else 1)


def test_permanently_rejected_recipients_stay_rejected_on_the_next_connection(script, connect):
    limit, none = b"452 4.5.3 too many recipients", b"550 5.1.1 no such user"
    server = script(polite(rcpt=[OK, none, limit]), polite())
    transport = connect(server)
    transport.send(new_email())
    result = transport.send(new_email(to=["nobody@example.org", "you@example.org"]))
    assert [(recipient.email, recipient.code) for recipient in result.recipients] == [
        ("nobody@example.org", 550),
        ("you@example.org", 250),
    ]
    assert server.seen.count("RCPT TO:<nobody@example.org>") == 1


def test_a_failed_replacement_connection_is_a_connection_failed(script, connect):
    server = script(limited("mail", REPLIES[0], 1), polite(greeting=b"421 too busy"))
    transport = connect(server)
    transport.send(new_email())
    batch = transport.send_batch([new_email(), new_email()])
    assert [type(error).__name__ for error in batch.failed] == ["ConnectionFailed"] * 2
    assert len(server.messages) == 1


def test_an_email_that_breaks_its_connection_does_not_stop_the_batch(script, connect):
    server = script(polite(rcpt=[Talk.cut]), polite(rcpt=[Talk.cut]), polite(), polite())
    result = connect(server, retry=Retry(attempts=2, initial=0.01)).send_batch([new_email(), new_email(), new_email()])
    assert [item.outcome.value for item in result] == ["not_sent", "accepted", "accepted"]
