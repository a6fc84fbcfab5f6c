"""`dedupe_key`: the same for each delivery of an event, and another for each other event."""

from __future__ import annotations

import json
import random

import pytest

from emailapi.webhooks import parse

from . import samples
from .samples import changed

KINDS = sorted(samples.ALL)


def key(payload, **options):
    return parse(payload, **options).dedupe_key


@pytest.mark.parametrize("name", KINDS)
def test_the_key_is_independent_of_order_metadata_and_added_fields(name):
    sample = samples.ALL[name]
    shuffled = dict(random.Random(1).sample(list(sample.items()), len(sample)))
    assert key(shuffled) == key(sample)
    assert key({**sample, "Metadata": {"other": "1"}}) == key(sample)
    assert key({**sample, "Added": [1, 2]}) == key(sample)
    assert key(json.dumps(sample)) == key(sample)


@pytest.mark.parametrize("name", KINDS)
def test_the_key_is_independent_of_the_trace_id(name):
    sample = samples.ALL[name]
    assert key(sample, headers={"X-PM-Webhook-Trace-Id": "t", "X-PM-Retries-Remaining": "1"}) == key(sample)


def test_the_key_is_independent_of_recipient_case_and_time_format():
    assert key(changed(samples.DELIVERY, Recipient="john@example.COM")) == key(samples.DELIVERY)
    assert key(changed(samples.DELIVERY, DeliveredAt="2026-11-05T11:33:54.9070259-05:00")) == key(samples.DELIVERY)


@pytest.mark.parametrize(
    "name, changes",
    [
        ("delivery", {"MessageID": "x"}),
        ("delivery", {"Recipient": "x@example.com"}),
        ("delivery", {"DeliveredAt": "2026-11-05T16:33:55Z"}),
        ("delivery", {"RecordType": "Open", "ReceivedAt": samples.DELIVERY["DeliveredAt"]}),
        ("bounce", {"ID": 1}),
        ("bounce", {"RecordType": "SpamComplaint"}),
        ("open", {"ReceivedAt": "2026-11-05T16:33:55Z"}),
        ("click", {"OriginalLink": "https://example.com/other"}),
        ("suppressed", {"ChangedAt": "2026-02-01T10:53:35Z"}),
        ("activated", {"MessageStream": "broadcast"}),
        ("inbound", {"MessageID": "x"}),
    ],
)
def test_different_events_have_different_keys(name, changes):
    sample = samples.ALL[name]
    assert key(changed(sample, **changes)) != key(sample)


def test_all_samples_have_different_keys():
    assert len({key(sample) for sample in samples.ALL.values()}) == len(samples.ALL)


def test_events_with_unreadable_dates_have_different_keys():
    first, second = (changed(samples.OPEN, ReceivedAt=text) for text in ("yesterday", "today"))
    assert key(first) != key(second)
    assert key(first) == key(dict(reversed(first.items())))


@pytest.mark.parametrize(
    "first, second",
    [
        ({"RecordType": "New", "Value": 1}, {"RecordType": "New", "Value": 2}),
        ({"RecordType": "Delivery", "Details": "a"}, {"RecordType": "Delivery", "Details": "b"}),
        (
            {"RecordType": "Bounce", "MessageID": "1", "Name": "a"},
            {"RecordType": "Bounce", "MessageID": "1", "Name": "b"},
        ),
        ({"FromFull": {}, "Subject": "a"}, {"FromFull": {}, "Subject": "b"}),
        ({"a": 1}, {"a": 2}),
    ],
)
def test_events_without_an_id_have_different_keys(first, second):
    """A store of seen events would drop the second one."""
    assert key(first) != key(second)
    assert key(first) == key(dict(reversed(first.items())))


def test_a_mapping_that_json_cannot_express_has_a_key():
    """Frameworks give what they have parsed; only a program can give this."""
    circular: list[object] = []
    circular.append(circular)
    assert len(key({"a": circular})) == 64
    assert key({"a": circular, "b": 1}) != key({"a": circular})
