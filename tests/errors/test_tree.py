"""The error tree: what each error is, says, and keeps."""

from __future__ import annotations

import copy
import pickle

import pytest

import emailapi.errors
from emailapi import errors
from emailapi.errors import APIError, EmailAPIError, Outcome, TransportError
from emailapi.models.outbound import BatchFailed, BatchResult, SendResult

FACTS = {"method": "POST", "path": "/email", "attempts": 3, "status": 422, "code": 300, "request_id": "r-1"}

ACCEPTED = SendResult(message_id="0a129aee", to="a@example.com")

# Class, its own arguments, its parents beside the tree's.
TREE = [
    (errors.ConfigurationError, {}, EmailAPIError, ()),
    (errors.InvalidArgument, {"argument": "count"}, EmailAPIError, (ValueError,)),
    (errors.InvalidEmail, {"field": "to", "index": 7}, errors.InvalidArgument, (ValueError,)),
    (errors.TransportError, {"retryable": False}, EmailAPIError, ()),
    (errors.ConnectionFailed, {"retryable": False}, TransportError, (ConnectionError, OSError)),
    (errors.DeliveryUnknown, {"idempotency_key": "k"}, TransportError, ()),
    (errors.DeadlineExceeded, {}, TransportError, (TimeoutError, OSError)),
    (errors.InvalidResponse, {}, TransportError, ()),
    (errors.APIError, {"errors": {"To": ("bad", "worse")}}, EmailAPIError, ()),
    (errors.Unauthorized, {}, APIError, ()),
    (errors.InvalidRequest, {"errors": {"To": ("bad",)}}, APIError, ()),
    (errors.InactiveRecipient, {"addresses": ("a@example.com", "b@example.com")}, APIError, ()),
    (errors.SenderNotAllowed, {}, APIError, ()),
    (errors.NotFound, {}, APIError, ()),
    (errors.Conflict, {}, APIError, ()),
    (errors.LimitExceeded, {}, APIError, ()),
    (errors.RateLimited, {"retry_after": 2.5}, APIError, ()),
    (errors.ServiceUnavailable, {}, APIError, ()),
    (errors.ServerError, {}, APIError, ()),
    (errors.SMTPError, {}, EmailAPIError, ()),
    (errors.SESError, {}, EmailAPIError, ()),
    (errors.InvalidWebhook, {}, EmailAPIError, (ValueError,)),
    (errors.WaitTimeout, {}, EmailAPIError, (TimeoutError, AssertionError)),
]
RETRYABLE = {"TransportError", "ConnectionFailed", "DeadlineExceeded", "InvalidResponse"} | {
    "RateLimited",
    "ServiceUnavailable",
    "ServerError",
}


@pytest.mark.parametrize("kind", [*(row[0] for row in TREE), BatchFailed])
def test_tracebacks_and_pickles_name_an_error_as_users_import_it(kind):
    assert f"{kind.__module__}.{kind.__qualname__}" == f"emailapi.{kind.__name__}"
    assert pickle.loads(pickle.dumps(kind)) is kind


def make(kind, own, **more):
    """Return an error that knows all it can."""
    return kind("It went wrong", **own, **FACTS, **more)


def every_error():
    """Give one error of each class, knowing all it can."""
    failed = make(errors.InactiveRecipient, {"addresses": ("a@example.com",)})
    return [*(make(kind, own) for kind, own, _, _ in TREE), BatchFailed(BatchResult((ACCEPTED, failed)))]


def test_every_error_class_is_exported():
    classes = [value for name in emailapi.__all__ if isinstance(value := getattr(emailapi, name), type)]
    kinds = {kind for kind in classes if issubclass(kind, Exception)}
    assert kinds - {EmailAPIError, BatchFailed} == {kind for kind, *_ in TREE}
    for kind in kinds:
        assert kind.__name__ in (emailapi.errors.__doc__ or "")


@pytest.mark.parametrize("kind, own, parent, others", TREE)
def test_each_class_has_its_parent_and_its_built_in_error(kind, own, parent, others):
    assert parent in kind.__bases__
    assert issubclass(kind, EmailAPIError)
    assert all(issubclass(kind, other) for other in others)


