"""Hints for developers: why a webhook does not accept a request, and how to change that."""

from __future__ import annotations

from .orders import Outcome
from .timetable import INBOUND, is_accepted

_RAILS = "/rails/action_mailbox/postmark/inbound_emails"


def hint(kind: str, outcome: Outcome, body: bytes, *, raw: bool) -> str:
    """
    Return one line in words; empty where there is nothing to say.

    Args:
        kind: The kind of the request.
        outcome: The result of the request.
        body: The body of the request.
        raw: Whether the server sends the source of inbound emails.
    """
    status = outcome.status
    if outcome.error or outcome.target is None or status is None or is_accepted(kind, status):
        return outcome.error
    place, path = outcome.target.place, outcome.target.path
    if status == 401:
        if outcome.has_login:
            where = "in the URL" if outcome.target.login else "of the webhook"
            return f"{place} does not accept the user name and password {where}"
        return f"{place} wants a login: set HttpAuth, or a user name and password in the URL"
    if status == 422 and path.startswith(_RAILS) and not raw:
        return "Rails Action Mailbox needs the source of the email: set RawEmailEnabled of the server"
    known = {
        403: "a response with 403 stops all retries",
        404: f"{place} has nothing at {path.partition('?')[0]}: is the path of the URL right?",
        405: f"{path.partition('?')[0]} does not take POST",
        413: f"the request has {len(body)} bytes, which is more than {place} accepts",
        415: "the endpoint must accept JSON: requests have Content-Type: application/json",
    }
    if status in known:
        return known[status]
    if 300 <= status < 400:
        return "the redirect has no header Location"
    if kind == INBOUND and 200 <= status < 300:
        return f"a webhook for inbound emails must respond with 200, not {status}: the email is sent again"
    if status >= 500:
        return f"{place} failed: its log has the reason"
    return f"{place} rejected the request"
