"""A log filter or handler that fails: the outcome of a send reaches the caller."""

from __future__ import annotations

import contextlib
import logging

import pytest

from emailapi import Client, ConnectionFailed, Fallback, Hooks, MemoryTransport, Retry, SMTPTransport

from .smtp.scripted import Scripted, polite
from .user_transports import EMAIL, Bare


class Failing(logging.Filter):
    """A filter with a mistake, which shows as soon as there is a line."""

    def __init__(self, error):
        super().__init__()
        self.error, self.lines = error, 0

    def filter(self, record):
        self.lines += 1
        raise self.error


@contextlib.contextmanager
def failing(error):
    """Let each log line of the package fail."""
    logger = logging.getLogger("emailapi")
    level, broken = logger.level, Failing(error)
    logger.addFilter(broken)
    logger.setLevel(logging.INFO)
    try:
        yield broken
    finally:
        logger.removeFilter(broken)
        logger.setLevel(level)


@pytest.fixture
def server():
    """Give an SMTP server that accepts everything."""
    server = Scripted(polite("8BITMIME"))
    yield server
    server.close()


def test_an_email_that_smtp_accepted_is_accepted(server):
    with SMTPTransport("127.0.0.1", server.port, tls="none") as transport, failing(AttributeError("user")) as broken:
        assert transport.send(EMAIL).via == "smtp"
    assert broken.lines
    assert len(server.messages) == 1


def test_an_email_that_the_api_accepted_is_accepted(serve, connect):
    def hook(event):
        raise ValueError("a hook")

    client = connect(serve(), hooks=Hooks(on_response=hook))
    with failing(AttributeError("user")) as broken:
        assert client.outbound.send(EMAIL).via == "api"
    assert broken.lines == 2


def test_an_email_fails_over():
    with failing(AttributeError("user")) as broken:
        assert Fallback(Bare(ConnectionFailed("refused")), MemoryTransport()).send(EMAIL).via == "memory"
    assert broken.lines


def test_an_email_that_was_not_sent_keeps_its_error():
    transport = SMTPTransport("127.0.0.1", 9, tls="none", retry=Retry(attempts=1))
    with failing(AttributeError("user")), pytest.raises(ConnectionFailed):
        transport.send(EMAIL)


def test_an_exit_in_a_handler_names_the_email_that_smtp_accepted(server):
    client = Client(transport=SMTPTransport("127.0.0.1", server.port, tls="none"))
    with client, failing(SystemExit(1)), pytest.raises(SystemExit) as caught:
        client.outbound.send(EMAIL)
    assert "the email may have been sent by SMTP" in caught.value.__notes__[0]
