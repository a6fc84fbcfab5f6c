"""Filters to query pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, TypedDict

import pytest

from emailapi._hints import unknown_name_message
from emailapi.errors import InvalidArgument
from emailapi.models.header import Header
from emailapi.models.messages import MessageFilters, OutboundStatus
from emailapi.models.stats import StatsFilters
from emailapi.wire import Wire, wire_names, write_body, write_query

HEADER_A, HEADER_B = {"Name": "X-A", "Value": "b"}, {"Name": "X-B", "Value": "c"}


@pytest.mark.parametrize(
    "name, value, pairs",
    [
        ("recipient", "a+b@example.com", [("recipient", "a+b@example.com")]),
        ("sender", "a@example.com", [("fromemail", "a@example.com")]),
        ("tag", "", [("tag", "")]),
        ("tag", "ü & =", [("tag", "ü & =")]),
        ("tag", 7, [("tag", "7")]),
        ("tag", True, [("tag", "true")]),
        ("tag", False, [("tag", "false")]),
        ("tag", None, []),
        ("status", OutboundStatus.SENT, [("status", "Sent")]),
        ("status", "queued", [("status", "queued")]),
        ("subject", "Hi", [("subject", "Hi")]),
        ("message_stream", "outbound", [("messagestream", "outbound")]),
        ("from_date", date(2024, 7, 15), [("fromdate", "2024-07-15")]),
        ("from_date", datetime(2024, 7, 15, 12, 0, 0, 1, UTC), [("fromdate", "2024-07-15T08:00:00")]),
        ("to_date", datetime(2024, 7, 15, 12, 0, 0, 1, UTC), [("todate", "2024-07-15T08:00:01")]),
        ("to_date", "2024-07-15", [("todate", "2024-07-15")]),
        ("metadata", {"user_id": "7"}, [("metadata_user_id", "7")]),
        ("metadata", {"key with ü": ""}, [("metadata_key with ü", "")]),
        ("metadata", {"k" * 20: "v" * 80}, [("metadata_" + "k" * 20, "v" * 80)]),
        ("subject", "x" * 2000, [("subject", "x" * 2000)]),
    ],
)
def test_each_filter_of_messages_is_encoded(name, value, pairs):
    assert write_query(MessageFilters, {name: value}) == pairs


def test_filters_have_the_names_of_the_contract():
    """The filters of messages and of statistics are spelt as contract sections 2.11 and 2.14 spell them."""
    assert set(wire_names(MessageFilters).values()) == set(
        "recipient fromemail tag status fromdate todate subject messagestream metadata".split()
    )
    assert set(wire_names(StatsFilters).values()) == set("tag fromdate todate messagestream".split())


def test_filters_of_statistics_are_days():
    late = datetime(2024, 7, 15, 2, 0, tzinfo=UTC)
    assert write_query(StatsFilters, {"from_date": late, "to_date": date(2024, 7, 15), "tag": "t"}) == [
        ("fromdate", "2024-07-14"),
        ("todate", "2024-07-15"),
        ("tag", "t"),
    ]


@pytest.mark.parametrize(
    "name, hint",
    [("tagg", "did you mean 'tag'?"), ("from_dat", "did you mean 'from_date'?"), ("zzz", "known: recipient, sender")],
)
def test_an_unknown_filter_is_named(name, hint):
    with pytest.raises(InvalidArgument, match=f"unknown filter '{name}'") as caught:
        write_query(MessageFilters, {name: "x"})
    assert caught.value.argument == name
    assert hint in caught.value.message


@pytest.mark.parametrize(
    "name, value",
    [
        ("tag", b"t"),
        ("tag", 1.5),
        ("tag", ["t"]),
        ("tag", {"t": 1}),
        ("recipient", object()),
        ("from_date", 5),
        ("from_date", b"2024-01-01"),
        ("from_date", datetime.min.replace(tzinfo=UTC)),
        ("to_date", datetime(9999, 12, 31, 23, 59, 59, 999999)),
        ("to_date", datetime.max.replace(tzinfo=UTC)),
        ("metadata", {}),
        ("metadata", "user_id"),
        ("metadata", [("a", "b")]),
        ("metadata", {"a": None}),
        ("metadata", {"a": 7}),
        ("metadata", {7: "a"}),
        ("metadata", {"a": "1", "b": "2"}),
        ("metadata", {"": "1"}),
        ("metadata", {"k" * 21: "1"}),
        ("metadata", {"k": "v" * 81}),
        ("metadata", {"\ud800": "1"}),
        ("metadata", {"k": "\udc80"}),
        ("tag", "\ud800"),
        ("from_date", "\ud800"),
        ("from_date", datetime(2024, 7, 15, 12)),
        ("to_date", "9" * 2001),
        ("subject", "x" * 2001),
        ("status", "delivered"),
        ("status", ""),
        ("status", 1),
    ],
)
def test_an_invalid_filter_value_is_named(name, value):
    with pytest.raises(InvalidArgument) as caught:
        write_query(MessageFilters, {name: value})
    assert caught.value.argument == name
    assert name in caught.value.message


def test_an_enumeration_of_numbers_is_encoded():
    number = Enum("number", {"ONE": 1})
    assert write_query(MessageFilters, {"tag": number.ONE}) == [("tag", "1")]


def test_an_unknown_filter_without_a_similar_name_has_no_suggestion():
    assert unknown_name_message("q", {"alpha": 1, "beta": 2}, "field") == "unknown field 'q'; known: alpha, beta"


class Changes(TypedDict, total=False):
    """Optional arguments."""

    name: str
    smtp: Annotated[bool, Wire("SMTPActivated")]
    headers: Sequence[Header]
    limit: int


class New(Changes):
    """A required argument, and the optional ones."""

    id: Annotated[Any, Wire("ID")]


@pytest.mark.parametrize(
    "fields, body",
    [
        ({"id": "x"}, {"ID": "x"}),
        ({"id": "x", "name": None, "smtp": False}, {"ID": "x", "SMTPActivated": False}),
        (
            {"id": 1, "headers": [Header("X-A", "b"), {"Name": "X-B", "value": "c"}], "limit": "12"},
            {"ID": 1, "Headers": [HEADER_A, HEADER_B], "Limit": 12},
        ),
        ({"id": {"a": date(2024, 7, 15), "b": (1, 2.5)}}, {"ID": {"a": "2024-07-15", "b": [1, 2.5]}}),
        ({"id": OutboundStatus.SENT}, {"ID": "Sent"}),
    ],
)
def test_arguments_become_the_json_body(fields, body):
    """The arguments of a call are written by their wire names, records in them by their own; None is left out."""
    assert write_body(New, fields) == body


@pytest.mark.parametrize(
    "fields, sentence",
    [
        ({"id": "x", "nam": "y"}, "unknown argument 'nam'; did you mean 'name'?"),
        ({"name": "x"}, "missing argument 'id'"),
        ({"id": None}, "missing argument 'id'"),
    ],
)
def test_an_invalid_argument_of_a_body_is_named(fields, sentence):
    with pytest.raises(TypeError, match=re.escape(sentence)):
        write_body(New, fields)
