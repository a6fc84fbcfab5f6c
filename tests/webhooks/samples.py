"""Payloads of webhooks, by hand from the contract (section 6.2), never by our builders."""

from __future__ import annotations

import copy
import json
from typing import Any

MESSAGE_ID = "883953f4-6105-42a2-a16a-77a8eac79483"

DELIVERY: dict[str, Any] = {
    "RecordType": "Delivery",
    "ServerID": 23,
    "MessageStream": "outbound",
    "MessageID": MESSAGE_ID,
    "Recipient": "John@Example.com",
    "Tag": "welcome-email",
    "DeliveredAt": "2026-11-05T16:33:54.9070259Z",
    "Details": "Test delivery webhook details",
    "Metadata": {"emailapi-key": "receipt/7", "user": "7"},
}
BOUNCE: dict[str, Any] = {
    "RecordType": "Bounce",
    "MessageStream": "outbound",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "Name": "Hard bounce",
    "Tag": "Test",
    "MessageID": MESSAGE_ID,
    "Metadata": {"k": "v"},
    "ServerID": 23,
    "Description": "The server was unable to deliver your message.",
    "Details": "smtp;550 5.1.1 no such user",
    "Email": "john@example.com",
    "From": "sender@example.com",
    "BouncedAt": "2026-11-05T11:33:54.9070259-05:00",
    "DumpAvailable": True,
    "Inactive": True,
    "CanActivate": True,
    "Subject": "Test subject",
    "Content": "the whole bounce",
}
COMPLAINT: dict[str, Any] = {
    "RecordType": "SpamComplaint",
    "MessageStream": "outbound",
    "ID": 42,
    "Type": "SpamComplaint",
    "TypeCode": 512,
    "Name": "Spam complaint",
    "MessageID": MESSAGE_ID,
    "Metadata": {},
    "ServerID": 1234,
    "Description": "The subscriber explicitly marked this message as spam.",
    "Details": "Test spam complaint details",
    "Email": "john@example.com",
    "BouncedAt": "2026-11-05T16:33:54Z",
    "DumpAvailable": True,
    "Inactive": True,
    "CanActivate": False,
    "Subject": "Test subject",
}
_PROGRAM = {"Name": "Chrome 35", "Company": "Google", "Family": "Chrome"}
_SYSTEM = {"Name": "OS X 10.7 Lion", "Company": "Apple", "Family": "OS X 10"}
_GEO = {
    "CountryISOCode": "US",
    "Country": "United States",
    "RegionISOCode": "TX",
    "Region": "Texas",
    "City": "Houston",
    "Zip": "77058",
    "Coords": "29.55,-95.09",
    "IP": "203.0.113.42",
}
OPEN: dict[str, Any] = {
    "RecordType": "Open",
    "MessageStream": "outbound",
    "FirstOpen": True,
    "Client": _PROGRAM,
    "OS": _SYSTEM,
    "Platform": "WebMail",
    "UserAgent": "Mozilla/5.0",
    "ReadSeconds": 5,
    "Geo": _GEO,
    "MessageID": MESSAGE_ID,
    "Metadata": {"a": "b"},
    "ReceivedAt": "2026-11-05T16:33:54.9070259Z",
    "Tag": "t",
    "Recipient": "john@example.com",
}
CLICK: dict[str, Any] = {
    "RecordType": "Click",
    "MessageStream": "outbound",
    "ClickLocation": "HTML",
    "OriginalLink": "https://example.com/a?b=c",
    "Client": _PROGRAM,
    "OS": _SYSTEM,
    "Platform": "Desktop",
    "UserAgent": "Mozilla/5.0",
    "Geo": _GEO,
    "MessageID": MESSAGE_ID,
    "Metadata": {},
    "ReceivedAt": "2026-11-05T16:33:54.9070259Z",
    "Tag": "t",
    "Recipient": "john@example.com",
}
SUPPRESSED: dict[str, Any] = {
    "RecordType": "SubscriptionChange",
    "MessageID": MESSAGE_ID,
    "ServerID": 23,
    "MessageStream": "outbound",
    "ChangedAt": "2026-02-01T10:53:34.416071Z",
    "Recipient": "john@example.com",
    "Origin": "Recipient",
    "SuppressSending": True,
    "SuppressionReason": "HardBounce",
    "Tag": None,
    "Metadata": {},
}
ACTIVATED: dict[str, Any] = {
    "RecordType": "SubscriptionChange",
    "MessageID": None,
    "ServerID": 23,
    "MessageStream": "outbound",
    "ChangedAt": "2026-02-01T10:53:34.416071Z",
    "Recipient": "john@example.com",
    "Origin": "Customer",
    "SuppressSending": False,
    "SuppressionReason": None,
    "Tag": None,
    "Metadata": {},
}
INBOUND: dict[str, Any] = {
    "FromName": "J D",
    "MessageStream": "inbound",
    "From": "j@example.com",
    "FromFull": {"Email": "j@example.com", "Name": "J D", "MailboxHash": ""},
    "To": '"Hook, Ltd" <h+tag@inbound.postmarkapp.com>, b@example.com',
    "ToFull": [
        {"Email": "h+tag@inbound.postmarkapp.com", "Name": "Hook, Ltd", "MailboxHash": "tag"},
        {"Email": "b@example.com", "Name": "", "MailboxHash": ""},
    ],
    "Cc": "c@example.com",
    "CcFull": [{"Email": "c@example.com", "Name": "", "MailboxHash": ""}],
    "Bcc": "",
    "BccFull": [],
    "OriginalRecipient": "h+tag@inbound.postmarkapp.com",
    "Subject": "Grüße",
    "MessageID": "50c2377e-e3a2-4a89-9632-94fcfae7cbff",
    "ReplyTo": "responses@example.com",
    "MailboxHash": "tag",
    "Date": "Sat, 1 Nov 2025 00:54:40 +0100",
    "TextBody": "Yes.\n\n> Shall we?",
    "HtmlBody": '<p>Yes.<img src="cid:logo"></p>',
    "StrippedTextReply": "Yes.",
    "Tag": "",
    "Headers": [
        {"Name": "Return-Path", "Value": "<j@example.com>"},
        {"Name": "X-Spam-Status", "Value": "No"},
        {"Name": "X-Spam-Score", "Value": "-0.8"},
        {"Name": "Message-ID", "Value": "<abc@mail.example.com>"},
        {"Name": "X-Long", "Value": "one\r\n two"},
    ],
    "Attachments": [
        {"Name": "a.txt", "Content": "SGVsbG8=", "ContentType": "text/plain", "ContentLength": 5, "ContentID": ""},
        {
            "Name": "logo.png",
            "Content": "iVBO\r\nRw==",
            "ContentType": "image/png",
            "ContentLength": 4,
            "ContentID": "logo",
        },
    ],
}

ALL = {
    "delivery": DELIVERY,
    "bounce": BOUNCE,
    "complaint": COMPLAINT,
    "open": OPEN,
    "click": CLICK,
    "suppressed": SUPPRESSED,
    "activated": ACTIVATED,
    "inbound": INBOUND,
}


def changed(sample: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy with some values changed; `...` takes a key away."""
    found = {**copy.deepcopy(sample), **changes}
    return {key: value for key, value in found.items() if value is not ...}


def body(sample: object) -> bytes:
    """Return the body of a request."""
    return json.dumps(sample).encode()
