"""The configuration of the application."""

from __future__ import annotations

from django.apps import AppConfig


class SeenConfig(AppConfig):
    """Adds the table of handled webhook events."""

    name = "emailapi.django.seen"
    label = "emailapi_seen"
    verbose_name = "emailapi: handled webhook events"