@pytest.mark.parametrize("kind, own, parent, others", TREE)
def test_an_error_has_its_message_and_the_facts_of_the_request(kind, own, parent, others):
    error = make(kind, own)
    assert error.message == "It went wrong"
    assert error.args == ("It went wrong",)
    for name, value in {**own, **FACTS}.items():
        assert getattr(error, name) == value


@pytest.mark.parametrize("kind, own, parent, others", TREE)
def test_an_error_without_a_request_has_defaults(kind, own, parent, others):
    error = kind("It went wrong", **({"field": "to"} if kind is errors.InvalidEmail else {}))
    assert (error.method, error.path, error.attempts) == (None, None, 0)
    assert (error.status, error.code, error.request_id) == (None, None, None)
    assert str(error) == "It went wrong"


@pytest.mark.parametrize("kind, own, parent, others", TREE)
def test_only_delivery_unknown_may_have_been_sent(kind, own, parent, others):
    error = kind("x", **own)
    unknown = kind is errors.DeliveryUnknown
    assert error.outcome is (Outcome.UNKNOWN if unknown else Outcome.NOT_SENT)
    assert error.may_have_been_sent is unknown


@pytest.mark.parametrize("kind, own, parent, others", TREE)
def test_temporary_failures_are_retryable(kind, own, parent, others):
    error = kind("x", **({"field": "to"} if kind is errors.InvalidEmail else {}))
    assert error.retryable is (kind.__name__ in RETRYABLE)


def test_an_invalid_certificate_is_not_retryable():
    """A failed connection can say that trying again is no use, and only that error says so."""
    assert errors.ConnectionFailed("x", retryable=False).retryable is False
    assert errors.ConnectionFailed("x").retryable is True


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_errors_pickle_whole(error, protocol):
    """A pickled error comes back equal in all it knows."""
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is type(error)
    assert back == error
    assert vars(back) == vars(error)
    assert (back.args, str(back), hash(back)) == (error.args, str(error), hash(error))
    assert (back.outcome, back.retryable) == (error.outcome, error.retryable)


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_a_copied_error_is_equal_and_independent(error, how):
    copied = how(error)
    assert copied == error
    copied.path = "/other"
    assert copied != error
    assert error.path != "/other"


def test_errors_of_other_classes_differ():
    assert errors.NotFound("x") != errors.Conflict("x")
    assert errors.NotFound("x") != "x"
    assert errors.NotFound("x") == errors.NotFound("x")


@pytest.mark.parametrize("name, value", FACTS.items())
def test_each_fact_counts_for_equality(name, value):
    assert make(errors.NotFound, {}) != errors.NotFound("It went wrong", **{**FACTS, name: None})


@pytest.mark.parametrize(
    "facts, text",
    [
        ({}, "It went wrong"),
        ({"method": "GET", "path": "/x"}, "It went wrong (GET /x)"),
        ({"status": 500}, "It went wrong (HTTP 500)"),
        ({"code": 300}, "It went wrong (code 300)"),
        ({"code": 0}, "It went wrong (code 0)"),
        ({"request_id": ""}, "It went wrong"),
        (FACTS, "It went wrong (POST /email, HTTP 422, code 300, request r-1)"),
    ],
)
def test_the_text_of_an_error_is_its_message_and_the_facts_of_the_request(facts, text):
    assert str(errors.NotFound("It went wrong", **facts)) == text


def test_the_text_of_an_os_error_is_that_of_the_sdk():
    """The classes that are OSErrors, too, have the same text and no errno."""
    error = errors.ConnectionFailed("no route", method="POST", path="/email")
    assert str(error) == "no route (POST /email)"
    assert error.errno is None


def test_the_text_of_a_transport_error_has_the_number_of_attempts():
    error = errors.ConnectionFailed("no route", method="POST", path="/email", attempts=4)
    assert str(error) == "no route (POST /email, 4 attempts)"
    assert str(error.replace(attempts=1)) == "no route (POST /email)"


