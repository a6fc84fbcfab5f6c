"""`emailapi sandbox inbox`, `clock` and `faults`: a running sandbox, by its JSON API."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ..errors import APIError, ConfigurationError, ConnectionFailed, InvalidRequest, NotFound, Unauthorized
from .declaring import add_actions, add_yes, confirm, describe, json_value, moment, pair, positive, seconds, token_of
from .failures import TimedOut
from .http_requests import exchange
from .output import show_record, show_rows

_API = "/inbox/api/v1"
_INBOX = ("message_id", "state", "to", "subject", "tag")
_FAULTS = ("number", "type", "armed", "hits", "remaining")
_UNITS = ("days", "hours", "minutes", "seconds")
_EVENTS = ("deliver", "delay", "bounce", "open", "click", "complain", "unsubscribe")
_ERRORS: Mapping[int, type[APIError]] = {401: Unauthorized, 404: NotFound, 422: InvalidRequest}
# The API waits for at most so many seconds.
_LONGEST_WAIT = 60.0


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions on a running sandbox."""
    parts = parser.add_subparsers(metavar="PART", dest="part", required=False)
    for name, summary, add_part in (
        ("inbox", "list, read, wait for and delete the emails of a running sandbox", _add_inbox),
        ("clock", "show and move the clock of a running sandbox", _add_clock),
        ("faults", "list, arm and cancel the failures of a running sandbox", _add_faults),
    ):
        part = parts.add_parser(name, help=summary, allow_abbrev=False)
        describe(part, f"{summary[0].upper()}{summary[1:]}. EMAILAPI_BASE_URL is the URL of the sandbox.")
        add_part(part)


def _add_inbox(part: argparse.ArgumentParser) -> None:
    add = add_actions(part)
    query = "terms of a query, as to:ada@example.com tag:welcome -is:bounced"
    listing = add(
        "list", _list, "list emails, newest first", "emailapi sandbox inbox list to:ada@example.com tag:welcome"
    )
    listing.add_argument(
        "--limit", type=positive, default=20, metavar="N", help="the most emails, up to 200 (default 20)"
    )
    getting = add("get", _get, "show an email with its links and codes", "emailapi sandbox inbox get MESSAGE_ID")
    waiting = add("wait", _wait, "wait for an email", "emailapi sandbox inbox wait to:ada@example.com --timeout 30")
    waiting.add_argument("--since", metavar="MARK", default="0", help="count emails after this mark (default: all)")
    waiting.add_argument(
        "--timeout", type=seconds, default=20.0, metavar="S", help="seconds to wait (default 20, at most 60)"
    )
    deleting = add("delete", _delete, "delete emails", "emailapi sandbox inbox delete tag:welcome --yes")
    add_yes(deleting)
    happening = add(
        "event",
        _event,
        "let something happen to an email",
        """emailapi sandbox inbox event MESSAGE_ID bounce bounce_type=SoftBounce
        emailapi sandbox inbox event MESSAGE_ID click link=https://shop.example/r""",
    )
    for action in (getting, happening):
        action.add_argument("id", metavar="MESSAGE_ID", help="id of the message")
    happening.add_argument("type", choices=_EVENTS, help="the event: " + ", ".join(_EVENTS), metavar="TYPE")
    happening.add_argument("values", nargs="*", type=pair, metavar="NAME=VALUE", help="as recipient=ada@example.com")
    for action in (listing, waiting, deleting):
        action.add_argument("query", nargs="*", metavar="TERM", help=query)


def _add_clock(part: argparse.ArgumentParser) -> None:
    add = add_actions(part)
    add("show", _show_clock, "show the time of the sandbox", "emailapi sandbox clock show")
    advancing = add(
        "advance", _advance, "move the clock forward", "emailapi sandbox clock advance --days 2 --minutes 6"
    )
    for unit in _UNITS:
        advancing.add_argument(f"--{unit}", type=seconds, metavar="N", help=f"so many {unit}")
    setting = add(
        "set", _set_clock, "set the clock to a later time", "emailapi sandbox clock set 2027-01-01T00:00+00:00"
    )
    setting.add_argument("time", type=moment, metavar="TIME", help="a time, as 2027-01-01T00:00+00:00")
    add("freeze", _freeze, "stop the clock", "emailapi sandbox clock freeze")
    add("run", _run_clock, "let the clock go on", "emailapi sandbox clock run")


