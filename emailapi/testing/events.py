"""
Webhook events for tests: the payloads that the service sends, and `post`, which delivers one to an application.

    response = post(bounce(email="ada@example.com"), client=client, url="/hooks/", basic=("user", "password"))
"""

from __future__ import annotations

from ..webhooks.payloads import bounce, check, click, complaint, delivery, inbound, open, subscription_change  # noqa: A004
from .posting import Posted, post

__all__ = [
    "Posted",
    "bounce",
    "check",
    "click",
    "complaint",
    "delivery",
    "inbound",
    "open",
    "post",
    "subscription_change",
]
