"""The application `emailapi.django`: its checks."""

from __future__ import annotations

from django.apps import AppConfig


class EmailAPIConfig(AppConfig):
    """Registers the system checks; sending and webhooks work without it."""

    name = "emailapi.django"
    label = "emailapi"
    verbose_name = "emailapi"

    def ready(self) -> None:
        """Register the checks."""
        from . import checks  # noqa: F401
