"""The types of webhooks: checked by mypy --strict, never run."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any, assert_never, assert_type

from emailapi import Attachment, BounceType, Program, SendResult
from emailapi.webhooks import (
    BounceEvent,
    ClickEvent,
    DeliveryEvent,
    Event,
    InboundEvent,
    MemorySeenStore,
    OpenEvent,
    RedisSeenStore,
    SeenStore,
    SpamComplaintEvent,
    SQLiteSeenStore,
    SubscriptionChangeEvent,
    UnknownEvent,
    Verifier,
    WebhookRequest,
    WebhookResponse,
    asgi_app,
    parse,
    payloads,
    receive,
    wsgi_app,
)


def every(event: Event) -> None:
    assert_type(event.message_id, str | None)
    assert_type(event.recipient, str | None)
    assert_type(event.at, datetime | None)
    assert_type(event.metadata, dict[str, str])
    assert_type(event.idempotency_key, str | None)
    assert_type(event.dedupe_key, str)
    assert_type(event.retries_remaining, int | None)
    assert_type(event.problems, tuple[str, ...])
    assert_type(event.raw, Mapping[str, Any])
    event.recipient = "x"  # type: ignore[misc]


def each(event: Event) -> None:
    """No kind may be forgotten."""
    match event:
        case DeliveryEvent():
            assert_type(event.details, str | None)
        case BounceEvent():
            assert_type(event.type, BounceType | str | None)
            assert_type(event.is_unsubscribe, bool)
        case SpamComplaintEvent():
            assert_type(event.can_activate, bool | None)
        case OpenEvent() | ClickEvent():
            assert_type(event.client, Program)
        case SubscriptionChangeEvent():
            assert_type(event.suppress_sending, bool | None)
        case InboundEvent():
            assert_type(event.attachments, tuple[Attachment, ...])
            assert_type(event.spam_score, float | None)
            assert_type(event.to_message(), EmailMessage)
        case UnknownEvent():
            pass
        case _:
            assert_never(event)


def stores() -> list[SeenStore]:
    return [MemorySeenStore(), SQLiteSeenStore("seen.db"), RedisSeenStore("redis://localhost")]


def receiving(verifier: Verifier, result: SendResult) -> None:
    assert_type(parse(b"{}", headers={"X-PM-Webhook-Trace-Id": "t"}), Event)
    assert_type(receive(WebhookRequest(body=b"{}", headers=[("a", "b")]), verifier, each), WebhookResponse)
    wsgi_app(verifier, each, seen=MemorySeenStore(), max_body=1)
    asgi_app(verifier, each)
    wsgi_app(verifier, bounced)  # type: ignore[arg-type]
    Verifier(basic=("user", "password"), headers={"X": ["a", "b"]}, networks="10.0.0.0/8", trust_proxies=1)
    Verifier(basic=[("user", "new"), ("user", "old")])
    parse(payloads.bounce(result, type=BounceType.SOFT_BOUNCE, tag="x"))


def bounced(event: BounceEvent) -> None:
    """It would be called with other events, too."""
