"""`emailapi webhooks`: webhooks, and events for an application that is being written."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import InvalidWebhook
from .declaring import (
    add_actions,
    add_yes,
    confirm,
    describe,
    given,
    http_url,
    json_value,
    open_client,
    pair,
    port,
    positive,
    read_text,
)
from .failures import REJECTED, InputError
from .http_requests import basic_auth, exchange, webhook_login
from .listening import EVENTS, event_of, listen, triggers_of
from .output import show_line, show_record, show_rows

if TYPE_CHECKING:
    from ..models.webhooks import Webhook

_COLUMNS = ("id", "url", "message_stream", "status", "events")
_BUILDERS = ("delivery", "bounce", "complaint", "open", "click", "subscription_change", "inbound")


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    describe(parser, "List, create, delete, listen to, trigger and replay webhooks.")
    add = add_actions(parser)
    listing = add("list", _list, "list webhooks", "emailapi webhooks list")
    creating = add(
        "create",
        _create,
        "create a webhook",
        "emailapi webhooks create https://shop.example/hooks --events bounce,open",
    )
    creating.add_argument("url", metavar="URL", help="URL that events are posted to")
    deleting = add("delete", _delete, "delete a webhook", "emailapi webhooks delete 7 --yes")
    deleting.add_argument("id", metavar="WEBHOOK_ID", type=int, help="id of the webhook")
    listening = add(
        "listen",
        listen,
        "print events as they are posted, and forward them to an application",
        """emailapi webhooks listen --forward-to http://localhost:5000/hooks
        emailapi webhooks listen --url https://7f3a.tunnel.example --port 9000 --forward-to http://localhost:5000/hooks""",
    )
    listening.add_argument(
        "--url", type=http_url, help="URL of a tunnel to --port; not needed for a sandbox on this machine"
    )
    listening.add_argument("--port", type=port, default=0, metavar="N", help="port to listen on (default: a free one)")
    listening.add_argument("--save", metavar="FILE", help="append each event to this file, for replay")
    for action in (deleting, listening):
        add_yes(action)
    for action in (listing, creating, listening):
        action.add_argument("--stream", dest="message_stream", metavar="STREAM", help="message stream")
    for action in (creating, listening):
        action.add_argument("--events", default=",".join(EVENTS), help=f"comma-separated (default {','.join(EVENTS)})")
    _add_posting(add, [creating, listening])


def _add_posting(add: Callable[..., argparse.ArgumentParser], actions: list[argparse.ArgumentParser]) -> None:
    """Add the actions that post events, and the options of all that do so or are posted to."""
    creating, listening = actions
    triggering = add(
        "trigger",
        _trigger,
        "post an event as the service does",
        "emailapi webhooks trigger bounce --set type=SoftBounce --set metadata.user=7 --forward-to http://localhost:5000/hooks",
    )
    triggering.add_argument("event", choices=_BUILDERS, metavar="EVENT", help=", ".join(_BUILDERS))
    triggering.add_argument("--set", type=pair, action="append", default=[], metavar="NAME=VALUE", help="a field")
    triggering.add_argument("--recipient", metavar="ADDRESS", help="recipient of the email")
    triggering.add_argument("--count", type=positive, default=1, metavar="N", help="how many (default 1)")
    replaying = add(
        "replay", _replay, "post the events of a file again", "emailapi webhooks replay events.jsonl --forward-to URL"
    )
    replaying.add_argument("file", metavar="FILE", help="a payload on each line; - reads standard input")
    for action in (triggering, replaying, listening):
        required = action is not listening
        action.add_argument(
            "--forward-to", type=http_url, required=required, metavar="URL", help="URL of the application"
        )
        action.add_argument("--no-tls-verify", action="store_true", help="accept any certificate of the application")
    for action in (creating, triggering, replaying, listening):
        login = "file with USER:PASSWORD for the webhook; without it EMAILAPI_WEBHOOK_AUTH"
        action.add_argument("--auth-file", metavar="FILE", help=login)


def _shown(webhook: Webhook) -> dict[str, Any]:
    """Return what may be shown of a webhook: no password, and no value of a header."""
    record = webhook.to_dict()
    enabled = [name for name, trigger in record["triggers"].items() if trigger["enabled"]]
    login = webhook.http_auth.username if webhook.http_auth else None
    record.update(events=enabled, http_auth=login, http_headers=[header.name for header in webhook.http_headers])
    return {name: value for name, value in record.items() if name != "triggers"}


def _list(options: argparse.Namespace) -> None:
    with open_client(options) as client:
        rows = [_shown(webhook) for webhook in client.webhooks.list(**given(options, "message_stream"))]
    show_rows(options, rows, _COLUMNS, "There are no webhooks.")


def _create(options: argparse.Namespace) -> None:
    from ..models.webhooks import HttpAuth

    login = webhook_login(options.auth_file)
    fields: dict[str, Any] = {"url": options.url, "triggers": triggers_of(options.events)}
    if login is not None:
        fields["http_auth"] = HttpAuth(username=login[0], password=login[1])
    with open_client(options) as client:
        show_record(options, _shown(client.webhooks.create(**fields, **given(options, "message_stream"))))


def _delete(options: argparse.Namespace) -> None:
    confirm(options, f"Delete the webhook {options.id}?")
    with open_client(options) as client:
        client.webhooks.delete(options.id)
    show_record(options, {"deleted": options.id})


def _trigger(options: argparse.Namespace) -> int:
    bodies = [json.dumps(_payload(options)) for _ in range(options.count)]
    return _post(options, [(options.event, body) for body in bodies])


def _payload(options: argparse.Namespace) -> Any:
    from ..webhooks import payloads

    fields: dict[str, Any] = {}
    for path, text in options.set:
        *outer, name = path.split(".")
        place = fields
        for part in outer:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise InputError(f"--set {path}: {part} has a value already")
        place[name] = text if outer[:1] == ["metadata"] else json_value(text)
    if options.recipient is not None:
        fields["to" if options.event == "inbound" else "email"] = options.recipient
    try:
        return getattr(payloads, options.event)(**fields)
    except TypeError as error:
        raise InputError(f"--set: {error}") from None


def _replay(options: argparse.Namespace) -> int:
    events = []
    for number, line in enumerate(read_text(options.file).split("\n"), 1):
        if line.strip():
            try:
                events.append((event_of(line)[0], line))
            except InvalidWebhook as error:
                where = f"{options.file}, line {number}"
                raise InputError(f"{where}: {error.message}; nothing was posted") from None
    return _post(options, events)


def _post(options: argparse.Namespace, events: list[tuple[str, str]]) -> int:
    """Post events in order, and return 1 if one was not accepted."""
    headers = {"User-Agent": "Postmark", "Content-Type": "application/json"} | basic_auth(
        webhook_login(options.auth_file)
    )
    failed = 0
    for kind, body in events:
        url, verify = options.forward_to, not options.no_tls_verify
        reply = exchange("POST", url, body.encode(), headers, verify=verify)
        failed += not 200 <= reply.status < 300
        record = {"event": kind, "status": reply.status, "milliseconds": reply.milliseconds}
        show_line(options, record, f"{kind} -> {reply.status} in {reply.milliseconds} ms")
    return REJECTED if failed else 0
