"""Looking at emails, and deleting them."""

from __future__ import annotations

from flask import Response

from ...errors import InvalidArgument
from ..captured import CapturedEmail
from ..query import Query, parse
from ..rejection import Rejection
from ..served_files import ISOLATED, download
from ..server_view import mark_text
from . import written
from .operations import InboxCall, Operations

operations = Operations()

PAGE = 50
_MOST = 200


def read_search(call: InboxCall) -> Query:
    """Return the query that `q` stands for."""
    return parse(call.query.get("q", ""), call.clock.now())


@operations.add("GET", "/messages", query=("q", "limit", "before"))
def list_messages(call: InboxCall) -> object:
    """Return the newest emails that match."""
    limit = call.number("limit", PAGE, 1, _MOST)
    before = call.query.get("before")
    query = read_search(call)
    found = call.view.page(query, limit + 1, None if before is None else call.email(before))
    return {
        "messages": [written.summary(email) for email in found.emails[:limit]],
        "before": found.emails[limit - 1].message_id if len(found.emails) > limit else None,
        "mark": mark_text(found.mark),
        "unknown": list(query.unknown),
    }


@operations.add("DELETE", "/messages", query=("q",))
def delete_messages(call: InboxCall) -> object:
    """Delete the emails that match; without a query all of the server."""
    query = read_search(call)
    if query.unknown or (call.query.get("q") and not query.groups):
        what = ", ".join(query.unknown) or repr(call.query["q"][:80])
        raise InvalidArgument(f"q: {what} is not a term of a query; nothing was deleted", argument="q")
    return {"deleted": call.view.delete(query)}


@operations.add("GET", "/messages/<message_id>", query=("recipient",))
def get_message(call: InboxCall, message_id: str) -> object:
    """Return an email; with `recipient` as this recipient gets it, with tracking links."""
    return written.content(_as_received(call, message_id))


def _as_received(call: InboxCall, message_id: str) -> CapturedEmail:
    email, recipient = call.email(message_id), call.query.get("recipient")
    return email if recipient is None else email.as_received(recipient)


@operations.add("GET", "/messages/<message_id>/raw")
def get_raw(call: InboxCall, message_id: str) -> object:
    """Return an email as a MIME message."""
    return Response(call.email(message_id).raw, headers=ISOLATED, content_type="message/rfc822")


@operations.add("GET", "/messages/<message_id>/html", query=("recipient",))
def get_html(call: InboxCall, message_id: str) -> object:
    """Return the HTML body."""
    email = _as_received(call, message_id)
    if email.html_body is None:
        raise Rejection(701, f"The message '{message_id}' has no HTML body.", status=404)
    return Response(email.html_body, headers=ISOLATED, content_type="text/html; charset=utf-8")


@operations.add("GET", "/messages/<message_id>/attachments/<int:number>")
def get_attachment(call: InboxCall, message_id: str, number: int) -> object:
    """Return the bytes of an attachment."""
    files = call.email(message_id).attachments
    if number >= len(files):
        raise Rejection(701, f"The message '{message_id}' has {len(files)} attachments, from 0.", status=404)
    file = files[number]
    return download(file.name, file.content_type, file.content)
