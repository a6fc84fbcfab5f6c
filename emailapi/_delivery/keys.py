"""The metadata names of the keys by which an email is looked up, and new keys."""

from __future__ import annotations

import os
from struct import Struct

from ..models.email import KEY_NAME

__all__ = ["BATCH_NAME", "KEY_NAME", "OWN_NAMES", "new_keys"]

BATCH_NAME = "emailapi-batch"
OWN_NAMES = frozenset((KEY_NAME, BATCH_NAME))


# Version and variant, in two bytes of a random UUID (RFC 9562).
_VERSION = bytes(byte & 0x0F | 0x40 for byte in range(256))
_VARIANT = bytes(byte & 0x3F | 0x80 for byte in range(256))

_GROUPS = Struct("8s4s4s4s12s")


def new_keys(count: int) -> list[str]:
    """Return new keys: random UUIDs (RFC 9562, version 4), with one call to the system for all."""
    drawn = bytearray(os.urandom(16 * count))
    drawn[6::16] = drawn[6::16].translate(_VERSION)
    drawn[8::16] = drawn[8::16].translate(_VARIANT)
    return [b"-".join(groups).decode() for groups in _GROUPS.iter_unpack(drawn.hex().encode())]
