"""`parse`: bodies of every shape, and values that cannot be read."""

from __future__ import annotations

import contextlib
import json
import traceback

import pytest
from hypothesis import given, strategies as st

from emailapi import EmailAPIError, InvalidWebhook, Outcome
from emailapi.webhooks import BounceEvent, OpenEvent, UnknownEvent, parse

from . import samples
from .samples import body, changed

TEXT = json.dumps(samples.DELIVERY)


@pytest.mark.parametrize(
    "given",
    [
        TEXT,
        TEXT.encode(),
        bytearray(TEXT.encode()),
        memoryview(TEXT.encode()),
        b"\xef\xbb\xbf" + TEXT.encode(),
        "  " + TEXT + "\n",
        samples.DELIVERY,
    ],
    ids=["str", "bytes", "bytearray", "memoryview", "BOM", "spaces", "mapping"],
)
def test_a_body_can_be_bytes_a_string_or_a_mapping(given):
    assert parse(given) == parse(TEXT)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"  ",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"7",
        b"{} {}",
        b"a=b",
        b"\xff{}",
        b"[" * 100_000,
        "",
        "[1]",
        None,
        7,
        ["x"],
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_body_that_is_not_a_json_object_is_an_invalid_webhook(given):
    with pytest.raises(InvalidWebhook, match="JSON") as caught:
        parse(given)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, EmailAPIError)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_an_invalid_webhook_shows_no_body():
    """Tools print the local variables of the frames that an error passes through: none of ours has the body."""
    with pytest.raises(InvalidWebhook) as caught:
        parse(b'{"TextBody": "a secret')
    ours = [
        frame
        for frame, _ in traceback.walk_tb(caught.value.__traceback__)
        if "webhooks/pars" in frame.f_code.co_filename
    ]
    assert ours
    assert not any("a secret" in repr(frame.f_locals) for frame in ours)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(
    "headers",
    [
        {"X-PM-Webhook-Trace-Id": "t-1", "X-PM-Retries-Remaining": "3"},
        {"x-pm-webhook-trace-id": "t-1", "x-pm-retries-remaining": "3"},
        {"X-Pm-Webhook-Trace-Id": ["t-1"], "X-Pm-Retries-Remaining": ["3", "9"]},
        [("X-PM-Webhook-Trace-Id", " t-1 "), ("X-PM-Retries-Remaining", "3")],
        [(b"x-pm-webhook-trace-id", b"t-1"), (b"x-pm-retries-remaining", b"3")],
    ],
    ids=["mapping", "small", "lists", "pairs", "bytes"],
)
def test_trace_id_and_retries_remaining_come_from_the_headers(headers):
    event = parse(TEXT, headers=headers)
    assert (event.trace_id, event.retries_remaining, event.problems) == ("t-1", 3, ())


@pytest.mark.parametrize("headers", [None, {}, [], {"X-PM-Webhook-Trace-Id": ""}, {"X-PM-Webhook-Trace-Id": None}])
def test_without_these_headers_trace_id_and_retries_remaining_are_none(headers):
    event = parse(TEXT, headers=headers)
    assert (event.trace_id, event.retries_remaining, event.problems) == (None, None, ())


@pytest.mark.parametrize("given", ["some", "1_0", "-1", "\u0663", "1.5", "9" * 40], ids=ascii)
def test_an_invalid_number_of_retries_is_a_problem(given):
    event = parse(TEXT, headers={"X-PM-Retries-Remaining": given})
    assert (event.retries_remaining, event.problems) == (None, (f"X-PM-Retries-Remaining: {given!r} is not a number",))


@pytest.mark.parametrize(
    "sample, key, value, attribute, problem",
    [
        ("delivery", "DeliveredAt", "soon", "at", "DeliveredAt: 'soon' cannot be read"),
        ("delivery", "DeliveredAt", 7, "at", "DeliveredAt: int cannot be read"),
        ("delivery", "DeliveredAt", None, "at", "DeliveredAt: is missing"),
        ("delivery", "DeliveredAt", "", "at", "DeliveredAt: is missing"),
        ("delivery", "Recipient", None, "recipient", "Recipient: is missing"),
        ("delivery", "Recipient", {"a": 1}, "recipient", "Recipient: expected text, got dict"),
        ("delivery", "MessageID", ..., "message_id", "MessageID: is missing"),
        ("bounce", "ID", "x", "id", "ID: invalid literal for int() with base 10: 'x'"),
        ("bounce", "ID", [], "id", "ID: expected a whole number, got []"),
        ("bounce", "Type", 5.5, "type", None),
        ("bounce", "Type", ["HardBounce"], "type", "Type: expected text, got list"),
        ("bounce", "Type", None, "type", "Type: is missing"),
        ("bounce", "Inactive", "maybe", "inactive", "Inactive: expected true or false, got 'maybe'"),
        ("click", "OriginalLink", ..., "original_link", "OriginalLink: is missing"),
        ("suppressed", "SuppressSending", None, "suppress_sending", "SuppressSending: is missing"),
        ("suppressed", "SuppressionReason", {}, "reason", "SuppressionReason: expected text, got dict"),
        ("inbound", "Date", "the day before", "at", "Date: 'the day before' cannot be read"),
        ("inbound", "From", ..., "sender", "From: is missing"),
    ],
)
def test_a_broken_value_is_none_and_a_problem(sample, key, value, attribute, problem):
    event = parse(changed(samples.ALL[sample], **{key: value}))
    assert event.problems == (() if problem is None else (problem,))
    assert problem is None or getattr(event, attribute) is None or getattr(event, attribute) == ""


