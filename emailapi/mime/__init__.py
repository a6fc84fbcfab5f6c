"""
Emails to MIME messages, and back.

Headers are written and folded here, not by `email.policy`, which changes the recipients of a long quoted name with a
comma, and breaks `List-Unsubscribe`.
"""

from .from_message import from_message
from .message_bytes import as_given, envelope_of
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
