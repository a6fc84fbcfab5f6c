"""
Emails to MIME messages, and back.

Headers are written and folded here, not by `email.policy`, which changes the recipients of a long quoted name with a
comma, and breaks `List-Unsubscribe`.

Names are loaded at their first use: who only looks at a message needs no module that writes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import accessors, homes_of

if TYPE_CHECKING:
    from .message_bytes import as_given, envelope_of
    from .reading import from_message
    from .writing import check_writable, envelope, needs_utf8, to_bytes
    from .x_pm_headers import postmark_headers

__all__ = [
    "as_given",
    "check_writable",
    "envelope",
    "envelope_of",
    "from_message",
    "needs_utf8",
    "postmark_headers",
    "to_bytes",
]

_HOMES = homes_of(
    {
        ".message_bytes": "as_given envelope_of",
        ".reading": "from_message",
        ".writing": "check_writable envelope needs_utf8 to_bytes",
        ".x_pm_headers": "postmark_headers",
    }
)


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:
    __getattr__, __dir__ = accessors(__name__, _HOMES)
