"""The last requests to the API and transactions of SMTP, with the reason why each was rejected."""

from __future__ import annotations

import json
import shlex

import attrs

from ...errors import ERROR_CODES
from ..rejection import Rejection
from ..request_log import BODY_BYTES, RecordedRequest
from .copying import pretty
from .pages import PageCall, Pages, Values
from .parts import part_of
from .times import Instant, Times

pages = Pages()

_SHOWN = 100
# In the list, a longer request is copied from its own page.
_COPIED = 1_000
_MESSAGES = 3
# Requests below these paths have the token of the account.
_OF_ACCOUNT = ("/servers", "/domains", "/senders", "/data-removals", "/templates/push")


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

    number: int
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


def _entry(
    number: int, request: RecordedRequest, times: Times, url: str, *, most: int = _MESSAGES, copied: bool = True
) -> _Entry:
    path = f"{request.path}?{request.query}" if request.query else request.path
    reasons = [
        _Reason(
            code=each.code,
            place="" if each.index is None else f"email {each.index + 1}",
            text=each.message,
            meaning=ERROR_CODES[each.code].meaning if each.code in ERROR_CODES else "",
        )
        for each in request.rejections[:most]
    ]
    return _Entry(
        number=number,
        time=times.words(request.received_at),
        method=request.method,
        path=path,
        status="cut" if request.status is None else str(request.status),
        kind="bad" if request.status is None or request.status >= 400 else "warn" if reasons else "",
        milliseconds=f"{request.seconds * 1000:,.1f}",
        client=request.user_agent[:120],
        messages=request.message_ids[:most],
        more=max(len(request.message_ids) - most, 0),
        reasons=tuple(reasons),
        fault=request.fault or "",
        curl="" if request.method == "SMTP" or not copied else _curl(request, url + path),
    )


def _is_short(request: RecordedRequest) -> bool:
    return request.body_size + len(request.path) + len(request.query) <= _COPIED


def _curl(request: RecordedRequest, url: str) -> str:
    kind = "Account" if request.path.lower().startswith(_OF_ACCOUNT) else "Server"
    lines = [
        f"curl -X {request.method} {shlex.quote(url)}",
        f'  -H "X-Postmark-{kind}-Token: $EMAILAPI_{kind.upper()}_TOKEN" -H "Accept: application/json"',
    ]
    if request.body_size:
        body = shlex.quote(request.body) if request.body_size <= BODY_BYTES else "@body.json"
        lines.append(f'  -H "Content-Type: application/json" --data-{"raw" if body[0] != "@" else "binary"} {body}')
    return " \\\n".join(lines)


@pages.show("/requests", "requests.html")
def show_requests(call: PageCall) -> Values:
    """Show the last requests of the server, and those without a valid token."""
    rejected = call.query.get("rejected") == "1"
    own = (None, call.server["id"])
    found = [(number, each) for number, each in call.here.log.numbered(rejected=rejected) if each.server_id in own]
    times, url = call.times, f"http://{call.host}"
    part = part_of(found, call.query.get("from", ""), _SHOWN)
    return {
        "entries": [_entry(number, each, times, url, copied=_is_short(each)) for number, each in part.items],
        "rejected": rejected,
        "part": part,
    }


@pages.show("/requests/<int:number>", "request.html")
def show_request(call: PageCall, number: int) -> Values:
    """Show one request, with its body."""
    request = next((each for known, each in call.here.log.numbered() if known == number), None)
    if request is None or request.server_id not in (None, call.server["id"]):
        raise Rejection(12, f"Request {number} is not among the last ones of this server.", status=404)
    entry = _entry(number, request, call.times, f"http://{call.host}", most=500)
    return {"one": entry, "body": _shown(request), "cut": max(0, request.body_size - BODY_BYTES)}


def _shown(request: RecordedRequest) -> str:
    if request.body_size > BODY_BYTES:
        return request.body
    try:
        return pretty(json.loads(request.body)) if request.body else ""
    except (ValueError, RecursionError):
        return request.body
