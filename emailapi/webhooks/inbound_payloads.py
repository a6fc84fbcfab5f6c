"""The payload of an email that came in, as the service writes it."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from ..models.address import parse_addresses
from ..models.attachment import Attachment
from ..models.inbound import InboundAddress, InboundHeader
from ..wire import wire_names
from .inbound import InboundEvent, ReceivedFile, ReceivedFiles
from .writing import Payload, write_payload, write_value

RECIPIENT = "user@example.com"


def inbound(
    text: str = "Hello",
    attachments: Iterable[Attachment] = (),
    *,
    sender: str = "Ada <ada@example.com>",
    to: str = RECIPIENT,
    cc: str = "",
    bcc: str = "",
    headers: Mapping[str, str] | None = None,
    **fields: object,
) -> Payload:
    """
    Return the payload of an email that came in.

    Args:
        text: The plain text.
        attachments: The files.
        sender: The From header; the fields of its parts are written from it, and so are those of the next three.
        to: The To header.
        cc: The Cc header.
        bcc: Recipients that stand neither in To nor in Cc.
        headers: Headers beside those that the service adds.
        **fields: Other attributes of `InboundEvent`.

    Raises:
        TypeError: A field that the event does not have.
        InvalidArgument: A value that cannot be written as JSON; `InvalidEmail` for one that is not an address.
    """
    author = _addressees(sender)[0]
    groups = {"to": _addressees(to), "cc": _addressees(cc), "bcc": _addressees(bcc)}
    recipient = (*groups["bcc"], *groups["to"], InboundAddress(email=RECIPIENT))[0]
    at = fields.pop("at", datetime.now(UTC))
    values: dict[str, object] = {
        "message_id": str(uuid.uuid4()),
        "message_stream": "inbound",
        "sender": author.email,
        "sender_name": author.name,
        "sender_full": author,
        "to": to,
        "cc": cc,
        "bcc": bcc,
        **{f"{name}_full": group for name, group in groups.items()},
        "recipient": recipient.email,
        "mailbox_hash": recipient.mailbox_hash,
        "at": format_datetime(at) if isinstance(at, datetime) else at,
        "text_body": text,
        **dict.fromkeys(("subject", "html_body", "reply_text", "reply_to", "tag"), ""),
        "headers": _headers(author.email, headers or {}),
    }
    payload = write_payload(InboundEvent, values, fields)
    return {**payload, wire_names(ReceivedFiles)["attachments"]: [_file(one) for one in attachments]}


def _addressees(text: str) -> tuple[InboundAddress, ...]:
    return tuple(
        [
            InboundAddress(email=one.email, name=one.name or "", mailbox_hash=_mailbox_hash(one.email))
            for one in parse_addresses(text)
        ]
    )


def _mailbox_hash(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[2]


def _headers(author: str, more: Mapping[str, str]) -> tuple[InboundHeader, ...]:
    usual = {
        "Return-Path": f"<{author}>",
        "Received-SPF": f"Pass (sender SPF authorized) identity=mailfrom; envelope-from={author}",
        "X-Spam-Checker-Version": "SpamAssassin 3.4.0",
        "X-Spam-Status": "No",
        "X-Spam-Score": "-0.1",
        "X-Spam-Tests": "DKIM_SIGNED,DKIM_VALID,SPF_PASS",
        "Message-ID": f"<{uuid.uuid4()}@{author.rpartition('@')[2]}>",
    }
    return tuple([InboundHeader(name=name, value=value) for name, value in {**usual, **more}.items()])


def _file(attachment: Attachment) -> object:
    return write_value(
        "attachments",
        ReceivedFile(
            name=attachment.name,
            content=base64.b64encode(attachment.content).decode("ascii"),
            content_type=attachment.content_type,
            content_length=len(attachment.content),
            content_id=attachment.content_id or "",
        ),
    )
