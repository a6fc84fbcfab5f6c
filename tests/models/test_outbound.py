"""The result of a send, and of a batch."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import attrs
import pytest

from emailapi.errors import DeliveryUnknown, InactiveRecipient, InvalidEmail, Outcome
from emailapi.models.outbound import BatchFailed, BatchResult, SendResult, inactive_addresses
from emailapi.wire import read

ONE = SendResult(message_id="m1", to="a@example.com", submitted_at=datetime(2024, 7, 15, tzinfo=UTC))
TWO = SendResult(message_id="m2", idempotency_key="k2", inactive_recipients=("c@example.com",))
REJECTED = InactiveRecipient("Found inactive addresses", addresses=("b@example.com",), code=406, status=422)
INVALID = InvalidEmail("to is empty", field="to", index=2)
LOST = DeliveryUnknown("no response", idempotency_key="k4")
MIXED = BatchResult((ONE, REJECTED, INVALID, TWO, LOST))


@pytest.mark.parametrize(
    "message, addresses",
    [
        ("OK", ()),
        ("", ()),
        ("Message OK, but will not deliver to these inactive addresses: a@x, b@x", ("a@x", "b@x")),
        ("Message OK, but will not deliver to these inactive addresses: a@x, b@x.", ("a@x", "b@x")),
        (
            "Message OK, but will not deliver to these inactive addresses: a@x, b@x. Inactive recipients are",
            ("a@x", "b@x"),
        ),
        ("You tried ... Found inactive addresses: a@x, b@x. Inactive recipients are ones that ...", ("a@x", "b@x")),
        ("Found inactive addresses: a@x.example.com. Inactive recipients are ...", ("a@x.example.com",)),
        ("Found inactive addresses: a@x Inactive recipients", ("a@x",)),
        ("Found inactive addresses: a@x,b@x , , c@x. Inactive", ("a@x", "b@x", "c@x")),
        ("Found inactive addresses:\n", ()),
        (
            "A recipient is inactive.\nFound inactive addresses: a@x, j.doe@y.z.\nInactive recipients are",
            ("a@x", "j.doe@y.z"),
        ),
        ("FOUND INACTIVE ADDRESSES:\r\n\tA@X.org ,\r\n b@x..\r\n\r\nInactive recipients, w@x", ("a@x.org", "b@x")),
        ("Found inactive address: Dr. J. Doe <j.doe@x.org>. Inactive", ("j.doe@x.org",)),
        ("Found inactive addresses: a@x, b@y.z. Write to help@x, or support@x.", ("a@x", "b@y.z")),
        ("inactive addresses: " + " " * 100_000 + "x", ()),
    ],
)
def test_inactive_addresses_are_found_in_every_form_of_the_text(message, addresses):
    assert inactive_addresses(message) == addresses


@pytest.mark.parametrize(
    "name, addresses",
    [
        ("email", ()),
        ("email_some_inactive", ("gone@example.com", "left@example.com")),
        ("email_all_inactive", ("gone@example.com", "left@example.com")),
    ],
)
def test_inactive_addresses_are_found_in_recorded_responses(responses_json, name, addresses):
    assert inactive_addresses(responses_json(name)["Message"]) == addresses


def test_a_result_is_accepted():
    assert ONE.outcome is Outcome.ACCEPTED
    assert (ONE.via, ONE.reconciled, ONE.error_code) == ("api", False, 0)


@pytest.mark.parametrize(
    "value, expected",
    [
        ({}, SendResult()),
        ({"MessageID": "m"}, SendResult(message_id="m")),
        ({"MessageID": None, "To": None, "SubmittedAt": None, "ErrorCode": None, "Message": None}, SendResult()),
        ({"MessageID": "m", "ErrorCode": "0", "SubmittedAt": "soon"}, SendResult(message_id="m")),
        ({"MessageID": "m", "Via": "smtp", "Reconciled": True, "IdempotencyKey": "k"}, SendResult(message_id="m")),
    ],
)
def test_responses_are_read_leniently(value, expected):
    """Nothing in an accepting response but another shape can lose it; our own facts are not read from it."""
    assert read(value, SendResult) == expected


def test_a_batch_is_a_sequence():
    assert len(MIXED) == 5
    assert list(MIXED) == [MIXED[place] for place in range(5)] == list(MIXED.items)
    assert MIXED[-1] is LOST
    assert MIXED[1:3] == (REJECTED, INVALID)
    assert ONE in MIXED
    assert MIXED.index(TWO) == 3
    assert next(reversed(MIXED)) is LOST
    with pytest.raises(IndexError):
        MIXED[5]


def test_a_batch_separates_accepted_and_failed_items():
    assert MIXED.accepted == (ONE, TWO)
    assert MIXED.failed == (REJECTED, INVALID, LOST)


def test_raise_for_errors_of_a_batch_without_errors_does_nothing():
    """Where every email was accepted nothing is raised."""
    assert BatchResult((ONE, TWO)).raise_for_errors() is None
    assert BatchResult(()).raise_for_errors() is None


def test_raise_for_errors_raises_the_errors_of_a_batch():
    with pytest.raises(BatchFailed, match="3 of 5 emails were not accepted; the first: Found inactive") as caught:
        MIXED.raise_for_errors()
    assert caught.value.result is MIXED
    assert caught.value.may_have_been_sent


@pytest.mark.parametrize("value", [ONE, TWO, MIXED, BatchResult(())])
def test_results_compare_copy_and_pickle(value):
    assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == attrs.evolve(value) == value
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, attrs.fields(type(value))[0].name, None)


def test_results_are_hashable():
    assert len({ONE, TWO, attrs.evolve(ONE), MIXED}) == 3