@pytest.mark.parametrize("key", ["Tag", "Details", "MessageStream", "Metadata", "ServerID"])
def test_null_and_missing_optional_values_are_not_problems(key):
    for value in (None, ..., ""):
        event = parse(changed(samples.DELIVERY, **{key: value}))
        assert event.problems == ()


def test_a_broken_part_of_a_record_leaves_the_other_parts():
    event = parse(changed(samples.OPEN, Geo={"City": "Houston", "Zip": ["77058"], "New": 1}, Client="Gmail", OS=None))
    assert isinstance(event, OpenEvent)
    assert (event.geo.city, event.geo.zip, event.client.name, event.os.name) == ("Houston", "", "", "")
    assert event.problems == ("Client: expected an object, got str", "Geo.Zip: expected text, got list")


@pytest.mark.parametrize("geo", [{}, None, ""])
def test_an_empty_geo_is_not_a_problem(geo):
    event = parse(changed(samples.OPEN, Geo=geo))
    assert (event.geo.city, event.problems) == ("", ())


def test_metadata_values_are_strings():
    event = parse(changed(samples.DELIVERY, Metadata={"user": 7, "none": None}))
    assert event.metadata == {"user": "7", "none": ""}
    event = parse(changed(samples.DELIVERY, Metadata=["x"]))
    assert (event.metadata, event.idempotency_key) == ({}, None)
    assert event.problems == ("Metadata: expected an object, got list",)


def test_a_number_of_thousands_of_digits_is_a_problem_and_no_error():
    event = parse(b'{"RecordType": "Bounce", "ID": ' + b"9" * 5000 + b', "TypeCode": NaN}')
    assert isinstance(event, BounceEvent)
    assert (event.id, event.type_code) == (None, None)
    assert {line.split(":")[0] for line in event.problems} >= {"ID", "TypeCode"}


def test_a_problem_quotes_only_the_beginning_of_a_value():
    event = parse(changed(samples.BOUNCE, ID="x" * 10_000, BouncedAt="y" * 10_000))
    assert all(len(line) < 200 for line in event.problems)


def test_lone_surrogates_are_read():
    event = parse(b'{"RecordType": "Delivery", "Recipient": "\\ud800@x", "MessageID": "\\udfff"}')
    assert event.recipient == "\ud800@x"
    assert len(event.dedupe_key) == 64


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-01-01T00:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def usable(event):
    """Ask an event for everything that is worked out of it."""
    assert len(event.dedupe_key) == 64
    repr(event)
    _ = event.idempotency_key
    if hasattr(event, "to_message"):
        _ = event.spam_score, event.message_id_header
        bytes(event.to_message())


@given(st.sampled_from(sorted(samples.ALL)), st.data())
def test_no_value_makes_parse_raise_and_unreadable_values_are_named(name, data):
    sample = samples.ALL[name]
    key = data.draw(st.sampled_from(sorted(sample)))
    value = data.draw(JSON)
    event = parse(json.dumps({**sample, key: value}))
    usable(event)
    if isinstance(event, UnknownEvent) or key in ("RecordType", "Metadata"):
        return
    for line in event.problems:
        # The bits of a record have the record's path.
        assert line.startswith(key)
    lost = {a.name for a in event.__attrs_attrs__ if getattr(event, a.name) != getattr(parse(sample), a.name)}
    gone = {n for n in lost - {"raw", "problems"} if getattr(event, n) in (None, (), {})}
    if gone and value not in (None, "", [], {}):
        assert event.problems, (gone, value)


@given(st.sampled_from(sorted(samples.ALL)), st.dictionaries(st.text(), JSON, max_size=3), st.data())
def test_no_object_makes_parse_raise(name, more, data):
    keys = data.draw(st.lists(st.sampled_from(sorted(samples.ALL[name])), unique=True, max_size=6))
    payload = {**{key: samples.ALL[name][key] for key in keys}, **more}
    usable(parse(json.dumps(payload)))
    usable(parse(payload))


@given(st.binary(max_size=40) | st.binary(max_size=10).map(lambda end: body(samples.DELIVERY)[:-1] + end))
def test_arbitrary_bytes_raise_only_invalid_webhook(data):
    with contextlib.suppress(InvalidWebhook):
        usable(parse(data))
