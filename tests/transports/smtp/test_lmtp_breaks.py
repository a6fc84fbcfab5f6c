"""LMTP: what is known, and sent again, when the connection breaks, also between the replies for two recipients."""

from __future__ import annotations

import pickle
import signal

import pytest

from emailapi import (
    Client,
    DeliveryUnknown,
    Fallback,
    LMTPTransport,
    MemoryTransport,
    Outcome,
    Retry,
    SendResult,
    SMTPError,
)

from ...forking import FORKS, run_forking
from ...interrupting import interrupt
from .emails import SAVED, codes, new_email, three
from .scripted import Talk, polite

BREAKS = {"cut": Talk.cut, "reset": Talk.reset, "garbage": b"what?", "354": b"354 again", "1xx": b"150 soon"}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_connection_lost_between_replies_leaves_the_others_unknown(count, how, script, connect_lmtp):
    ends = [SAVED[0], b"550 5.2.1 off"][:count]
    server = script(polite(lmtp=True, ends=[*ends, BREAKS[how], Talk.wait]))
    with pytest.raises(DeliveryUnknown, match="may have been accepted") as caught:
        connect_lmtp(server).send(three())
    error = caught.value
    known = [("a@example.org", True, 250), ("b@example.org", False, 550)][:count]
    # A reset may take away what was not read before it.
    assert codes(error.recipients) == (known[: len(error.recipients)] if how == "reset" else known)
    assert (error.outcome, error.retryable, error.attempts) == (Outcome.UNKNOWN, False, 1)
    assert server.connections == len(server.messages) == 1
    assert pickle.loads(pickle.dumps(error)) == error


def test_a_connection_lost_after_rejections_only_is_unknown_too(script, connect_lmtp):
    server = script(polite(lmtp=True, ends=[b"550 5.2.1 off", b"452 4.2.2 full", Talk.cut]))
    with pytest.raises(DeliveryUnknown) as caught:
        connect_lmtp(server).send(three())
    assert codes(caught.value.recipients) == [("a@example.org", False, 550), ("b@example.org", False, 452)]
    assert len(server.messages) == 1


def test_a_421_is_the_reply_of_its_recipient(script, connect_lmtp):
    together = lambda talk: (talk.say(b"250 saved\r\n421 4.3.2 going down\r\n250 saved"), talk.cut())  # noqa: E731
    server = script(polite(lmtp=True, ends=[together]), polite(lmtp=True))
    transport = connect_lmtp(server)
    assert [one.code for one in transport.send(three()).recipients] == [250, 421, 250]
    transport.send(new_email())
    assert server.carriers == [1, 2]


def test_a_421_without_further_replies_leaves_the_others_unknown(script, connect_lmtp):
    server = script(polite(lmtp=True, ends=[SAVED[0], b"421 4.3.2 going down", Talk.cut]))
    with pytest.raises(DeliveryUnknown) as caught:
        connect_lmtp(server).send(three())
    assert [one.code for one in caught.value.recipients] == [250, 421]
    assert len(server.messages) == 1


@pytest.mark.parametrize("stage", ["greeting", "lhlo", "mail", "rcpt", "data"])
def test_a_failure_before_the_end_of_data_is_retried(stage, script, connect_lmtp):
    server = script(polite(lmtp=True, **{stage: Talk.cut}), polite(lmtp=True))
    assert len(connect_lmtp(server).send(three()).recipients) == 3
    assert (server.connections, len(server.messages)) == (2, 1)


def test_a_session_limit_is_not_the_outcome_of_a_recipient(script, connect_lmtp):
    limit = b"452 4.4.5 maximum messages per session"
    first = polite(lmtp=True, ends=[b"250 ok", SAVED[0], limit, b"550 5.1.1 no"])
    server = script(first, polite(lmtp=True, ends=[b"250 other"]))
    transport = connect_lmtp(server)
    transport.send(new_email())
    result = transport.send(three())
    assert [one.code for one in result.recipients] == [250, 250, 550]
    assert server.carriers == [1, 1, 2]
    assert [line for line in server.seen if line.startswith("RCPT")][-1] == "RCPT TO:<b@example.org>"


def test_a_session_limit_on_a_new_connection_is_the_outcome(script, connect_lmtp):
    server = script(polite(lmtp=True, ends=[b"452 4.4.5 maximum messages per session"]))
    with pytest.raises(SMTPError, match="per session"):
        connect_lmtp(server).send(new_email())
    assert server.connections == 1


