"""Bulk requests: one content for many recipients."""

from __future__ import annotations

import uuid

import attrs

from ...models.bulk import BULK, BulkState, BulkStatus
from ..bulk_rules import BulkMessage, CheckedBulk, check_bulk
from ..calls import Call
from ..instants import micros, wire_text
from ..intake import Intake
from ..rejection import Rejection
from ..responses import written
from ..routing import Routes
from ..rules import BATCH_BYTES, CheckedEmail, TemplateUse, check_size
from ..store import Row
from ..tables import bulk, streams
from ..template_content import Content, check_content, find_template

routes = Routes()

_MOST = 500


def _shown(row: Row, state: BulkState = BulkState.COMPLETED) -> dict[str, object]:
    done = state is BulkState.COMPLETED
    subject = {"subject": row["subject"]} if row["subject"] else {}
    return {
        **written(
            BulkStatus,
            id=row["uuid"],
            submitted_at=wire_text(row["submitted_at"]),
            status=state.value,
            total_messages=row["total"],
            percentage_completed=100 if done else 0,
            released_count=row["released"] if done else 0,
            failed_count=row["total"] - row["released"] if done else 0,
            **subject,
        ),
        # Clients of before read this name.
        "ID": row["uuid"],
    }


def _stream(call: Call, asked: str) -> str:
    """
    Return the id of the stream of a request: that which it asks for, else the first for broadcasts that is in use.

    Raises:
        Rejection: 1226: there is no such stream, or it is archived.
    """
    found = streams.of_server(call.db, call.owner.id)
    for stream in found:
        usable = stream.archived_at is None and (stream.id == asked if asked else stream.type == "Broadcasts")
        if usable:
            return stream.id
    what = f"message stream '{asked[:80]}'" if asked else "stream for broadcasts"
    raise Rejection(1226, f"There is no {what} on this server, or it is archived.")


def _content(call: Call, request: CheckedBulk) -> tuple[Row | None, Content]:
    """
    Return the template of a request, if it has one, and its content.

    Raises:
        Rejection: 1101 without the template, 1122 for content that cannot be parsed.
    """
    if request.template is not None:
        return find_template(call.db, call.owner.id, request.template)
    content = Content(subject=request.subject, html_body=request.html_body, text_body=request.text_body)
    check_content(content)
    return None, content


def _rendered(message: BulkMessage, stream: str, template: Row | None, content: Content, inline: bool) -> CheckedEmail:
    texts = content.render(message.model, inline=inline)
    use = None if template is None else TemplateUse(template["id"], template["alias"], message.model, inline)
    return attrs.evolve(
        message.email,
        message_stream=stream,
        subject=texts.subject,
        html_body=texts.html_body,
        text_body=texts.text_body,
        failure=texts.failure,
        template=use,
    )


@routes.post(BULK.path, body_limit=BATCH_BYTES)
def create(call: Call) -> object:
    """Accept a request, with all of its messages."""
    request = check_bulk(call.body)
    stream, (template, content) = _stream(call, request.stream), _content(call, request)
    intake, released = Intake(call.db, call.owner, call.now, call.faults, via="bulk"), 0
    for message in request.messages:
        email = _rendered(message, stream, template, content, request.inline)
        try:
            check_size(email)
            intake.take(email)
        except Rejection as rejection:
            if rejection.code not in (300, 406):
                raise
        else:
            released += not email.failure
    intake.store()
    request_id = str(uuid.uuid4())
    bulk.add(
        call.db,
        call.owner.id,
        uuid=request_id,
        subject=content.subject,
        submitted_at=micros(call.now),
        total=len(request.messages),
        released=released,
    )
    return _shown(_find(call, request_id), BulkState.ACCEPTED)


def _find(call: Call, request_id: str) -> Row:
    row = bulk.by_uuid(call.db, call.owner.id, request_id)
    if row is None:
        raise Rejection(12, f"There is no bulk request '{request_id[:80]}' on this server.")
    return row


@routes.get(f"{BULK.path}/<bulk_id>")
def get(call: Call, bulk_id: str) -> object:
    """Return the progress of a request."""
    return _shown(_find(call, bulk_id))


@routes.get(BULK.path)
def list_requests(call: Call) -> object:
    """Find requests, newest first; the key of a page is that of the last request on the page before."""
    count, key = call.query.get("count") or "100", call.query.get("paginationkey")
    if not (count.isascii() and count.isdigit() and 1 <= int(count[:9]) <= _MOST):
        raise Rejection(403, f"'count' must be a number from 1 to {_MOST}, not '{count[:80]}'.")
    last = bulk.by_uuid(call.db, call.owner.id, key) if key else None
    if key and last is None:
        raise Rejection(13, f"The key '{key[:80]}' is not that of a page.")
    rows = bulk.page(call.db, call.owner.id, None if last is None else last["id"], int(count) + 1)
    more = {"PaginationKey": rows[int(count) - 1]["uuid"]} if len(rows) > int(count) else {}
    return {BULK.key: [_shown(row) for row in rows[: int(count)]], **more}
