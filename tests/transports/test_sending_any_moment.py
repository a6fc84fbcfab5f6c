"""An exception of a signal handler at any moment of `send_many`: nothing hangs, and no accepted email is lost."""

from __future__ import annotations

import gc
import json
from contextlib import closing

import pytest

from emailapi import Client, Email, Outcome, Retry

from ..http.conftest import Peer, reply
from ..moments import ITEM, Moments, TimeLimit

COUNT = 5


class Run:
    """
    A `send_many` that is interrupted at a moment, and then read to its end.

    Attributes:
        raised: Whether the moment has come.
        notes: The notes of the exception.
        items: The results that were read before the exception, and after it.
    """

    def __init__(self, client: Client, number: int, workers: int) -> None:
        self.notes, self.items = "", []
        self._sending = None
        moments = Moments(number)
        try:
            moments.run(lambda: self._read(client, emails(number), workers))
        except TimeLimit as limit:
            self.notes = " ".join(getattr(limit, "__notes__", ()))
        self.raised = moments.raised
        if self._sending is not None:
            self._sending.close()
            self.items += self._sending

    def _read(self, client: Client, given: list[Email], workers: int) -> None:
        self._sending = client.outbound.send_many(given, workers=workers, chunk_size=2)
        with self._sending:
            self.items.extend(self._sending)


def emails(number: int) -> list[Email]:
    """Return emails whose keys begin with a number."""
    keys = [f"{number}-{at}" for at in range(COUNT)]
    return [Email(sender="a@example.com", to="b@example.com", text_body="Hi", idempotency_key=key) for key in keys]


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:a sending was discarded:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("workers", [1, 3])
def test_each_email_that_was_accepted_has_a_result_or_is_in_a_note(workers):
    peer = Peer(lambda seen: reply([ITEM for _ in seen.json]))
    runs: list[Run] = []
    with closing(peer), Client("t", base_url=peer.url, retry=Retry(attempts=1)) as client:
        while not runs or runs[-1].raised:
            runs.append(Run(client, len(runs), workers))
    gc.collect()  # connections that were interrupted on their way into or out of the pool
    accepted = {email["Metadata"]["emailapi-key"] for seen in peer.seen for email in json.loads(seen.body)}
    assert len(runs) > 100
    for run in runs:
        known = [item.idempotency_key for item in run.items if item.outcome is Outcome.ACCEPTED]
        keys = {f"{runs.index(run)}-{at}" for at in range(COUNT)}
        assert len(run.items) <= COUNT
        assert {*known} <= accepted
        assert {key for key in keys & accepted if f"'{key}'" not in run.notes} <= {*known}
