"""How far a message has got at each of its recipients, and what can happen there next."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ..models.messages import MessageEvent
from .events import details_of
from .instants import moment
from .outcomes import Target
from .store import Row, Transaction
from .tables import messages, queue


@attrs.frozen
class Progress:
    """
    How far a message has got at one recipient.

    Attributes:
        target: The recipient.
        skipped: Whether it was not sent, since the recipient was suppressed.
        queued: Whether it is in the queue.
        types: The types of its events so far.
    """

    target: Target
    skipped: bool
    queued: bool
    types: frozenset[str]

    @property
    def not_sent(self) -> str:
        """Why nothing can happen here; empty if something can."""
        if not self.skipped:
            return ""
        return f"{self.target.address} was suppressed when the email was accepted: it was not sent there"

    @property
    def not_delivered(self) -> str:
        """Why the message cannot have been read here; empty if it was delivered."""
        if self.not_sent or "Delivered" in self.types:
            return self.not_sent
        if "Bounced" in self.types:
            return f"the email to {self.target.address} bounced"
        return f"the email to {self.target.address} has not been delivered: call deliver() first"

    @property
    def not_on_the_way(self) -> str:
        """Why the message cannot be delivered or delayed here; empty if it is on its way."""
        if not self.not_sent and "Delivered" in self.types:
            return f"the email to {self.target.address} was delivered"
        if not self.not_sent and "Bounced" in self.types:
            return f"the email to {self.target.address} bounced"
        return self.not_sent


def progress_of(db: Transaction, row: Row) -> dict[str, Progress]:
    """Return how far a message has got, by the addresses of its recipients."""
    skipped, waiting = queue.skipped(db, row["id"]), queue.waiting(db, row["id"])
    recipients = [email.lower() for email in messages.shown_of(row)["recipients"]]
    types: dict[str, set[str]] = {address: set() for address in recipients}
    for event in messages.events_of(db, row["id"]):
        types.setdefault(event["recipient"], set()).add(event["type"])
    return {
        address: Progress(
            Target(row["id"], row["stream"], row["tag"] or "", address),
            address in skipped,
            address in waiting,
            frozenset(types[address]),
        )
        for address in recipients
    }


def event_of(row: Mapping[str, str | int] | Row) -> MessageEvent:
    """Return an event of the database as a record."""
    return MessageEvent(
        recipient=str(row["recipient"]),
        type=str(row["type"]),
        received_at=moment(int(row["received_at"])),
        details=details_of(str(row["recipient"]), str(row["details"])),
    )
