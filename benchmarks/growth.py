"""
How costs grow with the size of what is given: linear, or worse.

    python -m benchmarks.growth

Batches, attachments, pages and address texts of growing size, by CPU time. The exponent is that of the largest steps: 1
is linear. `benchmarks.searches --growth` has the same for the sandbox.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress

from emailapi import Attachment, Client, Email
from emailapi.errors import InvalidEmail
from emailapi.mime import to_bytes
from emailapi.models.address import parse_addresses
from emailapi.models.messages import MESSAGES
from emailapi.wire import load_json, read_rows

from .mails import fields, row
from .measure import Budget, Comparison, cpu_seconds, print_all, serving

ROUNDS = 5
# A cost that doubles with the size has the exponent 1; what is left is room for caches and the garbage collection.
LIMIT = 1.25
HOSTILE = ("(", "(" * 7 + ")", "<", '"', '\\"', ",", ";:", "a@b,", "[", "=?", "a ", "<a@b>", "a.", "\t \t")


def exponent(cost: Callable[[int], Callable[[], object]], sizes: tuple[int, ...], rounds: int) -> float:
    """Return the exponent of the growth, from the least costs of some rounds at the first and the last size."""
    runs = [cost(size) for size in sizes]
    for run in runs:
        run()
    least = [min(cpu_seconds(run, 1) for _ in range(rounds)) for run in runs]
    return math.log(least[-1] / least[0]) / math.log(sizes[-1] / sizes[0])


def _mime(count: int) -> Callable[[], object]:
    files = [Attachment(name=f"{number}.txt", content=b"x" * 1_000) for number in range(count)]
    return lambda: to_bytes(Email(**fields(1), attachments=files))


def _page(count: int) -> Callable[[], object]:
    page = json.dumps([row(number) for number in range(count)]).encode()
    return lambda: read_rows(load_json(page), MESSAGES.record)


def _address(piece: str) -> Callable[[int], Callable[[], object]]:
    def cost(size: int) -> Callable[[], object]:
        text = piece * (size // len(piece))

        def parse() -> None:
            with suppress(InvalidEmail):
                parse_addresses(text)

        return parse

    return cost


def _batch(client: Client) -> Callable[[int], Callable[[], object]]:
    def cost(count: int) -> Callable[[], object]:
        return lambda: client.outbound.send_batch([Email(**fields(number)) for number in range(count)])

    return cost


def _exponents(url: str, rounds: int) -> Iterator[tuple[str, float]]:
    with Client("token", base_url=url, deadline=600) as client:
        yield "batch of 500 to 5,000", exponent(_batch(client), (500, 5_000), rounds)
    yield "100 to 1,000 attachments", exponent(_mime, (100, 1_000), rounds)
    yield "page of 500 to 20,000 messages", exponent(_page, (500, 20_000), rounds)
    for piece in HOSTILE:
        yield f"addresses of {piece!r}, 4 to 64 kB", exponent(_address(piece), (4_000, 64_000), rounds)


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    with serving("batch_responder", "0") as port:
        found = dict(_exponents(f"http://127.0.0.1:{port}", rounds))
    yield Comparison("growth, exponent", found, [Budget(name, "", LIMIT) for name in found], "", 1)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
