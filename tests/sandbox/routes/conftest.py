"""Endpoints of the inbound hook: those of the tests of webhooks."""

from __future__ import annotations

from ..posting.conftest import endpoint, posted, receiver

__all__ = ["endpoint", "posted", "receiver"]
