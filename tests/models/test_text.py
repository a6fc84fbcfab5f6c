"""Where in a text something is wrong."""

from __future__ import annotations

import pytest

from emailapi.errors import InvalidEmail
from emailapi.models.text import convert_body, convert_header_text


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("ab\rc", "subject must not contain a carriage return (at character 2)"),
        ("\n", "subject must not contain a line feed (at character 0)"),
        ("ü\0", "subject must not contain a NUL (at character 1)"),
        ("abc\ud83d", "subject must not contain a lone surrogate (at character 3)"),
    ],
)
def test_the_error_names_the_field(text, sentence):
    """The sentence says which character is wrong and where, and does not repeat the text."""
    with pytest.raises(InvalidEmail) as caught:
        convert_header_text(text, "subject")
    assert (caught.value.message, caught.value.field) == (sentence, "subject")


@pytest.mark.parametrize("text", ["", "x", "\t", "😀", "\U0010ffff", "\u2028"])
def test_valid_text_is_unchanged(text):
    assert convert_header_text(text, "subject") is text
    assert convert_body(text, "text_body") is text


def test_none_is_a_missing_body_and_not_an_empty_one():
    assert convert_body(None, "text_body") is None
    assert convert_body("", "text_body") == ""


@pytest.mark.parametrize("value", [b"x", 5, ["x"], object])
def test_a_value_that_is_not_a_string_is_rejected_by_its_type(value):
    with pytest.raises(InvalidEmail, match=f"text_body must be text, got {type(value).__name__}"):
        convert_body(value, "text_body")
    with pytest.raises(InvalidEmail, match=f"tag must be text, got {type(value).__name__}"):
        convert_header_text(value, "tag")
