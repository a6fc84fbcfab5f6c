"""Sending by Django's functions: connections, counts, errors, statuses."""

from __future__ import annotations

import contextlib
import copy
import logging
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMessage, send_mail, send_mass_mail

from emailapi import Client, ConnectionFailed, DeliveryUnknown, InactiveRecipient, InvalidEmail, SendResult
from emailapi.django import clients
from emailapi.models.outbound import BatchResult
from emailapi.sandbox.connections import Channel

from ..ports import unused_port


class Rejecting:
    """A transport of the user's: each email meets the error that its subject names."""

    errors: ClassVar = {
        "unknown": DeliveryUnknown("the connection broke", idempotency_key="order-7"),
        "failed": ConnectionFailed("no connection"),
        "bug": ZeroDivisionError("a bug"),
    }

    def send(self, email):
        error = self.errors.get(email.subject)
        if error is not None:
            raise error
        return SendResult(message_id=email.subject, message="OK")

    def send_batch(self, emails):
        return BatchResult(tuple(self.errors.get(email.subject) or self.send(email) for email in emails))

    def close(self):
        pass


@pytest.fixture
def rejecting(configure):
    return lambda **options: configure(transport=Rejecting(), **options)


def message(subject: str = "Hi", to: str = "ada@example.com", **fields) -> EmailMessage:
    return EmailMessage(subject, "Hello", None, [to], **fields)


def connection():
    return mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()


@pytest.fixture
def opened(monkeypatch) -> list[object]:
    """Give a list with each connection that the sandbox accepts."""
    found: list[object] = []
    begin = Channel.__init__

    def counted(self, *arguments, **named):
        found.append(self)
        begin(self, *arguments, **named)

    monkeypatch.setattr(Channel, "__init__", counted)
    return found


def test_ten_calls_use_one_connection(api, sandbox, opened):
    api()
    for _ in range(10):
        assert send_mail("Hi", "Hello", None, ["ada@example.com"]) == 1
    assert len(opened) == 1
    with Client(sandbox.token, base_url=sandbox.url) as client:
        assert client.messages.list().total_count == 10


def test_messages_sent_together_are_one_batch(api, sandbox, opened, monkeypatch):
    api()
    paths: list[str] = []
    service = Channel.service
    monkeypatch.setattr(Channel, "service", lambda self: (paths.append(self.requests[0].path), service(self))[1])
    assert send_mass_mail([(f"Hi {n}", "Hello", None, ["ada@example.com"]) for n in range(3)]) == 3
    assert [path for path in paths if "email" in path] == ["/email/batch"]


def test_one_message_is_not_sent_as_a_batch(api, monkeypatch):
    api()
    paths: list[str] = []
    service = Channel.service
    monkeypatch.setattr(Channel, "service", lambda self: (paths.append(self.requests[0].path), service(self))[1])
    assert connection().send_messages([message()]) == 1
    assert paths == ["/email"]


def test_open_and_close_never_close_the_shared_client(api, opened):
    api()
    with connection() as one:
        assert one.send_messages([message()]) == 1
    one.close()
    other = connection()
    assert other.open() is True
    assert other.open() is False
    assert other.send_messages([message()]) == 1
    assert len(opened) == 1


def test_changed_settings_create_another_client(api, outbox):
    api()
    first = connection()._delivery.client
    assert connection()._delivery.client is first
    api()
    second = connection()._delivery.client
    assert second is not first
    with pytest.raises(Exception, match="closed"):
        first.outbound.send({"sender": "a@example.com", "to": "b@example.com", "text_body": "x"})


def test_other_options_create_another_client(backend):
    assert (
        backend(transport="memory", deadline=5)._delivery.client
        is not backend(transport="memory", deadline=6)._delivery.client
    )


@pytest.mark.parametrize("nothing", [None, [], (), iter(())])
def test_sending_no_messages_returns_0(outbox, nothing):
    sent = outbox()
    assert connection().send_messages(nothing) == 0
    assert sent == []


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_messages_can_be_any_iterable(outbox, kind):
    sent = outbox()
    assert connection().send_messages(kind([message("1"), message("2")])) == 2
    assert [email.subject for email in sent] == ["1", "2"]


def test_a_message_without_recipients_is_not_counted_and_makes_no_request(outbox):
    sent = outbox()
    empty = EmailMessage("Hi", "Hello", None, [], bcc=[""])
    assert connection().send_messages([empty, message("2")]) == 1
    assert [email.subject for email in sent] == ["2"]
    assert empty.send() == 0


def test_all_valid_messages_are_sent_before_the_first_error_is_raised(rejecting):
    rejecting()
    messages = [message("1"), message("failed"), message("3"), message("unknown"), message("5", to="no address")]
    with pytest.raises(ConnectionFailed) as caught:
        connection().send_messages(messages)
    results = [one.emailapi_result for one in messages]
    assert [getattr(one, "message_id", type(one).__name__) for one in results] == [
        "1", "ConnectionFailed", "3", "DeliveryUnknown", "InvalidEmail",
    ]  # fmt: skip
    assert [type(error) for error in caught.value.exceptions] == [ConnectionFailed, DeliveryUnknown, InvalidEmail]
    assert len(caught.value.__notes__) == 2
    assert pickle.loads(pickle.dumps(caught.value)).exceptions == caught.value.exceptions


