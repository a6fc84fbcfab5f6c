"""Stores that several processes share: one of them handles an event."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ..webhooks.conftest import redis_server, redis_url  # noqa: F401 - fixtures

# Each process claims, counts and commits the same keys; those of `commit` are of the process, many at once.
WORKER = """
import json, pathlib, sys, time
import django
from django.conf import settings

name, go, options = sys.argv[1], pathlib.Path(sys.argv[2]), json.loads(sys.argv[3])
settings.configure(INSTALLED_APPS=["emailapi.django.seen"], USE_TZ=True, **options)
django.setup()
from emailapi.django import CacheSeenStore, DatabaseSeenStore

store = {"cache": CacheSeenStore, "db": DatabaseSeenStore}[name]()
print("ready", flush=True)
while not go.exists():
    time.sleep(0.001)
claimed = [key for key in map(str, range(50)) if store.claim(key, 50)]
for key in claimed:
    store.commit(key)
counts = [store.count("all", 50) for _ in range(25)]
store.claim(f"own {id(store)}", 50)
store.commit(f"own {id(store)}")
print(json.dumps([claimed, counts]), flush=True)
"""


def run(start: Any, tmp_path: Path, name: str, **options: Any) -> tuple[list[str], list[int]]:
    go = tmp_path / "go"
    command = (sys.executable, "-c", WORKER, name, str(go), json.dumps(options))
    processes = [start(*command) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    go.touch()
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outputs
    found = [json.loads(output) for output, _ in outputs]
    return [key for claimed, _ in found for key in claimed], [count for _, counts in found for count in counts]


def each_once(claimed: list[str], counts: list[int]) -> bool:
    return sorted(claimed) == sorted(map(str, range(50))) and sorted(counts) == list(range(1, 101))


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.costly
def test_an_event_is_claimed_by_one_of_the_processes_that_share_a_database(start, tmp_path):
    from django.core.management import call_command
    from django.db import connections

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "seen.db"), "OPTIONS": {"timeout": 60}}
    connections.databases["shared"] = connections.configure_settings({"default": database})["default"]
    try:
        call_command("migrate", "emailapi_seen", database="shared", verbosity=0)
        connections["shared"].close()
    finally:
        del connections["shared"], connections.databases["shared"]
    assert each_once(*run(start, tmp_path, "db", DATABASES={"default": database}))


@pytest.mark.broker
@pytest.mark.costly
def test_an_event_is_claimed_by_one_of_the_processes_that_share_a_cache(start, tmp_path, redis_server, redis_url):  # noqa: F811
    cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}
    assert each_once(*run(start, tmp_path, "cache", CACHES={"default": cache}))
