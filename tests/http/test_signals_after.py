"""An exception of a signal handler in any function that reads an unknown outcome: a note names the key."""

from __future__ import annotations

import sys

import pytest

from emailapi import Email

EMAIL = Email(sender="a@example.com", to="b@example.com", text_body="Hello", idempotency_key="key-1")


class TimeLimit(BaseException):
    """What the signal handler raises."""


@pytest.mark.parametrize("function", ["_reconcile", "_unknown", "identified", "_look_up", "look_up_all"])
def test_an_exception_after_an_unknown_outcome_names_the_key(function, serve, connect):
    def raise_there(frame, event, _):
        if event == "call" and frame.f_code.co_name == function:
            raise TimeLimit

    def send():
        before = sys.getprofile()
        try:
            sys.setprofile(raise_there)
            client.outbound.send(EMAIL)
        finally:
            sys.setprofile(before)

    client = connect(serve("reset").url, reconcile=True)
    with pytest.raises(TimeLimit) as caught:
        send()
    assert "key-1" in " ".join(caught.value.__notes__)
