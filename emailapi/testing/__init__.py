"""
Test the emails of an application: fixtures for pytest, the same without pytest, and webhook events.

    def test_welcome(emailapi_outbox):
        signup("ada@example.com")
        assert emailapi_outbox.one(to="ada@example.com").subject == "Welcome"

pytest loads the fixtures by itself. Names are loaded at their first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..errors import WaitTimeout
    from ..mime.extraction import Link
    from . import events
    from .mixin import EmailAPITestMixin
    from .mocking import mock_email, record_emails
    from .outbox import Outbox
    from .sandbox_server import SandboxServer
    from .sent_email import SentEmail

__all__ = [
    "EmailAPITestMixin",
    "Link",
    "Outbox",
    "SandboxServer",
    "SentEmail",
    "WaitTimeout",
    "events",
    "mock_email",
    "record_emails",
]

_MODULES = {
    "..errors": "WaitTimeout",
    "..mime.extraction": "Link",
    ".events": "events",
    ".mixin": "EmailAPITestMixin",
    ".mocking": "mock_email record_emails",
    ".outbox": "Outbox",
    ".sandbox_server": "SandboxServer",
    ".sent_email": "SentEmail",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a public name from its module, and keep it."""
        from .._lazy import load

        return load(__name__, _HOMES, name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return __all__
