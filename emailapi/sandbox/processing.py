"""Taking in what came by SMTP: emails of servers, and email for their inbound addresses."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

import attrs

from .faults import Faults
from .forks import imports
from .instants import moment
from .intake import Intake
from .rejection import Rejection
from .smtp.emails import ReadEmail, read_email
from .smtp.mime import IncomingMessage, read_as_far_as_possible
from .store import Row, Transaction
from .tables import servers


@attrs.frozen
class _Read:
    """
    A message, read.

    Attributes:
        row: The message as it came.
        message: The same, taken apart.
        email: The email that it is; None for a message from outside.
    """

    row: Row
    message: IncomingMessage
    email: ReadEmail | None


@attrs.frozen
class Processing:
    """
    Reads messages, and returns what stores them.

    Reading takes longer than storing, and needs no database: others use it meanwhile.
    """

    faults: Faults

    def __call__(self, rows: Sequence[Row]) -> Callable[[Transaction], None]:
        """Read messages, in the order in which they came."""
        return partial(self._store, [_read(row) for row in rows])

    def _store(self, read: Sequence[_Read], db: Transaction) -> None:
        intakes: dict[int, Intake] = {}
        for one in read:
            row = one.row
            if one.email is not None and row["server"] not in intakes:
                server = servers.by_id(db, row["server"])
                if server is None:
                    continue
                now = moment(row["received_at"])
                intakes[row["server"]] = Intake(db, servers.sending(server), now, self.faults, via="smtp")
            if one.email is not None:
                intake = intakes[row["server"]]
                intake.at(moment(row["received_at"]))
                intake.take_by_smtp(one.email.email, row["uuid"], one.email.problem, row["content"])
            else:
                _receive(db, one)
        for intake in intakes.values():
            intake.store()


def _read(row: Row) -> _Read:
    message, problem = read_as_far_as_possible(row["content"])
    if row["server"] is None:
        return _Read(row, message, None)
    email = read_email(message, row["sender"], json.loads(row["recipients"]))
    return _Read(row, message, attrs.evolve(email, problem=Rejection(300, problem)) if problem else email)


def _receive(db: Transaction, one: _Read) -> None:
    """Receive an email from outside; an email of a server is received when it is delivered."""
    for recipient in json.loads(one.row["recipients"]):
        server = servers.receiving(db, recipient)
        if server is not None:
            with imports:
                from .receiving import Received, receive  # only now: few sandboxes get email

            receive(
                db,
                Received(
                    server=server,
                    recipient=recipient,
                    sender=one.row["sender"],
                    message=one.message,
                    content=one.row["content"],
                    now=one.row["received_at"],
                ),
            )
