"""Events, the clock, the record of requests, and bringing the sandbox back to how it began."""

from __future__ import annotations

from datetime import datetime

from ...errors import InvalidArgument, WaitTimeout
from ...models.messages import MessageEvent
from ..clock import Clock
from ..simulation import Events
from ..tables import servers
from . import written
from .operations import InboxCall, Operations, argument_names, named_arguments

operations = Operations()

_MOST_REQUESTS = 1_000
# Seconds that a request may wait.
_LONGEST = 60
# The methods of `sandbox.events`.
_EVENTS = named_arguments(Events, "deliver delay bounce open click complain unsubscribe", "message", "recipient")
_OF_EVENTS = tuple(dict.fromkeys(["type", "recipient", *(name for own in _EVENTS.values() for name in own)]))


@operations.add("POST", "/messages/<message_id>/events", body=_OF_EVENTS)
def make_event(call: InboxCall, message_id: str) -> object:
    """Let something happen to an email."""
    email = call.email(message_id)
    kind = call.kind(_EVENTS, "event")
    own = _EVENTS[kind]
    given = {name: value for name, value in call.arguments(kind, ["recipient"], own).items() if value is not None}
    for name in own:
        if name != "read_seconds":
            call.text(name)
    with argument_names({ours: name for name, ours in own.items()}):
        made: tuple[MessageEvent, ...] = getattr(call.events, kind)(email, recipient=call.text("recipient"), **given)
    return {"events": [written.event(each, call.events._cause) for each in made]}


def _clock(clock: Clock) -> dict[str, object]:
    return {"now": written.time_text(clock.now()), "frozen": clock.frozen}


@operations.add("GET", "/clock")
def get_clock(call: InboxCall) -> object:
    """Return the time in the sandbox."""
    return _clock(call.clock)


@operations.add("POST", "/clock", body=("advance", "set", "frozen", "wait_idle"))
def move_clock(call: InboxCall) -> object:
    """Stop the clock or let it run, move it forward, and wait for the work that is due then."""
    frozen, duration, at = call.body.get("frozen"), call.body.get("advance"), call.text("set")
    if frozen is not None and not isinstance(frozen, bool):
        raise InvalidArgument("frozen must be true or false", argument="frozen")
    if duration is not None and not isinstance(duration, dict):
        raise InvalidArgument('advance must be an object such as {"minutes": 6}', argument="advance")
    if duration is not None and at is not None:
        raise InvalidArgument("the clock is moved by advance or by set, not by both", argument="set")
    instant = None if at is None else _instant(at)
    idle = _seconds(call.body.get("wait_idle"))
    if frozen is True:
        call.clock.freeze()
    with argument_names({"duration": "advance", "at": "set"}):
        if duration is not None:
            call.clock.advance(**duration)
        if instant is not None:
            call.clock.set(instant)
    if frozen is False:
        call.clock.run()
    return {**_clock(call.clock), **({} if idle is None else {"idle": _becomes_idle(call.clock, idle)})}


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _LONGEST:
        raise InvalidArgument(
            f"wait_idle must be a number of seconds from 0 to {_LONGEST}, got {value!r:.80}", argument="wait_idle"
        )
    return float(value)


def _becomes_idle(clock: Clock, timeout: float) -> bool:
    try:
        clock.wait_idle(timeout)
    except WaitTimeout:
        return False
    return True


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidArgument(f"set must be like 2026-11-29T08:30:00Z, got {text[:80]!r}", argument="set") from None


@operations.add("GET", "/requests", query=("rejected", "limit"))
def list_requests(call: InboxCall) -> object:
    """Return the last requests to the API of the service, newest first."""
    text = call.query.get("rejected", "false")
    if text.lower() not in ("true", "false"):
        raise InvalidArgument(f"rejected must be true or false, got {text[:80]!r}", argument="rejected")
    limit = call.number("limit", 50, 1, _MOST_REQUESTS)
    found = call.view.requests(rejected=text.lower() == "true")
    return {"requests": [written.recorded(request) for request in found[:limit]]}


@operations.add("POST", "/reset", body=("keep",))
def reset(call: InboxCall) -> object:
    """Delete everything in the sandbox, of all servers, but for what is kept."""
    keep = call.body.get("keep") or []
    if not isinstance(keep, list) or not all(isinstance(name, str) for name in keep):
        raise InvalidArgument('keep must be an array of strings, such as ["templates"]', argument="keep")
    if call.server != servers.FIRST and "servers" not in keep:
        raise InvalidArgument(
            'the reset would delete the server of this token: keep "servers", or use the token of the first server',
            argument="keep",
        )
    call.reset(keep)
    return {"kept": sorted(set(keep))}
