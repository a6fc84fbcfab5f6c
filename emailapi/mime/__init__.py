"""
Mails as bytes, and bytes as mails.

The headers are written and folded here, not by `email.policy`, which makes another recipient of a long quoted name with
a comma and breaks `List-Unsubscribe`.
"""

from .envelopes import envelope, envelope_of, needs_utf8
from .given import as_given
from .postmark import postmark_headers
from .reading import from_message
from .writing import check_writable, to_bytes

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
