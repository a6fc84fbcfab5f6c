"""An exception of a signal handler in any function that reads an unknown outcome: a note names the key."""

from __future__ import annotations

import pytest

from emailapi import Email

from ..moments import TimeLimit, run_profiled

MAIL = Email(sender="a@example.com", to="b@example.com", text_body="Hello", idempotency_key="key-1")


@pytest.mark.parametrize("function", ["_reconcile", "_unknown", "identified", "_look_up", "look_up_all"])
def test_an_exception_after_an_unknown_outcome_names_the_key(function, serve, connect):
    def raise_there(frame, event, _):
        if event == "call" and frame.f_code.co_name == function:
            raise TimeLimit

    client = connect(serve("reset").url, reconcile=True)
    with pytest.raises(TimeLimit) as caught:
        run_profiled(raise_there, lambda: client.outbound.send(MAIL))
    assert "key-1" in " ".join(caught.value.__notes__)
