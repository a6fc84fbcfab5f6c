"""
Emails to MIME messages, and back.

Headers are written and folded here, not by `email.policy`, which changes the recipients of a long quoted name with a
comma, and breaks `List-Unsubscribe`.

Names are loaded at their first use: who only looks at a message needs no module that writes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import load

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

_MODULES = {
    ".message_bytes": "as_given envelope_of",
    ".reading": "from_message",
    ".writing": "check_writable envelope needs_utf8 to_bytes",
    ".x_pm_headers": "postmark_headers",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a public name at its first use."""
        return load(__name__, _HOMES, name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return __all__
