"""The promises of `send_many` for very many emails: keys, bad rows, and resuming after a crash."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import attrs
import pytest

from emailapi import Client, Email, InvalidArgument, InvalidEmail, Outcome, SendResult
from emailapi.sandbox import Sandbox
from emailapi.transports.send_many import SendingCounts

from ..clock import wait_for
from ..faults.calls import new_email
from ..faults.modes import MODES
from .sending import new_emails

ROOT = Path(__file__).parents[2]


def keyed(*keys):
    return [new_email(f"m{number}", idempotency_key=key) for number, key in enumerate(keys)]


def is_rejected_key(item) -> bool:
    return type(item) is InvalidEmail and item.field == "idempotency_key"


@pytest.mark.parametrize("between", range(9))
def test_a_key_is_rejected_while_an_email_with_it_is_in_flight(between, serve, connect):
    """Where chunks end makes no difference, until the results of the first email's chunk were read."""
    service = serve()
    given = keyed("k", *[f"n{number}" for number in range(between)], "k")
    items = list(connect(service).outbound.send_many(given, chunk_size=2, workers=2))
    assert [is_rejected_key(item) for item in items] == [*[False] * (between + 1), between < 7]
    assert (items[-1].index if between < 7 else None) == (between + 1 if between < 7 else None)


def test_a_key_is_free_again_beyond_the_read_ahead(serve, connect):
    service = serve()
    sending = connect(service).outbound.send_many(
        keyed("k", *[f"n{number}" for number in range(25)], "k"), chunk_size=5, workers=2
    )
    assert sending.read_ahead == 25
    assert sending.wait() == SendingCounts(accepted=27)


def test_the_key_of_a_rejected_email_is_free_after_its_result(serve, connect):
    service = serve(MODES["422"])
    given = keyed("k", "a", "b", "k")
    items = list(connect(service).outbound.send_many(given, chunk_size=1, workers=1))
    assert [isinstance(item, SendResult) for item in items] == [False, True, True, True]


def test_an_invalid_email_does_not_use_its_key(serve, connect):
    given = [new_email("a", idempotency_key="k", text_body="x" * 5_100_000), *keyed("k")]
    items = list(connect(serve()).outbound.send_many(given))
    assert [type(item) for item in items] == [InvalidEmail, SendResult]


@pytest.mark.parametrize("key", ["idempotency_key", "template"])
def test_a_repeated_key_in_a_batch_is_rejected_over_all_its_chunks(key, serve, connect):
    service = serve()
    client = connect(service)
    if key == "template":
        given = [
            {"sender": "s@example.com", "to": "a@example.com", "template_alias": "t", "template_model": {}}
            | ({"idempotency_key": "k"} if number in (0, 501) else {})
            for number in range(503)
        ]
        result = client.outbound.send_template_batch(given)
    else:
        result = client.outbound.send_batch(keyed("k", *map(str, range(500)), "k", "last"))
    assert is_rejected_key(result[501])
    assert "'k'" in str(result[501])
    assert len(result.accepted) == 502


@pytest.mark.costly
def test_a_batch_split_by_size_rejects_a_repeated_key(serve, connect):
    big = [
        new_email(f"m{number}", text_body="x" * 4_900_000, idempotency_key=f"k{number % 10}") for number in range(11)
    ]
    result = connect(serve()).outbound.send_batch(big)
    assert [is_rejected_key(item) for item in result] == [*[False] * 10, True]


ROWS = ["a@example.com", "b@example.com", "not an address", "d@example.com", "e@example.com"]


@pytest.mark.parametrize("check_first_limit", [None, 0])
def test_a_generator_that_builds_an_invalid_email_ends_the_sending_and_says_why(check_first_limit, serve, connect):
    """The emails before it are sent and their results read; the note says how to have the error as an item."""
    service = serve()
    emails = (Email(sender="s@example.com", to=row, text_body="x") for row in ROWS)
    sending = connect(service).outbound.send_many(emails, chunk_size=2, check_first_limit=check_first_limit)
    assert [next(sending).outcome, next(sending).outcome] == [Outcome.ACCEPTED] * 2
    with pytest.raises(InvalidEmail, match="not an address") as caught:
        next(sending)
    (note,) = caught.value.__notes__
    assert "inside the iterable" in note
    assert '({"to": row.email, ...} for row in rows)' in note
    assert len(service.accepted) == 2


def test_a_batch_from_such_a_generator_says_the_same(serve, connect):
    service = serve()
    with pytest.raises(InvalidEmail) as caught:
        connect(service).outbound.send_batch(Email(sender="s@example.com", to=row, text_body="x") for row in ROWS)
    assert "inside the iterable" in caught.value.__notes__[0]
    assert not service.seen


def test_an_invalid_mapping_is_an_item_without_a_note(serve, connect):
    emails = ({"sender": "s@example.com", "to": row, "text_body": "x"} for row in ROWS)
    items = list(connect(serve()).outbound.send_many(emails, chunk_size=2))
    assert [type(item) for item in items] == [SendResult, SendResult, InvalidEmail, SendResult, SendResult]
    assert items[2].index == 2
    assert not hasattr(items[2], "__notes__")


