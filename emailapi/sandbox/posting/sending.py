"""A request to a webhook, with everything that is sent."""

from __future__ import annotations

import attrs

from ..faults import Faults
from ..matching import Incoming
from ..store import Row, Transaction
from ..tables import servers, webhooks
from ..tables.webhooks import HookTarget
from .orders import USER_AGENT, Order, Outcome
from .targets import NotAllowed, read_url
from .timetable import INBOUND, Timetable

# Seconds for one attempt. The service waits two minutes for inbound emails (contract section 6.1); its limit for other
# events is not published.
TIMEOUT, INBOUND_TIMEOUT = 30.0, 120.0


@attrs.frozen(kw_only=True)
class Sending:
    """
    A request with its target, as it is sent.

    Attributes:
        kind: The trigger, or `Inbound`.
        server: The server's id, and `raw` whether it sends the source of inbound emails.
        recipient: The address that the event is about.
        order: URL, login, headers and body.
    """

    kind: str
    server: int
    raw: bool
    recipient: str
    order: Order


def make_sending(
    kind: str, server: Row, recipient: str, target: HookTarget, body: bytes, trace: str, retries_remaining: int
) -> Sending:
    """Return a request to a target."""
    url, login, headers = target
    usual = (
        ("User-Agent", USER_AGENT),
        ("Content-Type", "application/json"),
        ("X-PM-Retries-Remaining", str(retries_remaining)),
        ("X-PM-Webhook-Trace-Id", trace),
    )
    timeout = INBOUND_TIMEOUT if kind == INBOUND else TIMEOUT
    order = Order(url=url, login=login, headers=headers, usual=usual, body=body, timeout=timeout)
    raw = bool(server["raw_email_enabled"])
    return Sending(kind=kind, server=server["id"], raw=raw, recipient=recipient, order=order)


def sending_of(db: Transaction, request: Row, timetable: Timetable) -> Sending | None:
    """Return a stored request with its target as it is now; None if it has none any more."""
    server = servers.by_id(db, request["server"])
    if server is None:
        return None
    hook = None if request["webhook"] is None else webhooks.row_of(db, request["webhook"])
    if hook is not None:
        target = webhooks.target_of(hook)
    elif request["hook"] and server[request["hook"]]:
        target = server[request["hook"]], None, ()
    else:
        return None
    left = timetable.retries_remaining(request["kind"], request["tries"])
    return make_sending(request["kind"], server, request["recipient"], target, request["body"], request["trace"], left)


def failed_by_fault(sending: Sending, faults: Faults) -> Outcome | None:
    """Return the failure that an armed fault has in place of a request, or None."""
    if not faults:
        return None
    try:
        target = read_url(sending.order.url)
    except NotAllowed:
        return None
    path = target.path.partition("?")[0]
    recipients = frozenset([sending.recipient.lower()])
    incoming = Incoming(method="POST", path=path, route=path, server=sending.server, recipients=recipients)
    met = faults.webhook_failure(incoming)
    if met is None:
        return None
    status, words = met
    error = "" if status is not None else f"{target.place} did not respond ({words})"
    return Outcome(url=target.shown, target=target, request_headers=sending.order.usual, status=status, error=error)