def test_at_adds_the_index_of_the_item():
    """A rejected email of a batch says its place, and keeps its field."""
    error = errors.InvalidEmail("to: 'x' is not a valid email address", field="to").at(3)
    assert (error.field, error.argument, error.index) == ("to", "to", 3)
    assert str(error) == "email at index 3: to: 'x' is not a valid email address"
    assert errors.InvalidEmail("x", field="to").index is None


def test_no_field_errors_is_an_empty_mapping():
    assert errors.InvalidRequest("x").errors == {}
    assert errors.InactiveRecipient("x").addresses == ()
    assert errors.RateLimited("x").retry_after is None


REJECTED = errors.InvalidRequest("bad")
BUSY = errors.RateLimited("later")
LOST = errors.DeliveryUnknown("lost", idempotency_key="k")


@pytest.mark.parametrize(
    "items, outcome, retryable",
    [
        ((REJECTED,), Outcome.NOT_SENT, False),
        ((BUSY, BUSY), Outcome.NOT_SENT, True),
        ((BUSY, REJECTED), Outcome.NOT_SENT, False),
        ((ACCEPTED, BUSY), Outcome.NOT_SENT, False),
        ((BUSY, LOST), Outcome.UNKNOWN, False),
        ((ACCEPTED, LOST), Outcome.UNKNOWN, False),
    ],
)
def test_a_failed_batch_is_retryable_only_if_no_item_was_accepted_or_unknown(items, outcome, retryable):
    error = BatchFailed(BatchResult(items))
    assert (error.outcome, error.retryable) == (outcome, retryable)
    assert error.may_have_been_sent is (outcome is Outcome.UNKNOWN)


def test_the_text_of_a_failed_batch_counts_its_failures():
    batch = BatchResult((ACCEPTED, REJECTED, LOST))
    error = BatchFailed(batch)
    assert str(error) == "2 of 3 emails were not accepted; the first: bad"
    assert error.result is batch


def failing():
    """Raise an error that has a cause, a context and a note."""
    try:
        try:
            raise KeyError("context")
        except KeyError:
            error = errors.DeliveryUnknown("lost", idempotency_key="k", **FACTS)
            error.add_note("first")
            raise error from OSError("cause")
    except errors.DeliveryUnknown as raised:
        return raised


def test_replace_returns_a_copy_that_keeps_all_other_attributes():
    error = failing()
    other = error.replace(message="still lost", message_stream="news")
    assert (type(other), other.message, other.args) == (type(error), "still lost", ("still lost",))
    assert (other.message_stream, other.idempotency_key, other.path) == ("news", "k", "/email")
    assert (error.message, error.message_stream) == ("lost", None)
    for name in ("__cause__", "__context__", "__suppress_context__", "__traceback__", "__notes__"):
        assert getattr(other, name) == getattr(error, name)
    assert pickle.loads(pickle.dumps(other)) == other


def test_a_copied_error_has_its_own_notes():
    error = failing()
    for other in (error.replace(), copy.copy(error), pickle.loads(pickle.dumps(error))):
        other.add_note("second")
        assert other.__notes__ == ["first", "second"]
    assert error.__notes__ == ["first"]


def test_replace_can_change_the_cause():
    cause = OSError("refused")
    other = errors.ConnectionFailed("no").replace(cause=cause, retryable=False)
    assert (other.__cause__, other.__suppress_context__, other.retryable) == (cause, True, False)


def test_replace_rejects_an_unknown_attribute():
    with pytest.raises(TypeError, match="NotFound has no attribute 'retry_after'"):
        errors.NotFound("gone").replace(retry_after=1.0)


@pytest.mark.parametrize("kind, own, parent, others", TREE)
def test_replace_can_change_the_outcome(kind, own, parent, others):
    error = make(kind, {**own, "retryable": True}, outcome=Outcome.UNKNOWN)
    assert (error.outcome, error.retryable, error.may_have_been_sent) == (Outcome.UNKNOWN, True, True)


def test_a_rate_limit_has_retry_after():
    error = errors.RateLimited("Too many requests", status=429, retry_after=30.0)
    assert str(error) == "Too many requests (HTTP 429, retry after 30 s)"
