"""An exception of a signal handler at any moment of a send: a note says if the email may have been sent."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import attrs
import pytest

from emailapi import Client, DeliveryUnknown, Email, Retry, SESTransport, SMTPTransport

from ..http.conftest import Peer, reply
from ..moments import ITEM, Moments, TimeLimit
from ..ports import unused_port
from .ses.fake import FakeSES
from .smtp.scripted import Scripted, polite

ONCE = {"retry": Retry(attempts=1)}
ACCEPTED = {"/email": reply(ITEM), "/email/batch": reply([ITEM])}


@attrs.frozen
class Sender:
    """
    What sends emails by one transport.

    Attributes:
        send: Sends an email.
        sent: Returns the subjects that the servers have read, once they have ended.
        names_key: Whether a note names the email's key.
        persistent: Whether an email has the connection of the email before.
        left_over: Returns what the last send has left for requests of the user's own, which is nothing.
    """

    send: Callable[[Email], object]
    sent: Callable[[], set[str]]
    names_key: bool = True
    persistent: bool = True
    left_over: Callable[[], object] = lambda: None


def by_api(closing: ExitStack, response: object = None, *, batch: bool = False) -> Sender:
    peer = Peer(lambda seen: response or ACCEPTED[seen.target])
    closing.callback(peer.close)
    client = closing.enter_context(Client("t", base_url=peer.url, reconcile=response is None, **ONCE))
    outbound = client.outbound

    def sent() -> set[str]:
        peer.close()
        return {re.search(rb'"Subject": ?"([^"]+)"', seen.body)[1].decode() for seen in peer.seen if seen.body}

    send = (lambda email: outbound.send_batch([email])) if batch else outbound.send
    return Sender(send, sent, persistent=response is None)


def by_smtp(closing: ExitStack, *, fallback: bool = False) -> Sender:
    server = Scripted(polite("SIZE 0", "8BITMIME"))
    closing.callback(server.close)
    transport = SMTPTransport("127.0.0.1", server.port, tls="none", postmark_headers=True, **ONCE)
    closing.callback(transport.close)

    def sent() -> set[str]:
        transport.close()
        server.close()
        return {re.search(rb"Subject: (\S+)", email)[1].decode() for email in server.messages}

    if not fallback:
        return Sender(transport.send, sent)
    down = f"http://127.0.0.1:{unused_port()}"
    return Sender(closing.enter_context(Client("t", base_url=down, fallback=transport, **ONCE)).outbound.send, sent)


def by_ses(closing: ExitStack) -> Sender:
    import boto3
    from botocore.config import Config

    from emailapi.transports.ses.events import current_exchange

    service = FakeSES()
    closing.callback(service.close)
    login = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}
    client = boto3.client("ses", endpoint_url=service.url, config=Config(connect_timeout=60, read_timeout=60), **login)
    closing.callback(client.close)

    def sent() -> set[str]:
        service.close()
        return {post["Message.Subject.Data"] for post in service.posts}

    return Sender(SESTransport(client=client, **ONCE).send, sent, names_key=False, left_over=current_exchange.get)


SENDERS = {
    "api": by_api,
    "api batch": lambda closing: by_api(closing, batch=True),
    "api cut": lambda closing: by_api(closing, "reset"),
    "smtp": by_smtp,
    "fallback": lambda closing: by_smtp(closing, fallback=True),
    "ses": by_ses,
}


@pytest.fixture(params=SENDERS)
def sender(request: pytest.FixtureRequest) -> Iterator[Sender]:
    """Give each sender, with a server that accepts it or cuts the connection."""
    with ExitStack() as closing:
        yield SENDERS[request.param](closing)


def email(subject: str) -> Email:
    """Return an email with a subject, which is its key, too."""
    return Email(
        sender="a@example.com", to="b@example.com", subject=subject, text_body="Hello", idempotency_key=subject
    )


def interrupted(send: Callable[[Email], object], given: Email, number: int) -> tuple[bool, str]:
    """Send an email that is interrupted at a moment, if there are as many; return whether, and the notes."""
    moments = Moments(number)
    try:
        moments.run(lambda: send(given))
    except TimeLimit as limit:
        return True, " ".join(getattr(limit, "__notes__", ()))
    except DeliveryUnknown:
        pass
    return moments.raised, "ended"


# A connection that is interrupted on its way into or out of the pool is closed when it is collected.
@pytest.mark.exhaustive(cases=1)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
def test_an_exception_after_the_email_was_sent_has_a_note(sender):
    notes: dict[str, str] = {}
    number, raised = 0, True
    while raised:
        if sender.persistent:  # an interruption may have closed the connection, and then there are other moments
            sender.send(email(f"before-{number}"))
        raised, notes[f"key-{number}"] = interrupted(sender.send, email(f"key-{number}"), number)
        assert sender.left_over() is None
        number += 1
    assert number > 100
    sent = sender.sent()
    gc.collect()
    assert [key for key in notes if key in sent and not notes[key]] == []
    if sender.names_key:
        assert [key for key in notes if key in sent and f"'{key}'" not in notes[key] != "ended"] == []
