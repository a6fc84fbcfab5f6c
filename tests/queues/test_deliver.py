"""The body of a job: nothing is lost, nothing is sent twice, and each outcome says what to do next."""

from __future__ import annotations

import json
import pickle
import signal
import traceback
from datetime import timedelta

import pytest

from emailapi import Client, ConfigurationError, EmailAPIError, InvalidArgument
from emailapi.queues import FileReference, RetryLater, compute_lookup_delay, deliver, to_payload, to_payloads

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}


def sent(sandbox):
    return [message.subject for message in sandbox.messages()]


def test_accepted_and_rejected_emails_end_the_job(client, sandbox):
    (payload,) = to_payloads([HELLO, {**HELLO, "sender": "nobody@unknown.invalid", "message_stream": "none"}], key="k")
    report = deliver(client, payload)
    assert [result.idempotency_key for result in report.accepted] == ["k/0"]
    assert [(failure.key, failure.code) for failure in report.rejected] == [("k/1", 1235)]
    assert report.is_final
    assert report.retry_after is None
    assert sent(sandbox) == ["Hi"]


def test_a_job_that_is_run_again_sends_only_what_is_missing(client, sandbox):
    first, both = (next(to_payloads(emails, key="k")) for emails in ([HELLO], [HELLO, {**HELLO, "subject": "Second"}]))
    deliver(client, first)
    report = deliver(client, both, attempt=2)
    assert [result.idempotency_key for result in report.already_sent] == ["k/0"]
    assert [result.idempotency_key for result in report.accepted] == ["k/1"]
    assert sorted(sent(sandbox)) == ["Hi", "Second"]


@pytest.mark.parametrize("arguments", [{"redelivered": True}, {"attempt": 2}, {"attempt": 7, "redelivered": True}])
def test_a_job_whose_worker_died_is_looked_up(client, sandbox, arguments):
    payload = to_payload(HELLO, key="k")
    deliver(client, payload)
    assert deliver(client, payload, **arguments).already_sent[0].idempotency_key == "k"
    assert sent(sandbox) == ["Hi"]


@pytest.mark.costly
def test_an_unknown_outcome_waits_for_the_look_up(client, sandbox):
    payload = to_payload(HELLO, key="k")
    with sandbox.faults.index_delay(60), sandbox.faults.cut_after_accept(), pytest.raises(RetryLater) as caught:
        deliver(client, payload)
    again = caught.value
    assert again.seconds == compute_lookup_delay(client)
    assert [failure.key for failure in again.report.unknown] == ["k"]
    sandbox.clock.advance(minutes=2)
    assert deliver(client, again.payload, attempt=2).already_sent[0].idempotency_key == "k"
    assert sent(sandbox) == ["Hi"]


def test_what_was_surely_not_sent_waits_a_little(client, sandbox):
    payload = to_payload(HELLO, key="k")
    with sandbox.faults.fail(status=503, code=100, message="Maintenance", times=9):
        for attempt, (least, most) in enumerate([(2.5, 5), (5, 10), (10, 20)], start=1):
            with pytest.raises(RetryLater) as caught:
                deliver(client, payload, attempt=attempt, redelivered=False)
            assert least <= caught.value.seconds <= most
            assert caught.value.report.not_sent[0].error.retryable
    assert sent(sandbox) == []
    assert len(deliver(client, caught.value.payload, attempt=4).accepted) == 1


def test_the_service_says_when_to_come_back(client, sandbox):
    with sandbox.faults.rate_limit(retry_after=40, times=5), pytest.raises(RetryLater) as caught:
        deliver(client, to_payload(HELLO, key="k"))
    assert caught.value.seconds == 40


def test_a_look_up_that_fails_sends_nothing(client, sandbox):
    payload = to_payload(HELLO, key="k")
    with sandbox.faults.fail(status=500, times=9, route="GET /messages/outbound"), pytest.raises(RetryLater) as caught:
        deliver(client, payload, redelivered=True)
    assert [failure.key for failure in caught.value.report.unknown] == ["k"]
    assert sent(sandbox) == []


def test_the_next_attempt_has_only_the_emails_that_wait(client, sandbox):
    broken = {"v": 1, "emails": [{"to": "joe@"}, *to_payload(HELLO, key="k")["emails"]], "keys": ["broken", "k"]}
    with sandbox.faults.fail(status=503, code=100, message="Later"), pytest.raises(RetryLater) as caught:
        deliver(client, broken)
    assert [failure.key for failure in caught.value.report.rejected] == ["broken"]
    assert caught.value.payload == to_payload(HELLO, key="k")


def test_retry_later_can_be_pickled_and_shows_no_body(client, sandbox):
    with sandbox.faults.fail(status=503, code=100, message="Later"), pytest.raises(RetryLater) as caught:
        deliver(client, to_payload({**HELLO, "text_body": "secret words"}, key="k"))
    copied = pickle.loads(pickle.dumps(caught.value))
    assert copied.payload == caught.value.payload
    assert copied.report == caught.value.report
    assert str(copied).startswith("1 email is to be tried again in ")
    assert "secret words" not in repr(copied) + str(copied) + repr(copied.report.to_dict())


def test_a_transport_that_cannot_be_searched_sends_once_only():
    with Client.in_memory(sender="shop@example.com") as offline:
        payload = to_payload(HELLO, key="k")
        assert len(deliver(offline, payload).accepted) == 1
        with pytest.raises(ConfigurationError, match="cannot look up"):
            deliver(offline, payload, attempt=2)
        assert len(offline.transport.sent) == 1


