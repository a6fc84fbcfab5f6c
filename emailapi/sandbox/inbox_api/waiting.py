"""Waiting for emails."""

from __future__ import annotations

import re

from ...errors import InvalidArgument
from ..server_view import mark_text, read_mark
from . import written
from .emails_view import PAGE, read_search
from .operations import InboxCall, Operations

operations = Operations()

_TIMEOUT = 20.0
_LONGEST = 60.0
_SECONDS = re.compile(r"\d{1,4}(?:\.\d{1,6})?", re.ASCII)


@operations.add("GET", "/mark")
def get_mark(call: InboxCall) -> object:
    """Return a mark behind all emails until now."""
    return {"mark": mark_text(call.view.here())}


@operations.add("GET", "/messages/wait", query=("q", "since", "count", "timeout"))
def wait(call: InboxCall) -> object:
    """Wait until enough emails match that came after a mark."""
    since = read_mark(call.query["since"]) if call.query.get("since") else call.view.here()
    count, timeout = call.number("count", 1, 1, PAGE), _timeout(call)
    query = read_search(call)
    with call.state.waiting() as admitted:
        found = call.view.wait(query, count, timeout if admitted else 0, since, PAGE, call.ended)
    complete = len(found.emails) >= count
    near = [] if complete else call.view.near(query, since)
    return {
        "complete": complete,
        "busy": not admitted and not complete,
        "messages": [written.content(email) for email in found.emails],
        "mark": mark_text(found.mark),
        "near": [{**written.summary(email), "failed": failed} for email, failed in near],
        "unknown": list(query.unknown),
    }


def _timeout(call: InboxCall) -> float:
    text = call.query.get("timeout")
    if not text:
        return _TIMEOUT
    seconds = float(text) if _SECONDS.fullmatch(text) else -1.0
    if not 0 <= seconds <= _LONGEST:
        raise InvalidArgument(
            f"timeout must be a number of seconds from 0 to {_LONGEST:g}, got {text[:80]!r}", argument="timeout"
        )
    return seconds
