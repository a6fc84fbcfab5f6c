"""
The payloads of webhook requests, as the service writes them.

Each builder returns a new JSON object with the service's names; `dump_json` makes the body of it. Fields are given by
the names of the event's attributes: `bounce(type="SoftBounce", metadata={"user": "7"})`. Nothing is imported of the
client side: the sandbox sends by the same builders.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from ..errors import InvalidArgument
from ..models.address import parse_addresses
from ..models.attachment import Attachment
from ..models.bounces import BOUNCE_KINDS, BounceType
from ..models.email import KEY_NAME
from ..models.opens import ClickLocation, Geo, Platform, Program
from ..models.suppressions import SuppressionOrigin, SuppressionReason
from ..wire import enum_member, wire_names
from ..wire.names import marks
from .events import (
    BounceEvent,
    ClickEvent,
    DeliveryEvent,
    OpenEvent,
    ReturnedEvent,
    SpamComplaintEvent,
    SubscriptionChangeEvent,
)
from .inbound import ReceivedFile, ReceivedFiles
from .inbound_payloads import RECIPIENT, inbound
from .writing import Payload, write_payload

__all__ = ["bounce", "check", "click", "complaint", "delivery", "inbound", "open", "subscription_change"]

_SERVER_ID = 23
_DETAILS: dict[type, str] = {
    DeliveryEvent: "smtp;250 2.0.0 OK",
    BounceEvent: "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    SpamComplaintEvent: "",
}
_GMAIL = Program(name="Gmail", company="Google", family="Gmail")
_UNKNOWN = Program(name="unknown", company="unknown", family="unknown")
_PLACE = Geo(country_iso_code="US", country="United States", region_iso_code="TX", region="Texas", city="Houston")
_CHECK_ID = "00000000-0000-0000-0000-000000000000"


def delivery(result_or_id: object = None, *, email: str | None = None, **fields: object) -> Payload:
    """
    Return the payload of a delivery.

    Args:
        result_or_id: The email that the event is about: a `SendResult` (or anything with a `message_id`), whose
            recipient and idempotency key are taken, too, or the id of a message; a new id when None.
        email: The recipient; when None that of the result, and `user@example.com` without one.
        **fields: Attributes of `DeliveryEvent`, instead of the usual values; None leaves a field out.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: A value that cannot be written as JSON.
    """
    values = {**_about(result_or_id, email), "details": _DETAILS[DeliveryEvent], "server_id": _SERVER_ID}
    return write_payload(DeliveryEvent, values, fields)


def bounce(
    result_or_id: object = None,
    *,
    email: str | None = None,
    type: BounceType | str = BounceType.HARD_BOUNCE,
    **fields: object,
) -> Payload:
    """
    Return the payload of a bounce.

    Args:
        result_or_id: As in `delivery`.
        email: As in `delivery`.
        type: The type of the bounce, a `BounceType` or its value.
        **fields: Attributes of `BounceEvent`.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: An unknown type, or a value that cannot be written as JSON.
    """
    return write_payload(BounceEvent, _bounce(BounceEvent, result_or_id, email, type), fields)


def complaint(result_or_id: object = None, *, email: str | None = None, **fields: object) -> Payload:
    """
    Return the payload of a spam complaint.

    Args:
        result_or_id: As in `delivery`.
        email: As in `delivery`.
        **fields: Attributes of `SpamComplaintEvent`.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: A value that cannot be written as JSON.
    """
    values = _bounce(SpamComplaintEvent, result_or_id, email, BounceType.SPAM_COMPLAINT)
    return write_payload(SpamComplaintEvent, {**values, "sender": None}, fields)


def open(result_or_id: object = None, *, email: str | None = None, **fields: object) -> Payload:  # noqa: A001
    """
    Return the payload of an open.

    Args:
        result_or_id: As in `delivery`.
        email: As in `delivery`.
        **fields: Attributes of `OpenEvent`; `client`, `os` and `geo` are records or mappings.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: A value that cannot be written as JSON.
    """
    values = {**_interaction(result_or_id, email), "first_open": True, "read_seconds": 5}
    return write_payload(OpenEvent, values, fields)


def click(
    result_or_id: object = None, *, email: str | None = None, link: str = "https://example.com/", **fields: object
) -> Payload:
    """
    Return the payload of a click.

    Args:
        result_or_id: As in `delivery`.
        email: As in `delivery`.
        link: The address that the clicked link leads to.
        **fields: Attributes of `ClickEvent`; `client`, `os` and `geo` are records or mappings.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: A value that cannot be written as JSON.
    """
    values = {**_interaction(result_or_id, email), "original_link": link, "click_location": ClickLocation.HTML}
    return write_payload(ClickEvent, values, fields)


def subscription_change(
    result_or_id: object = None, *, email: str | None = None, suppress_sending: bool = True, **fields: object
) -> Payload:
    """
    Return the payload of a suppression, or of a reactivation.

    Args:
        result_or_id: As in `delivery`; an event that no email was the reason of has `message_id=None`.
        email: As in `delivery`.
        suppress_sending: Whether the address is suppressed; False for one that was activated again.
        **fields: Attributes of `SubscriptionChangeEvent`.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: A value that cannot be written as JSON.
    """
    values = {**_about(result_or_id, email), "suppress_sending": suppress_sending, "server_id": _SERVER_ID}
    if suppress_sending:
        values |= {"origin": SuppressionOrigin.RECIPIENT, "reason": SuppressionReason.MANUAL_SUPPRESSION}
    else:
        values["origin"] = SuppressionOrigin.CUSTOMER
    payload = write_payload(SubscriptionChangeEvent, values, fields)
    names = wire_names(SubscriptionChangeEvent)
    # Both are always there, and null where there is nothing to say.
    return {names["message_id"]: None, names["reason"]: None, **payload}


def check(kind: str) -> Payload:
    """
    Return a payload as the service's page of webhook settings sends it to try a webhook, in the older shape.

    These have the same ids each time, dates without fractions, neither stream nor metadata, and other spellings than
    the payloads of real events.

    Args:
        kind: The name of one of the other builders, as in `"bounce"`.

    Raises:
        InvalidArgument: There is no such builder.
    """
    builders = {
        builder.__name__: builder for builder in (delivery, bounce, complaint, open, click, subscription_change)
    }
    if kind == "inbound":
        file = Attachment(name="test.txt", content=b"This is attachment contents.")
        payload = inbound("This is a test.", [file], message_id=_CHECK_ID, at="15 Jan 2014 12:02:03 +0000")
        (described,) = payload[wire_names(ReceivedFiles)["attachments"]]
        # Only these payloads that have it under this name.
        described[marks(ReceivedFile)["content"].also] = described.pop(wire_names(ReceivedFile)["content"])
        return payload
    if kind not in builders:
        known = ", ".join([*builders, "inbound"])
        raise InvalidArgument(f"kind must be one of {known}, got {kind!r}", argument="kind")
    options: dict[str, Any] = {"id": 42} if kind in ("bounce", "complaint") else {}
    options |= {"message_id": _CHECK_ID, "message_stream": None, "at": "2014-01-15T12:02:03Z"}
    payload = builders[kind](email="john@example.com", **options)
    owner = marks(DeliveryEvent)
    if (server_id := payload.pop(owner["server_id"].name or "", None)) is not None:
        payload[str(owner["server_id"].also)] = server_id
    del payload[str(owner["metadata"].name)]
    return payload


def _about(result_or_id: object, email: str | None) -> dict[str, object]:
    message_id = getattr(result_or_id, "message_id", result_or_id)
    key = getattr(result_or_id, "idempotency_key", None)
    to = getattr(result_or_id, "to", "")
    found = parse_addresses(to) if email is None and isinstance(to, str) else ()
    return {
        "message_id": str(uuid.uuid4()) if message_id is None else message_id,
        "message_stream": "outbound",
        "recipient": email or (found[0].email if found else RECIPIENT),
        "metadata": {KEY_NAME: key} if key else {},
        "at": _now(),
    }


def _bounce(kind: type[ReturnedEvent], result_or_id: object, email: str | None, given: object) -> dict[str, object]:
    try:
        known = enum_member(BounceType, given)
    except ValueError as error:
        raise InvalidArgument(f"type {error}", argument="type") from None
    about = BOUNCE_KINDS[known]
    return {
        **_about(result_or_id, email),
        "id": uuid.uuid4().int >> 66,
        "type": known,
        "type_code": about.code,
        "name": about.name,
        "description": f"{about.name}.",
        "details": _DETAILS[kind],
        "sender": "sender@example.com",
        "subject": "Hello",
        "server_id": _SERVER_ID,
        "inactive": about.deactivates is True,
        "can_activate": known is not BounceType.SPAM_COMPLAINT,
        "dump_available": True,
    }


def _interaction(result_or_id: object, email: str | None) -> dict[str, object]:
    agent = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
    found = {"client": _GMAIL, "os": _UNKNOWN, "platform": Platform.WEB_MAIL, "user_agent": agent, "geo": _PLACE}
    return {**_about(result_or_id, email), **found}


def _now() -> datetime:
    return datetime.now(UTC)
