"""The table of handled webhook events."""

from __future__ import annotations

from django.db import models


class SeenKey(models.Model):
    """
    A key of a `SeenStore`.

    Attributes:
        key: The key, or its digest.
        expires: When the row counts no more, in seconds since 1970.
        committed: Whether the event was handled, and not only claimed.
        counted: How often the key was counted.
    """

    key = models.CharField(max_length=190, primary_key=True)
    expires = models.FloatField(db_index=True)
    committed = models.BooleanField(default=False)
    counted = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Return the key."""
        return str(self.key)