def _add_faults(part: argparse.ArgumentParser) -> None:
    add = add_actions(part)
    add("list", _list_faults, "list failures that are or were armed", "emailapi sandbox faults list")
    adding = add(
        "add",
        _add_fault,
        "arm a failure",
        """emailapi sandbox faults add fail status=503 times=2 route=/email
        emailapi sandbox faults add cut_after_accept""",
    )
    adding.add_argument("type", metavar="TYPE", help="a method of sandbox.faults, as fail, delay or cut_after_accept")
    adding.add_argument("values", nargs="*", type=pair, metavar="NAME=VALUE", help="its arguments")
    cancelling = add("cancel", _cancel, "cancel one failure, or all", "emailapi sandbox faults cancel 3")
    cancelling.add_argument("number", nargs="?", type=positive, metavar="NUMBER", help="number of the failure")


def _ask(
    options: argparse.Namespace, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None
) -> Any:
    """
    Send a request to the JSON API, and return the response.

    Raises:
        ConfigurationError: There is no token, or the server is not a sandbox.
        APIError: The request was rejected.
        ConnectionFailed: The sandbox does not respond.
    """
    from ..settings import resolve_base_url, resolve_token

    url = resolve_base_url(None, False)
    headers: dict[str, str] = {"X-Postmark-Server-Token": resolve_token(token_of(options.token_file), "server token")}
    data = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    address = f"{url}{_API}{path}" + (f"?{urlencode(query)}" if query else "")
    try:
        reply = exchange(method, address, data, headers, timeout=_LONGEST_WAIT + 30)
    except ConnectionFailed:
        raise ConnectionFailed(f"no sandbox responds at {url}: start one with `emailapi sandbox`") from None
    try:
        found = json.loads(reply.body)
        if reply.status == 200:
            return found
        message = str(found["message"])
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(f"{url} is not a sandbox: set EMAILAPI_BASE_URL to the URL of one") from None
    kind = _ERRORS.get(reply.status, APIError)
    raise kind(message, status=reply.status, method=method, path=_API + path)


def _list(options: argparse.Namespace) -> None:
    found = _ask(options, "GET", "/messages", query={"q": " ".join(options.query), "limit": options.limit})
    show_rows(options, found["messages"], _INBOX, "No emails match.")


def _get(options: argparse.Namespace) -> None:
    show_record(options, _ask(options, "GET", f"/messages/{quote(options.id, safe='')}"))


def _wait(options: argparse.Namespace) -> None:
    query = {"q": " ".join(options.query), "since": options.since, "timeout": min(options.timeout, _LONGEST_WAIT)}
    found = _ask(options, "GET", "/messages/wait", query=query)
    if not found["complete"]:
        near = "; ".join(f"{email['subject']!r} does not match {' '.join(email['failed'])}" for email in found["near"])
        raise TimedOut(
            f"no email that matches within {options.timeout:g} s" + (f"; the newest: {near}" if near else "")
        )
    show_record(options, found["messages"][0], _INBOX)


def _delete(options: argparse.Namespace) -> None:
    query = " ".join(options.query)
    confirm(options, f"Delete the emails that match {query!r}?" if query else "Delete all emails of the server?")
    show_record(options, _ask(options, "DELETE", "/messages", query={"q": query} if query else None))


def _event(options: argparse.Namespace) -> None:
    body = {"type": options.type, **dict(options.values)}
    found = _ask(options, "POST", f"/messages/{quote(options.id, safe='')}/events", body)
    show_rows(options, found["events"], ("type", "recipient", "received_at"), "Nothing happened.")


def _show_clock(options: argparse.Namespace) -> None:
    show_record(options, _ask(options, "GET", "/clock"))


def _advance(options: argparse.Namespace) -> None:
    duration = {unit: getattr(options, unit) for unit in _UNITS if getattr(options, unit) is not None}
    show_record(options, _ask(options, "POST", "/clock", {"advance": duration, "wait_idle": 5}))


def _set_clock(options: argparse.Namespace) -> None:
    show_record(options, _ask(options, "POST", "/clock", {"set": options.time.isoformat(), "wait_idle": 5}))


def _freeze(options: argparse.Namespace) -> None:
    show_record(options, _ask(options, "POST", "/clock", {"frozen": True}))


def _run_clock(options: argparse.Namespace) -> None:
    show_record(options, _ask(options, "POST", "/clock", {"frozen": False}))


def _list_faults(options: argparse.Namespace) -> None:
    show_rows(options, _ask(options, "GET", "/faults")["faults"], _FAULTS, "No failures are armed.")


def _add_fault(options: argparse.Namespace) -> None:
    body = {"type": options.type, **{name: json_value(text) for name, text in options.values}}
    show_record(options, _ask(options, "POST", "/faults", body))


def _cancel(options: argparse.Namespace) -> None:
    path = "/faults" if options.number is None else f"/faults/{options.number}"
    show_record(options, _ask(options, "DELETE", path))
