"""The place that every email of a process passes: who may watch it, and who may take emails over there."""

from __future__ import annotations

import threading
from email.message import EmailMessage
from uuid import uuid4

import pytest

from emailapi import (
    BulkEmail,
    Client,
    ConnectionFailed,
    Email,
    Fallback,
    InvalidEmail,
    MemoryTransport,
    Retry,
    SendResult,
    SESTransport,
    SMTPTransport,
    TemplateEmail,
)
from emailapi.models.bulk import BulkStatus
from emailapi.transports.capture import RECORDINGS, Recorder, Recording

from ..faults.modes import MODES
from .smtp.listener import Listener
from .user_transports import Bare

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")
TEMPLATE = TemplateEmail(sender="a@example.com", to="b@example.com", template_alias="welcome", template_model={})
BULK = BulkEmail(sender="a@example.com", subject="s", text_body="t", messages=[{"to": "b@example.com"}])
NOWHERE = "http://127.0.0.1:9"


class Watching(Recorder):
    """Keeps the emails that pass, and what came of each."""

    def __init__(self):
        self.emails, self.results = [], []

    def note(self, delivery):
        results = delivery.go_on()
        self.emails += delivery.emails
        self.results += results if isinstance(results, list) else [results]
        return results

    def deliver(self, delivery):
        return self.note(delivery)

    def send_bulk(self, delivery):
        return self.note(delivery)


class TakingOver(Recorder):
    """Keeps the emails, and lets nothing leave."""

    def __init__(self):
        self.emails, self.looked_up = [], []

    def deliver(self, delivery):
        self.emails += delivery.emails
        return [SendResult(message_id=str(uuid4()), via="outbox") for _ in delivery.emails]

    def send_bulk(self, delivery):
        self.emails += delivery.emails
        return BulkStatus(id="outbox")

    def look_up(self, delivery):
        self.looked_up += delivery.emails


class Failing(Recorder):
    """Fails before the emails leave, or after that."""

    def __init__(self, after):
        self.after = after

    def deliver(self, delivery):
        if self.after:
            delivery.go_on()
        raise ValueError("the recorder is broken")


@pytest.fixture
def watching():
    with Recording(found := Watching()):
        yield found


@pytest.fixture
def taking_over():
    with Recording(found := TakingOver()):
        yield found


def send_all(transport):
    """Send three emails by all that a transport has."""
    transport.send(EMAIL)
    transport.send_batch([EMAIL, EMAIL])


def test_emails_of_the_api_are_recorded_with_what_the_client_fills_in(serve, connect, watching):
    service = serve()
    client = connect(service, sender="us@example.com", message_stream="news")
    client.outbound.send(EMAIL.replace(sender=None))
    client.outbound.send_batch([EMAIL, {"to": "nobody"}, EMAIL.replace(idempotency_key="k")])
    assert client.outbound.send_many([EMAIL] * 4, workers=2, chunk_size=2).wait().accepted == 4
    client.outbound.send_template(TEMPLATE)
    client.outbound.send_template_batch([TEMPLATE] * 2)
    client.outbound.send_bulk(BULK)
    assert [type(email) for email in watching.emails] == [Email] * 7 + [TemplateEmail] * 3 + [BulkEmail]
    assert (watching.emails[0].sender.email, watching.emails[2].idempotency_key) == ("us@example.com", "k")
    assert {email.message_stream for email in watching.emails} == {"news"}
    keys = {email.idempotency_key for email in watching.emails}
    assert keys == {email.metadata["emailapi-key"] for email in service.accepted if "emailapi-key" in email.metadata}
    assert [type(result) for result in watching.results] == [SendResult] * 10 + [BulkStatus]


def test_emails_by_smtp_are_recorded(watching):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "s"
    with Listener() as server, SMTPTransport("127.0.0.1", server.port, tls="none") as transport:
        send_all(transport)
        transport.send(message)
        transport.send_message(message.as_bytes())
        assert len(server.envelopes) == 5
    assert watching.emails == [EMAIL, EMAIL, EMAIL, message, message.as_bytes()]
    assert {result.via for result in watching.results} == {"smtp"}


def test_emails_by_ses_are_captured(monkeypatch, taking_over):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SES", NOWHERE)
    with SESTransport(region_name="eu-west-1", retry=Retry(attempts=1)) as transport:
        send_all(transport)
        transport.send_message("From: a@example.com\nTo: b@example.com\n\nHi")
    assert taking_over.emails == [EMAIL, EMAIL, EMAIL, "From: a@example.com\nTo: b@example.com\n\nHi"]


def test_emails_in_memory_are_recorded(watching):
    with Client.in_memory(sender="us@example.com") as client:
        client.outbound.send(EMAIL.replace(sender=None))
        client.outbound.send_template(TEMPLATE)
        client.outbound.send_bulk(BULK)
        assert watching.emails == client.transport.sent
    send_all(MemoryTransport())
    assert len(watching.emails) == 6


def test_an_email_that_fails_over_is_recorded_once(serve, connect, watching):
    client = connect(serve(*[MODES["429"]] * 9), retry=Retry(attempts=1), fallback=MemoryTransport())
    client.outbound.send(EMAIL)
    client.outbound.send_batch([EMAIL] * 2)
    Fallback(Bare(ConnectionFailed("down")), Fallback(Bare(ConnectionFailed("down")), MemoryTransport())).send(EMAIL)
    assert len(watching.emails) == 4
    assert {result.via for result in watching.results} == {"memory"}


