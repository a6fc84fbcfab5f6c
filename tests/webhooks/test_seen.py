"""Stores of events that were handled, each by the same rules."""

from __future__ import annotations

import math
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from emailapi import ConfigurationError
from emailapi.django import CacheSeenStore, DatabaseSeenStore
from emailapi.webhooks import MemorySeenStore, RedisSeenStore, SQLiteSeenStore
from emailapi.webhooks.seen import KEEP_SECONDS

from .stores import HOUR, Timed, TimedRedis


@pytest.fixture(params=["memory", "sqlite", pytest.param("redis", marks=pytest.mark.broker)])
def timed(request, tmp_path) -> Timed | TimedRedis:
    """Give each store, with a clock that tests move."""
    if request.param == "memory":
        return Timed(lambda clock: MemorySeenStore(keep=14 * HOUR, clock=clock))
    if request.param == "sqlite":
        return Timed(lambda clock: SQLiteSeenStore(tmp_path / "seen.db", keep=14 * HOUR, clock=clock))
    return TimedRedis(request.getfixturevalue("redis_server"), 14 * HOUR)


KINDS = {
    "memory": MemorySeenStore,
    "sqlite": lambda keep: SQLiteSeenStore("seen.db", keep=keep),
    "redis": lambda keep: RedisSeenStore("redis://localhost", keep=keep),
    "cache": lambda keep: CacheSeenStore(keep=keep),
    "database": lambda keep: DatabaseSeenStore(keep=keep),
}


@pytest.mark.parametrize("keep", [0, -1, math.nan, math.inf, "50400", timedelta(hours=14), None, True], ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_a_time_to_keep_keys_that_is_not_a_number_of_seconds_is_rejected_before_an_event_is_handled(
    kind, keep, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="keep must be a positive number of seconds, got"):
        KINDS[kind](keep=keep)


@pytest.mark.parametrize("path", [5, None, "a\0b", ["seen.db"]], ids=repr)
def test_a_file_of_another_type_is_rejected(path):
    with pytest.raises(ConfigurationError, match="SQLiteSeenStore needs the path of a file, got"):
        SQLiteSeenStore(path)


@pytest.mark.parametrize("url", [5, b"redis://localhost", ["redis://localhost"]], ids=repr)
def test_a_url_of_another_type_is_rejected(url):
    pytest.importorskip("redis")
    with pytest.raises(ConfigurationError, match="the url of RedisSeenStore must be text, got"):
        RedisSeenStore(url)


def test_no_frame_of_an_invalid_url_shows_its_password():
    pytest.importorskip("redis")
    with pytest.raises(ConfigurationError) as caught:
        RedisSeenStore("redis://:{}@localhost:x".format("hunter22"))
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(caught.value.__traceback__.tb_next)]
    assert frames
    assert "hunter22" not in repr(frames)


def test_a_claimed_key_cannot_be_claimed_again(timed):
    assert timed.store.claim("a", 50)
    assert not timed.store.claim("a", 50)
    assert timed.store.claim("b", 50)


def test_a_claim_that_is_not_committed_expires(timed):
    assert timed.store.claim("a", 50)
    timed.advance(40)
    assert not timed.store.claim("a", 50)
    timed.advance(20)
    assert timed.store.claim("a", 50)
    assert not timed.store.claim("a", 50)


def test_a_committed_key_is_kept_for_14_hours(timed):
    assert timed.store.claim("a", 50)
    timed.store.commit("a")
    timed.advance(13 * HOUR)
    assert not timed.store.claim("a", 50)
    timed.advance(HOUR + 10)
    assert timed.store.claim("a", 50)


def test_a_released_key_can_be_claimed_at_once(timed):
    assert timed.store.claim("a", 50)
    timed.store.release("a")
    assert timed.store.claim("a", 50)


def test_releasing_does_not_remove_a_committed_key(timed):
    """The worker was slow: its claim had expired, and another one handled the event."""
    assert timed.store.claim("a", 50)
    timed.advance(60)
    assert timed.store.claim("a", 50)
    timed.store.commit("a")
    timed.store.release("a")
    assert not timed.store.claim("a", 50)


def test_an_unclaimed_key_can_be_released_and_committed(timed):
    timed.store.release("a")
    timed.store.commit("b")
    assert timed.store.claim("a", 50)
    assert not timed.store.claim("b", 50)


def test_count_returns_the_number_of_calls_for_a_key(timed):
    assert [timed.store.count("a", 50) for _ in range(3)] == [1, 2, 3]
    assert timed.store.count("b", 50) == 1


def test_a_count_is_forgotten_after_its_time_from_the_last_one(timed):
    assert timed.store.count("a", 50) == 1
    timed.advance(40)
    assert timed.store.count("a", 50) == 2
    timed.advance(40)
    assert timed.store.count("a", 50) == 3
    timed.advance(60)
    assert timed.store.count("a", 50) == 1


def test_counts_and_claims_are_independent(timed):
    assert timed.store.count("a", 50) == 1
    assert timed.store.claim("a", 50)
    timed.store.release("a")
    assert timed.store.count("a", 50) == 2


def test_one_of_several_threads_gets_the_claim(timed):
    with ThreadPoolExecutor(8) as pool:
        for turn in range(20):
            claims = list(pool.map(lambda _, key=str(turn): timed.store.claim(key, 50), range(8)))
            assert claims.count(True) == 1


def test_threads_count_each_time_once(timed):
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: timed.store.count("a", 50), range(40)))
    assert sorted(counted) == list(range(1, 41))


@pytest.mark.parametrize("key", ["", "ключ \u2028", "a" * 5000, "a'; DROP TABLE seen; --", "*"])
def test_any_string_can_be_a_key(timed, key):
    assert timed.store.claim(key, 50)
    timed.store.commit(key)
    assert not timed.store.claim(key, 50)
    assert timed.store.claim("other", 50)


def test_inbound_emails_are_remembered_for_longer_than_they_are_retried():
    assert KEEP_SECONDS > 10.5 * HOUR


@pytest.mark.costly
def test_expired_keys_are_removed_from_memory():
    timed = Timed(lambda clock: MemorySeenStore(keep=100, clock=clock))
    for number in range(20_000):
        timed.advance(1)
        timed.store.claim(str(number), 50)
        timed.store.commit(str(number))
        timed.store.count(str(number), 50)
    assert len(timed.store._seen) + len(timed.store._counts) < 3000
