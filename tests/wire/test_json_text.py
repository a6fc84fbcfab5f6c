"""JSON values to bytes and back."""

from __future__ import annotations

import base64
import json
from enum import StrEnum

import pytest
from hypothesis import given, strategies as st

from emailapi.wire import Base64, dump_json, json_text, load_json


class Word(StrEnum):
    """A text that is an enumeration's member."""

    ONE = "One"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.fixture(params=["fast", "plain"])
def encoder(request, monkeypatch):
    """Run a test with the interpreter's C encoder, and without one."""
    if request.param == "plain":
        monkeypatch.setattr(json_text, "_c_encoder", None)


@pytest.mark.costly
@given(values)
def test_a_value_survives_dumping_and_loading(value):
    assert load_json(dump_json(value)) == value


@pytest.mark.parametrize(
    "value, data",
    [
        ({}, b"{}"),
        ({"a": [1, 2.5, None, True, "x"]}, b'{"a":[1,2.5,null,true,"x"]}'),
        ("ü\u2028\u0085", '"ü\u2028\u0085"'.encode()),
        ('\0\r\n\t\x0b\x1f"\\/\x7f', b'"\\u0000\\r\\n\\t\\u000b\\u001f\\"\\\\/\x7f"'),
        ("😀", '"😀"'.encode()),
        (Word.ONE, b'"One"'),
        ({"one": Word.ONE}, b'{"one":"One"}'),
        (("a", "b"), b'["a","b"]'),
    ],
)
def test_json_is_compact_utf_8(encoder, value, data):
    assert dump_json(value) == data
    assert json.loads(data) == json.loads(json.dumps(value))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {"a": ["\udfff"]}, {"\ud800": 1}])
def test_a_value_that_json_does_not_have_is_a_value_error(encoder, value):
    """NaN, infinity and lone surrogates are rejected, not written as something else."""
    with pytest.raises(ValueError, match="JSON compliant|surrogates not allowed"):
        dump_json(value)


@pytest.mark.parametrize("value", [b"x", {1, 2}, object(), {"a": b"x"}, {("a",): 1}])
def test_a_value_of_another_type_is_a_type_error(encoder, value):
    with pytest.raises(TypeError):
        dump_json(value)


def test_a_value_that_contains_itself_is_a_recursion_error(encoder):
    value: list[object] = []
    value.append(value)
    with pytest.raises(RecursionError):
        dump_json(value)


@pytest.mark.parametrize(
    "data", [b"", b" ", b"{", b"<html>502</html>", b"\xff\xfe\xfd", b'{"a": }', b"nul", b"[" * 100_000, b'{"a":"\xe9"}']
)
def test_invalid_json_is_a_value_error(data):
    """A body that is not JSON, not UTF-8, or nested beyond reason is a ValueError and nothing else."""
    with pytest.raises(ValueError, match=r"char 0|column|codec|nested"):
        load_json(data)


@pytest.mark.parametrize("data", [b'\xef\xbb\xbf{"a":1}', b' {"a":1}\r\n', '{"a":1}'.encode("utf-16")])
def test_unusual_but_valid_json_is_read(data):
    """A byte order mark, white space around and UTF-16 are read."""
    assert load_json(data) == {"a": 1}


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("sizes", [(), (0,), (1, 2, 3, 4), (3 * 65_536 - 1, 3 * 65_536, 3 * 65_536 + 1)])
def test_files_are_written_as_base64(sizes):
    files = [bytes(number % 251 for number in range(size)) for size in sizes]
    text = {"a": "ü", "files": [{"content": base64.b64encode(file).decode()} for file in files], "b": "emailapi-file-"}
    written = {**text, "files": [{"content": Base64(file)} for file in files]}
    assert dump_json(written) == dump_json(text)


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("wrong", [{1}, float("nan"), "\ud800"])
def test_a_value_beside_a_file_is_checked_like_any_other(wrong):
    with pytest.raises((TypeError, ValueError)):
        dump_json({"file": Base64(b"x"), "wrong": wrong})
