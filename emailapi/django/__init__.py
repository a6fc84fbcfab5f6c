"""
Email for Django projects: a backend, signals, webhooks and checks.

    MAILERS = {"default": {"BACKEND": "emailapi.django.EmailBackend", "OPTIONS": {"server_token": ...}}}

Before Django 6.1: `EMAIL_BACKEND = "emailapi.django.EmailBackend"` and `EMAILAPI = {"SERVER_TOKEN": ...}`. Names are
loaded at their first use; Django is imported with the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import accessors, homes_of

if TYPE_CHECKING:
    from .backend import EmailBackend
    from .clients import close_all
    from .messages import EmailMessage, EmailMultiAlternatives
    from .seen_stores import CacheSeenStore, DatabaseSeenStore
    from .signals import CancelSend, inbound, post_send, pre_send, tracking
    from .status import EmailStatus

__all__ = [
    "CacheSeenStore",
    "CancelSend",
    "DatabaseSeenStore",
    "EmailBackend",
    "EmailMessage",
    "EmailMultiAlternatives",
    "EmailStatus",
    "close_all",
    "inbound",
    "post_send",
    "pre_send",
    "tracking",
]

_HOMES = homes_of(
    {
        ".backend": "EmailBackend",
        ".clients": "close_all",
        ".messages": "EmailMessage EmailMultiAlternatives",
        ".seen_stores": "CacheSeenStore DatabaseSeenStore",
        ".signals": "CancelSend inbound post_send pre_send tracking",
        ".status": "EmailStatus",
    }
)


def _check_django() -> None:
    try:
        import django  # noqa: F401
    except ModuleNotFoundError:
        from ..errors import ConfigurationError

        raise ConfigurationError("django is not installed: pip install 'emailapi-sdk[django]'") from None


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:
    __getattr__, __dir__ = accessors(__name__, _HOMES, _check_django)
