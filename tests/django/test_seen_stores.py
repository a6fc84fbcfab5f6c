"""The stores of handled events over Django's cache and database."""

from __future__ import annotations

import io
import threading

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from emailapi.django import CacheSeenStore, DatabaseSeenStore

LONG = "x" * 500


@pytest.fixture
def tables():
    """Create the table, and empty it after the test."""
    call_command("migrate", verbosity=0)
    yield
    from emailapi.django.seen.models import SeenKey

    SeenKey.objects.all().delete()


@pytest.fixture(params=["cache", "db"])
def store(request, tables):
    """Give a store of each kind."""
    cache.clear()
    return CacheSeenStore() if request.param == "cache" else DatabaseSeenStore()


@pytest.mark.parametrize("key", ["bounce:7", LONG, "with blank and ü"])
def test_a_key_is_claimed_once(store, key):
    assert store.claim(key, 60) is True
    assert store.claim(key, 60) is False


def test_a_released_key_can_be_claimed(store):
    store.claim("a", 60)
    store.release("a")
    assert store.claim("a", 60) is True


def test_a_committed_key_cannot_be_claimed(store):
    store.claim("a", 60)
    store.commit("a")
    store.release("a")
    assert store.claim("a", 60) is False
    store.commit("b")
    assert store.claim("b", 60) is False


def test_count_returns_the_number_of_calls_for_a_key(store):
    assert [store.count("a", 60) for _ in range(3)] == [1, 2, 3]
    assert store.count("b", 60) == 1
    assert store.claim("a", 60) is True


def test_a_claim_that_is_not_committed_expires(tables):
    now = [1000.0]
    store = DatabaseSeenStore(clock=lambda: now[0])
    assert store.claim("a", 50)
    now[0] += 51
    assert store.claim("a", 50)
    assert not store.claim("a", 50)
    assert [store.count("c", 5), store.count("c", 5)] == [1, 2]
    now[0] += 6
    assert store.count("c", 5) == 1


def test_a_claim_in_the_cache_expires():
    cache.clear()
    store = CacheSeenStore()
    assert store.claim("a", 0.01)
    threading.Event().wait(0.05)
    assert store.claim("a", 50)


def test_expired_rows_are_deleted(tables):
    from emailapi.django.seen.models import SeenKey

    now = [1000.0]
    store = DatabaseSeenStore(keep=100, clock=lambda: now[0])
    store.claim("a", 50)
    store.commit("a")
    now[0] += 1000
    store.claim("b", 50)
    assert [row.key for row in SeenKey.objects.all()] == ["b"]
    assert str(SeenKey.objects.get()) == "b"


def test_the_model_needs_no_other_migration(tables):
    call_command("makemigrations", "emailapi_seen", check=True, dry_run=True, stdout=io.StringIO())


class Replicated:
    """A router that reads from a replica, which has not even the table."""

    def db_for_read(self, model, **hints):
        return "replica"

    def db_for_write(self, model, **hints):
        return "default"


@pytest.mark.parametrize("using", [None, "default"])
def test_a_store_reads_from_the_database_it_writes_to(tables, setting, using):
    from django.db import transaction

    setting(DATABASE_ROUTERS=[Replicated()])
    store = DatabaseSeenStore(using)
    with transaction.atomic(using="default"):
        assert store.claim("a", 60)
        assert not store.claim("a", 60)
        assert [store.count("b", 60), store.count("b", 60)] == [1, 2]
        store.commit("a")
        store.commit("c")
        store.release("a")
    assert not store.claim("a", 60)
    assert not store.claim("c", 60)


def test_a_commit_writes_before_it_reads(tables):
    from django.test.utils import CaptureQueriesContext

    store = DatabaseSeenStore()
    store.claim("a", 60)
    with CaptureQueriesContext(connection) as queries:
        store.commit("a")
    assert [query["sql"].split()[0] for query in queries] == ["UPDATE"]


def test_a_failed_claim_does_not_break_the_transaction(tables):
    from django.db import transaction

    store = DatabaseSeenStore()
    with transaction.atomic():
        assert store.claim("a", 60)
        assert not store.claim("a", 60)
        store.commit("a")
    assert connection.is_usable()
