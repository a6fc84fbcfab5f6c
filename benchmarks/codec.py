"""
CPU time of the codec on 500 records each way, beside the standard library's `json` on the same data.

    python -m benchmarks.codec [--rounds 31]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from emailapi.models.email import Email
from emailapi.models.listing import Listing
from emailapi.models.messages import MESSAGES
from emailapi.models.opens import OPENS
from emailapi.settings import Options
from emailapi.transports.api.payload import EMAILS
from emailapi.transports.api.transport import APITransport
from emailapi.wire import load_json, read_rows

from .mails import fields, opened, payload, row
from .measure import Budget, Case, Comparison, cpu_seconds, medians, print_all

ROUNDS = 31
RECORDS = 500
REPEAT = 5
OPTIONS = Options(timeout=(10.0, 10.0))
WRITE = ("json.dumps", "500 built emails to bytes")
ENCODING, DECODING = 3.2, 3.4


def _reading(rounds: int, listing: Listing[Any], rows: list[dict[str, Any]]) -> Comparison:
    """Measure a page of one listing."""
    page = json.dumps({"TotalCount": len(rows), listing.key: rows}).encode()
    peer, ours = "json.loads", f"page of {len(rows)} {listing.key.lower()}"

    def read() -> None:
        records, unreadable = read_rows(load_json(page)[listing.key], listing.record)
        assert (len(records), unreadable) == (len(rows), [])

    cases = [Case(peer, lambda: json.loads(page)), Case(ours, read)]
    found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    return Comparison(f"decode {ours}, CPU", found, [Budget(ours, peer, DECODING)], "ms", 1e3)


def writing() -> Callable[[], bytes]:
    """Return what encodes a batch of built emails."""
    emails = [Email(**fields(number)) for number in range(RECORDS)]
    # Without a session: nothing is sent.
    transport = APITransport._create(None, OPTIONS, EMAILS)  # type: ignore[arg-type]

    def write() -> bytes:
        (batch,) = transport._batches(emails, RECORDS)
        return EMAILS.body([*batch.payloads.values()])

    return write


def _writing(rounds: int) -> Comparison:
    payloads, write = [payload(number) for number in range(RECORDS)], writing()
    assert [sent["To"] for sent in json.loads(write())] == [given["To"] for given in payloads]
    cases = [Case(WRITE[0], lambda: json.dumps(payloads).encode()), Case(WRITE[1], write)]
    found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    return Comparison("encode, CPU", found, [Budget(WRITE[1], WRITE[0], ENCODING)], "ms", 1e3)


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    yield _reading(rounds, MESSAGES, [row(number) for number in range(RECORDS)])
    yield _reading(rounds, OPENS, [opened(number) for number in range(RECORDS)])
    yield _writing(rounds)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
