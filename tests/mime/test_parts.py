"""Parts: how they stand in each other, and what files are called."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import assume, given, strategies as st

from emailapi import Attachment, InvalidEmail
from emailapi.mime import to_bytes

PDF = Attachment(name="a.pdf", content=b"%PDF\r\n\0\xff")
LOGO = Attachment(name="logo.png", content=b"\x89PNG\n\r\n", content_id="logo")
LINE = 78


@pytest.mark.parametrize(
    "fields, shape",
    [
        ({"text_body": "t"}, "plain"),
        ({"text_body": None, "html_body": "h"}, "html"),
        ({"html_body": "h"}, "alternative(plain, html)"),
        ({"html_body": "h", "attachments": LOGO}, "alternative(plain, related(html, png))"),
        ({"html_body": "h", "attachments": PDF}, "mixed(alternative(plain, html), pdf)"),
        ({"attachments": PDF}, "mixed(plain, pdf)"),
        ({"text_body": None, "html_body": "h", "attachments": [PDF, LOGO]}, "mixed(related(html, png), pdf)"),
        ({"html_body": "h", "attachments": [LOGO, PDF]}, "mixed(alternative(plain, related(html, png)), pdf)"),
        ({"attachments": [LOGO, PDF]}, "mixed(plain, png, pdf)"),
    ],
)
def test_the_parts_of_a_message_have_the_usual_structure(new_email, read, fields, shape):
    """Plain comes first and HTML last, with its images; files stand around both, and nothing has a wrapper too many."""
    assert read(to_bytes(new_email(**fields))).shape == shape


def test_an_inline_image(new_email, read):
    """An image stands inline beside its HTML, its id on one line; the wrapper says what it is around."""
    seen = read(to_bytes(new_email(html_body="<img src='cid:logo'>", attachments=[LOGO, PDF])))
    image, file = seen.files
    assert (image.disposition, image.content_id, image.content) == ("inline", "<logo>", LOGO.content)
    assert (file.disposition, file.content_id, file.content) == ("attachment", None, PDF.content)
    (related,) = [part for part in seen.message.walk() if part.get_content_type() == "multipart/related"]
    assert related.get_param("type") == "text/html"


def test_an_inline_image_without_html_is_a_file(new_email, read):
    (file,) = read(to_bytes(new_email(attachments=LOGO))).files
    assert (file.name, file.disposition, file.content_id) == ("logo.png", "attachment", "<logo>")


@pytest.mark.parametrize("content", [b"", b"\n", b"a\rb\nc\r\nd", bytes(range(256)) * 5, b"From x\n.\n", b"\0"])
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.bin"])
def test_files_keep_their_bytes(new_email, read, content, name):
    """A file arrives byte by byte, of whatever type."""
    assert read(to_bytes(new_email(attachments=Attachment(name=name, content=content)))).files[0].content == content


FILE_NAMES = [
    "plain.pdf",
    "with space.pdf",
    "résumé.pdf",
    "図" * 60 + ".pdf",
    'a b"c;d.pdf',
    "it's 100%*.pdf",
    "a" * 200 + ".pdf",
    "é" * 30 + " " + "a" * 90,
    "=?utf-8?q?=41?=.pdf",
    "😀" * 40,
    "a\u2028b.pdf",
    " outer .pdf ",
    'quote"' * 30,
    "(comment).pdf",
    "b:c.pdf",
]


@pytest.mark.parametrize("name", FILE_NAMES)
def test_file_names_round_trip(new_email, read, name):
    """A file keeps its name; lines are short, and no percent sign is parted from its digits."""
    seen = read(to_bytes(new_email(attachments=Attachment(name=name, content=b"x"))))
    assert [file.name for file in seen.files] == [name]
    part = seen.data.split(b"Content-Disposition:")[1].partition(b"\r\n\r\n")[0]
    for line in part.split(b"\r\n"):
        assert len(line) <= LINE
        if b"*=" in line:
            assert not re.search(rb"%(?![0-9A-F]{2})", line)


def test_quotes_are_escaped(new_email, read):
    """A quote in a plain name has a backslash before it."""
    data = to_bytes(new_email(attachments=Attachment(name='a b"c;d.pdf', content=b"x")))
    assert b'Content-Disposition: attachment; filename="a b\\"c;d.pdf"\r\n' in data


@given(name=st.text(max_size=100) | st.text(alphabet="aé \t\"\\;'%*=?図😀\u2028.", max_size=100))
def test_any_file_name_round_trips(new_email, read, name):
    file = None
    with suppress(InvalidEmail):
        file = Attachment(name=name, content=b"x")
    assume(file)
    assert [found.name for found in read(to_bytes(new_email(attachments=file))).files] == [file.name]


@pytest.mark.parametrize(
    "given, kind, parameters",
    [
        ("text/csv; charset=utf-8", "text/csv", {"charset": "utf-8"}),
        ('text/csv;charset="utf-8" ; header=present;', "text/csv", {"charset": "utf-8", "header": "present"}),
        ('application/x-a; note="a \\"b\\"; c"', "application/x-a", {"note": 'a "b"; c'}),
        ("application/x-a; note=" + "n" * 200, "application/x-a", {"note": "n" * 200}),
        ('application/x-a; note="ünï"', "application/x-a", {"note": "ünï"}),
    ],
)
def test_parameters_of_a_content_type_are_kept(new_email, read, given, kind, parameters):
    from email.utils import collapse_rfc2231_value

    seen = read(to_bytes(new_email(attachments=Attachment(name="a", content=b"x", content_type=given))))
    (part,) = [part for part in seen.leaves if part["Content-Disposition"]]
    assert part.get_content_type() == kind
    assert {name: collapse_rfc2231_value(part.get_param(name)) for name, _ in part.get_params()[1:]} == parameters


@pytest.mark.parametrize(
    "kind",
    ["a/b; c", "a/b; c=", "a/b; =d", "a/b; c=d e", 'a/b; c="d', "multipart/mixed", "MULTIPART/Mixed; boundary=x"],
)
def test_a_content_type_that_cannot_be_written_is_rejected(new_email, kind):
    with pytest.raises(InvalidEmail, match=r"attachments\[1\] \('odd.bin'\)") as caught:
        to_bytes(new_email(attachments=[PDF, Attachment(name="odd.bin", content=b"x", content_type=kind)]))
    assert caught.value.field == "attachments"


def test_a_content_id_longer_than_a_line_is_rejected(new_email):
    with pytest.raises(InvalidEmail, match="content_id") as caught:
        to_bytes(new_email(html_body="h", attachments=Attachment(name="a", content=b"", content_id="x" * 990)))
    assert caught.value.field == "attachments"


def test_a_long_content_id_is_on_one_line(new_email):
    """An id is never folded or encoded: pages name it."""
    long = "x" * 200 + "@example.com"
    data = to_bytes(new_email(html_body="h", attachments=Attachment(name="a.png", content=b"", content_id=long)))
    assert f"\r\nContent-ID: <{long}>\r\n".encode() in data


def test_no_boundary_occurs_in_a_part(new_email, read):
    first = to_bytes(new_email(html_body="h", attachments=PDF)).decode()
    seen = read(to_bytes(new_email(text_body=first, html_body=first, attachments=PDF)))
    assert seen.shape == "mixed(alternative(plain, html), pdf)"
    assert seen.body("plain") == first.replace("\r\n", "\n")
