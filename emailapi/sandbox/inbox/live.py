"""Live updates: a stream of events that tells how often the database has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from flask import Response

from ..store import Store

# Each stream holds a thread of the listener for as long as a page is open.
MOST_STREAMS = 8
# Seconds: changes in between are told together; how often it is looked whether the page is closed; and how often a
# stream without changes says that it is there.
_TOGETHER, _LOOK, _SILENT = 0.1, 1.0, 15.0
_monotonic = time.monotonic


class LiveUpdates:
    """
    The streams of all open pages.

    A page is told the number of changes only, and then fetches what it shows. Pages beyond `MOST_STREAMS` get the
    status 204, after which a browser does not ask again: they look every two seconds instead.
    """

    def __init__(self, store: Store, closing: Callable[[], bool]) -> None:
        """Tell the changes of a database, until the sandbox closes."""
        self._store, self._closing = store, closing
        self._free = threading.Semaphore(MOST_STREAMS)

    def respond(self, gone: Callable[[], bool]) -> Response:
        """Return a stream, which ends when the client has gone; or status 204."""
        if not self._free.acquire(blocking=False):
            return Response(status=204)
        response = Response(
            self._frames(lambda: gone() or self._closing()),
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
            content_type="text/event-stream; charset=utf-8",
        )
        response.call_on_close(self._free.release)
        return response

    def _frames(self, ended: Callable[[], bool]) -> Iterator[bytes]:
        told = None
        spoken = _monotonic()
        while not ended():
            revision = self._store.revision
            if revision != told:
                yield f'id: {revision}\ndata: {{"rev": {revision}}}\n\n'.encode()
                told, spoken = revision, _monotonic()
                threading.Event().wait(_TOGETHER)
            elif _monotonic() - spoken >= _SILENT:
                yield b": here\n\n"
                spoken = _monotonic()
            else:
                self._wait(revision)

    def _wait(self, revision: int) -> None:
        with self._store.changed:
            if self._store.revision == revision:
                self._store.changed.wait(_LOOK)
