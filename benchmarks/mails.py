"""The one mail that everybody sends, in our names and as the JSON that a user without an SDK builds."""

from __future__ import annotations

from typing import Any, TypedDict


class Fields(TypedDict):
    """A mail by the names that `emailapi` and the vendor's SDK share."""

    sender: str
    to: str
    subject: str
    text_body: str
    html_body: str
    tag: str
    metadata: dict[str, str]


def fields(number: int) -> Fields:
    """Return what a mail is built from."""
    return {
        "sender": "Support <support@example.com>",
        "to": f"user{number}@example.com",
        "subject": f"Your order {number}",
        "text_body": "Hello, and thank you.",
        "html_body": "<p>Hello, and thank you.</p>",
        "tag": "welcome",
        "metadata": {"order": str(number)},
    }


def payload(number: int) -> dict[str, Any]:
    """Return the same mail as the service's JSON."""
    return {
        "From": "Support <support@example.com>",
        "To": f"user{number}@example.com",
        "Subject": f"Your order {number}",
        "TextBody": "Hello, and thank you.",
        "HtmlBody": "<p>Hello, and thank you.</p>",
        "Tag": "welcome",
        "Metadata": {"order": str(number)},
    }


def row(number: int) -> dict[str, Any]:
    """Return the same mail as one message of a page, with everything the service tells."""
    return {
        "Tag": "welcome",
        "MessageID": f"{number:08x}-5d50-442b-b039-27cf5b462c54",
        "MessageStream": "outbound",
        "To": [{"Email": f"user{number}@example.com", "Name": None}],
        "Cc": [],
        "Bcc": [],
        "Recipients": [f"user{number}@example.com"],
        "ReceivedAt": "2026-02-25T13:59:44.0453616-05:00",
        "From": '"Support" <support@example.com>',
        "Subject": f"Your order {number}",
        "Attachments": [],
        "Status": "Sent",
        "TrackOpens": True,
        "TrackLinks": "None",
        "Metadata": {"order": str(number)},
        "Sandboxed": False,
    }


def opened(number: int) -> dict[str, Any]:
    """Return that the same mail was opened, with everything the service tells."""
    return {
        "RecordType": "Open",
        "FirstOpen": True,
        "ReadSeconds": 5,
        "UserAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
        "MessageID": f"{number:08x}-5d50-442b-b039-27cf5b462c54",
        "MessageStream": "outbound",
        "ReceivedAt": "2026-02-25T13:59:44.0453616-05:00",
        "Tag": "welcome",
        "Recipient": f"user{number}@example.com",
        "Client": {"Name": "Chrome 120", "Company": "Google", "Family": "Chrome"},
        "OS": {"Name": "Windows 10", "Company": "Microsoft", "Family": "Windows"},
        "Platform": "WebMail",
        "Geo": {
            "CountryISOCode": "US",
            "Country": "United States",
            "RegionISOCode": "TX",
            "Region": "Texas",
            "City": "Houston",
            "Zip": "77058",
            "Coords": "29.55,-95.09",
            "IP": "203.0.113.42",
        },
    }
