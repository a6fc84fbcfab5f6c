"""
Sending emails by Celery, on Redis or RabbitMQ: no email is lost or sent twice when workers are killed.

    from emailapi.celery import register
    from emailapi.webhooks import RedisSeenStore

    emails = register(app, Client, store=RedisSeenStore("redis://localhost:6379/0"))
    emails.send(email, key=f"receipt-{order.id}")

It needs `pip install 'emailapi-sdk[celery]'`.
"""

from __future__ import annotations

from .registration import CeleryQueue, register
from .task import DeliveryGivenUp

__all__ = ["CeleryQueue", "DeliveryGivenUp", "register"]
