"""The outermost part of the application: spells paths, records requests, and lets faults shape responses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._net import monotonic
from .effects import Shaping, Write
from .request_log import Notes, RecordedRequest, RequestLog
from .url_maps import spell

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Where the view leaves what it learns about a request, and the fault that the request has met, with its words.
NOTES = "emailapi.notes"
EFFECT = "emailapi.effect"
# Requests below this path look at the sandbox; they are not requests to the service.
_OWN = ("/inbox/", "/inbox")


class Edge:
    """An application with an edge."""

    def __init__(
        self,
        application: WSGIApplication,
        inbox: WSGIApplication,
        now: Callable[[], datetime],
        log: RequestLog,
        shaping: Shaping,
    ) -> None:
        """Put an edge around an application, and beside it that of the inbox, whose requests are not recorded."""
        self._application, self._inbox, self._now = application, inbox, now
        self._log, self._shaping = log, shaping

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Carry a request out."""
        environ["PATH_INFO"] = spell(environ.get("PATH_INFO", ""))
        if environ["PATH_INFO"].startswith(_OWN[0]) or environ["PATH_INFO"] == _OWN[1]:
            return self._inbox(environ, start_response)
        started, received_at, notes = monotonic(), self._now(), Notes()
        environ[NOTES] = notes
        status: list[int] = []
        writers: list[Write] = []

        def start(line: str, headers: list[tuple[str, str]], *error: Any) -> Write:
            status.append(int(line[:3]))
            writers.append(start_response(line, headers, *error))
            return writers[-1]

        response = self._application(environ, start)
        effect, words = environ.get(EFFECT, (None, None))
        cut = effect is not None and (effect.cut or effect.hang)
        self._log.add(
            RecordedRequest(
                received_at=received_at,
                method=environ["REQUEST_METHOD"],
                path=environ["PATH_INFO"],
                query=environ.get("QUERY_STRING", ""),
                status=None if cut or not status else status[-1],
                rejections=tuple(notes.rejections),
                message_ids=tuple(notes.message_ids),
                server_id=notes.server_id,
                seconds=monotonic() - started,
                user_agent=environ.get("HTTP_USER_AGENT", ""),
                fault=words,
                body_size=notes.body_size,
                body=notes.body,
            )
        )
        if effect is None:
            return response
        return self._shaping.shape(effect, environ, response, writers[-1])
