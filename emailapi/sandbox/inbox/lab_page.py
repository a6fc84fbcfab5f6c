"""The clock and the faults."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from flask import Response

from ...errors import InvalidArgument
from ..effects import FAULT_DOMAIN, QUEUED_ADDRESS, Effect
from ..events import BLACKHOLE, BOUNCE_DOMAIN, BOUNCE_TYPES, BounceType
from ..fault import Fault
from ..matching import STAGES, Matching
from .pages import PageCall, Pages, Values

pages = Pages()

_STEPS = (("1 minute", "minutes", 1), ("6 minutes", "minutes", 6), ("1 hour", "hours", 1), ("1 day", "days", 1))
_UNITS = ("seconds", "minutes", "hours", "days")
# The faults that the form offers: name, title, and what its field of a value means; empty for none.
_KINDS = (
    ("fail", "Respond with an error", "status, such as 503"),
    ("rate_limit", "Too many requests (429)", "seconds of Retry-After"),
    ("cut_before_accept", "Cut the connection, store nothing", ""),
    ("cut_after_accept", "Store, then cut the connection", ""),
    ("delay", "Respond late", "seconds"),
    ("drip", "Respond byte by byte", "seconds"),
    ("index_delay", "Hide new messages from searches by the API", "seconds"),
    ("bounce_all", "Let emails bounce", "type, such as SoftBounce"),
    ("hold", "Leave emails in the queue", "seconds; empty until they are delivered by hand"),
    ("reject", "Reject by SMTP", "reply, such as 451 4.7.1 Try later"),
    ("webhook_fail", "Let a webhook fail", "status; empty for no response"),
)
# The further arguments that faults take, beside those of all.
_MORE = {
    "fail": ("code", "via"),
    "cut_before_accept": ("via",),
    "cut_after_accept": ("via",),
    "delay": ("at", "via"),
    "reject": ("at",),
}
# Recipients that let one email fail, without a fault being armed.
_ADDRESSES = (
    (f"503@{FAULT_DOMAIN}", "the API responds with this status"),
    (f"422-300@{FAULT_DOMAIN}", "with this status and error code"),
    (f"timeout@{FAULT_DOMAIN}", "no response"),
    (f"cut-before-accept@{FAULT_DOMAIN}", "the connection is cut, nothing is stored"),
    (f"cut-after-accept@{FAULT_DOMAIN}", "stored, then the connection is cut"),
    (f"451-4.7.1@{FAULT_DOMAIN}", "by SMTP: this reply to the recipient"),
    (QUEUED_ADDRESS, "the email waits until you deliver it"),
    (f"hardbounce@{BOUNCE_DOMAIN}", "a bounce, by the name of its type"),
    (BLACKHOLE, "accepted, and nothing else"),
)
_UNTIL_CANCELLED = ("index_delay", "bounce_all", "hold")


@pages.show("/lab", "lab.html")
def show_lab(call: PageCall) -> Values:
    """Show the clock and the armed faults."""
    clock = call.clock
    armed = [fault for fault in call.here.faults if fault.server in (None, call.server["id"])]
    titles = {name: title for name, title, _ in _KINDS}
    return {
        "now": call.times.words(clock.now()),
        "frozen": clock.frozen,
        "steps": _STEPS,
        "units": _UNITS,
        "kinds": _KINDS,
        "stages": ("head", "body", *STAGES),
        "addresses": _ADDRESSES,
        "local": f"{clock.now().astimezone():%Y-%m-%dT%H:%M:%S}",
        "bounce_types": [name for name in BOUNCE_TYPES if name != "SpamComplaint"],
        "armed": [(fault, titles[fault.kind], _details(fault), _words(fault)) for fault in armed],
    }


def _details(fault: Fault) -> str:
    """Return the effect of a fault, and which requests it meets, in words."""
    effect = fault.effect
    if isinstance(effect, Effect):
        words = effect.words
    elif isinstance(effect, BounceType):
        words = effect.name.lower()
    elif isinstance(effect, float):
        words = f"{effect:g} s"
    else:
        words = f"status {effect}" if effect is not None else ""
    matching = fault._matching
    to, route, after = matching.get("to"), matching.get("route"), matching.get("after")
    met = [f"to {to}" if to else "", route or "", f"after {after} others" if after else ""]
    return ", ".join([each for each in (words, *met) if each])


def _words(fault: Fault) -> str:
    left = "until it is cancelled" if fault.remaining is None else f"{fault.remaining} left"
    return f"{fault.hits} met, {left}"


@pages.act("/lab/clock")
def move_clock(call: PageCall) -> Response:
    """Move the clock forward, stop it, or let it run."""
    clock, act = call.clock, call.form.get("act", "advance")
    if act == "freeze":
        clock.freeze()
        return call.back("/lab", "The clock stands still.")
    if act == "run":
        clock.run()
        return call.back("/lab", "The clock runs.")
    if act == "set":
        at = clock.set(_local_time(call.form.get("at", "")))
        return call.back("/lab", f"The clock was moved ahead to {call.times.words(at).whole}.")
    unit, amount = call.form.get("unit", ""), _number(call.form.get("amount", ""), "the time to move the clock by")
    if unit not in _UNITS:
        raise InvalidArgument(f"the unit must be one of {', '.join(_UNITS)}, got {unit[:40]!r}")
    clock.advance(**{unit: amount})
    return call.back("/lab", f"The clock was moved ahead by {amount:g} {unit}.")


def _local_time(text: str) -> datetime:
    """Return a time of the machine's time zone, as a field of a form writes it."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise InvalidArgument(f"the time must be like 2026-01-31T12:00, got {text[:40]!r}", argument="at") from None


