"""
Mails as bytes, and bytes as mails.

The headers are written and folded here, not by `email.policy`, which makes another recipient of a long quoted name with
a comma and breaks `List-Unsubscribe`.
"""

from .envelopes import envelope, needs_utf8
from .given import as_given
from .writing import to_bytes

__all__ = ["as_given", "envelope", "needs_utf8", "to_bytes"]
