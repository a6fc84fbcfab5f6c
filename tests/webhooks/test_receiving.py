"""`receive`: a request to a response."""

from __future__ import annotations

import logging

import pytest

from emailapi.webhooks import (
    DeliveryEvent,
    MemorySeenStore,
    StopRetries,
    Verifier,
    WebhookRequest,
    WebhookResponse,
    receive,
)
from emailapi.webhooks.receiving import BODY_LIMIT, CLAIM_SECONDS

from .samples import BOUNCE, DELIVERY, INBOUND, body
from .test_verifier import basic

VERIFIER = Verifier(basic=("user", "secret"))
HEADERS = {**basic("user", "secret"), "Content-Type": "application/json"}


def request(payload: object = DELIVERY, **changes) -> WebhookRequest:
    return WebhookRequest(**{"body": body(payload), "headers": HEADERS, **changes})


class Recorder:
    """A handler that keeps what it is called with, and raises what it is told to."""

    def __init__(self, *errors: BaseException | None) -> None:
        self.events = []
        self.errors = list(errors)

    def __call__(self, event) -> str:
        self.events.append(event)
        error = self.errors.pop(0) if self.errors else None
        if error:
            raise error
        return "ignored"


@pytest.mark.parametrize("payload", [DELIVERY, BOUNCE, INBOUND, {"RecordType": "New"}, {}])
def test_a_handled_event_gives_200(payload):
    handler = Recorder()
    response = receive(request(payload), VERIFIER, handler)
    assert response == WebhookResponse(200, b"OK")
    assert [event.raw for event in handler.events] == [payload]


def test_the_event_has_the_trace_id_of_the_headers():
    handler = Recorder()
    receive(request(headers={**HEADERS, "X-PM-Webhook-Trace-Id": "t"}), VERIFIER, handler)
    assert handler.events[0].trace_id == "t"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", ""])
def test_only_post_is_allowed(method):
    response = receive(request(method=method), VERIFIER, Recorder())
    assert (response.status, response.headers) == (405, (("Allow", "POST"),))


def test_the_method_is_case_insensitive():
    assert receive(request(method="post"), VERIFIER, Recorder()).status == 200


def test_without_credentials_the_status_is_401():
    handler = Recorder()
    response = receive(request(headers={"Content-Type": "application/json"}), VERIFIER, handler)
    assert (response.status, handler.events) == (401, [])
    assert response.headers[0][0] == "WWW-Authenticate"


def test_credentials_are_checked_before_size_and_type():
    for changes in ({"body": b"{"}, {"body": b"x" * 11}, {"headers": {}}):
        assert receive(request(**{"headers": {}, **changes}), VERIFIER, Recorder(), max_body=10).status == 401


@pytest.mark.parametrize(
    "content_type, status",
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("application/cloudevents+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
        (None, 415),
    ],
)
def test_the_content_type_must_be_json(content_type, status):
    assert receive(request(headers={**HEADERS, "Content-Type": content_type}), VERIFIER, Recorder()).status == status


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_not_a_json_object_is_400(content):
    handler = Recorder()
    assert receive(request(body=content), VERIFIER, handler).status == 400
    assert handler.events == []


@pytest.mark.parametrize("size, status", [(20, 400), (21, 413)])
def test_a_body_that_is_too_large_is_413(size, status):
    assert receive(request(body=b" " * size), VERIFIER, Recorder(), max_body=20).status == status


def test_inbound_emails_of_35_mb_are_accepted():
    assert BODY_LIMIT == 35_000_000


def test_headers_can_be_pairs_from_a_generator():
    assert receive(request(headers=(pair for pair in HEADERS.items())), VERIFIER, Recorder()).status == 200


def test_an_event_can_be_handled_again_after_the_handler_raised():
    handler = Recorder(ValueError("x"))
    seen = MemorySeenStore()
    assert [receive(request(), VERIFIER, handler, seen).status for _ in range(3)] == [500, 200, 200]
    assert len(handler.events) == 2


def test_without_a_store_each_delivery_is_handled():
    handler = Recorder()
    assert [receive(request(), VERIFIER, handler).status for _ in range(2)] == [200, 200]
    assert len(handler.events) == 2


def test_an_event_is_handled_once():
    handler = Recorder()
    seen = MemorySeenStore()
    assert [receive(request(), VERIFIER, handler, seen).status for _ in range(3)] == [200] * 3
    assert receive(request(BOUNCE), VERIFIER, handler, seen).status == 200
    assert len(handler.events) == 2