def test_attachments_are_loaded_once_for_a_job(client, sandbox):
    asked = []

    def load(reference):
        asked.append(reference)
        return b"%PDF"

    terms = FileReference(name="terms.pdf", url="https://files.example/terms.pdf", content_type="application/pdf")
    (payload,) = to_payloads([HELLO, HELLO], key="k", references=[terms])
    deliver(client, payload, load=load)
    assert asked == [{"url": "https://files.example/terms.pdf"}]
    assert [message.attachment("terms.pdf").content for message in sandbox.messages()] == [b"%PDF", b"%PDF"]


def test_an_attachment_that_cannot_be_loaded_delays_its_email_alone(client, sandbox):
    def load(reference):
        raise OSError("the disk is away")

    with_file = to_payload(HELLO, key="with", references=[FileReference(name="a.pdf", path="a.pdf")])
    plain = to_payload({**HELLO, "subject": "Plain"}, key="plain")
    payload = {
        "v": 1,
        "emails": [*with_file["emails"], *plain["emails"]],
        "keys": [*with_file["keys"], *plain["keys"]],
    }
    with pytest.raises(RetryLater, match="the disk is away") as caught:
        deliver(client, payload, load=load)
    assert caught.value.payload == with_file
    assert sent(sandbox) == ["Plain"]


@pytest.mark.parametrize("load", [None, lambda reference: "text"])
def test_a_missing_or_wrong_loader_is_named(client, sandbox, load):
    payload = to_payload(HELLO, key="k", references=[FileReference(name="a.pdf", path="a.pdf")])
    with pytest.raises(ConfigurationError, match="load"):
        deliver(client, payload, load=load)
    assert sent(sandbox) == []


@pytest.mark.parametrize(
    "payload, problem",
    [
        (b"\x80\x04", "no pickle"),
        (None, "what to_payload returned"),
        ({"v": 2, "emails": [], "keys": []}, "version 2"),
        ({"emails": [], "keys": []}, "version None"),
        ({"v": 1, "emails": [{}], "keys": []}, "as many keys"),
        ({"v": 1, "emails": [], "keys": []}, "at least one email"),
        ({"v": 1, "emails": [{}, {}], "keys": ["k", "k"]}, "another key for each email"),
        ({"v": 1, "emails": [7], "keys": ["k"]}, "must be a mapping"),
        ({"v": 1, "emails": [{}], "keys": [None]}, "key must be a text"),
    ],
)
def test_an_invalid_payload_is_named(client, sandbox, payload, problem):
    with pytest.raises(InvalidArgument, match=problem):
        deliver(client, payload)
    assert sent(sandbox) == []


@pytest.mark.parametrize(
    "change, load",
    [
        ({"v": 9}, None),
        ({"keys": []}, None),
        ({"keys": ["a\nb"]}, None),
        ({}, None),
        ({}, lambda reference: "secret words"),
        ({}, lambda reference: b"%PDF"),
    ],
    ids=["version", "no key", "wrong key", "no loader", "wrong loader", "not sent"],
)
def test_a_body_is_in_no_frame_of_an_error(client, sandbox, change, load):
    reference = FileReference(name="a.pdf", path="a.pdf")
    hello = {**HELLO, "text_body": "secret words"}
    payload = json.loads(json.dumps(to_payload(hello, key="k", references=[reference])))
    faults = sandbox.faults.fail(status=503, code=100, message="Later")
    with faults, pytest.raises((EmailAPIError, RetryLater)) as caught:
        deliver(client, {**payload, **change}, load=load)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    ours = [frame for frame in frames if str(frame.f_globals["__name__"]).startswith("emailapi.")]
    assert len(ours) >= 2
    values = [value for frame in ours for value in frame.f_locals.values()]
    # An object that could not be made has no repr.
    assert "secret words" not in repr([value for value in values if isinstance(value, (str, bytes, dict, list, tuple))])


def test_a_signal_ends_a_job_that_loads_attachments(client):
    """The time limit of an engine, for example, is not an error of the attachment."""

    def load(reference):
        signal.raise_signal(signal.SIGALRM)
        return b"%PDF"

    def limit(number, frame):
        raise KeyError("time limit")

    payload = to_payload(HELLO, key="k", references=[FileReference(name="a.pdf", path="a.pdf")])
    before = signal.signal(signal.SIGALRM, limit)
    try:
        with pytest.raises(KeyError, match="time limit"):
            deliver(client, payload, load=load)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_reference_with_a_wrong_field_rejects_its_email_alone(client):
    payload = to_payload(HELLO, key="k", references=[FileReference(name="a.pdf", path="a.pdf")])
    payload["emails"][0]["attachments"][0]["size"] = 7
    report = deliver(client, payload, load=lambda reference: b"%PDF")
    assert [failure.key for failure in report.rejected] == ["k"]


@pytest.mark.parametrize("attempt", [0, True, "1", 1.0])
def test_attempts_count_from_one(client, attempt):
    with pytest.raises(InvalidArgument, match="attempt"):
        deliver(client, to_payload(HELLO, key="k"), attempt=attempt)


def test_an_email_that_is_broken_in_the_queue_is_rejected_alone(client, sandbox):
    payload = {"v": 1, "emails": [{"to": "joe@"}, *to_payload(HELLO, key="k")["emails"]], "keys": ["broken", "k"]}
    report = deliver(client, payload)
    assert [failure.key for failure in report.rejected] == ["broken"]
    assert len(report.accepted) == 1


@pytest.mark.parametrize("delay", ["60", timedelta(minutes=1), True])
def test_a_wrong_lookup_delay_is_named_before_an_email_is_sent(client, sandbox, delay):
    before = len(sandbox.messages())
    with pytest.raises(InvalidArgument, match="^lookup_delay must be a number of seconds, got "):
        deliver(client, to_payload(HELLO, key="delay"), lookup_delay=delay)
    assert len(sandbox.messages()) == before
