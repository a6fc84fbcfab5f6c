"""The questions that tests ask of an outbox, and what failures say."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

import pytest

from emailapi import Address, Client, Email, EmailAPIError, InvalidArgument, TemplateEmail, WaitTimeout

from .conftest import NOWHERE

ADA = Email(
    sender="Shop <shop@example.com>",
    to="Ada <ada@example.com>",
    cc="cc@example.com",
    bcc="bcc@example.com",
    subject="Hi",
    text_body="the body",
    tag="welcome",
    metadata={"user": "7", "plan": "free"},
    message_stream="news",
)
BOB = Email(sender="shop@example.com", to="bob@example.com", subject="Bye", text_body="the body")


@pytest.fixture
def client():
    with Client("token", base_url=NOWHERE) as found:
        yield found


@pytest.fixture
def two(client, outbox):
    client.outbound.send(ADA)
    client.outbound.send(BOB)
    return outbox


def test_an_outbox_is_a_sequence_of_emails_oldest_first(two):
    assert isinstance(two, Sequence)
    assert len(two) == 2
    assert [email.subject for email in two] == ["Hi", "Bye"]
    assert two[-1].to == (Address("bob@example.com"),)
    assert [email.subject for email in two[:1]] == ["Hi"]
    assert two


@pytest.mark.parametrize(
    "criteria",
    [
        {"to": "ada@example.com"},
        {"to": "ADA@example.com"},
        {"to": "Ada <ada@example.com>"},
        {"to": Address("ada@example.com", "Ada")},
        {"to": re.compile("^ada@")},
        {"to": lambda address: address.name == "Ada"},
        {"cc": "cc@example.com"},
        {"bcc": "bcc@example.com"},
        {"sender": "Shop <shop@example.com>"},
        {"sender": re.compile("Shop")},
        {"subject": "Hi"},
        {"subject": re.compile("^H")},
        {"subject": str.istitle, "tag": "welcome"},
        {"tag": "welcome"},
        {"metadata": {"user": "7"}},
        {"metadata": {"user": re.compile(r"\d"), "none": None}},
        {"metadata": "free"},
        {"metadata": re.compile("fr")},
        {"metadata": lambda found: found.get("plan") == "free"},
        {"message_stream": "news"},
        {"to": "ada@example.com", "subject": "Hi", "tag": re.compile("come$")},
    ],
    ids=lambda criteria: re.sub(r" at 0x\w+", "", repr(criteria)),
)
def test_each_criterion_can_be_a_string_a_pattern_or_a_function(two, criteria):
    extra = {} if "subject" in criteria else {"subject": "Hi"}
    assert two.one(**criteria, **extra).subject == "Hi"
    assert [email.subject for email in two.all(**criteria, **extra)] == ["Hi"]


def test_a_string_must_equal_the_value(two):
    two.none(subject="H")
    two.none(tag="welc")
    two.none(to="ada@example")


def test_none_matches_emails_without_the_value(two):
    assert two.one(tag=None).subject == "Bye"
    assert two.one(cc=None).subject == "Bye"
    assert two.one(metadata={"user": None}).subject == "Bye"


def test_the_alias_of_a_template_is_a_criterion(client, outbox):
    client.outbound.send_template(
        TemplateEmail(sender="a@example.com", to="b@example.com", template_alias="receipt", template_model={"n": 1})
    )
    assert outbox.one(template_alias="receipt").template_model == {"n": 1}
    outbox.none(template_alias="other")


def test_an_unknown_criterion_is_a_type_error(two):
    for method in (two.one, two.all, two.none, two.wait_for):
        with pytest.raises(TypeError, match="unknown criterion 'subjct'; did you mean 'subject'"):
            method(subjct="Hi")
    with pytest.raises(TypeError, match="tag must be a string, a regular expression, a function or None, not int"):
        two.one(tag=1)
    with pytest.raises(TypeError, match="metadata must be"):
        two.one(metadata={"user": 7})


def test_a_failure_lists_each_email_in_one_line(two):
    with pytest.raises(AssertionError) as caught:
        two.one(to="eve@example.com")
    assert str(caught.value) == (
        'no email to \'eve@example.com\'; 2 were sent: ada@example.com "Hi" [welcome]; bob@example.com "Bye"'
    )


def test_two_matches_are_a_failure(two):
    with pytest.raises(AssertionError, match=r"2 emails sender 'shop@example.com', not one: ada@example.com \"Hi\""):
        two.one(sender="shop@example.com")
    with pytest.raises(AssertionError, match="2 emails, not one"):
        two.one()


def test_none_fails_if_an_email_matches(two):
    two.none(to="eve@example.com")
    with pytest.raises(AssertionError, match=r"expected no email subject matching 'B'; 1 was sent: bob@example.com"):
        two.none(subject=re.compile("B"))
    two.clear()
    two.none()
    with pytest.raises(AssertionError, match="no email; none was sent"):
        two.one()


def test_a_failure_shows_no_body_and_no_token(client, outbox):
    client.outbound.send(BOB.replace(subject="Reset: https://shop.example/reset/s3cret?t=1", text_body="s3cret"))
    for ask in (outbox.none, lambda: outbox.one(tag="x"), lambda: outbox.wait_for(0, tag="x")):
        with pytest.raises(AssertionError) as caught:
            ask()
        assert "https://shop.example/..." in str(caught.value)
        assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(outbox) + repr(outbox[0])


def test_a_failure_lists_at_most_twenty_emails(client, outbox):
    client.outbound.send_batch([BOB.replace(subject=f"No {at}") for at in range(25)])
    with pytest.raises(AssertionError, match='25 were sent: 5 others; bob@example.com "No 5"'):
        outbox.one(tag="x")


def test_clear_keeps_the_same_object(client, two):
    two.clear()
    assert len(two) == 0
    client.outbound.send(BOB)
    assert two.one().subject == "Bye"


def test_wait_for_returns_an_email_that_was_sent_before(two):
    assert two.wait_for(0, subject="Bye").subject == "Bye"


def test_wait_for_returns_when_a_thread_sends(client, outbox):
    thread = threading.Thread(target=client.outbound.send_batch, args=([BOB, ADA],))
    starting = threading.Timer(0.05, thread.start)
    starting.start()
    assert outbox.wait_for(timeout=60, to="ada@example.com").subject == "Hi"
    starting.join()
    thread.join()


def test_wait_for_continues_after_clear(client, two):
    def act():
        two.clear()
        client.outbound.send(ADA.replace(subject="New"))

    thread = threading.Timer(0.05, act)
    thread.start()
    assert two.wait_for(60, subject="New").subject == "New"
    thread.join()


def test_a_failed_wait_is_a_timeout_and_an_assertion_error(two):
    with pytest.raises(WaitTimeout, match=r"no email to 'eve@example.com' within 0.01 s; 2 were sent: ada") as caught:
        two.wait_for(timeout=0.01, to="eve@example.com")
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, EmailAPIError)


@pytest.mark.parametrize("timeout", [float("nan"), float("inf"), -1, None, "5"], ids=str)
def test_the_timeout_must_be_a_number_of_seconds(two, timeout):
    """A thread would wait for ever until a time that is not a number."""
    with pytest.raises(InvalidArgument, match="timeout must be a number of seconds, got "):
        two.wait_for(timeout=timeout, to="eve@example.com")


def test_a_criterion_can_send_email(client, outbox):
    client.outbound.send(BOB)
    sent = []

    def accepts(subject):
        if not sent:
            sent.append(client.outbound.send(ADA))
        return subject == "Hi"

    assert outbox.wait_for(60, subject=accepts).subject == "Hi"
