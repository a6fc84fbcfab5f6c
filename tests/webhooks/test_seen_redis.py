"""The store in Redis, on a real server."""

from __future__ import annotations

import sys

import pytest

from emailapi import ConfigurationError
from emailapi.webhooks import RedisSeenStore

from .stores import HOUR, claims_of_processes

pytestmark = pytest.mark.broker


@pytest.mark.costly
def test_processes_share_a_redis_server(start, tmp_path, redis_url, redis_server):
    assert claims_of_processes(start, tmp_path / "go", "redis", redis_url) == (100, 100)


def test_keys_in_redis_have_a_prefix_and_expire(redis_server):
    store = RedisSeenStore(client=redis_server, prefix="shop:", keep=14 * HOUR)
    store.claim("a", 50)
    store.commit("b")
    store.count("c", 1.5)
    keys = {key.decode(): redis_server.pttl(key) / 1000 for key in redis_server.scan_iter()}
    assert set(keys) == {"shop:seen:a", "shop:seen:b", "shop:count:c"}
    assert 40 < keys["shop:seen:a"] <= 50
    assert 13.9 * HOUR < keys["shop:seen:b"] <= 14 * HOUR
    assert 0 < keys["shop:count:c"] <= 1.5


def test_a_store_can_be_created_from_a_url(redis_url, redis_server):
    store = RedisSeenStore(redis_url)
    assert store.claim("a", 50)
    store.close()
    assert not RedisSeenStore(client=redis_server).claim("a", 50)


def test_a_client_with_decode_responses_is_accepted(redis_url, redis_server):
    import redis

    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        store = RedisSeenStore(client=client)
        assert store.claim("a", 50)
        store.release("a")
        assert (store.claim("a", 50), store.count("a", 5)) == (True, 1)


class Repeating:
    """A client whose first reply is lost, so that it sends its command again, as redis-py does."""

    def __init__(self, server) -> None:
        self._server = server

    def set(self, *arguments, **options):
        self._server.set(*arguments, **options)
        return self._server.set(*arguments, **options)

    def __getattr__(self, name):
        return getattr(self._server, name)


def test_a_claim_is_granted_again_if_its_reply_was_lost(redis_server):
    """Otherwise the event would count as seen, and would never be handled."""
    assert RedisSeenStore(client=Repeating(redis_server)).claim("a", 50)
    assert not RedisSeenStore(client=Repeating(redis_server)).claim("a", 50)
    assert not RedisSeenStore(client=redis_server).claim("a", 50)


def test_a_silent_server_is_a_timeout(redis_url):
    """By redis-py's default it would be waited for without end, and the service with it."""
    for url, seconds in ((redis_url, 5.0), (f"{redis_url}?socket_timeout=2", 2.0)):
        assert RedisSeenStore(url)._redis.connection_pool.connection_kwargs["socket_timeout"] == seconds


@pytest.mark.parametrize(
    "options, words",
    [
        ({}, "needs a url or a client"),
        ({"url": "redis://localhost", "client": object()}, "needs a url or a client"),
    ],
)
def test_a_store_requires_a_url_or_a_client(options, words):
    with pytest.raises(ConfigurationError, match=words):
        RedisSeenStore(**options)


def test_an_invalid_url_is_a_configuration_error():
    pytest.importorskip("redis")
    for url in ("http://user:secret@localhost", "redis://:sec/ret@localhost:6379"):
        with pytest.raises(ConfigurationError, match="the url of RedisSeenStore is not valid: .*redis://") as caught:
            RedisSeenStore(url)
        assert "sec" not in str(caught.value)


def test_without_redis_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'emailapi-sdk\[redis\]'"):
        RedisSeenStore("redis://localhost")


def test_no_repr_shows_the_password_of_a_server():
    pytest.importorskip("redis")
    assert repr(RedisSeenStore("redis://:secret@localhost")) == "RedisSeenStore(prefix='emailapi:')"
