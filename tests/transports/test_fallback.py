"""Two transports as one: checks before a send, fields that are left out, and the transport that is called."""

from __future__ import annotations

import pytest

from emailapi import (
    APIError,
    Client,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    Email,
    EmailAPIError,
    Fallback,
    InactiveRecipient,
    InvalidArgument,
    InvalidEmail,
    MemoryTransport,
    RateLimited,
    RecipientResult,
    ServerError,
    ServiceUnavailable,
    SESError,
    SMTPError,
    Transport,
    Unauthorized,
)

from .user_transports import EMAIL, Bare


def rejected(*codes: int) -> SMTPError:
    """Return the error of an email whose recipients were rejected with these codes; a 4xx makes it retryable."""
    recipients = [RecipientResult(email=f"{code}@example.com", accepted=False, code=code) for code in codes]
    return SMTPError(
        "all recipients were rejected", code=max(codes, key=lambda code: code < 500), recipients=recipients
    )


GOES_ON = [
    rejected(451, 452),
    ConnectionFailed("refused"),
    ConnectionFailed("certificate", retryable=False),
    DeadlineExceeded("late"),
    RateLimited("slow down"),
    ServiceUnavailable("maintenance"),
    SMTPError("try later", code=451),
    SESError("slow down", aws_code="Throttling", retryable=True),
]
ENDS = [
    rejected(451, 550),
    DeliveryUnknown("lost"),
    InactiveRecipient("suppressed"),
    Unauthorized("token"),
    APIError("no"),
    ServerError("oops"),
    SMTPError("no such user", code=550),
    SESError("rejected", aws_code="MessageRejected"),
    ConfigurationError("the client is closed"),
    EmailAPIError("whatever"),
]


class NoTag(MemoryTransport):
    """A transport that cannot carry a tag."""

    def check(self, email: Email, /) -> None:
        """Reject the email by name."""
        super().check(email)
        if email.tag:
            raise InvalidEmail("tag: not here", field="tag")


def named(error: EmailAPIError) -> str:
    return f"{type(error).__name__}-{error.message}"


@pytest.mark.parametrize("error", GOES_ON, ids=named)
def test_an_email_that_was_not_sent_and_not_rejected_fails_over(error):
    second = MemoryTransport()
    assert Fallback(Bare(error), second).send(EMAIL).via == "memory"
    batch = Fallback(Bare(error), second).send_batch([EMAIL, EMAIL])
    assert [item.via for item in batch] == ["memory"] * 2
    assert second.sent == [EMAIL] * 3


@pytest.mark.parametrize("error", ENDS, ids=named)
def test_a_rejected_or_unknown_email_does_not_fail_over(error):
    second = MemoryTransport()
    with pytest.raises(type(error)):
        Fallback(Bare(error), second).send(EMAIL)
    batch = Fallback(Bare(error), second).send_batch([EMAIL, EMAIL])
    assert [type(item) for item in batch.failed] == [type(error)] * 2
    assert [(item.message, item.index) for item in batch.failed] == [(error.message, 0), (error.message, 1)]
    assert second.sent == []


def test_an_email_that_the_primary_accepts_does_not_reach_the_secondary():
    second = MemoryTransport()
    assert Fallback(Bare(), second).send(EMAIL).via == "bare"
    assert second.sent == []


def test_an_email_is_checked_for_both_transports_before_the_first_attempt():
    first = Bare()
    transport = Fallback(first, NoTag())
    tagged = Email(sender="a@example.com", to="b@example.com", text_body="x", tag="t")
    with pytest.raises(InvalidEmail) as caught:
        transport.send(tagged)
    assert caught.value.field == "tag"
    batch = transport.send_batch([EMAIL, tagged])
    assert (batch[0].via, batch[1].field, batch[1].index) == ("bare", "tag", 1)
    assert first.sent == [EMAIL]


def test_an_ignored_field_reaches_the_primary_but_not_the_secondary():
    tagged = Email(sender="a@example.com", to="b@example.com", text_body="x", tag="t", metadata={"a": "1"})
    first, second = Bare(), NoTag()
    Fallback(first, second, ignore={"tag"}).send(tagged)
    Fallback(Bare(RateLimited("slow down")), second, ignore={"tag"}).send(tagged)
    assert first.sent == [tagged]
    assert second.sent == [Email(sender="a@example.com", to="b@example.com", text_body="x", metadata={"a": "1"})]


@pytest.mark.parametrize("ignore", [{"to"}, {"html_body"}, {"tagg"}, "tag", 5, [5], [["tag"]]], ids=repr)
def test_only_existing_and_optional_fields_can_be_ignored(ignore):
    with pytest.raises(ConfigurationError, match="^ignore"):
        Fallback(Bare(), Bare(), ignore=ignore)
    with pytest.raises(ConfigurationError, match="^fallback_ignore"):
        Client("token", fallback=Bare(), fallback_ignore=ignore)


def test_only_transports_are_accepted():
    for first, second in ((5, Bare()), (Bare(), "smtp"), (Bare(), None)):
        with pytest.raises(ConfigurationError):
            Fallback(first, second)
    with pytest.raises(ConfigurationError):
        Client("token", fallback="localhost")
    with pytest.raises(ConfigurationError, match="the class MemoryTransport"):
        Client("token", fallback=MemoryTransport)
    with pytest.raises(ConfigurationError, match="the class Bare"):
        Fallback(Bare, MemoryTransport())


def test_a_fallback_is_a_transport_that_can_be_composed():
    last = MemoryTransport()
    transport = Fallback(Fallback(Bare(RateLimited("slow down")), Bare(ConnectionFailed("refused"))), last)
    assert isinstance(transport, Transport)
    assert transport.send(EMAIL).via == "memory"
    transport = Fallback(Bare(RateLimited("slow down")), Fallback(Bare(ConnectionFailed("refused")), last))
    assert transport.send(EMAIL).via == "memory"
    assert repr(Fallback(MemoryTransport(), last)) == "Fallback(MemoryTransport(0 sent), MemoryTransport(2 sent))"


def test_the_error_of_the_secondary_has_that_of_the_primary_as_cause():
    first, second = RateLimited("slow down"), SMTPError("no such user", code=550)
    with pytest.raises(SMTPError) as caught:
        Fallback(Bare(first), Bare(second)).send(EMAIL)
    assert caught.value.__cause__ is first


def test_closing_a_fallback_closes_both_transports():
    transports = [Bare() for _ in range(5)]
    Fallback(transports[0], transports[1]).close()
    with Fallback(transports[2], transports[3]):
        pass
    Client("token", fallback=transports[4]).close()
    assert [one.closed for one in transports] == [True] * 5


def test_a_clone_does_not_close():
    """A client with other options leaves the fallback of the first open."""
    transport = Bare()
    with Client("token", fallback=transport).with_options(timeout=3):
        pass
    assert not transport.closed


@pytest.mark.parametrize("wrong", [EMAIL, "text"], ids=repr)
def test_a_single_email_is_rejected_as_a_batch(wrong):
    with pytest.raises(InvalidArgument):
        Fallback(Bare(), Bare()).send_batch(wrong)


def test_a_batch_of_several_requests_fails_over():
    """A batch of any length keeps its order, whichever transport sends each email."""
    emails = [Email(sender="a@example.com", to=f"u{number}@example.com", text_body="x") for number in range(1201)]
    second = MemoryTransport()
    assert len(Fallback(Bare(RateLimited("slow down")), second).send_batch(emails)) == 1201
    assert second.sent == emails
