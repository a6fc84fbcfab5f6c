"""Under a clock that stands still for the test, deadlines go on: freezegun replaces `time.monotonic`, too."""

from __future__ import annotations

import pytest
from freezegun import freeze_time

from emailapi import DeliveryUnknown

from .calls import mail
from .modes import MODES


def test_an_unknown_outcome_ends_with_the_deadline_while_the_clock_is_frozen(serve, connect, monkeypatch):
    monkeypatch.setattr("emailapi._delivery.polling.LOOK_UP_SECONDS", 0.5)
    client = connect(serve(MODES["reset-not-done"]))
    with freeze_time("2020-01-01"), pytest.raises(DeliveryUnknown):
        client.outbound.send(mail("a"))
