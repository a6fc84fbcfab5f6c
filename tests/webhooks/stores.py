"""Stores with clocks that tests move, and processes that share one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emailapi.webhooks import RedisSeenStore, SeenStore

HOUR = 3600


class Timed:
    """A store and its time, which tests move."""

    def __init__(self, make: Callable[[Callable[[], float]], SeenStore]) -> None:
        self.now = 1_000_000.0
        self.store = make(lambda: self.now)

    def advance(self, seconds: float) -> None:
        self.now += seconds


class TimedRedis:
    """The same for Redis, which has a clock of its own: what is due by then is expired by hand."""

    def __init__(self, server: Any, keep: float) -> None:
        self.store = RedisSeenStore(client=server, keep=keep)
        self._server = server

    def advance(self, seconds: float) -> None:
        for key in self._server.scan_iter():
            left = self._server.pttl(key) - int(seconds * 1000)
            # A second or so may have passed meanwhile.
            self._server.pexpire(key, left) if left > 0 else self._server.delete(key)


CLAIMING = """
import pathlib, sys, time
from emailapi.webhooks import RedisSeenStore, SQLiteSeenStore
name, argument, go = sys.argv[1:]
store = {"sqlite": SQLiteSeenStore, "redis": RedisSeenStore}[name](argument)
print("ready", flush=True)
while not pathlib.Path(go).exists():
    time.sleep(0.001)
claimed = [key for key in map(str, range(100)) if store.claim(key, 50)]
print(len(claimed), max(store.count("all", 50) for _ in range(25)), flush=True)
"""


def claims_of_processes(start: Callable[..., Any], go: Path, name: str, argument: str) -> tuple[int, int]:
    """Return how many of 100 keys four processes claimed at once, and how far 100 counts of theirs have come."""
    processes = [start(sys.executable, "-c", CLAIMING, name, argument, str(go)) for _ in range(4)]
    assert all(process.stdout.readline() == "ready\n" for process in processes)
    go.touch()
    found = [process.communicate()[0].split() for process in processes]
    return sum(int(claimed) for claimed, _ in found), max(int(counted) for _, counted in found)
