"""The names of the metadata that a mail is looked up by, and the keys that nobody gave."""

from __future__ import annotations

import os

from ..models.email import KEY_NAME

__all__ = ["BATCH_NAME", "KEY_NAME", "new_keys"]

BATCH_NAME = "emailapi-batch"


def new_keys(count: int) -> list[str]:
    """Return keys that never were before: random UUIDs (RFC 9562, version 4), all from one call to the system."""
    digits = os.urandom(16 * count).hex()
    keys = []
    for at in range(0, 32 * count, 32):
        variant = "89ab"[int(digits[at + 16], 16) & 3]
        keys.append(
            f"{digits[at : at + 8]}-{digits[at + 8 : at + 12]}-4{digits[at + 13 : at + 16]}-"
            f"{variant}{digits[at + 17 : at + 20]}-{digits[at + 20 : at + 32]}"
        )
    return keys
