"""Webhooks, and whether they respond."""

from __future__ import annotations

import json
from typing import Any

import attrs

from ...models.webhooks import WEBHOOKS, HttpAuth, Webhook, WebhookFilters
from ..calls import Call, read_choice, read_id
from ..fields import whole_body
from ..instants import micros
from ..posting.verification import NotVerified, Verified
from ..rejection import Rejection
from ..responses import done, read_filters, written
from ..routing import Routes
from ..store import Row
from ..tables import webhooks
from ..tables.webhooks import Webhook as Content
from ..webhook_rules import NEW, WEBHOOK, WEBHOOKS as LIMIT, changed

routes = Routes()

_PATH = f"{WEBHOOKS.path}/<webhook_id>"
_STATUSES = ("verified", "unverified")


def _shown(row: Row) -> dict[str, object]:
    auth = written(HttpAuth, username=row["username"], password=row["password"]) if row["username"] else None
    return written(
        Webhook,
        id=row["id"],
        url=row["url"],
        message_stream=row["stream_id"],
        status=row["status"],
        http_auth=auth,
        http_headers=json.loads(row["headers"]),
        triggers=json.loads(row["triggers"]),
    )


def _find(call: Call, webhook_id: str) -> Row:
    row = webhooks.by_id(call.db, call.owner.id, read_id(webhook_id), micros(call.now))
    if row is None:
        raise Rejection(1352, f"There is no webhook '{webhook_id[:80]}' on this server.")
    return row


@routes.get(WEBHOOKS.path)
def list_webhooks(call: Call) -> object:
    """List all webhooks, or those of one stream."""
    stream = read_filters(WebhookFilters, call.query).get("message_stream")
    if stream is not None:
        call.stream(stream)
    status = read_choice(call.query.get("status"), _STATUSES, "Status", 1362)
    rows = webhooks.of_server(call.db, call.owner.id, micros(call.now), stream=stream, status=status)
    return {WEBHOOKS.key: [_shown(row) for row in rows]}


@routes.get(_PATH)
def get(call: Call, webhook_id: str) -> object:
    """Show one webhook."""
    return _shown(_find(call, webhook_id))


@routes.post(WEBHOOKS.path)
def create(call: Call) -> object:
    """Create a webhook, and ask whether it responds if the body says so; otherwise it stays unverified."""
    settings = WEBHOOK.read(whole_body(call.body, "a webhook", 1355))
    if settings.get("id"):
        raise Rejection(1356, "The 'ID' of a new webhook is set by the service.")
    stream = call.stream(settings.get("message_stream", "outbound"))
    if stream.type == "Inbound":
        raise Rejection(
            1351, f"The message stream '{stream.id}' is inbound: its messages are posted to the server's own hook."
        )
    _check_not_archived(stream.id, stream.archived_at)
    webhook = changed(NEW, settings)
    if webhooks.count(call.db, stream.key) >= LIMIT:
        raise Rejection(1359, f"The message stream '{stream.id}' has {LIMIT} webhooks, which is the limit.")
    webhook = _verified(call, webhook, settings, 0)
    return _shown(_find(call, str(webhooks.add(call.db, stream.key, webhook))))


def _verified(call: Call, webhook: Content, settings: dict[str, Any], webhook_id: int) -> Content:
    """
    Return a webhook as it is to be stored: `Verify` asks for a response first.

    Raises:
        Rejection: 1364: it has not responded with status 200; nothing is stored.
    """
    if not settings.get("verify"):
        return webhook
    result = _asked(call, webhook)
    if not result.success:
        raise Rejection(1364, "The webhook has not responded with status 200.", more=result.shown(webhook_id))
    return attrs.evolve(webhook, status="verified")


def _asked(call: Call, webhook: Content) -> Verified:
    """
    Return how a webhook has responded.

    Raises:
        NotVerified: No request was sent to the webhook yet.
    """
    if call.verified is None:
        raise NotVerified(call.owner.id, webhook)
    return call.verified


@routes.put(_PATH)
def edit(call: Call, webhook_id: str) -> object:
    """Change a webhook. Settings that are not in the body stay, also those of triggers."""
    row = _find(call, webhook_id)
    settings = WEBHOOK.read_settings(call.body, "a webhook", 1355)
    for column, name in (("id", "ID"), ("message_stream", "MessageStream")):
        if settings.get(column):
            raise Rejection(1357, f"The '{name}' of a webhook never changes.")
    _check_not_archived(row["stream_id"], row["archived_at"])
    webhook = _verified(call, changed(webhooks.content_of(row), settings), settings, row["id"])
    webhooks.change(call.db, row["id"], webhook)
    return _shown(_find(call, webhook_id))


@routes.post(f"{_PATH}/verify", body_limit=0)
def verify(call: Call, webhook_id: str) -> object:
    """Ask a webhook whether it responds; a failure is shown, and changes nothing."""
    row = _find(call, webhook_id)
    result = _asked(call, webhooks.content_of(row))
    if result.success:
        webhooks.verify(call.db, row["id"])
    return result.shown(row["id"])


@routes.delete(_PATH)
def delete(call: Call, webhook_id: str) -> object:
    """Remove a webhook."""
    row = _find(call, webhook_id)
    webhooks.delete(call.db, row["id"])
    return done(f"Webhook {row['id']} removed.")


def _check_not_archived(stream_id: str, archived_at: int | None) -> None:
    if archived_at is not None:
        raise Rejection(1350, f"The message stream '{stream_id}' is archived.")
