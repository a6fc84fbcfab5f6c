"""Stores of handled webhook events, in the cache or the database of a project."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.db import IntegrityError, router, transaction
from django.db.models import F

from ..webhooks.seen import KEEP_SECONDS, as_keep

# How many of a key's characters every cache and database takes.
_KEY_LIMIT = 150
_PURGE_SECONDS = 60.0


def _short(key: str) -> str:
    """Return a key as it is, or its digest when it is too long or has what some caches do not take."""
    plain = len(key) <= _KEY_LIMIT and key.isascii() and key.isprintable() and " " not in key
    return key if plain else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class CacheSeenStore:
    """
    A store in one of Django's caches, shared by all processes that share the cache.

    The cache must add keys atomically, as the caches of Redis, Memcached and the database do; the cache in files does
    not. A cache in memory is for tests and for servers with one process. A cache that removes keys before they expire
    (`MAX_ENTRIES` of the cache in the database is 300) forgets events: use a cache of its own, or make it large.

    Args:
        alias: The name of the cache in `CACHES`.
        keep: Seconds for which a committed key is stored.
        prefix: The beginning of all keys.
    """

    def __init__(self, alias: str = "default", *, keep: float = KEEP_SECONDS, prefix: str = "emailapi-seen:") -> None:
        """Create a store; nothing is read or written until the first call."""
        self._alias, self._keep, self._prefix = alias, as_keep(keep), prefix

    @property
    def _cache(self) -> Any:
        return caches[self._alias]

    def claim(self, key: str, ttl: float) -> bool:
        """Claim a key for `ttl` seconds; return False if the key is claimed or committed."""
        return bool(self._cache.add(self._prefix + _short(key), "claimed", ttl))

    def commit(self, key: str) -> None:
        """Remember for `keep` seconds that the event of a key is handled."""
        self._cache.set(self._prefix + _short(key), "committed", self._keep)

    def release(self, key: str) -> None:
        """Release a claim, so that the key can be claimed again; a committed key stays committed."""
        name = self._prefix + _short(key)
        if self._cache.get(name) == "claimed":
            self._cache.delete(name)

    def count(self, key: str, ttl: float) -> int:
        """Count a call for a key, and return the number of calls; forgotten `ttl` seconds after the last one."""
        name = f"{self._prefix}count:{_short(key)}"
        self._cache.add(name, 0, ttl)
        try:
            counted = int(self._cache.incr(name))
        except ValueError:  # it expired in between
            self._cache.set(name, 1, ttl)
            return 1
        self._cache.touch(name, ttl)
        return counted

    def __repr__(self) -> str:
        """Return the call that makes this store."""
        return f"CacheSeenStore({self._alias!r})"


class DatabaseSeenStore:
    """
    A store in the project's database, shared by all processes that use the database.

    `INSTALLED_APPS` must contain `"emailapi.django.seen"`, and `migrate` creates the table.

    Args:
        using: The name of the database in `DATABASES`; by default the database that the routers select.
        keep: Seconds for which a committed key is stored.
        clock: Returns the time in seconds, the same in all processes; a test may pass its own.
    """

    def __init__(
        self, using: str | None = None, *, keep: float = KEEP_SECONDS, clock: Callable[[], float] = time.time
    ) -> None:
        """Create a store; nothing is read or written until the first call."""
        self._using, self._keep, self._clock = using, as_keep(keep), clock
        self._purge_at = 0.0

    @property
    def _rows(self) -> Any:
        from django.apps import apps

        model = apps.get_model("emailapi_seen", "SeenKey")
        # All is read where it is written: a replica may not have a claim yet.
        return model.objects.using(self._using or router.db_for_write(model))

    def claim(self, key: str, ttl: float) -> bool:
        """Claim a key for `ttl` seconds; return False if the key is claimed or committed."""
        now, rows, name = self._clock(), self._rows, _short(key)
        self._purge(rows, now)
        if rows.filter(key=name, expires__lte=now).update(expires=now + ttl, committed=False, counted=0):
            return True
        return self._create(rows, key=name, expires=now + ttl)

    @staticmethod
    def _create(rows: Any, **values: Any) -> bool:
        """Create a row; False when another process has created one with the key."""
        try:
            with transaction.atomic(using=rows.db):
                rows.create(**values)
        except IntegrityError:
            return False
        return True

    def commit(self, key: str) -> None:
        """Remember for `keep` seconds that the event of a key is handled."""
        rows, name = self._rows, _short(key)
        values = {"expires": self._clock() + self._keep, "committed": True}
        # By update first: SQLite gives up at once when a transaction that has read wants to write.
        if not rows.filter(key=name).update(**values) and not self._create(rows, key=name, **values):
            rows.filter(key=name).update(**values)

    def release(self, key: str) -> None:
        """Release a claim, so that the key can be claimed again; a committed key stays committed."""
        self._rows.filter(key=_short(key), committed=False).delete()

    def count(self, key: str, ttl: float) -> int:
        """Count a call for a key, and return the number of calls; forgotten `ttl` seconds after the last one."""
        now, rows = self._clock(), self._rows
        row = rows.filter(key=f"count:{_short(key)}")
        # The update locks the row until the count has been read.
        with transaction.atomic(using=rows.db):
            if not row.filter(expires__gt=now).update(counted=F("counted") + 1, expires=now + ttl):
                _, made = rows.get_or_create(key=f"count:{_short(key)}", defaults={"expires": now + ttl, "counted": 1})
                if not made:
                    counted = F("counted") + 1
                    if not row.filter(expires__gt=now).update(counted=counted, expires=now + ttl):
                        row.update(counted=1, expires=now + ttl)
            return int(row.get().counted)

    def _purge(self, rows: Any, now: float) -> None:
        """Forget what expired, now and then."""
        if now >= self._purge_at:
            self._purge_at = now + _PURGE_SECONDS
            rows.filter(expires__lte=now - _PURGE_SECONDS).delete()

    def __repr__(self) -> str:
        """Return the call that makes this store."""
        return f"DatabaseSeenStore({self._using!r})" if self._using else "DatabaseSeenStore()"
