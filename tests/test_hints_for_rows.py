"""Errors about rows of other libraries, and about emails that must be awaited, name the conversion."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import sqlite3
from typing import NamedTuple

import attrs
import pytest

from emailapi import Client, InvalidArgument, InvalidEmail


@pytest.fixture
def client():
    """Give a client that sends nothing."""
    with Client.in_memory(sender="shop@example.com") as client:
        yield client


@dataclasses.dataclass
class Row:
    to: str = "ada@example.com"


@attrs.frozen
class AttrsRow:
    to: str = "ada@example.com"


class PydanticRow:
    """As a model of pydantic, which is not a dependency of the tests."""

    def model_dump(self):
        return {"to": "ada@example.com"}


class NamedRow(NamedTuple):
    to: str = "ada@example.com"


async def load():
    return {"to": "ada@example.com"}


async def load_many():
    yield {"to": "ada@example.com"}


def sqlite_row():
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        return sqlite3.Row(db.execute("SELECT 'ada@example.com' AS \"to\""), ("ada@example.com",))


@pytest.mark.parametrize(
    "make, hint",
    [
        (Row, "convert it with dataclasses.asdict(...)"),
        (AttrsRow, "convert it with attrs.asdict(...)"),
        (PydanticRow, "convert it with its method model_dump()"),
        (NamedRow, "convert it with its method _asdict()"),
        (sqlite_row, "convert it with dict(...)"),
        (load, "await it first"),
    ],
)
def test_a_row_of_another_library_is_rejected_with_its_conversion(client, make, hint):
    given = make()
    with pytest.raises(InvalidEmail) as caught:
        client.outbound.send(given)
    assert str(caught.value) == f"expected Email or a mapping, got {type(given).__name__}: {hint}"
    getattr(given, "close", bool)()


@pytest.mark.parametrize(
    "make, hint", [(load, "await it first"), (load_many, "collect it first, [email async for email in emails]")]
)
def test_emails_that_are_awaited_are_rejected_with_the_remedy(client, make, hint):
    given = make()
    with pytest.raises(InvalidArgument, match=re.escape(hint)):
        client.outbound.send_batch(given)
    getattr(given, "close", bool)()