@pytest.mark.costly
@pytest.mark.parametrize("workers, chunk_size", [(1, 1), (1, 7), (2, 5), (4, 3)])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_no_more_emails_are_read_than_read_ahead(workers, chunk_size, every, serve, connect):
    """However many emails are valid, and whatever is read: the bound holds, and is reached."""
    taken, most, read = [], 0, 0
    given = (one if number % every == 0 else {} for number, one in enumerate(new_emails(200, taken)))
    sending = connect(serve()).outbound.send_many(given, workers=workers, chunk_size=chunk_size)
    assert sending.read_ahead == (2 * workers + 1) * chunk_size
    for _ in sending:
        most = max(most, len(taken) - read)  # as in a crash before this result is written down
        read += 1
    assert read == 200
    assert most == sending.read_ahead


def test_the_read_ahead_of_the_defaults(serve, connect):
    assert connect(serve()).outbound.send_many([]).read_ahead == 4500


def searched(service) -> int:
    return sum(seen.method == "GET" for seen in service.seen)


@pytest.mark.parametrize("check_first", [True, False])
@pytest.mark.parametrize("limit, looked_up", [(0, 0), (1, 1), (3, 3), (5, 5), (99, 6)])
def test_only_the_first_emails_are_looked_up(limit, looked_up, check_first, serve, connect):
    service = serve()
    given = keyed(*"abcdef")
    sending = connect(service).outbound.send_many(given, chunk_size=2, check_first=check_first, check_first_limit=limit)
    assert sending.wait() == SendingCounts(accepted=6)
    assert searched(service) == looked_up


def test_only_the_emails_that_are_looked_up_need_keys(serve, connect):
    client = connect(serve())
    given = [*keyed("a", "b"), new_email("c")]
    assert client.outbound.send_many(given, check_first_limit=2).wait() == SendingCounts(accepted=3)
    sending = client.outbound.send_many(given, check_first_limit=3)
    assert [next(sending).reconciled for _ in range(2)] == [True, True]
    with pytest.raises(InvalidArgument, match="idempotency_key"):
        next(sending)


def test_emails_beyond_the_limit_are_sent_even_if_they_were_before(serve, connect):
    service = serve()
    client = connect(service)
    given = keyed(*"abc")
    client.outbound.send_many(given).wait()
    items = list(client.outbound.send_many(given, check_first_limit=2))
    assert [item.reconciled for item in items] == [True, True, False]
    assert [service.times(f"m{number}") for number in range(3)] == [1, 1, 2]


PROGRAM = """
import sys, time
from emailapi import Client
url, token, journal, stop_at, limit = sys.argv[1:4] + [int(text) for text in sys.argv[4:]]
with open(journal, "a+") as lines:
    lines.seek(0)
    done = set(lines.read().split())
    emails = (
        {"to": f"user{n}@example.com", "subject": "News", "text_body": "x", "idempotency_key": f"news-{n}"}
        for n in range(120)
        if f"news-{n}" not in done
    )
    client = Client(token, base_url=url, sender="me@example.com")
    with client.outbound.send_many(emails, workers=2, chunk_size=5, check_first_limit=limit) as sending:
        for count, item in enumerate(sending):
            if count == stop_at:
                print(sending.read_ahead, flush=True)
                time.sleep(60)
            lines.write(item.idempotency_key + "\\n")
            lines.flush()
"""


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.costly
@pytest.mark.parametrize("stop_at", [0, 7, 60])
def test_a_killed_sending_can_be_resumed_without_a_copy_or_a_loss(stop_at, tmp_path):
    """At most the read-ahead is not in the journal, and all of it is looked up."""
    journal = tmp_path / "journal"
    with Sandbox() as sandbox:
        client = Client(sandbox.token, base_url=sandbox.url)

        def start(stop: int, limit: int) -> subprocess.Popen[str]:
            arguments = [sandbox.url, sandbox.token, str(journal), str(stop), str(limit)]
            command = [sys.executable, "-c", PROGRAM, *arguments]
            return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

        with start(stop_at, 0) as first:
            assert first.stdout is not None
            read_ahead = int(first.stdout.readline())
            # As far as it can get while no result is read.
            wait_for(lambda: client.messages.list().total_count == min(120, stop_at - stop_at % 5 + read_ahead))
            first.send_signal(signal.SIGKILL)
        written = len(journal.read_text().split())
        assert written == stop_at
        with start(-1, read_ahead) as second:
            pass
        assert second.returncode == 0
        sent = Counter(message.metadata["emailapi-key"] for message in client.messages.list(count=500))
        client.close()
    assert sent == Counter(f"news-{number}" for number in range(120))
    assert sorted(journal.read_text().split()) == sorted(sent)


def test_the_crash_test_detects_a_copy(serve, connect):
    """Without the look-up the emails in doubt are sent twice: the bound is needed."""
    service = serve()
    client = connect(service)
    given = [attrs.evolve(one, idempotency_key=one.tag) for one in new_emails(40)]
    first = client.outbound.send_many(given, workers=1, chunk_size=2)
    next(first)
    wait_for(lambda: len(service.accepted) == first.read_ahead)
    first.close()
    client.outbound.send_many(given[:8], check_first_limit=4).wait()
    assert [service.times(f"m{number}") for number in range(8)] == [1, 1, 1, 1, 2, 2, 1, 1]