def _number(text: str, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidArgument(f"{what} must be a number, got {text[:40]!r}")
    return number


@pages.act("/lab/faults")
def arm(call: PageCall) -> Response:
    """Arm a fault."""
    kind, value = call.form.get("kind", ""), call.form.get("value", "").strip()
    titles = {name: title for name, title, _ in _KINDS}
    if kind not in titles:
        raise InvalidArgument(f"there is no fault {kind[:40]!r}")
    matching: Matching = {}
    times = call.form.get("times", "").strip()
    if times:
        matching["times"] = int(_number(times, "the number of times"))
    elif kind not in _UNTIL_CANCELLED and call.form.get("always"):
        matching["times"] = None
    if call.form.get("to", "").strip():
        matching["to"] = call.form["to"].strip()
    if call.form.get("route", "").strip():
        matching["route"] = call.form["route"].strip()
    after = call.form.get("after", "").strip()
    if after:
        matching["after"] = int(_number(after, "the number of requests that are let through"))
    faults = call.here.faults if call.form.get("everywhere") == "1" else call.faults
    getattr(faults, kind)(**_value(kind, value), **_more(kind, call.form), **matching)
    return call.back("/lab", f"Armed: {titles[kind].lower()}.")


def _more(kind: str, form: Mapping[str, str]) -> dict[str, object]:
    """Return the further arguments of a fault that a form has."""
    given = {name: form[name].strip() for name in ("code", "via", "at") if form.get(name, "").strip()}
    for name in given:
        if name not in _MORE.get(kind, ()):
            known = ", ".join([fault for fault, names in _MORE.items() if name in names])
            raise InvalidArgument(f"{name} is for the faults {known}, not for {kind}", argument=name)
    return {name: int(_number(text, "the code")) if name == "code" else text for name, text in given.items()}


def _value(kind: str, value: str) -> dict[str, object]:
    """Return the argument of a fault that the field of a value stands for."""
    if kind in ("fail", "webhook_fail"):
        if not value:
            return {"status": None}
        return {"status": int(_number(value, "the status"))}
    if kind in ("delay", "drip", "index_delay"):
        return {"seconds": _number(value, "the seconds")}
    if not value:
        return {}
    if kind == "hold":
        return {"seconds": _number(value, "the seconds")}
    if kind == "rate_limit":
        return {"retry_after": int(_number(value, "the seconds"))}
    name = {"bounce_all": "type", "reject": "reply"}.get(kind)
    return {name: value} if name else {}


@pages.act("/lab/faults/cancel")
def cancel(call: PageCall) -> Response:
    """Cancel one fault, or all that meet requests of the server."""
    number = call.form.get("number", "")
    for fault in call.here.faults:
        if fault.server in (None, call.server["id"]) and number in ("", str(fault.number)):
            fault.cancel()
    return call.back("/lab", "Cancelled.")
