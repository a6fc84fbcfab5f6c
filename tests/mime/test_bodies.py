"""Bodies: as they are if they can be, else encoded in the shorter form, and decoded to what they were."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from emailapi.mime import to_bytes

TEXTS = st.text(max_size=300) | st.text(alphabet="aé=. \t\n\r\0\x85\u2028\x0b\x0cF图", max_size=300)


def normal(text: str) -> str:
    """The text with each line end as one line feed, which is what a body keeps of it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


CASES = [
    ("", "7bit"),
    ("Hello", "7bit"),
    ("a\rb", "7bit"),
    ("a\nb", "7bit"),
    ("a\r\nb\r\n", "7bit"),
    ("no end", "7bit"),
    ("From here on\nFrom there\n", "7bit"),
    (".\n..\n.a\n", "7bit"),
    ("\x0b\x0c\x1b", "7bit"),
    ("x" * 998 + "\ny", "7bit"),
    ("x" * 999, "quoted-printable"),
    ("x" * 3000, "quoted-printable"),
    ("x " * 1500, "quoted-printable"),
    ("Grüße und viele andere Wörter, die kein anderes Zeichen haben", "quoted-printable"),
    ("line \ntab\t\nGrüße " + "a" * 60 + " \n", "quoted-printable"),
    ("é" * 3000, "base64"),
    ("図書館" * 40, "base64"),
    ("nul\0 and much text that is plain", "quoted-printable"),
    ("a\u2028b\x85c and much text that is plain, so that it is quoted\n", "quoted-printable"),
    ("From é" + "x" * 60 + "\nFrom x", "quoted-printable"),
]


@pytest.mark.parametrize("body, encoding", CASES)
@pytest.mark.parametrize("field, subtype", [("text_body", "plain"), ("html_body", "html")])
def test_a_body_is_7bit_or_the_shorter_encoding(new_email, read, body, encoding, field, subtype):
    seen = read(to_bytes(new_email(**{"text_body": None, field: body})))
    assert seen.shape == subtype
    assert seen.raw("Content-Transfer-Encoding") == encoding
    assert seen.body(subtype) == normal(body)
    content = seen.message.get_payload(decode=True)
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")


@given(text=TEXTS, html=st.none() | TEXTS)
def test_any_body_round_trips(new_email, read, text, html):
    """Any bodies are read as they were written, but for the kind of line end."""
    seen = read(to_bytes(new_email(text_body=text, html_body=html)))
    assert seen.body("plain") == normal(text)
    if html is not None:
        assert seen.body("html") == normal(html)


@pytest.mark.parametrize(
    "body", ["é" * 20, "Grüße an alle", "x" * 2000, "é " + "x" * 100, "äöü " * 9 + "abcdefghij" * 12]
)
def test_the_shorter_encoding_is_used(new_email, body):
    import base64
    import quopri

    data = to_bytes(new_email(text_body=body)).partition(b"\r\n\r\n")[2]
    both = (base64.encodebytes(body.encode()), quopri.encodestring(body.encode()))
    assert len(data) <= min(len(other.replace(b"\n", b"\r\n")) for other in both) + 4
