"""LMTP: the greeting, the port, and a reply for each recipient."""

from __future__ import annotations

import logging
import socket

import pytest
from aiosmtpd.controller import Controller, UnixSocketController
from aiosmtpd.lmtp import LMTP

from emailapi import (
    ConfigurationError,
    ConnectionFailed,
    InvalidEmail,
    LMTPTransport,
    Outcome,
    SendResult,
    SMTPError,
    SMTPTransport,
    Transport,
)

from .emails import READY, SAVED, THREE, codes, new_email, three
from .scripted import Talk, polite


def silence(talk: Talk) -> None:
    """Say nothing: an earlier step said it all."""


class MailStore:
    """A handler of aiosmtpd that accepts emails for some mailboxes."""

    def __init__(self, *mailboxes: str) -> None:
        self.mailboxes = mailboxes
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.envelopes.append(envelope)
        return "\r\n".join(
            f"250 2.0.0 <{name}> kJ4xYz saved" if name in self.mailboxes else "550 5.1.1 no such mailbox"
            for name in envelope.rcpt_tos
        )


class Controlled:
    """The attributes that both of aiosmtpd's controllers need to serve LMTP, at any kind of address."""

    def factory(self):
        return LMTP(self.handler)

    def _trigger_server(self):
        """Connect once, for which aiosmtpd waits, without the greeting of SMTP, for which it would wait too."""
        listener = self.server.sockets[0]
        with socket.socket(listener.family) as trigger:
            trigger.connect(listener.getsockname())


class OverTCP(Controlled, Controller):
    """An email store on loopback."""


class OverPath(Controlled, UnixSocketController):
    """An email store on a path."""


@pytest.fixture(params=["TCP", "path"])
def store(request, folder, closing):
    """Give a mail store of aiosmtpd, on loopback and on a path."""
    handler = MailStore("a@example.org", "c@example.org")
    if request.param == "TCP":
        controller = OverTCP(handler, hostname="127.0.0.1", port=0)
        controller.start()
        handler.port = controller.server.sockets[0].getsockname()[1]
    else:
        handler.path = str(folder / "lmtp")
        controller = OverPath(handler, unix_socket=handler.path)
        controller.start()
    closing.callback(controller.stop)
    return handler


def test_an_lmtp_server_replies_for_each_recipient(store, connect_lmtp):
    transport = connect_lmtp(store)
    result = transport.send(three())
    assert codes(result.recipients) == [
        ("a@example.org", True, 250),
        ("b@example.org", False, 550),
        ("c@example.org", True, 250),
    ]
    assert (result.via, result.message_id) == ("lmtp", "kJ4xYz")
    [envelope] = store.envelopes
    assert envelope.rcpt_tos == THREE


def test_a_batch_is_sent_over_one_connection(store, connect_lmtp):
    emails = [
        new_email(to="a@example.org"),
        new_email(to="b@example.org"),
        new_email(tag="news"),
        new_email(to="c@example.org"),
    ]
    items = connect_lmtp(store).send_batch(emails)
    assert [type(item) for item in items] == [SendResult, SMTPError, InvalidEmail, SendResult]
    assert len({id(envelope) for envelope in store.envelopes}) == 3


def test_the_lmtp_transport_is_a_transport_and_its_results_name_it():
    transport = LMTPTransport("mail.example")
    assert isinstance(transport, Transport)
    assert repr(transport) == "LMTPTransport('mail.example', 24, tls='required')"
    assert repr(LMTPTransport(socket_path="/run/lmtp")) == "LMTPTransport(socket_path='/run/lmtp')"


def test_the_port_is_24_and_never_25():
    """RFC 2033 section 5: the server at port 25 speaks SMTP."""
    assert LMTPTransport("localhost").port == LMTPTransport("localhost", None).port == 24
    assert LMTPTransport("localhost", 2424).port == 2424
    with pytest.raises(ConfigurationError, match=r"port must not be 25, .* LMTP uses 24"):
        LMTPTransport("localhost", 25)


def test_a_port_contradicts_a_path():
    with pytest.raises(ConfigurationError, match="socket_path and port contradict"):
        LMTPTransport(port=2424, socket_path="/run/lmtp")


def test_no_option_of_smtp_selects_lmtp():
    with pytest.raises(TypeError, match="unknown option 'protocol'"):
        SMTPTransport("localhost", protocol="lmtp")