def test_an_event_is_handled_by_the_retry_after_its_worker_died():
    now = [0.0]
    seen = MemorySeenStore(clock=lambda: now[0])
    assert seen.claim(DeliveryEvent(message_id="x").dedupe_key, CLAIM_SECONDS)
    handler = Recorder()

    class Dies(MemorySeenStore):
        def release(self, key: str) -> None:
            """Do what a killed process does."""

    seen = Dies(clock=lambda: now[0])
    assert receive(request(), VERIFIER, Recorder(ValueError()), seen).status == 500
    assert receive(request(), VERIFIER, handler, seen).status == 200
    assert handler.events == []
    now[0] = 60
    assert receive(request(), VERIFIER, handler, seen).status == 200
    assert len(handler.events) == 1


def test_stop_retries_gives_403_and_the_event_counts_as_handled():
    handler = Recorder(StopRetries())
    seen = MemorySeenStore()
    assert receive(request(), VERIFIER, handler).status == 403
    handler = Recorder(StopRetries("spam"))
    assert [receive(request(), VERIFIER, handler, seen).status for _ in range(2)] == [403, 200]
    assert len(handler.events) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
def test_a_base_exception_is_raised_and_the_claim_is_released(error):
    handler = Recorder(error)
    seen = MemorySeenStore()
    with pytest.raises(type(error)):
        receive(request(), VERIFIER, handler, seen)
    assert receive(request(), VERIFIER, handler, seen).status == 200
    assert len(handler.events) == 2


def test_an_error_is_logged_without_the_event(caplog):
    with caplog.at_level(logging.INFO, "emailapi"):
        assert receive(request(INBOUND), VERIFIER, Recorder(ValueError("what was wrong"))).status == 500
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.getMessage() == f"the webhook handler failed: InboundEvent, message {INBOUND['MessageID']}"
    assert "what was wrong" in caplog.text
    assert "Shall we?" not in caplog.text
    assert "j@example.com" not in caplog.text


def test_stop_retries_is_not_logged(caplog):
    receive(request(), VERIFIER, Recorder(StopRetries()))
    assert caplog.records == []


async def coroutine_function(event) -> None:
    raise AssertionError("not called")


async def asynchronous_generator(event):
    yield event


def generator(event):
    yield event


@pytest.mark.parametrize("handler", [coroutine_function, asynchronous_generator, generator])
def test_a_coroutine_function_or_generator_as_handler_is_an_error(handler, caplog):
    """A call would not run its body, and each event would be lost."""
    assert receive(request(), VERIFIER, handler).status == 500
    assert "the handler must be a plain function, without `async` and `yield`" in caplog.text


class Failing(MemorySeenStore):
    """A store whose server is down for some calls."""

    def __init__(self, *calls: str) -> None:
        super().__init__()
        for call in calls:
            setattr(self, call, self.fail)

    def fail(self, *arguments: object) -> bool:
        raise ConnectionError("no server")


def test_a_failing_store_gives_500(caplog):
    handler = Recorder()
    assert receive(request(), VERIFIER, handler, Failing("claim")).status == 500
    assert handler.events == []
    assert "no server" in caplog.text


@pytest.mark.parametrize("error, status", [(None, 200), (ValueError(), 500), (StopRetries(), 403)])
def test_a_store_that_fails_on_commit_does_not_change_the_status(error, status, caplog):
    assert receive(request(), VERIFIER, Recorder(error), Failing("commit", "release")).status == status
    assert "the event may be handled again" in caplog.text


class FailingFilter(logging.Filter):
    def filter(self, record):
        raise RuntimeError("a filter of the user")


@pytest.mark.parametrize(
    "error, failing, status",
    [
        (ValueError(), (), 500),
        (None, ("claim",), 500),
        (None, ("commit",), 200),
        (ValueError(), ("release",), 500),
        (StopRetries(), ("commit",), 403),
    ],
)
def test_a_failing_log_filter_does_not_change_the_status(error, failing, status):
    logger = logging.getLogger("emailapi")
    added = FailingFilter()
    logger.addFilter(added)
    try:
        assert receive(request(), VERIFIER, Recorder(error), Failing(*failing)).status == status
    finally:
        logger.removeFilter(added)


def test_no_repr_shows_a_body_or_credentials():
    text = repr(request(INBOUND))
    assert "Shall we?" not in text
    assert "Basic" not in text
