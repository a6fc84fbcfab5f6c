"""The delivery of emails that wait in the queue."""

from __future__ import annotations

from .instants import moment
from .outcomes import Outcomes, Target
from .scheduler import Job
from .store import Store
from .tables import queue


class Deliveries(Job):
    """Delivers queued emails when their time has come."""

    def next_due(self, store: Store) -> int | None:
        """Return the instant of the next delivery, or None."""
        with store.transaction(writing=False) as db:
            return queue.next_due(db)

    def perform(self, store: Store, now: int) -> None:
        """Deliver the emails that are due."""
        with store.transaction() as db:
            outcomes = Outcomes(db, moment(now), "queue")
            for row in queue.due(db, now):
                outcomes.deliver(Target(row["message"], row["stream"], row["tag"] or "", row["recipient"]))
                queue.take_out(db, row["message"], row["recipient"])
            outcomes.store()
