"""A store of handled events in Redis, for processes on many machines."""

from __future__ import annotations

import os
from typing import Any

from .._hints import guard_repr
from .._secrets import hide
from ..errors import ConfigurationError
from .seen import KEEP_SECONDS, as_keep

_COMMITTED = "committed"
# A key that has been committed since is not deleted.
_RELEASE = "if redis.call('get', KEYS[1]) ~= ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
# How long a server may be silent, unless the URL says otherwise: the service waits for the response meanwhile.
_TIMEOUT = 5.0


@guard_repr
class RedisSeenStore:
    """
    A store in Redis, shared by everything that reaches the server. It needs `pip install 'emailapi-sdk[redis]'`.

    Redis deletes expired keys. A server that may evict keys earlier (`maxmemory-policy`) forgets that events were
    handled. A call that cannot reach the server raises a `redis.RedisError`.

    Example:
        ::

            seen = RedisSeenStore("redis://localhost:6379/0")
            application = wsgi_app(verifier, handle, seen=seen)
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        client: object = None,
        prefix: str = "emailapi:",
        keep: float = KEEP_SECONDS,
    ) -> None:
        """
        Create a store. No connection is opened until the first call.

        Args:
            url: The server, as in `"redis://localhost:6379/0"`, `"rediss://..."` or `"unix://..."`; with
                `?socket_timeout=2` the server may be silent for 2 seconds instead of 5.
            client: A `redis.Redis` of your own, instead of a URL; only `close` closes it.
            prefix: The beginning of the names of all keys.
            keep: Seconds for which a committed key is stored.

        Raises:
            ConfigurationError: Neither a URL nor a client is given, or both, the URL or `keep` is not valid, or redis
                is not installed.
        """
        hidden, url = hide(url), None  # it may have a password
        if (hidden is None) == (client is None):
            raise ConfigurationError("RedisSeenStore needs a url or a client, and not both")
        self._redis: Any = _connect(hidden) if hidden is not None else client
        self._prefix = prefix
        self._keep = as_keep(keep)

    def claim(self, key: str, ttl: float) -> bool:
        """Claim a key for `ttl` seconds; return False if the key is claimed or committed."""
        name = f"{self._prefix}seen:{key}"
        token = os.urandom(8).hex()
        if self._redis.set(name, token, nx=True, px=_milliseconds(ttl)):
            return True
        # redis-py repeats a command whose reply was lost, and is told then that the key is there: by its own first try.
        return self._redis.get(name) in (token, token.encode())

    def commit(self, key: str) -> None:
        """Remember for `keep` seconds that the event of a key is handled."""
        self._redis.set(f"{self._prefix}seen:{key}", _COMMITTED, px=_milliseconds(self._keep))

    def release(self, key: str) -> None:
        """Release a claim, so that the key can be claimed again; a committed key stays committed."""
        self._redis.eval(_RELEASE, 1, f"{self._prefix}seen:{key}", _COMMITTED)

    def count(self, key: str, ttl: float) -> int:
        """Count a call for a key, and return the number of calls; forgotten `ttl` seconds after the last one."""
        name = f"{self._prefix}count:{key}"
        with self._redis.pipeline(transaction=True) as pipeline:
            counted, _ = pipeline.incr(name).pexpire(name, _milliseconds(ttl)).execute()
        return int(counted)

    def close(self) -> None:
        """Close the connections to the server."""
        self._redis.close()

    def __repr__(self) -> str:
        """Name the prefix, and not the URL, which may have a password."""
        return f"RedisSeenStore(prefix={self._prefix!r})"


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _connect(url: str | type) -> Any:
    if isinstance(url, type):
        raise ConfigurationError(f"the url of RedisSeenStore must be text, got {url.__name__}")
    try:
        from redis import Redis
    except ImportError:
        raise ConfigurationError("RedisSeenStore needs redis: pip install 'emailapi-sdk[redis]'") from None
    try:
        return Redis.from_url(url, socket_timeout=_TIMEOUT)
    except ValueError:
        # Without the error: what it quotes may be a part of the password.
        raise ConfigurationError(
            "the url of RedisSeenStore is not valid: it must be like redis://localhost:6379/0, rediss://... or unix://..."
        ) from None
