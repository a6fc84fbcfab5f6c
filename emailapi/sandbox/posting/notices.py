"""Notices to webhooks: the payload of each event, for each webhook and URL of a server that wants it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from ...wire import dump_json
from ..addresses import read_addresses
from ..forks import imports
from ..instants import moment
from ..store import Row, Transaction
from ..tables import messages, servers, streams, webhook_requests, webhooks
from ..tables.webhook_requests import NewRequest
from .timetable import INBOUND

if TYPE_CHECKING:
    from ...webhooks.writing import Payload

# The URLs in the settings of a server, from before there were webhooks: they are told of the default stream.
_DEFAULT_STREAM = "outbound"
_HOOKS = {
    "delivery_hook_url": ("Delivery",),
    "bounce_hook_url": ("Bounce", "SpamComplaint"),
    "open_hook_url": ("Open",),
    "click_hook_url": ("Click",),
}
# The builders of payloads by trigger.
BUILDERS = {
    "Open": "open",
    "Click": "click",
    "Delivery": "delivery",
    "Bounce": "bounce",
    "SpamComplaint": "complaint",
    "SubscriptionChange": "subscription_change",
}
_SMTP_ERROR = "SMTPApiError"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Notice:
    """
    An event that webhooks may want.

    Attributes:
        trigger: The trigger of the webhook that wants it.
        message: The message's id in the database; None for an event without a message.
        recipient: The address in lower case.
        at: When it happened.
        fields: Attributes of the event, as the builder of its payload takes them.
    """

    trigger: str
    message: int | None
    recipient: str
    at: int
    fields: Mapping[str, Any] = attrs.field(repr=False)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class _Listener:
    """A webhook, or a URL of the server's settings, with its triggers by the service's names."""

    webhook: int | None = None
    hook: str = ""
    triggers: Mapping[str, Mapping[str, bool]]

    def wants(self, notice: Notice, server: Row) -> bool:
        trigger = self.triggers.get(notice.trigger, {})
        if not trigger.get("Enabled"):
            return False
        if notice.fields.get("type") == _SMTP_ERROR and not server["enable_smtp_api_error_hooks"]:
            return False
        return not trigger.get("PostFirstOpenOnly") or bool(notice.fields.get("first_open"))

    def fields_of(self, notice: Notice) -> dict[str, Any]:
        fields = dict(notice.fields)
        if not self.triggers[notice.trigger].get("IncludeContent"):
            fields.pop("content", None)
        return fields


def _of_server(server: Row) -> list[_Listener]:
    found = []
    for hook, kinds in _HOOKS.items():
        if server[hook]:
            options = {
                "Enabled": True,
                "PostFirstOpenOnly": bool(server["post_first_open_only"]) and kinds == ("Open",),
                "IncludeContent": bool(server["include_bounce_content_in_hook"]),
            }
            found.append(_Listener(hook=hook, triggers=dict.fromkeys(kinds, options)))
    return found


@attrs.frozen(eq=False, repr=False)
class _Audience:
    """The webhooks that a stream has."""

    stream_id: str
    server: Row
    listeners: list[_Listener]


class Notices:
    """
    Collects events, and stores the requests that tell webhooks of them.

    Attributes:
        instant: When the events happen that are collected from now on.
    """

    def __init__(self, db: Transaction, instant: int) -> None:
        """Collect events of this instant."""
        self._db, self.instant = db, instant
        self._audiences: dict[int, _Audience | None] = {}
        self._notices: list[tuple[_Audience, Notice]] = []

    def add(self, trigger: str, stream: int, message: int | None, recipient: str, **fields: Any) -> None:
        """
        Collect an event, unless the stream has no webhook.

        Args:
            trigger: The trigger of the webhooks that want it.
            stream: The key of the stream.
            message: The message's id in the database, or None.
            recipient: The address in lower case.
            **fields: Attributes of the event, as the builder of its payload takes them.
        """
        audience = self._audience(stream)
        if audience is not None:
            notice = Notice(trigger=trigger, message=message, recipient=recipient, at=self.instant, fields=fields)
            self._notices.append((audience, notice))

    def store(self) -> None:
        """Store a request for each event and each webhook that wants it."""
        about: dict[int | None, dict[str, Any]] = {}
        requests = []
        for audience, notice in self._notices:
            if notice.message not in about:
                row = None if notice.message is None else messages.heading(self._db, notice.message)
                about[notice.message] = _about(row)
            for listener in audience.listeners:
                if listener.wants(notice, audience.server):
                    fields = {**about[notice.message], **listener.fields_of(notice)}
                    requests.append(self._request(notice, audience, listener, fields))
        self._notices.clear()
        webhook_requests.add_all(self._db, requests)

    def _audience(self, stream: int) -> _Audience | None:
        if stream not in self._audiences:
            self._audiences[stream] = self._listening(stream)
        return self._audiences[stream]

    def _listening(self, stream: int) -> _Audience | None:
        if not webhooks.any_listens(self._db, stream):
            return None
        row = streams.owner_of(self._db, stream)
        server = None if row is None else servers.by_id(self._db, row["server"])
        if row is None or server is None:
            return None
        listeners = [
            _Listener(webhook=hook["id"], triggers=json.loads(hook["triggers"]))
            for hook in webhooks.of_stream(self._db, stream)
        ]
        if row["id"] == _DEFAULT_STREAM:
            listeners += _of_server(server)
        return _Audience(row["id"], server, listeners) if listeners else None

    def _request(self, notice: Notice, audience: _Audience, listener: _Listener, fields: dict[str, Any]) -> NewRequest:
        with imports:
            from ...webhooks import payloads  # only now: a server without webhooks needs none

        subject, sender = fields.pop("subject", None), fields.pop("sender", None)
        if notice.trigger in ("Bounce", "SpamComplaint"):
            fields["subject"] = subject
        if notice.trigger == "Bounce":
            fields["sender"] = sender
        if notice.trigger not in ("Open", "Click"):
            fields["server_id"] = audience.server["id"]
        message_id = fields.pop("message_id")
        payload: Payload = getattr(payloads, BUILDERS[notice.trigger])(
            message_id or str(uuid.uuid4()),
            email=notice.recipient,
            message_stream=audience.stream_id,
            at=moment(notice.at),
            **fields,
            **({} if message_id else {"message_id": None}),
        )
        return NewRequest(
            server=audience.server["id"],
            webhook=listener.webhook,
            hook=listener.hook,
            kind=notice.trigger,
            message=message_id,
            recipient=notice.recipient,
            trace=str(uuid.uuid4()),
            body=dump_json(payload),
            happened_at=notice.at,
            due_at=notice.at,
        )


def _about(row: Row | None) -> dict[str, Any]:
    """Return the fields that the payloads of all events of a message have."""
    if row is None:
        return {"message_id": None, "metadata": {}}
    return {
        "message_id": row["uuid"],
        "tag": row["tag"],
        "metadata": messages.shown_of(row)["metadata"],
        "subject": row["subject"],
        "sender": read_addresses(row["sender"], "From")[0].email,
    }


def tell_change(db: Transaction, stream: int, address: str, now: int, *, suppressed: bool) -> None:
    """Tell webhooks that the API has suppressed an address, or lifted its suppression."""
    notices = Notices(db, now)
    reason = {"reason": "ManualSuppression"} if suppressed else {}
    notices.add("SubscriptionChange", stream, None, address, suppress_sending=suppressed, origin="Customer", **reason)
    notices.store()


def deliver_inbound(db: Transaction, server: int, message_id: str, payload: Payload, now: int) -> bool:
    """
    Post an email that came in to the URL of its server; call it in the transaction that stores the email.

    Args:
        db: The transaction.
        server: The server's id.
        message_id: The id of the message.
        payload: The payload, which may have the source of the email: it is left out unless the server wants it.
        now: The instant.

    Returns:
        Whether the server has a URL for inbound emails.
    """
    row = servers.by_id(db, server)
    if row is None or not row["inbound_hook_url"]:
        return False
    sent = payload if row["raw_email_enabled"] else {name: v for name, v in payload.items() if name != "RawEmail"}
    request = NewRequest(
        server=server,
        hook="inbound_hook_url",
        kind=INBOUND,
        message=message_id,
        recipient=str(payload.get("OriginalRecipient", "")),
        trace=str(uuid.uuid4()),
        body=dump_json(sent),
        happened_at=now,
        due_at=now,
    )
    webhook_requests.add_all(db, [request])
    return True
