"""Under a clock that stands still for the test, deadlines go on: freezegun replaces `time.monotonic`, too."""

from __future__ import annotations

import pytest
from freezegun import freeze_time

from emailapi import DeliveryUnknown
from emailapi._net import monotonic
from emailapi.transports.circuit_breaker import CircuitBreaker

from .calls import new_email
from .modes import MODES


def test_an_unknown_outcome_ends_with_the_deadline_while_the_clock_is_frozen(serve, connect, monkeypatch):
    monkeypatch.setattr("emailapi._delivery.polling.LOOK_UP_SECONDS", 0.5)
    client = connect(serve(MODES["reset-not-done"]))
    with freeze_time("2020-01-01"), pytest.raises(DeliveryUnknown):
        client.outbound.send(new_email("a"))


def test_an_outage_while_the_clock_is_frozen_leaves_no_circuit_open():
    """The frozen clock is years ahead of the monotonic one: the pause of 30 seconds would never end."""
    breaker = CircuitBreaker()
    with freeze_time("2020-01-01"):
        for _ in range(3):
            breaker.record(False)
    assert breaker._open_until < monotonic() + 31
