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
def test_the_place_is_named(text, sentence):
    """The sentence says which character is wrong and where, and does not repeat the text."""
    with pytest.raises(InvalidEmail) as caught:
        convert_header_text(text, "subject")
    assert (caught.value.message, caught.value.field) == (sentence, "subject")


@pytest.mark.parametrize("text", ["", "x", "\t", "😀", "\U0010ffff", "\u2028"])
def test_legal_text_comes_through(text):
    """Text that a header can carry is returned as it is, and so is that of a body."""
    assert convert_header_text(text, "subject") is text
    assert convert_body(text, "text_body") is text


def test_no_body():
    """No body is none, and is not an empty one."""
    assert convert_body(None, "text_body") is None
    assert convert_body("", "text_body") == ""


@pytest.mark.parametrize("value", [b"x", 5, ["x"], object])
def test_other_types(value):
    """What is no text is refused by the name of its type."""
    with pytest.raises(InvalidEmail, match=f"text_body must be text, got {type(value).__name__}"):
        convert_body(value, "text_body")
    with pytest.raises(InvalidEmail, match=f"tag must be text, got {type(value).__name__}"):
        convert_header_text(value, "tag")
