"""Which requests and emails a fault meets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TypedDict

import attrs

from .._hints import unknown_name_message
from ..errors import InvalidArgument

_ADDRESS = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")
_RECIPIENTS = ("to", "cc", "bcc")
# The stages of SMTP; `message` is the end of a message, after its content.
STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "message")
BEFORE_LOGIN = ("connect", "ehlo")
_ROUTE = re.compile(r"(?:(?P<method>[A-Z]+) )?(?P<path>/\S*)")


class Matching(TypedDict, total=False):
    """
    Which requests a fault meets; a request must match all of it.

    Attributes:
        times: How many requests the fault meets; None for all until it is cancelled.
        to: A recipient of an email in the request: an address, or a pattern such as `*@example.com`.
        route: The path of the request, such as `/email` or `/messages/outbound/*`, with or without a method before it.
        server: The server: its id or its token.
        after: How many requests that match are let through first.
    """

    times: int | None
    to: str | None
    route: str | None
    server: int | str | None
    after: int


@attrs.frozen(kw_only=True)
class Incoming:
    """
    A request, or an email in it, as faults see it.

    Attributes:
        method: HTTP method.
        path: The path as sent, and `route` as its route is written.
        server: The server's id, and `token` the token that the request had.
        recipients: The recipients of all emails in it, in lower case.
        at: `api`, or the stage of SMTP, one of `STAGES`.
    """

    method: str = ""
    path: str = ""
    route: str = ""
    server: int | None = None
    token: str = attrs.field(default="", repr=False)
    recipients: frozenset[str] = frozenset()
    at: str = "api"


def matches(matching: Matching, incoming: Incoming) -> bool:
    """Return whether a request, or an email in it, is one that a fault is to meet."""
    server, to, route = matching.get("server"), matching.get("to"), matching.get("route")
    if server is not None and server not in (incoming.server, incoming.token):
        return False
    if to is not None and not any(fnmatchcase(each, to.lower()) for each in incoming.recipients):
        return False
    if route is None:
        return True
    method, _, path = route.rpartition(" ")
    return method in ("", incoming.method) and any(
        fnmatchcase(each.lower().rstrip("/"), path.lower().rstrip("/")) for each in (incoming.path, incoming.route)
    )


def check(matching: Matching, at: str) -> None:
    """
    Check the arguments of a fault that meets requests, or SMTP at a stage.

    Raises:
        InvalidArgument: An argument is unknown or not valid.
    """
    unknown = [name for name in matching if name not in Matching.__annotations__]
    if unknown:
        message = unknown_name_message(unknown[0], dict.fromkeys(Matching.__annotations__), "argument")
        raise InvalidArgument(message, argument=unknown[0])
    for name, least in (("times", 1), ("after", 0)):
        value = matching.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
            raise InvalidArgument(f"{name} must be a number of at least {least}, got {value!r}", argument=name)
    for name, kinds in (("to", (str,)), ("server", (int, str))):
        value = matching.get(name)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            kind = type(value).__name__
            raise InvalidArgument(
                f"{name} must be {' or '.join([each.__name__ for each in kinds])}, got {kind}", argument=name
            )
    route = matching.get("route")
    if route is not None and not (isinstance(route, str) and _ROUTE.fullmatch(route)):
        raise InvalidArgument(f"route must be like '/email' or 'POST /email', got {route!r}", argument="route")
    if route is not None and at in STAGES:
        raise InvalidArgument("route is for faults of the API: SMTP has no routes", argument="route")
    if at in BEFORE_LOGIN and matching.get("server") is not None:
        raise InvalidArgument(f"at={at!r} comes before the login: no server is known there", argument="at")


def recipients_of(body: object) -> frozenset[str]:
    """Return the recipients of all emails that a request's JSON describes, in lower case."""
    return frozenset(_addresses(body))


def _addresses(body: object) -> Iterator[str]:
    if isinstance(body, list):
        for item in body:
            yield from _addresses(item)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name.lower() in _RECIPIENTS and isinstance(value, str):
                yield from _ADDRESS.findall(value.lower())
            elif name.lower() == "messages":
                yield from _addresses(value)
