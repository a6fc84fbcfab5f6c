"""The transport that keeps what it is given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from emailapi import ConfigurationError, Email, InvalidArgument, InvalidEmail, MemoryTransport, SendResult, Transport

EMAIL = Email(sender="a@example.com", to=["b@example.com", "Cy <c@example.com>"], text_body="x", idempotency_key="k")


def test_the_memory_transport_is_a_transport():
    assert isinstance(MemoryTransport(), Transport)


def test_a_sent_email_is_recorded():
    transport = MemoryTransport()
    result = transport.send(EMAIL)
    assert transport.sent == [EMAIL]
    assert (result.via, result.to, result.idempotency_key) == ("memory", "b@example.com, Cy <c@example.com>", "k")
    assert result.message_id
    assert result.submitted_at.tzinfo
    assert repr(transport) == "MemoryTransport(1 sent)"


def test_a_mapping_is_recorded_as_an_email():
    transport = MemoryTransport()
    transport.send({"sender": "a@example.com", "to": "b@example.com", "html_body": "x"})
    assert transport.sent == [Email(sender="a@example.com", to="b@example.com", html_body="x")]


@pytest.mark.parametrize(
    "missing, field",
    [({"sender": None}, "sender"), ({"to": ()}, "to"), ({"text_body": None}, "text_body")],
    ids=lambda value: str(value),
)
def test_an_email_must_be_complete(missing, field):
    """An email without sender, recipient or body is rejected by the field's name, and not kept."""
    transport = MemoryTransport()
    given = {"sender": "a@example.com", "to": "b@example.com", "text_body": "x", **missing}
    with pytest.raises(InvalidEmail) as caught:
        transport.send(Email(**given))
    assert caught.value.field == field
    assert transport.sent == []


def test_send_batch_returns_a_result_or_error_for_each_email():
    transport = MemoryTransport()
    result = transport.send_batch(iter([EMAIL, {"to": "b@example.com", "text_body": "x"}, EMAIL]))
    assert [isinstance(item, SendResult) for item in result] == [True, False, True]
    assert result[1].index == 1
    assert len(transport.sent) == 2


@pytest.mark.parametrize("wrong", [EMAIL, "a@example.com", 5, {"to": "a@example.com"}], ids=repr)
def test_a_single_email_is_rejected_as_a_batch(wrong):
    with pytest.raises(InvalidArgument) as caught:
        MemoryTransport().send_batch(wrong)
    assert caught.value.argument == "emails"


def test_an_empty_batch_has_an_empty_result():
    assert list(MemoryTransport().send_batch([])) == []


def test_a_closed_transport_sends_nothing_and_keeps_its_emails():
    transport = MemoryTransport()
    transport.send(EMAIL)
    transport.close()
    with pytest.raises(ConfigurationError):
        transport.send(EMAIL)
    assert transport.sent == [EMAIL]


def test_clear_empties_the_same_list():
    transport = MemoryTransport()
    sent = transport.sent
    transport.send(EMAIL)
    transport.clear()
    assert sent == []
    assert transport.sent is sent
    transport.send(EMAIL)
    assert sent == [EMAIL]


def test_threads_share_a_transport():
    transport = MemoryTransport()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(transport.send, [EMAIL] * 400))
    assert len(transport.sent) == len({result.message_id for result in results}) == 400
