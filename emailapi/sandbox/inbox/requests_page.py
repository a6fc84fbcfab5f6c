"""The last requests to the API and transactions of SMTP, with the reason why each was rejected."""

from __future__ import annotations

import attrs

from ...errors import ERROR_CODES
from ..request_log import RecordedRequest
from .pages import PageCall, Pages, Values
from .times import Instant, Times

pages = Pages()

_SHOWN = 200


@attrs.frozen(kw_only=True)
class _Reason:
    """Why a request, or one email of it, was rejected."""

    code: int
    place: str
    text: str
    meaning: str


@attrs.frozen(kw_only=True)
class _Entry:
    """A request in words."""

    time: Instant
    method: str
    path: str
    status: str
    kind: str
    milliseconds: str
    client: str
    messages: tuple[str, ...]
    more: int
    reasons: tuple[_Reason, ...]
    fault: str
    curl: str


_MESSAGES = 3


def _entry(request: RecordedRequest, times: Times, url: str) -> _Entry:
    path = f"{request.path}?{request.query}" if request.query else request.path
    reasons = [
        _Reason(
            code=each.code,
            place="" if each.index is None else f"email {each.index + 1}",
            text=each.message,
            meaning=ERROR_CODES[each.code].meaning if each.code in ERROR_CODES else "",
        )
        for each in request.rejections
    ]
    by_http = request.method != "SMTP"
    return _Entry(
        time=times.words(request.received_at),
        method=request.method,
        path=path,
        status="cut" if request.status is None else str(request.status),
        kind="bad" if request.status is None or request.status >= 400 else "warn" if reasons else "",
        milliseconds=f"{request.seconds * 1000:,.1f}",
        client=request.user_agent[:120],
        messages=request.message_ids[:_MESSAGES],
        more=max(len(request.message_ids) - _MESSAGES, 0),
        reasons=tuple(reasons[:_MESSAGES]),
        fault=request.fault or "",
        curl=_curl(request.method, url + path) if by_http else "",
    )


def _curl(method: str, url: str) -> str:
    quoted = url.replace("'", "'\\''")
    body = " -H 'Content-Type: application/json' -d @body.json" if method in ("POST", "PUT", "PATCH") else ""
    token = '-H "X-Postmark-Server-Token: $EMAILAPI_SERVER_TOKEN"'
    return f"curl -X {method} '{quoted}' {token} -H 'Accept: application/json'{body}"


@pages.show("/requests", "requests.html")
def show_requests(call: PageCall) -> Values:
    """Show the last requests of the server, and those without a valid token."""
    rejected = call.query.get("rejected") == "1"
    own = (None, call.server["id"])
    found = [each for each in call.here.log.newest(rejected=rejected) if each.server_id in own]
    times, url = call.times, f"http://{call.host}"
    return {
        "entries": [_entry(each, times, url) for each in found[:_SHOWN]],
        "rejected": rejected,
        "hidden": max(len(found) - _SHOWN, 0),
    }