@pytest.mark.parametrize("subject", ["unknown", "failed"])
def test_fail_silently_ignores_and_logs_delivery_errors(rejecting, caplog, subject):
    rejecting(fail_silently=True)
    one = message(subject)
    assert one.send() == 0
    assert isinstance(one.emailapi_result, Exception)
    (record,) = [record for record in caplog.records if "not sent" in record.message]
    assert record.levelno == logging.ERROR
    if subject == "unknown":
        assert "order-7" in record.message


def test_fail_silently_ignores_an_error_of_a_log_filter(rejecting, monkeypatch):
    def broken(record):
        raise ValueError("a filter with a mistake")

    rejecting(fail_silently=True)
    monkeypatch.setattr(logging.getLogger("emailapi"), "filters", [broken])
    one = message("unknown")
    assert one.send() == 0
    assert isinstance(one.emailapi_result, DeliveryUnknown)


def test_fail_silently_ignores_and_logs_an_invalid_email(outbox, caplog):
    outbox(fail_silently=True)
    assert message(to="no address").send() == 0
    assert "no address" in caplog.text


def test_fail_silently_never_ignores_a_programming_error(outbox):
    outbox(fail_silently=True)
    broken = message()
    broken.attachments = None
    with pytest.raises(TypeError):
        broken.send()


def test_a_log_record_about_emails_is_never_sent_as_an_email(rejecting):
    rejecting(fail_silently=True)
    sent = []

    class Mailing(logging.Handler):
        def emit(self, record):
            sent.append(message("failed").send())

    handler = Mailing(logging.ERROR)
    logging.getLogger("emailapi").addHandler(handler)
    try:
        message("failed").send()
    finally:
        logging.getLogger("emailapi").removeHandler(handler)
    assert sent == [0]


@pytest.mark.usefixtures("clock")
def test_a_closed_port_is_a_failed_connection(configure):
    port = unused_port()
    configure(server_token="t", base_url=f"http://127.0.0.1:{port}")
    one = message()
    with pytest.raises(ConnectionFailed):
        one.send()
    assert dict(one.emailapi_status) == {}
    assert one.anymail_status.status is None


def test_the_status_of_an_accepted_message(api):
    api()
    one = EmailMessage("Hi", "Hello", None, ["Ada <Ada@example.com>"], cc=["bob@example.com"], bcc=["eve@example.com"])
    one.send()
    assert one.emailapi_status["ADA@EXAMPLE.COM"] == "sent"
    assert {**one.emailapi_status} == dict.fromkeys(["Ada@example.com", "bob@example.com", "eve@example.com"], "sent")
    assert one.emailapi_status.message_id == one.emailapi_result.message_id != ""
    assert one.anymail_status.status == {"sent"}
    assert one.anymail_status.message_id == one.emailapi_result.message_id
    assert one.anymail_status.recipients["bob@example.com"].status == "sent"
    assert one.anymail_status.recipients["bob@example.com"].message_id == one.emailapi_result.message_id


def test_suppressed_recipients_are_rejected(api, sandbox):
    api()
    with Client(sandbox.token, base_url=sandbox.url) as client:
        client.suppressions.create("outbound", ["ada@example.com"])
    one = message()
    with pytest.raises(InactiveRecipient):
        one.send()
    assert one.emailapi_status["ada@example.com"] == "rejected"


def test_an_invalid_address_is_invalid(api):
    api()
    one = message(to="ada@")
    with pytest.raises(InvalidEmail):
        one.send()
    assert one.anymail_status.status == {"invalid"}


def test_an_unknown_outcome_is_unknown(rejecting):
    rejecting()
    one = message("unknown")
    with pytest.raises(DeliveryUnknown):
        one.send()
    assert one.emailapi_status["ada@example.com"] == "unknown"


def test_delayed_delivery_is_queued(configure):
    class Delayed(Rejecting):
        def send(self, email):
            return SendResult(message_id="7", message="Message accepted, but delivery may be delayed.")

    configure(transport=Delayed())
    one = message()
    one.send()
    assert one.emailapi_status["ada@example.com"] == "queued"


def test_a_sent_message_can_be_copied_and_pickled(rejecting):
    rejecting()
    for subject in ("fine", "unknown"):
        one = message(subject)
        with contextlib.suppress(DeliveryUnknown):
            one.send()
        for other in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
            assert dict(other.emailapi_status) == dict(one.emailapi_status)
            assert other.emailapi_result == one.emailapi_result
            assert other.anymail_status == one.anymail_status


@pytest.mark.costly
def test_threads_share_one_client(api):
    api()
    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(lambda place: send_mail(f"{place}", "Hello", None, ["ada@example.com"]), range(32))] == [
            1
        ] * 32
    assert len(clients._clients) == 1
