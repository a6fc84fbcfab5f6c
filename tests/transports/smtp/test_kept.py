"""The one connection: how long it is kept, who shares it, and what a child process has."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from emailapi import ConfigurationError, DeadlineExceeded, InvalidArgument
from emailapi.transports.smtp.connection import Session

from ...clock import wait_for
from .emails import READY, new_email
from .scripted import Talk, polite


def test_many_emails_go_over_one_connection(listen, connect, trust):
    server = listen(starttls=trust.server, users={b"user": b"hunter22"}, auth_exclude_mechanism=["LOGIN"])
    transport = connect(server, cert_bundle=trust.bundle, username="user", password="hunter22")
    assert len(transport.send_batch([new_email() for _ in range(20)]).accepted) == 20
    transport.send_message(READY)
    assert len(server.envelopes) == 21
    assert server.peers == len(server.logins) == 1


def test_no_connection_is_opened_before_the_first_email(script, connect):
    """Making, entering and leaving a transport says nothing to anybody."""
    server = script(polite())
    with connect(server) as transport:
        assert transport.hostname == "127.0.0.1"
    assert server.connections == 0


def test_a_connection_is_replaced_after_max_messages(script, connect):
    server = script(polite())
    connect(server, max_messages=2).send_batch([new_email()] * 5)
    assert server.carriers == [1, 1, 2, 2, 3]
    assert server.verbs().count("QUIT") == 2


@pytest.mark.costly
@pytest.mark.usefixtures("clock")
def test_a_slow_reply_to_quit_uses_only_a_part_of_the_deadline(script, connect, monkeypatch):
    waits, finish = [], Session.finish
    monkeypatch.setattr(Session, "finish", lambda session, seconds: waits.append(seconds) or finish(session, seconds))
    server = script(polite(quit=Talk.wait), polite())
    transport = connect(server, max_messages=1, deadline=6.0)
    transport.send(new_email())
    transport.send(new_email())
    assert waits[0] == 1.5
    assert server.carriers == [1, 2]


def later(seconds: float):
    """Go on at a later time of the wall clock, as a machine does that was asleep."""
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)


def test_a_connection_is_replaced_after_max_age(script, connect):
    server = script(polite())
    transport = connect(server, max_age=600, max_idle=10_000)
    transport.send(new_email())
    with later(500):
        transport.send(new_email())
    with later(700):
        transport.send(new_email())
    assert server.carriers == [1, 1, 2]


def test_an_idle_connection_is_tested_with_noop(script, connect):
    """After some silence a NOOP tells whether it still stands; after more it is renewed unasked."""
    server = script(polite(), polite())
    transport = connect(server)
    transport.send(new_email())
    with later(10):
        transport.send(new_email())
    with later(30):
        transport.send(new_email())
    with later(100):
        transport.send(new_email())
    assert server.carriers == [1, 1, 1, 2]
    assert server.verbs().count("NOOP") == 1


@pytest.mark.parametrize("noop", [Talk.cut, b"421 bye", b"500 what?"])
def test_a_failed_noop_replaces_the_connection(noop, script, connect):
    server = script(polite(noop=noop), polite())
    transport = connect(server)
    transport.send(new_email())
    with later(30):
        transport.send(new_email())
    assert server.carriers == [1, 2]
    assert server.verbs().count("NOOP") == 1


@pytest.mark.parametrize(
    "after", [lambda talk: (talk.say(b"250 ok"), talk.cut()), b"250 ok\r\n421 4.4.2 idle", b"250 ok\r\n250 ok"]
)
def test_a_connection_that_was_closed_or_has_unexpected_data_is_not_reused(after, script, connect):
    server = script(polite(ends=[after]), polite())
    transport = connect(server)
    assert transport.send(new_email()).message == "ok"
    wait_for(lambda: server.ended or isinstance(after, bytes))
    transport.send(new_email())
    assert server.carriers == [1, 2]


def test_a_lost_persistent_connection_does_not_count_as_an_attempt(script, connect):
    """An email whose kept connection breaks is sent over another, with `attempts=1` too."""
    server = script(polite(mail=[b"250 ok", Talk.cut]), polite())
    transport = connect(server).within(25, attempts=1)
    transport.send(new_email())
    transport.send(new_email())
    assert server.carriers == [1, 2]


def test_threads_share_the_connection(script, connect):
    server = script(polite())
    transport = connect(server)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: transport.send(new_email(subject=str(number))), range(40)))
    assert len(results) == len(server.messages) == 40
    assert server.connections == 1
    assert server.verbs()[1:4] == ["MAIL", "RCPT", "DATA"]


def test_waiting_for_the_connection_counts_toward_the_deadline(script, connect):
    done = threading.Event()
    server = script(polite(ends=[lambda _: done.wait(60) and b"250 ok"]))
    slow = connect(server, deadline=60.0, timeout=60.0)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow.send, new_email())
        wait_for(lambda: server.messages)
        with pytest.raises(DeadlineExceeded):
            slow.within(0.1).send(new_email())
        done.set()
        assert first.result().message == "ok"
    assert len(server.messages) == 1


def test_a_closed_transport_sends_nothing(script, connect):
    server = script(polite())
    transport = connect(server)
    transport.send(new_email())
    twin = transport.within(3)
    transport.close()
    transport.close()
    for closed in (transport, twin):
        with pytest.raises(ConfigurationError, match="closed"):
            closed.send(new_email())
        assert isinstance(closed.send_batch([new_email()])[0], ConfigurationError)
    assert server.verbs().count("QUIT") == 1


def test_within_shares_the_connection(script, connect):
    server = script(polite())
    transport = connect(server, deadline=25)
    twin = transport.within(20)
    assert (transport.deadline, twin.deadline, transport.within(60).deadline) == (25, 20, 25)
    transport.send(new_email())
    twin.send(new_email())
    assert server.connections == 1
    with pytest.raises(ConfigurationError):
        transport.within(0)
    with pytest.raises(ConfigurationError):
        transport.within(1, attempts=0)


@pytest.mark.parametrize("emails", [new_email(), {}, "mail", 7, None])
def test_a_single_email_is_rejected_as_a_batch(emails, script, connect):
    with pytest.raises(InvalidArgument):
        connect(script(polite())).send_batch(emails)


def test_a_message_object_is_rejected_as_a_batch(script, connect):
    """Nor is one ready message, although it can be iterated."""
    from email import message_from_bytes

    with pytest.raises(InvalidArgument):
        connect(script(polite())).send_batch(message_from_bytes(READY))
