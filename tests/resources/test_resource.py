"""Every namespace: arguments that JSON cannot have."""

from __future__ import annotations

import pytest

from emailapi import InvalidArgument
from emailapi.resources._resource import encode_body, encode_query, path_segment


@pytest.mark.parametrize("value", [{"a": object()}, {"a": float("nan")}, {"a": {1, 2}}, {"a": "\ud800"}])
def test_a_body_that_json_cannot_express_is_rejected(value):
    with pytest.raises(InvalidArgument, match="cannot be written as JSON"):
        encode_body(value)


def test_a_body_that_contains_itself_is_rejected():
    value: dict[str, object] = {}
    value["a"] = value
    with pytest.raises(InvalidArgument, match="cannot be written as JSON"):
        encode_body(value)


def test_a_filter_with_a_lone_surrogate_is_rejected():
    with pytest.raises(InvalidArgument, match="'tag'") as caught:
        encode_query([("count", "5"), ("tag", "\ud800")])
    assert caught.value.argument == "tag"


@pytest.mark.parametrize("value", ["", " ", None, True, ".", "..", "\ud800"])
def test_an_id_that_would_change_the_path_is_rejected(value):
    """An id that would be read as another path, or as none, is rejected by its argument's name."""
    with pytest.raises(InvalidArgument) as caught:
        path_segment(value, "id")
    assert caught.value.argument == "id"


@pytest.mark.parametrize("value, part", [(7, "7"), ("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("ü", "%C3%BC")])
def test_any_other_id_is_one_segment_of_the_path(value, part):
    assert path_segment(value, "id") == part
