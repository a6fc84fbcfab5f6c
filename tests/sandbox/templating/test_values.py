"""How values are printed and escaped."""

from __future__ import annotations

import json

import pytest

from emailapi.sandbox.fields import WrittenFloat
from emailapi.sandbox.templating.values import escape, text_of


@pytest.mark.parametrize(
    "written, text",
    [
        ("0", "0"),
        ("-5", "-5"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1.0", "1"),
        ("1.50", "1.5"),
        ("-9.90", "-9.9"),
        ("0.1", "0.1"),
        ("0.0", "0"),
        ("-0.0", "0"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1e3", "1000"),
        ("1e14", "100000000000000"),
        ("1e15", "1E+15"),
        ("123456789012345678.0", "1.2345678901234568E+17"),
        ("1234567890123456.0", "1234567890123456"),
        ("1e21", "1E+21"),
        ("-1.5e300", "-1.5E+300"),
        ("0.0001", "0.0001"),
        ("0.00001", "1E-05"),
        ("0.000012", "1.2E-05"),
        ("5e-324", "5E-324"),
        ("1e999", "Infinity"),
        ("-1e999", "-Infinity"),
    ],
)
def test_numbers_are_rendered_as_in_dotnet(written, text):
    assert text_of(json.loads(written)) == text
    assert text_of(json.loads(written, parse_float=WrittenFloat)) == text


@pytest.mark.parametrize(
    "value, text", [(True, "True"), (False, "False"), (None, ""), ("", ""), ("a\nb", "a\nb"), ([1], ""), ({"a": 1}, "")]
)
def test_other_values_are_rendered(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    "text, escaped",
    [
        ("& < > \" '", "&amp; &lt; &gt; &quot; &#39;"),
        ("\xa0é\xff", "&#160;&#233;&#255;"),
        ("\U0001f600\U0010ffff", "&#128512;&#1114111;"),
        ("€ \x9f \u0100 \uffff", "€ \x9f \u0100 \uffff"),
        ("&amp;", "&amp;amp;"),
    ],
)
def test_markup_latin_1_and_astral_characters_are_escaped(text, escaped):
    assert escape(text) == escaped
