"""
Lists and searches of the sandbox among many messages, and how each operation grows with their number.

    python -m benchmarks.searches [--messages 100000]
    python -m benchmarks.searches --growth 10000 100000 1000000

The messages are put into a data file directly, by the sandbox's own intake, and the functions behind the routes are
measured, by the CPU time of their thread. The first form tries every filter of `GET /messages/outbound` alone, every
pair, and nearly all together, each with a value that few messages have and with one that all or many have; then
queries of `sandbox.messages`. Budgets are those of a machine on which Flask's empty view takes 66 us; on a slower one
they are longer in proportion.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs

from emailapi.sandbox import Sandbox
from emailapi.sandbox.faults import Faults
from emailapi.sandbox.finding import index_some
from emailapi.sandbox.instants import micros
from emailapi.sandbox.intake import Intake
from emailapi.sandbox.rules import check_email
from emailapi.sandbox.store import Store
from emailapi.sandbox.tables import servers
from emailapi.sandbox.tables.search import Search, search

from .measure import slowness

FEW, SEVERAL, SHORT, PAGE = 5.0, 25.0, 100.0, 5.0
WORDS_BUDGET = 5.0
BATCH, SHOWN, TIMES = 500, 12, 5
_WORDS = ["".join(letters) for letters in itertools.product("bdfklmnprst", "aeiou", "bdfklmnprst", "aeiou")]

# By filter: a value that few messages have, and one that all or many have; then what else is looked for.
VALUES: dict[str, tuple[object, object]] = {
    "recipient": ("user77@example.com", "team@example.com"),
    "sender": ("rare@example.com", "shop@example.com"),
    "tag": ("rare", "welcome"),
    "subject": ("number 77 ", "order"),
    "queued": (True, False),
    "metadata": (("order", "77"), ("kind", "mail")),
    "since": (None, 0),
    "before": (None, 1 << 60),
}
QUERIES = (
    "",
    "bobo",
    "thanks",
    "order thanks",
    '"many thanks"',
    "than*",
    "bo*",
    "subject:order",
    "from:shop",
    "to:user77@example.com",
    "to:team@example.com",
    "tag:rare",
    "tag:welcome",
    "is:bounced",
    "is:bounced thanks",
    "is:bounced tag:rare",
    "-is:delivered",
    "-thanks",
    "thanks -order",
    "has:html",
    "metadata:order=77",
    "bobo OR tag:rare",
    "stream:outbound",
)


@attrs.frozen
class Row:
    """
    A result.

    Attributes:
        name: What was done, in `milliseconds`.
        budget: The most milliseconds that it may take.
    """

    name: str
    milliseconds: float
    budget: float


def _item(number: int, chance: random.Random) -> dict[str, object]:
    words = chance.choices(_WORDS, weights=_WEIGHTS, k=60)
    bounces = number % 1_000 == 7
    return {
        "From": "rare@example.com" if number % 1_000 == 3 else "Shop <shop@example.com>",
        "To": f"user{number}@example.com, team@example.com"
        + (", softbounce@bounce-testing.postmarkapp.com" if bounces else ""),
        "Subject": f"Your order number {number} {words[0]}",
        "TextBody": f"Dear {words[1]}, many thanks for the order. {' '.join(words)}",
        "HtmlBody": f"<p>Dear {words[1]}, many thanks: <a href='https://example.com/{number}'>{words[2]}</a></p>",
        "Tag": "rare" if number % 1_000 == 5 else "welcome",
        "Metadata": {"order": str(number), "kind": "mail"},
    }


_WEIGHTS = [1 / rank for rank in range(1, len(_WORDS) + 1)]


def fill(sandbox: Sandbox, first: int, last: int) -> float:
    """Store the messages of these numbers, some of them queued; return the seconds."""
    chance, seconds = random.Random(first), 0.0
    for start in range(first, last, BATCH):
        items = [_item(number, chance) for number in range(start, min(last, start + BATCH))]
        began = time.perf_counter()
        faults = Faults()
        if start % 10_000 == 0:
            faults.hold(None, to="user*", times=10)
        with sandbox.store.transaction() as db:
            server = servers.by_token(db, sandbox.token)
            assert server is not None
            intake = Intake(db, server, datetime.now(UTC), faults)
            for item in items:
                intake.take(check_email(item))
            intake.store()
        seconds += time.perf_counter() - began
    return seconds


def index(sandbox: Sandbox) -> float:
    """Index all messages, as the sandbox does when there is nothing else to do; return the seconds."""
    began = time.perf_counter()
    while index_some(sandbox.store):
        pass
    return time.perf_counter() - began


def milliseconds(run: Callable[[], object], times: int = TIMES) -> float:
    """Return the least milliseconds of CPU of some runs: what other programs do makes the others longer."""
    found = []
    for _ in range(times):
        began = time.thread_time()
        run()
        found.append(time.thread_time() - began)
    return min(found) * 1000


def _combinations() -> Iterator[dict[str, int]]:
    """Yield the filters of a search, each with the place of its value."""
    names = [*VALUES]
    yield {}
    for size in (1, 2, len(names) - 2):
        for chosen in itertools.combinations(names, size):
            for places in itertools.product((0, 1), repeat=size):
                if size <= 2 or len(set(places)) == 1:
                    yield dict(zip(chosen, places, strict=True))


def _page(store: Store, server: int, filters: dict[str, object]) -> Callable[[], object]:
    def run() -> object:
        with store.transaction(writing=False) as db:
            return search(db, Search(server=server, stream="outbound", **filters), count=50, offset=0)  # type: ignore[arg-type]

    return run


def _lists(sandbox: Sandbox, server: int, recent: int) -> Iterator[Row]:
    values = {**VALUES, "since": (recent, 0), "before": (0, 1 << 60)}
    for places in _combinations():
        filters = {name: values[name][place] for name, place in places.items()}
        few = any(place == 0 for place in places.values())
        name = ", ".join(f"{name} of {'all' if place else 'few'}" for name, place in places.items()) or "newest page"
        yield Row(
            name, milliseconds(_page(sandbox.store, server, filters)), FEW if few else SEVERAL if places else PAGE
        )
    for short in ("r", "rd"):
        run = _page(sandbox.store, server, {"subject": short})
        yield Row(f"subject of {len(short)} letters", milliseconds(run), SHORT)


def _queries(sandbox: Sandbox) -> Iterator[Row]:
    for query in QUERIES:
        run = lambda query=query: sandbox.messages(query, limit=50)  # noqa: E731 - measured at once
        yield Row(f"messages({query!r})", milliseconds(run), WORDS_BUDGET)


def _report(title: str, rows: Iterator[Row]) -> None:
    before, found = slowness(), [*rows]
    factor = (before + slowness()) / 2
    scaled = [attrs.evolve(row, milliseconds=row.milliseconds / factor) for row in found]
    over = [row for row in scaled if row.milliseconds > row.budget]
    print(f"{title}: {len(found)}, {len(over)} over budget; the slowest in ms, and the budget of each", end="")
    print(f" (the machine is {factor:.1f} x slower than that of the budgets, which is taken into account)")
    slowest = sorted(scaled, key=lambda row: row.milliseconds / row.budget, reverse=True)
    for row in slowest[: max(SHOWN, len(over))]:
        print(f"  {row.milliseconds:8.2f} {row.budget:6.0f}  {row.name}")


def _measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder) / "messages.db") as sandbox:
        fill(sandbox, 0, count - 200)
        recent = micros(datetime.now(UTC))
        fill(sandbox, count - 200, count)
        with sandbox.store.transaction(writing=False) as db:
            server = servers.by_token(db, sandbox.token)
        assert server is not None
        print(f"{count:,} messages, indexed in {index(sandbox):.1f} s")
        _report("lists by filters", _lists(sandbox, server.id, recent))
        _report("queries", _queries(sandbox))


def _operations(sandbox: Sandbox, server: int) -> Iterator[tuple[str, float]]:
    """Yield what users do, with its milliseconds."""
    for places in ({}, {"recipient": 0}, {"metadata": 0}, {"subject": 0}, {"tag": 0}, {"queued": 0}, {"tag": 1}):
        filters = {name: VALUES[name][place] for name, place in places.items()}
        name = " and ".join(f"{name} of {'all' if place else 'few'}" for name, place in places.items())
        yield f"list by {name}" if name else "newest page", milliseconds(_page(sandbox.store, server, filters))
    for query in ("bobo", "is:bounced", "to:user77@example.com", "is:bounced thanks", "-thanks"):
        yield f"messages({query!r})", milliseconds(lambda query=query: sandbox.messages(query, limit=50))  # type: ignore[misc]
    mark = sandbox.mark()
    yield "send", milliseconds(lambda: fill(sandbox, 7_000_001, 7_000_002))
    yield "wait_for", milliseconds(lambda: sandbox.wait_for("to:team@example.com", since=mark), 1)
    newest = sandbox.messages(limit=1)[0]
    yield "bounce", milliseconds(lambda: sandbox.events.bounce(newest, "SoftBounce"))


def _growth(counts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder) / "messages.db") as sandbox:
        table: dict[str, list[float]] = {}
        stored = 0
        for count in counts:
            seconds = fill(sandbox, stored, count)
            table.setdefault("batch of 500", []).append(seconds / (count - stored) * BATCH * 1000)
            table.setdefault("index of 500", []).append(index(sandbox) / (count - stored) * BATCH * 1000)
            stored = count
            with sandbox.store.transaction(writing=False) as db:
                server = servers.by_token(db, sandbox.token)
            assert server is not None
            for name, took in _operations(sandbox, server.id):
                table.setdefault(name, []).append(took)
            print(
                f"{count:,} messages: " + ", ".join(f"{name} {row[-1]:.2f}" for name, row in table.items()), flush=True
            )
    print(f"{'milliseconds with so many messages':42}" + "".join(f"{count:>12,}" for count in counts))
    for name, row in table.items():
        print(f"{name:42}" + "".join(f"{took:12.2f}" for took in row))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--growth", type=int, nargs="+")
    options = parser.parse_args()
    if options.growth:
        _growth(options.growth)
    else:
        _measure(options.messages)


if __name__ == "__main__":
    main()
