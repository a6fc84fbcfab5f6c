"""The clock and the faults."""

from __future__ import annotations

import math

from flask import Response

from ...errors import InvalidArgument
from ..events import BOUNCE_TYPES
from ..fault import Fault
from ..matching import Matching
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
        "bounce_types": [name for name in BOUNCE_TYPES if name != "SpamComplaint"],
        "armed": [(fault, titles[fault.kind], _words(fault)) for fault in armed],
    }


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
    unit, amount = call.form.get("unit", ""), _number(call.form.get("amount", ""), "the time to move the clock by")
    if unit not in _UNITS:
        raise InvalidArgument(f"the unit must be one of {', '.join(_UNITS)}, got {unit[:40]!r}")
    clock.advance(**{unit: amount})
    return call.back("/lab", f"The clock was moved ahead by {amount:g} {unit}.")


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
    getattr(call.faults, kind)(**_value(kind, value), **matching)
    return call.back("/lab", f"Armed: {titles[kind].lower()}.")


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