def test_emails_of_a_users_transport_are_recorded_once(watching):
    class Mine(MemoryTransport):
        def send(self, email, /):
            return super().send(email)

    class Wrapping(Bare):
        def send(self, email, /):
            return MemoryTransport().send(email)

    for transport in (Bare(), Mine(), Wrapping(), Fallback(Wrapping(), Mine())):
        watching.emails.clear()
        with Client(transport=transport) as client:
            client.outbound.send(EMAIL)
            client.outbound.send_batch([EMAIL] * 2)
        assert watching.emails == [EMAIL] * 3
    watching.emails.clear()
    send_all(Mine())
    assert watching.emails == [EMAIL] * 3


def test_a_captured_email_is_not_sent(taking_over):
    smtp = SMTPTransport("127.0.0.1", 9, tls="none")
    with Client("t", base_url=NOWHERE, fallback=smtp) as client:
        assert client.outbound.send(EMAIL).via == "outbox"
        assert client.outbound.send_many([EMAIL] * 3).wait().accepted == 3
        client.outbound.send_template(TEMPLATE)
        assert client.outbound.send_bulk(BULK).id == "outbox"
        keyed = EMAIL.replace(idempotency_key="k")
        client.outbound.send(keyed, check_first=True)
        client.outbound.send_batch([keyed], check_first=True)
    bare = Bare()
    Fallback(bare, Bare()).send(EMAIL)
    send_all(smtp)
    assert len(taking_over.emails) == 12
    assert taking_over.looked_up == [keyed, keyed]
    assert bare.sent == []


def test_an_email_that_cannot_be_sent_is_rejected_before_a_recorder_sees_it(taking_over):
    with Client("t", base_url=NOWHERE) as client:
        with pytest.raises(InvalidEmail):
            client.outbound.send(EMAIL.replace(text_body=None))
        with pytest.raises(InvalidEmail):
            client.outbound.send_bulk(BULK.replace(text_body=None))
    assert taking_over.emails == []


def test_emails_of_other_threads_are_recorded(taking_over):
    with Client("t", base_url=NOWHERE) as client:
        threads = [threading.Thread(target=client.outbound.send, args=(EMAIL,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(taking_over.emails) == 8


def test_with_nested_recorders_the_newest_decides(watching):
    memory = MemoryTransport()
    with Recording(inner := Watching()):
        memory.send(EMAIL)
        with Recording(outbox := TakingOver()):
            memory.send(EMAIL)
        memory.send(EMAIL)
    memory.send(EMAIL)
    assert [len(found.emails) for found in (watching, inner, outbox)] == [3, 2, 1]
    assert len(memory.sent) == 3


def test_recordings_may_end_in_any_order_and_more_than_once():
    first, second = Watching(), Watching()
    recordings = [Recording(first), Recording(second), Recording(first)]
    recordings[0].close()
    recordings[0].close()
    MemoryTransport().send(EMAIL)
    assert (len(first.emails), len(second.emails)) == (1, 1)
    for recording in recordings[1:]:
        recording.close()
    assert RECORDINGS == []


def test_a_recording_ends_with_its_block_even_if_that_fails():
    with pytest.raises(ValueError, match="oops"), Recording(Watching()):
        raise ValueError("oops")
    assert RECORDINGS == []


def test_continuing_twice_sends_once(watching):
    class Twice(Recorder):
        def deliver(self, delivery):
            delivery.go_on()
            return delivery.go_on()

    memory = MemoryTransport()
    with Recording(Twice()):
        memory.send(EMAIL)
    assert len(memory.sent) == len(watching.emails) == 1


def test_a_recorder_that_fails_first_prevents_the_send():
    memory = MemoryTransport()
    with Recording(Failing(after=False)):
        with pytest.raises(ValueError, match="broken"):
            memory.send(EMAIL)
        with pytest.raises(ValueError, match="broken"):
            memory.send_batch([EMAIL] * 2)
    assert memory.sent == []


def test_a_recorder_that_fails_afterwards_does_not_hide_the_result(caplog):
    memory = MemoryTransport()
    with Recording(Failing(after=True)):
        assert memory.send(EMAIL).via == "memory"
        assert len(memory.send_batch([EMAIL] * 2).accepted) == 2
    assert "a recorder failed" in caplog.text


def test_a_base_exception_of_a_recorder_propagates_even_afterwards():
    class Ending(Recorder):
        def deliver(self, delivery):
            delivery.go_on()
            raise KeyboardInterrupt

    with Recording(Ending()), pytest.raises(KeyboardInterrupt):
        MemoryTransport().send(EMAIL)


def test_an_email_encoded_before_a_recording_is_captured_too():
    with Client("t", base_url=NOWHERE) as client:
        batch = next(client.outbound._emails._batches([EMAIL], 1))
        with Recording(outbox := TakingOver()):
            (result,) = client.outbound._emails._deliver_batch(batch)
    assert (result.via, outbox.emails) == ("outbox", [None])
