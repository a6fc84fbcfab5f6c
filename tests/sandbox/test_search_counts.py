"""Searches by several filters, compared with the filters applied one by one in Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from emailapi.sandbox.faults import Faults
from emailapi.sandbox.instants import micros
from emailapi.sandbox.intake import Intake
from emailapi.sandbox.rules import check_email
from emailapi.sandbox.tables import erasing, filters, messages, search, servers

COUNT = 40
START = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _instant(number):
    return START + timedelta(seconds=number // 2 * 2)  # two at once


# By filter: values that all messages have, nearly all, about half, few, and none.
MATCHES = {
    "recipient": {
        "team@example.com": lambda _: True,
        "most@example.com": lambda number: number != 7,
        "half@example.com": lambda number: number % 2 == 0,
        "user3@example.com": lambda number: number == 3,
        "no@example.com": lambda _: False,
    },
    "metadata": {
        ("kind", "mail"): lambda _: True,
        ("most", "1"): lambda number: number != 8,
        ("half", "1"): lambda number: number % 3 == 0,
        ("size", "small"): lambda number: number != 14,
    },
    "sender": {"shop@example.com": lambda number: number != 9, "rare@example.com": lambda number: number == 9},
    "tag": {"welcome": lambda number: number % 13 > 0, "rare": lambda number: number == 13},
    "subject": {
        "order": lambda _: True,
        "even": lambda number: number % 2 == 0,
        "number 5": lambda number: number == 5,
        "r": lambda _: True,
        "w1": lambda number: number in (1, *range(10, 20)),
    },
    "queued": {False: lambda number: number != 11, True: lambda number: number == 11},
    "since": {
        micros(START): lambda _: True,
        micros(START + timedelta(seconds=20.2)): lambda number: _instant(number) >= START + timedelta(seconds=20.2),
    },
    "before": {
        1 << 60: lambda _: True,
        micros(START + timedelta(seconds=38)): lambda number: _instant(number) < START + timedelta(seconds=38),
    },
}


def _email(number):
    team = ["team@example.com", f"user{number}@example.com"]
    team += ["most@example.com"] * (number != 7) + ["half@example.com"] * (number % 2 == 0)
    metadata = {"kind": "mail", "size": "small" if number != 14 else "large"}
    metadata |= {"most": "1"} if number != 8 else {}
    metadata |= {"half": "1"} if number % 3 == 0 else {}
    tag = "welcome" if number % 13 else "rare" if number == 13 else None
    return {
        "From": "rare@example.com" if number == 9 else "shop@example.com",
        "To": ", ".join(team),
        "Subject": f"Your order number {number}, w{number}, {'odd' if number % 2 else 'even'}",
        "TextBody": "x",
        "Metadata": metadata,
        **({"Tag": tag} if tag else {}),
    }


@pytest.fixture
def filled(sandbox):
    """A sandbox with some messages; the numbers of those that are there, and the id of its server."""
    with sandbox.store.transaction() as db:
        server = servers.by_token(db, sandbox.token)
        for number in range(COUNT):
            faults = Faults()
            if number == 11:
                faults.hold(None, times=10)
            intake = Intake(db, server, _instant(number), faults)
            intake.take(check_email(_email(number)))
            intake.store()
    return sandbox, server.id


def _numbers(store, server, wanted):
    with store.transaction(writing=False) as db:
        asked = search.Search(server=server, stream="outbound", **wanted)
        total, rows = search.search(db, asked, count=500, offset=0)
        assert total == len(rows)
        page = search.search(db, asked, count=5, offset=3)
        assert page == (total, rows[3:8])
    return [int(row["subject"].split(",")[0].rpartition(" ")[2]) for row in rows]


def _searches():
    for size in (1, 2, 3):
        for names in combinations(MATCHES, size):
            chosen = [{}]
            for name in names:
                chosen = [{**one, name: value} for one in chosen for value in MATCHES[name]]
            yield from chosen
    for place in (0, 1):
        yield {name: [*values][place] for name, values in MATCHES.items()}


@pytest.mark.parametrize("few", [3, 30])
@pytest.mark.parametrize("erased", [[], [0, 7, 8, 20, 39]])
@pytest.mark.slow
def test_a_search_finds_what_all_its_filters_find(filled, monkeypatch, few, erased):
    """`few` decides how messages are counted: each of the ways must come to the same number."""
    for module, name in ((filters, "LEFT_OUT"), (search, "FEW")):
        monkeypatch.setattr(module, name, few)
    sandbox, server = filled
    with sandbox.store.transaction() as db:
        rows = db.rows("SELECT id FROM messages ORDER BY id")
        erasing.erase(db, messages.facts(db, [rows[number]["id"] for number in erased]))
    stored = sorted(set(range(COUNT)) - {*erased}, reverse=True)
    for wanted in _searches():
        conditions = [MATCHES[name][value] for name, value in wanted.items()]
        expected = [number for number in stored if all(matches(number) for matches in conditions)]
        assert _numbers(sandbox.store, server, wanted) == expected, wanted


def _erase_each(sandbox):
    with sandbox.store.transaction() as db:
        rows = db.rows("SELECT id FROM messages")
        erasing.erase(db, messages.facts(db, [row["id"] for row in rows]))


@pytest.mark.parametrize(
    "erase",
    [
        pytest.param(lambda sandbox: sandbox.reset(), id="reset"),
        pytest.param(lambda sandbox: sandbox.reset(keep=["suppressions"]), id="reset of a part"),
        pytest.param(_erase_each, id="one by one"),
    ],
)
def test_messages_that_were_erased_are_counted_no_more(sandbox, api, monkeypatch, erase):
    """Those without metadata that come in their place are not taken for them."""
    monkeypatch.setattr(search, "FEW", 0)  # or the few would not be counted, but looked at
    for _ in range(3):
        api.accepted(Metadata={"Kind": "mail"}, Tag="a")
    assert api.found(metadata_kind="mail", tag="a")["TotalCount"] == 3
    erase(sandbox)
    for _ in range(3):
        api.accepted(Tag="a")
    assert api.found(metadata_kind="mail", tag="a")["TotalCount"] == 0
