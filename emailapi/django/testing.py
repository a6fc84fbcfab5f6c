"""
A mixin for tests of sent emails, with the options, tags, merges, statuses and signals of the service.

Django's test runner replaces all mailers by its own in memory, where `mail.outbox` has the messages without the
fields of the service. `EmailAPITestMixin` restores this backend, with a `MemoryTransport`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test.utils import override_settings

from ..transports.memory import MemoryTransport
from .backend import HAS_MAILERS
from .options import shared_options

# What shapes emails, or is about webhooks. A client in memory has no fallback and no token.
_KEPT = ("defaults", "message_stream", "use_bulk", "webhook")
_BACKEND = "emailapi.django.EmailBackend"


def _kept_of(mailer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a mailer that shape emails; Django's test runner has taken them away."""
    return {name: value for name, value in mailer.get("OPTIONS", {}).items() if name in _KEPT}


@contextmanager
def emailapi_outbox() -> Iterator[list[Any]]:
    """
    Send by this backend into memory, for every alias, while the block runs.

    Yields:
        The emails that were sent, each an `Email`, a `TemplateEmail` or a `BulkEmail`.
    """
    transport = MemoryTransport()
    kept = {name.upper(): value for name, value in shared_options().items() if name in _KEPT}
    changes: dict[str, Any] = {"EMAILAPI": kept}
    if HAS_MAILERS and hasattr(settings, "MAILERS"):
        changes["MAILERS"] = {
            alias: {"BACKEND": _BACKEND, "OPTIONS": {**_kept_of(mailer), "transport": transport}}
            for alias, mailer in settings.MAILERS.items()
        }
    else:
        changes["EMAIL_BACKEND"] = _BACKEND
        changes["EMAILAPI"] = {**kept, "TRANSPORT": transport}
    overriding = override_settings(**changes)
    with warnings.catch_warnings():
        # A project that has not migrated to MAILERS is told so by its own settings.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        overriding.enable()
    try:
        yield transport.sent
    finally:
        overriding.disable()


class EmailAPITestMixin:
    """
    For a `TestCase`: what its tests send is in `self.emailapi_outbox`.

    Attributes:
        emailapi_outbox: The emails that the test has sent.
    """

    emailapi_outbox: list[Any]

    def setUp(self) -> None:
        """Begin to keep emails."""
        super().setUp()  # type: ignore[misc]
        outbox = emailapi_outbox()
        self.emailapi_outbox = outbox.__enter__()
        self.addCleanup(outbox.__exit__, None, None, None)  # type: ignore[attr-defined]
