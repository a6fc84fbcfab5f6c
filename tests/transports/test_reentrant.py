"""An input that sends emails, reads or closes the sending that it belongs to, while it is being read."""

from __future__ import annotations

import pytest

from emailapi import ConfigurationError


def mapping(subject: object, **more: object) -> dict[str, object]:
    return {"sender": "a@example.com", "to": "b@example.com", "subject": str(subject), "text_body": "Hi", **more}


def subjects(service) -> list[str]:
    return sorted(email.subject for email in service.accepted)


@pytest.mark.parametrize("method", ["send_batch", "send_many"])
def test_an_input_may_send_emails_of_its_own(method, serve, connect):
    def emails():
        for number in range(3):
            assert client.outbound.send(mapping(f"inner {number}")).message_id
            yield mapping(f"outer {number}")

    service = serve()
    client = connect(service)
    items = [*getattr(client.outbound, method)(emails())]
    assert [item.outcome.value for item in items] == ["accepted"] * 3
    assert subjects(service) == [f"{place} {number}" for place in ("inner", "outer") for number in range(3)]


def test_an_input_may_read_its_own_sending(serve, connect):
    def emails():
        for number in range(5):
            if number == 4:
                read.append(next(sending))
            yield mapping(number)

    read = []
    service = serve()
    sending = connect(service).outbound.send_many(emails(), workers=1, chunk_size=1)
    read += sending
    assert [item.outcome.value for item in read] == ["accepted"] * 5
    assert subjects(service) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("size", [1, 3, 4])
def test_an_input_that_waits_for_its_own_end_is_told_to_read_outside(size, serve, connect):
    def emails():
        for number in range(20):
            if number == 10:
                inside.extend(sending)
            yield mapping(number)

    inside, outside = [], []
    service = serve()
    sending = connect(service).outbound.send_many(emails(), workers=1, chunk_size=size)
    with pytest.raises(ConfigurationError, match="read the sending outside its input"):
        outside.extend(sending)
    assert [item.outcome.value for item in inside + outside] == ["accepted"] * 10
    assert subjects(service) == sorted(map(str, range(10)))


def test_an_input_that_handles_the_error_of_its_own_wait_is_sent_to_its_end(serve, connect):
    def emails():
        for number in range(20):
            if number == 10:
                with pytest.raises(ConfigurationError, match="outside its input"):
                    sending.wait()
            yield mapping(number)

    service = serve()
    sending = connect(service).outbound.send_many(emails(), workers=1, chunk_size=3)
    assert sending.wait().accepted == 20
    assert subjects(service) == sorted(map(str, range(20)))


def test_an_input_may_close_its_own_sending(serve, connect):
    def emails():
        for number in range(9):
            if number == 4:
                sending.close()
            yield mapping(number)

    service = serve()
    sending = connect(service).outbound.send_many(emails(), workers=1, chunk_size=1)
    outcomes = [item.outcome.value for item in sending]
    accepted = outcomes.count("accepted")
    assert accepted in (3, 4), "the email before may wait for its worker, or be with the service"
    assert outcomes == ["accepted"] * accepted + ["not_sent"] * (5 - accepted)
    assert subjects(service) == ["0", "1", "2", "3"][:accepted]


def test_an_input_that_is_sent_inside_itself_is_an_error_of_the_input(serve, connect):
    def emails():
        yield mapping("first")
        client.outbound.send_batch(given)

    client = connect(serve())
    given = emails()
    sending = client.outbound.send_many(given, chunk_size=1)
    assert next(sending).outcome.value == "accepted"
    with pytest.raises(ValueError, match="already executing"):
        next(sending)