def test_lmtp_sends_only_lhlo(script, connect_lmtp):
    server = script(polite(lmtp=True))
    connect_lmtp(server).send(new_email())
    assert server.verbs() == ["LHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("reply", [b"500 5.5.1 what?", b"502 no", b"554 no"])
def test_a_server_without_lhlo_is_not_retried(reply, script, connect_lmtp):
    """An SMTP server would take HELO, and then one reply for all recipients."""
    server = script(polite(lhlo=reply))
    with pytest.raises(ConnectionFailed, match="rejected LHLO.*SMTPTransport") as caught:
        connect_lmtp(server).send(new_email())
    assert not caught.value.retryable
    assert server.verbs() == ["LHLO"]


def test_starttls_is_followed_by_lhlo(script, connect_lmtp, trust):
    server = script(polite("STARTTLS", lmtp=True), tls=trust.server)
    connect_lmtp(server, tls="required", cert_bundle=trust.bundle).send(new_email())
    assert server.verbs()[:3] == ["LHLO", "STARTTLS", "LHLO"]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelining"])
def test_each_recipient_has_its_own_reply(extensions, script, connect_lmtp):
    rcpt = [b"250 ok", b"550 5.1.1 who?", b"250 ok"]
    server = script(polite(*extensions, lmtp=True, rcpt=rcpt, ends=[SAVED[0], b"452 4.2.2 full"]))
    result = connect_lmtp(server).send(three())
    assert codes(result.recipients) == [
        ("a@example.org", True, 250),
        ("b@example.org", False, 550),
        ("c@example.org", False, 452),
    ]
    assert [one.temporary for one in result.refused] == [False, True]
    assert result.message == "saved a"


def test_replies_in_one_packet_are_separated(script, connect_lmtp):
    together = lambda talk: talk.say(b"250-2.0.0 saved\r\n250 2.0.0 here\r\n550 5.2.1 off\r\n250 2.0.0 saved c")  # noqa: E731
    server = script(polite(lmtp=True, ends=[together, silence, silence, SAVED[0]]))
    transport = connect_lmtp(server)
    assert [one.code for one in transport.send(three()).recipients] == [250, 550, 250]
    assert transport.send(new_email()).recipients[0].message == "saved a"
    assert server.connections == 1
    assert "RSET" not in server.verbs()


REJECTED = {
    "for good": ([b"550 5.1.1 no"] * 3, 550, False),
    "for now": ([b"452 4.2.2 full"] * 3, 452, True),
    "both": ([b"550 5.1.1 no", b"452 4.2.2 full", b"550 5.1.1 no"], 452, True),
}


@pytest.mark.parametrize("kind", REJECTED)
def test_an_email_rejected_for_all_recipients_is_an_error(kind, script, connect_lmtp):
    """One recipient that may get the email later makes it worth trying again; the caller decides when."""
    ends, code, retryable = REJECTED[kind]
    server = script(polite(lmtp=True, ends=[*ends, *SAVED]))
    transport = connect_lmtp(server)
    with pytest.raises(SMTPError, match="all recipients were rejected") as caught:
        transport.send(three())
    error = caught.value
    assert (error.code, error.retryable, error.outcome, error.attempts) == (code, retryable, Outcome.NOT_SENT, 1)
    assert [one.code for one in error.recipients] == [int(end[:3]) for end in ends]
    assert transport.send(three()).refused == ()
    assert server.connections == 1


def test_without_a_recipient_there_is_no_data(script, connect_lmtp):
    server = script(polite(lmtp=True, rcpt=b"550 5.1.1 who?"))
    with pytest.raises(SMTPError, match="all recipients were rejected"):
        connect_lmtp(server).send(three())
    assert "DATA" not in server.verbs()


def test_an_email_rejected_before_its_end_has_one_reply(script, connect_lmtp):
    early = lambda talk: (talk.say(b"354 go\r\n552 5.3.4 too much"), talk.wait())  # noqa: E731
    server = script(polite(lmtp=True, data=early))
    with pytest.raises(SMTPError, match="too much") as caught:
        connect_lmtp(server).send(three())
    assert [one.code for one in caught.value.recipients] == [552] * 3
    assert server.connections == 1


def test_a_rejected_data_command_has_one_reply(script, connect_lmtp):
    server = script(polite(lmtp=True, data=[b"554 5.6.0 no", b"354 go"], ends=SAVED))
    transport = connect_lmtp(server)
    with pytest.raises(SMTPError, match="rejected the email") as caught:
        transport.send(three())
    assert [one.code for one in caught.value.recipients] == [554] * 3
    assert len(transport.send(three()).recipients) == 3


def test_the_key_is_sent_only_with_postmark_headers(script, connect_lmtp):
    server = script(polite(lmtp=True))
    connect_lmtp(server, postmark_headers=True).send(new_email(tag="news", idempotency_key="mine"))
    assert b"X-PM-Tag: news\r\n" in server.messages[0]
    assert b"X-PM-Metadata-emailapi-key: mine\r\n" in server.messages[0]


def test_a_message_object_is_sent_as_given(script, connect_lmtp):
    server = script(polite(lmtp=True))
    result = connect_lmtp(server).send_message(READY, sender="", recipients=THREE)
    assert server.messages == [READY]
    assert server.seen[1] == "MAIL FROM:<>"
    assert len(result.recipients) == 3


def test_the_log_names_the_protocol(script, connect_lmtp, caplog):
    caplog.set_level(logging.INFO, "emailapi")
    server = script(polite(lmtp=True))
    connect_lmtp(server).send(new_email())
    assert caplog.messages[-1].startswith(f"LMTP 127.0.0.1:{server.port} accepted")
