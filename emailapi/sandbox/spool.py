"""
Messages that were acknowledged by SMTP: stored at once, and read when there is time.

A message is acknowledged when it is in the data file. It is taken apart later: when nothing else happens, or when
anybody looks at the database, who so finds each message that was acknowledged before. A crash in between leaves it to
the next start.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import attrs

from ..wire import dump_text
from .store import Row, StorageFailed, Store, Transaction
from .tables import arrivals

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future, Task

_log = logging.getLogger("emailapi.sandbox")

BATCH = 50
# So many messages may wait; then those that come have to wait until they are read.
_BACKLOG = 2_000

# Reads messages, without the database; returns what stores them.
Processing = Callable[[Sequence[Row]], Callable[[Transaction], None]]


@attrs.frozen(kw_only=True)
class Arrival:
    """
    A message that came by SMTP.

    Attributes:
        server: The server that it is sent by; None for a message from outside.
        received_at: When it came.
        sender: The sender of the envelope, and `recipients` its recipients.
        content: The message.
        uuid: The id of the message.
    """

    server: int | None
    received_at: int
    sender: str
    recipients: tuple[str, ...]
    content: bytes = attrs.field(repr=False)
    uuid: str = attrs.field(factory=lambda: str(uuid.uuid4()))


class Spool:
    """
    Stores messages, and takes them in.

    `take` is called in the event loop of the listener. Messages that come at the same time, on several connections,
    are stored in one transaction.
    """

    def __init__(self, store: Store, processing: Processing) -> None:
        """Store messages here; what a crash has left is taken in, too."""
        self._store, self._processing = store, processing
        self._lock = threading.Lock()
        self._waiting: list[tuple[Arrival, Future[None]]] = []
        self._storing: Task[None] | None = None
        with store.transaction(writing=False, processed=False) as db:
            self._backlog = arrivals.count(db)
        store.process, store.has_arrivals = self.process, bool(self._backlog)

    async def take(self, arrival: Arrival) -> None:
        """
        Store a message.

        Raises:
            StorageFailed: The database cannot be written. The message is not stored.
        """
        import asyncio  # not at the start of a sandbox, most of which get no message by SMTP

        loop = asyncio.get_running_loop()
        stored = loop.create_future()
        self._waiting.append((arrival, stored))
        if self._storing is None:
            self._storing = loop.create_task(self._store_all(loop))
        await stored

    async def _store_all(self, loop: AbstractEventLoop) -> None:
        while self._waiting:
            if self._backlog >= _BACKLOG:
                await loop.run_in_executor(None, self.process)
            taken, self._waiting = self._waiting, []
            try:
                self._keep([arrival for arrival, _ in taken])
                error = None
            except Exception as problem:
                error = problem
            for _, stored in taken:
                if stored.done():  # the client has gone
                    continue
                if error is None:
                    stored.set_result(None)
                else:
                    stored.set_exception(error)
        self._storing = None

    def _keep(self, taken: Sequence[Arrival]) -> None:
        rows = [
            (one.uuid, one.server, one.received_at, one.sender, dump_text(one.recipients), one.content) for one in taken
        ]
        with self._store.transaction(processed=False) as db:
            arrivals.add(db, rows)
            self._backlog += len(rows)
            self._store.has_arrivals = True

    def process(self) -> None:
        """Take in all messages that wait."""
        with self._lock:
            while self._process_next():
                pass

    def process_some(self) -> bool:
        """Take in some of the messages that wait; return whether there are more."""
        with self._lock:
            return self._process_next()

    def _process_next(self) -> bool:
        with self._store.transaction(writing=False, processed=False) as db:
            self._backlog = arrivals.count(db)
            rows = arrivals.first(db, BATCH)
            if not rows:
                self._store.has_arrivals = False
                return False
        try:
            self._process_rows(rows)
        except StorageFailed:
            raise
        except Exception:
            for row in rows:
                self._process_alone(row)
        self._store.work.set()
        return True

    def _process_rows(self, rows: Sequence[Row]) -> None:
        put = self._processing(rows)
        with self._store.transaction(visible=False, processed=False) as db:
            put(db)
            arrivals.remove(db, [row["id"] for row in rows])

    def _process_alone(self, row: Row) -> None:
        try:
            self._process_rows([row])
        except StorageFailed:
            raise
        except Exception as error:
            _log.error("the message %s cannot be read and is set aside", row["uuid"], exc_info=error)
            with self._store.transaction(visible=False, processed=False) as db:
                arrivals.set_aside(db, row["id"])
