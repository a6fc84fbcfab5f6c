"""
CPU time of the codec on 500 records each way, beside the standard library's `json` on the same data.

    python -m benchmarks.codec [--rounds 31]
"""

from __future__ import annotations

import json

from emailapi.models.email import Email
from emailapi.models.messages import Message
from emailapi.models.outbound import BatchItem
from emailapi.settings import Options
from emailapi.transports.api import EMAILS, chunks
from emailapi.wire import load_json, read_rows

from .mails import fields, payload, row
from .measure import Budget, Case, cpu_seconds, medians, report, rounds_asked

RECORDS = 500
REPEAT = 5
OPTIONS = Options(timeout=(10.0, 10.0))
READ = ("json.loads", "page of 500 messages")
WRITE = ("json.dumps", "500 built mails to bytes")


def _reading(rounds: int) -> None:
    page = json.dumps({"TotalCount": RECORDS, "Messages": [row(number) for number in range(RECORDS)]}).encode()

    def read() -> None:
        records, unreadable = read_rows(load_json(page)["Messages"], Message)
        assert (len(records), unreadable) == (RECORDS, [])

    cases = [Case(READ[0], lambda: json.loads(page)), Case(READ[1], read)]
    found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    report("decode", found, [Budget(READ[1], READ[0], 4)], unit="ms", scale=1e3)


def _writing(rounds: int) -> None:
    emails = [Email(**fields(number)) for number in range(RECORDS)]
    payloads = [payload(number) for number in range(RECORDS)]

    def write() -> bytes:
        items: list[BatchItem | None] = [None] * RECORDS
        (chunk,) = chunks(EMAILS, emails, OPTIONS, items)
        return chunk.body(EMAILS)

    assert [sent["To"] for sent in json.loads(write())] == [given["To"] for given in payloads]
    cases = [Case(WRITE[0], lambda: json.dumps(payloads).encode()), Case(WRITE[1], write)]
    found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    report("encode", found, [Budget(WRITE[1], WRITE[0], 4)], unit="ms", scale=1e3)


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 31)
    _reading(rounds)
    print()
    _writing(rounds)


if __name__ == "__main__":
    main()
