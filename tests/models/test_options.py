"""The options of retries and hooks, and the events that a hook is given."""

from __future__ import annotations

import copy
import math
import pickle

import attrs
import pytest

from emailapi import ConfigurationError, DeliveryUnknown, HookEvent, Hooks, Retry, SendingCounts
from emailapi.models.options import SECONDS_LIMIT, is_seconds


def test_retry_has_four_attempts_by_default():
    assert (Retry().attempts, Retry().initial, Retry().maximum) == (4, 0.5, 10.0)
    assert set(attrs.asdict(Hooks()).values()) == {None}


@pytest.mark.parametrize("attempts", [0, -1, True, 1.0, "3", None, math.inf])
def test_an_invalid_number_of_attempts_is_named(attempts):
    with pytest.raises(ConfigurationError, match="attempts"):
        Retry(attempts=attempts)


@pytest.mark.parametrize("value", [-0.1, True, "1", None, math.inf, math.nan, 10**400, SECONDS_LIMIT + 1])
@pytest.mark.parametrize("name", ["initial", "maximum"])
def test_an_invalid_wait_is_named(name, value):
    with pytest.raises(ConfigurationError, match=name):
        Retry(**{name: value})


@pytest.mark.parametrize("value", [0, 0.0, 1, 1e-9, SECONDS_LIMIT])
def test_valid_waits_are_accepted(value):
    assert Retry(initial=value, maximum=value).maximum == value


@pytest.mark.parametrize(
    "value, expected", [(1, True), (0.5, True), (0, False), (-1, False), (True, False), ("1", False)]
)
def test_seconds_must_be_a_positive_number(value, expected):
    assert is_seconds(value) is expected


def test_options_are_keyword_only():
    """Neither takes a value without its name, nor one that it does not know."""
    for wrong in (lambda: Retry(3), lambda: Hooks(print), lambda: Retry(attempt=3), lambda: Hooks(on_send=print)):
        with pytest.raises(TypeError):
            wrong()


@pytest.mark.parametrize("name", ["before_send", "on_response", "on_retry", "on_error"])
def test_a_hook_must_be_callable(name):
    assert getattr(Hooks(**{name: print}), name) is print
    with pytest.raises(ConfigurationError, match=f"{name} must be a function, got int"):
        Hooks(**{name: 7})


@pytest.mark.parametrize(
    "value",
    [
        Retry(attempts=2),
        Hooks(on_error=print),
        HookEvent("POST", "/email", 2, 500, 0.1, 0.5, DeliveryUnknown("lost", idempotency_key="k")),
        SendingCounts(accepted=1, not_sent=2, unknown=3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_options_events_and_counts_pickle_and_copy(value):
    for again in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert again == value
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, attrs.fields(type(value))[0].name, None)