def test_many_recipients_are_sent_to_in_parts(script, connect_lmtp):
    rcpt = [b"250 ok", b"250 ok", b"452 4.5.3 too many recipients", b"250 ok"]
    server = script(polite(lmtp=True, rcpt=rcpt, ends=[SAVED[0], b"550 5.1.1 no", SAVED[2]]))
    result = connect_lmtp(server).send(three())
    assert [one.code for one in result.recipients] == [250, 550, 250]
    assert len(server.messages) == 2


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_deadline_applies_to_all_replies_together(count, script, connect_lmtp, clock):
    def silent(talk):
        polite(lmtp=True, data=lambda _: clock.advance(29.5) or b"354 go", ends=[*SAVED[:count], Talk.wait])(talk)

    transport = connect_lmtp(script(silent), deadline=30.0)
    for _ in range(4):  # a machine that stands still may lose the replies before, but not each time
        with pytest.raises(DeliveryUnknown, match="or deadline=") as caught:
            transport.send(three())
        if len(caught.value.recipients) == count:
            break
    assert len(caught.value.recipients) == count


def test_a_dripping_server_ends_with_the_deadline(script, connect_lmtp, clock):
    server = script(polite(lmtp=True, ends=[SAVED[0], lambda talk: (clock.advance(99.0), talk.drip())]))
    with pytest.raises(DeliveryUnknown):
        connect_lmtp(server).send(three())
    assert len(server.messages) == 1


@pytest.mark.costly
def test_each_reply_has_a_longer_timeout(script, connect_lmtp):
    """Storing the email for a recipient may take as long as the deadline allows, as by SMTP for all of them."""
    slow = lambda talk: (talk.server.stopping.wait(1.5), talk.say(SAVED[1]))  # noqa: E731
    server = script(polite(lmtp=True, ends=[SAVED[0], slow, SAVED[2]]))
    assert len(connect_lmtp(server, timeout=1.0).send(three()).recipients) == 3


class TimeLimit(Exception):
    """As a queue's time limit, raised by a signal handler."""


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_signal_between_replies_propagates_with_a_note(count, script, connect_lmtp, monkeypatch):
    def handler(*_):
        raise TimeLimit

    server = script(
        polite(lmtp=True, ends=[*SAVED[:count], lambda talk: (interrupt(), talk.wait())]), polite(lmtp=True)
    )
    transport = connect_lmtp(server, deadline=60, timeout=60)
    before = signal.signal(signal.SIGALRM, handler)
    try:
        with pytest.raises(TimeLimit) as caught:
            transport.send(three())
    finally:
        signal.signal(signal.SIGALRM, before)
    [note] = caught.value.__notes__
    assert "LMTP" in note
    assert "may have been sent" in note
    transport.send(new_email())
    assert server.carriers == [1, 2]


@pytest.mark.costly
@pytest.mark.parametrize("fork", FORKS)
def test_a_forked_child_sends_over_its_own_connection(fork, script_on_path):
    server = script_on_path(polite(lmtp=True))
    code = """
from emailapi import Email, LMTPTransport

email = Email(sender="me@example.com", to="you@example.org", text_body="Hello")
transport = LMTPTransport(socket_path=path, timeout=20)
transport.send(email)
in_child(lambda: transport.send(email) and transport.close())
transport.send(email)
transport.close()
"""
    run_forking(code, fork, path=server.path)
    assert server.carriers == [1, 2, 1]


def test_an_lmtp_server_that_is_down_fails_over(folder):
    primary = LMTPTransport(socket_path=folder / "gone", retry=Retry(attempts=1))
    with Fallback(primary, MemoryTransport()) as pair:
        assert pair.send(new_email()).via == "memory"


@pytest.mark.parametrize("ends", [[b"550 5.1.1 no"], [SAVED[0], b"550 no", b"452 no"], [SAVED[0], Talk.cut]])
def test_an_lmtp_server_that_has_replied_does_not_fail_over(ends, script, connect_lmtp):
    """A recipient that was rejected, or may have the email, gets it by no other transport."""
    server = script(polite(lmtp=True, ends=ends))
    secondary = MemoryTransport()
    with Fallback(connect_lmtp(server), secondary) as pair:
        [item] = pair.send_batch([three()])
    assert secondary.sent == []
    assert isinstance(item, (SendResult, SMTPError, DeliveryUnknown))


def test_an_lmtp_server_that_defers_all_recipients_fails_over(script, connect_lmtp):
    server = script(polite(lmtp=True, ends=[b"452 4.3.1 no space"]))
    with Fallback(connect_lmtp(server), MemoryTransport()) as pair:
        assert pair.send(three()).via == "memory"


def test_a_client_can_fall_back_to_lmtp(script, connect_lmtp):
    server = script(polite(lmtp=True))
    with Client(
        "token", base_url="http://127.0.0.1:9", fallback=connect_lmtp(server), retry=Retry(attempts=1)
    ) as client:
        assert client.outbound.send(new_email()).via == "lmtp"
