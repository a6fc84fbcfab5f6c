"""Webhooks, and the requests that were posted to them: each attempt, with posting again."""

from __future__ import annotations

import json
from typing import Any

import attrs
from flask import Response
from werkzeug.datastructures import MultiDict

from ...errors import InvalidArgument
from ...webhooks import payloads
from ..instants import micros
from ..posting.attempts import AttemptFilters, WebhookAttempt
from ..posting.notices import BUILDERS
from ..posting.timetable import INBOUND
from ..posting.verification import NotVerified
from ..routes import server, webhooks as rules
from ..tables import streams, webhook_requests, webhooks
from .copying import pretty
from .message_webhooks import tries_of
from .pages import PageCall, Pages, Values
from .times import Instant

pages = Pages()

_SHOWN = 100
# Of each body, so many bytes.
_BODY = 5_000
TRIGGERS = ("Open", "Click", "Delivery", "Bounce", "SpamComplaint", "SubscriptionChange")


@attrs.frozen(kw_only=True)
class _Shown:
    """An attempt in words."""

    attempt: WebhookAttempt
    at: Instant
    retry_at: Instant | None
    status: str
    tries: str
    body: str
    milliseconds: str


def _indented(body: bytes) -> str:
    text = body[:_BODY].decode("utf-8", "replace")
    if len(body) > _BODY:
        return f"{text}…"
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _shown(call: PageCall, attempt: WebhookAttempt, waits: bool) -> _Shown:
    return _Shown(
        attempt=attempt,
        at=call.times.words(attempt.at),
        retry_at=call.times.words(attempt.retry_at) if waits and attempt.retry_at is not None else None,
        status="none" if attempt.status is None else str(attempt.status),
        tries=tries_of(call, attempt),
        body=_indented(attempt.body),
        milliseconds=f"{attempt.seconds * 1000:,.0f}",
    )


@pages.show("/webhooks", "webhooks.html")
def show_webhooks(call: PageCall) -> Values:
    """Show the webhooks of the server, and the last attempts."""
    with call.store.transaction(writing=False) as db:
        now = micros(call.clock.now())
        rows = webhooks.of_server(db, call.server["id"], now, stream=None, status=None)
        known = [each.id for each in streams.of_server(db, call.server["id"]) if each.type != "Inbound"]
        counts = {row["id"]: webhook_requests.results_since(db, row["id"], now - _DAY) for row in rows}
    failed = call.query.get("failed_only") == "1"
    filters: AttemptFilters = {"limit": _SHOWN + 1, "failed": True} if failed else {"limit": _SHOWN + 1}
    newest = call.webhooks.attempts(**filters)
    found = newest[:_SHOWN]
    with call.store.transaction(writing=False) as db:
        waiting = webhook_requests.waiting(db, min([each.id for each in found], default=0))
    return {
        "webhooks": [(row, _triggers(row["triggers"]), counts[row["id"]]) for row in rows],
        "attempts": [_shown(call, attempt, attempt.id in waiting) for attempt in found],
        "streams": known,
        "triggers": TRIGGERS,
        "more_attempts": len(newest) > _SHOWN,
        "failed_only": failed,
        "inbound_hook": call.server["inbound_hook_url"],
        "inbound_raw": bool(call.server["raw_email_enabled"]),
        "samples": _samples(),
    }


def _samples() -> list[tuple[str, str]]:
    """Return an example of each payload: pairs of a trigger and JSON."""
    builders = {**BUILDERS, INBOUND: "inbound"}
    return [(trigger, pretty(getattr(payloads, builder)())) for trigger, builder in builders.items()]


_DAY = 86_400_000_000


def _triggers(text: str) -> str:
    found: dict[str, dict[str, Any]] = json.loads(text)
    return ", ".join([name for name, settings in found.items() if settings.get("Enabled")]) or "no trigger"


def _id(form: MultiDict[str, str], name: str) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InvalidArgument(f"{name} must be a number, got {text[:40]!r}", argument=name)
    return int(text)


def _options(form: MultiDict[str, str], trigger: str) -> dict[str, bool]:
    """Return the options of a trigger that a form has."""
    if trigger == "Open":
        return {"PostFirstOpenOnly": form.get("first_open_only") == "1"}
    if trigger in ("Bounce", "SpamComplaint"):
        return {"IncludeContent": form.get("include_content") == "1"}
    return {}


@pages.act("/webhooks/inbound")
def set_inbound_hook(call: PageCall) -> Response:
    """Set the URL that inbound emails are posted to."""
    url = call.form.get("url", "").strip()
    raw = call.form.get("raw") == "1"
    call.ask_api(server.edit, {"InboundHookUrl": url, "RawEmailEnabled": raw})
    return call.back("/webhooks", "The inbound hook was set." if url else "The server has no inbound hook now.")


@pages.act("/webhooks/new")
def create(call: PageCall) -> Response:
    """Create a webhook."""
    chosen = call.form.getlist("trigger")
    body: dict[str, object] = {
        "Url": call.form.get("url", "").strip(),
        "MessageStream": call.form.get("stream", ""),
        "Triggers": {name: {"Enabled": name in chosen, **_options(call.form, name)} for name in TRIGGERS},
    }
    if call.form.get("username"):
        body["HttpAuth"] = {"Username": call.form["username"], "Password": call.form.get("password", "")}
    if call.form.get("header"):
        name, _, value = call.form["header"].partition(":")
        body["HttpHeaders"] = [{"Name": name.strip(), "Value": value.strip()}]
    call.ask_api(rules.create, body)
    return call.back("/webhooks", "The webhook was created.")


@pages.act("/webhooks/delete")
def delete(call: PageCall) -> Response:
    """Remove a webhook."""
    call.ask_api(rules.delete, webhook_id=call.form.get("webhook", ""))
    return call.back("/webhooks", "The webhook was removed.")


@pages.act("/webhooks/sample")
def post_samples(call: PageCall) -> Response:
    """Post a sample of each event that a webhook is told of."""
    number = _id(call.form, "webhook")
    with call.store.transaction(writing=False) as db:
        row = webhooks.by_id(db, call.server["id"], number, micros(call.clock.now()))
    if row is None:
        raise InvalidArgument(f"there is no webhook {number} on this server", argument="webhook")
    asked = NotVerified(call.server["id"], webhooks.content_of(row))
    results = call.here.verifying.ask(asked, number).results
    problems = [f"{trigger}: {problem}" for trigger, _, problem in results if problem]
    said = f"{len(results)} sample{'' if len(results) == 1 else 's'} posted, {len(results) - len(problems)} accepted."
    return call.back("/webhooks", " ".join([said, *problems[:1]]), failed=bool(problems))


@pages.act("/webhooks/replay")
def replay(call: PageCall) -> Response:
    """Post everything again that a webhook has not accepted."""
    made = call.webhooks.replay_failed(_id(call.form, "webhook"))
    accepted = sum(attempt.accepted for attempt in made)
    return call.back("/webhooks", f"{len(made)} posted again, {accepted} accepted.")


@pages.act("/webhooks/resend")
def resend(call: PageCall) -> Response:
    """Post the request of an attempt again; with `now` its next retry."""
    number = _id(call.form, "attempt")
    made = call.webhooks.retry_now(number) if call.form.get("now") else call.webhooks.resend(number)
    result = f"status {made.status}" if made.status is not None else made.error
    path = call.form.get("page", "/webhooks")
    said = f"Posted again: {result}." + (f" {made.hint}" if made.hint else "")
    return call.back(path if path.startswith("/") else "/webhooks", said, failed=not made.accepted)
