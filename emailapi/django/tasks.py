"""
Sending emails by Django's tasks (Django 6.0 and newer).

    from emailapi.django.tasks import deliver
    from emailapi.queues import to_payload

    deliver.enqueue(to_payload(email, key=f"receipt-{order.pk}"))
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import django
from django.conf import settings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from ..client import Client
from ..errors import ConfigurationError
from ..queues import RetryLater, deliver as deliver_payload
from .backend import HAS_MAILERS, EmailBackend

try:
    from django.tasks import task
except ImportError:
    raise ConfigurationError(
        f"emailapi.django.tasks needs Django 6.0 or newer, got {django.get_version()}, which has no tasks: use "
        "emailapi.celery, or emailapi.queues with the tasks of another engine"
    ) from None

__all__ = ["deliver"]

MAX_ATTEMPTS = 8


@task(takes_context=True)
def deliver(context: Any, payload: Mapping[str, Any], attempt: int = 1) -> dict[str, Any]:
    """
    Send the emails of a payload by the default mailer, and return the report (`DeliveryReport.to_dict`).

    Django's tasks are not tried again by themselves. Emails that were not sent, or whose outcome is unknown, are
    enqueued again for a later time, up to eight times, where the backend supports `run_after`.

    Args:
        context: The context of the task, from Django.
        payload: The return value of `emailapi.queues.to_payload` or of `to_payloads`.
        attempt: Which attempt this is, from 1; given by the task itself.

    Raises:
        RetryLater: Emails are left, and the backend does not support `run_after`, or this was the last attempt.
        ImproperlyConfigured: The default mailer is no `emailapi.django.EmailBackend`.
    """
    # A backend that runs a task again by itself counts.
    attempt = max(attempt, getattr(context, "attempt", 1))
    try:
        report = deliver_payload(_client(), payload, attempt=attempt)
    except RetryLater as again:
        if attempt >= MAX_ATTEMPTS or not deliver.get_backend().supports_defer:
            raise
        later = deliver.using(run_after=timezone.now() + timedelta(seconds=again.seconds))
        later.enqueue(again.payload, attempt=attempt + 1)
        report = again.report
    return report.to_dict()


def _client() -> Client:
    connection = mail.mailers["default"] if HAS_MAILERS and hasattr(settings, "MAILERS") else mail.get_connection()
    if not isinstance(connection, EmailBackend):
        kind = type(connection)
        raise ImproperlyConfigured(
            "the default mailer must be emailapi.django.EmailBackend for this task, "
            f"got {kind.__module__}.{kind.__qualname__}"
        )
    return connection.client.with_options(sender=settings.DEFAULT_FROM_EMAIL)
