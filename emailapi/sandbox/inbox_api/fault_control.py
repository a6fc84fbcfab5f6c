"""Faults."""

from __future__ import annotations

from ...errors import InvalidArgument
from ..faults import Fault, Faults
from ..matching import Matching
from ..rejection import Rejection
from . import written
from .operations import InboxCall, Operations, argument_names, named_arguments

operations = Operations()

_MATCHING = tuple(name for name in Matching.__annotations__ if name != "server")
# The methods of `sandbox.faults`.
_FAULTS = named_arguments(
    Faults,
    "fail rate_limit cut_before_accept cut_after_accept delay drip index_delay bounce_all hold reject webhook_fail",
)
_NAMES = tuple(dict.fromkeys(["type", "all_servers", *_MATCHING, *(name for own in _FAULTS.values() for name in own)]))


def _shown(call: InboxCall, fault: Fault) -> dict[str, object]:
    return written.fault(fault, fault in call.all_faults)


def _armed(call: InboxCall) -> list[Fault]:
    """Return the faults that meet requests of the server: its own, and those of all servers."""
    return [fault for fault in call.all_faults if fault.server in (None, call.server)]


@operations.add("GET", "/faults")
def list_faults(call: InboxCall) -> object:
    """Return the armed faults."""
    return {"faults": [_shown(call, fault) for fault in _armed(call)]}


@operations.add("POST", "/faults", body=_NAMES)
def arm(call: InboxCall) -> object:
    """Arm a fault."""
    kind = call.kind(_FAULTS, "fault")
    own = _FAULTS[kind]
    everywhere = call.body.get("all_servers", False)
    if not isinstance(everywhere, bool):
        raise InvalidArgument("all_servers must be true or false", argument="all_servers")
    given = call.arguments(kind, (*_MATCHING, "all_servers"), own)
    given.update({name: call.body[name] for name in _MATCHING if name in call.body})
    if "seconds" in own and "seconds" not in given and kind != "hold":
        raise InvalidArgument(f"{kind!r} needs seconds", argument="seconds")
    with argument_names({ours: name for name, ours in own.items()}):
        fault: Fault = getattr(call.all_faults if everywhere else call.faults, kind)(**given)
    call.state.keep(fault)
    return _shown(call, fault)


def _find(call: InboxCall, number: int) -> Fault:
    found = call.state.fault(number) or next((fault for fault in call.all_faults if fault.number == number), None)
    if found is None or found.server not in (None, call.server):
        raise Rejection(12, f"There is no fault {number}.", status=404)
    return found


@operations.add("GET", "/faults/<int:number>")
def get_fault(call: InboxCall, number: int) -> object:
    """Return a fault, also one that is over if it was armed here."""
    return _shown(call, _find(call, number))


@operations.add("DELETE", "/faults/<int:number>")
def cancel(call: InboxCall, number: int) -> object:
    """Cancel a fault."""
    fault = _find(call, number)
    fault.cancel()
    return _shown(call, fault)


@operations.add("DELETE", "/faults")
def cancel_all(call: InboxCall) -> object:
    """Cancel all faults that meet requests of the server."""
    armed = _armed(call)
    for fault in armed:
        fault.cancel()
    return {"cancelled": len(armed)}
