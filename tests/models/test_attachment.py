"""Attachments: from bytes, from files, from base64."""

from __future__ import annotations

import base64
import io
import os
import pickle
import socket
import traceback
from pathlib import Path

import attrs
import pytest
from hypothesis import given, strategies as st

from emailapi.errors import InvalidEmail
from emailapi.models.attachment import Attachment


@pytest.mark.parametrize(
    "name, kind",
    [
        ("a.pdf", "application/pdf"),
        ("A.PDF", "application/pdf"),
        ("a.txt", "text/plain"),
        ("logo.png", "image/png"),
        ("résumé.pdf", "application/pdf"),
        ("a.txt.gz", "application/gzip"),
        ("a.unheard-of", "application/octet-stream"),
        ("README", "application/octet-stream"),
        ("a.", "application/octet-stream"),
    ],
)
def test_the_type_is_guessed_from_the_name(name, kind):
    assert Attachment(name=name, content=b"x").content_type == kind


@pytest.mark.parametrize("kind", ["text/plain", "text/calendar; method=REQUEST", "application/vnd.x+json", "x-a/y_b.c"])
def test_an_explicit_content_type_takes_precedence(kind):
    """A type that is given wins over the name."""
    assert Attachment(name="a.pdf", content=b"", content_type=kind).content_type == kind


@pytest.mark.parametrize(
    "kind", ["", "text", "text/", "/plain", "text/plain/x", "te xt/plain", "text/plän", " text/plain"]
)
def test_a_content_type_that_is_not_a_mime_type_is_rejected(kind):
    with pytest.raises(InvalidEmail, match="must be a MIME type") as caught:
        Attachment(name="a.pdf", content=b"", content_type=kind)
    assert caught.value.field == "content_type"


@pytest.mark.parametrize("content", [b"", b"\0\xff", bytearray(b"ab"), memoryview(b"abcd")[::2]])
def test_content_is_bytes(content):
    attachment = Attachment(name="a", content=content)
    assert type(attachment.content) is bytes
    assert attachment.content == bytes(content)


@pytest.mark.parametrize("content", ["text", None, 5, [1, 2], Path("a")])
def test_content_that_is_not_bytes_is_rejected(content):
    """Text is not guessed an encoding for: the error says what to do."""
    with pytest.raises(
        InvalidEmail, match=f"content must be bytes, got {type(content).__name__}: .*from_base64"
    ) as caught:
        Attachment(name="a", content=content)
    assert caught.value.field == "content"


@pytest.mark.parametrize("name", ["", " ", "\t", None, 5, b"a.txt"])
def test_an_attachment_needs_a_name(name):
    with pytest.raises(InvalidEmail) as caught:
        Attachment(name=name, content=b"")
    assert caught.value.field == "name"


@pytest.mark.parametrize(
    "given_id, kept",
    [
        (None, None),
        ("", None),
        ("logo", "logo"),
        ("cid:logo", "logo"),
        ("<logo@x>", "logo@x"),
        ("cid:<logo>", "logo"),
        ("CID:logo", "logo"),
        ("Cid:<logo@x>", "logo@x"),
        ("<CID:logo>", "logo"),
        ("cide:logo", "cide:logo"),
        ("a.b-c_d", "a.b-c_d"),
    ],
)
def test_a_content_id_can_have_several_forms(given_id, kept):
    assert Attachment(name="a", content=b"", content_id=given_id).content_id == kept


@pytest.mark.parametrize(
    "content_id",
    ["cid:", "CID:", "<>", "<cid:>", "<a", "a>", "a b", " a", "ü", "a<b", "a>b", "a\tb", "a\x7f", "a\u2028"],
)
def test_a_content_id_that_no_header_or_url_can_carry_is_rejected(content_id):
    with pytest.raises(InvalidEmail, match="must be ASCII without spaces") as caught:
        Attachment(name="a", content=b"", content_id=content_id)
    assert caught.value.field == "content_id"


@pytest.mark.parametrize("content_id", [5, b"logo", True])
def test_a_content_id_must_be_a_string(content_id):
    with pytest.raises(InvalidEmail, match="content_id must be text"):
        Attachment(name="a", content=b"", content_id=content_id)


@pytest.mark.parametrize("how", [str, Path, os.fsencode])
def test_from_path_reads_a_file(tmp_path, how):
    """A file is read from any kind of path, and its last part is the name; a name must be text, though."""
    path = tmp_path / "résumé.pdf"
    path.write_bytes(b"%PDF\0\xff")
    if how is os.fsencode:
        with pytest.raises(InvalidEmail, match="name must be text, got bytes"):
            Attachment.from_path(how(path))
        return
    expected = Attachment(name="résumé.pdf", content=b"%PDF\0\xff", content_type="application/pdf", content_id="doc")
    assert Attachment.from_path(how(path), "doc") == expected
    assert Attachment.from_path(how(path), content_type="x/y").content_type == "x/y"


@pytest.mark.parametrize(
    "path, reason",
    [
        ("missing.pdf", "No such file or directory"),
        ("", "No such file or directory"),
        (".", "Is a directory"),
        ("file.txt/x", "Not a directory"),
        ("nul\0.txt", "embedded null"),
        ("\ud800", ""),
        (5, "expected str, bytes or os.PathLike object, not int"),
        (None, "expected str, bytes or os.PathLike object, not NoneType"),
    ],
)
def test_a_path_that_cannot_be_read_is_named(tmp_path, monkeypatch, path, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_bytes(b"")
    with pytest.raises(InvalidEmail) as caught:
        Attachment.from_path(path)
    assert caught.value.field == "attachments"
    assert caught.value.message.startswith(f"attachment {path!r} cannot be read: ")
    assert reason in caught.value.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes")
@pytest.mark.parametrize("kind", ["device", "pipe", "socket"])
def test_a_path_that_is_not_a_regular_file_is_rejected_at_once(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    path = {"device": "/dev/zero", "pipe": "pipe", "socket": "socket"}[kind]
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        with pytest.raises(InvalidEmail) as caught:
            Attachment.from_path(path)
    assert isinstance(caught.value, OSError)
    assert caught.value.message.startswith(f"attachment {path!r} cannot be read: it is not a regular file: read it")


def test_a_file_larger_than_any_email_is_not_read(tmp_path):
    path = tmp_path / "sparse.bin"
    with path.open("wb") as file:
        file.truncate(10**13)
    with pytest.raises(InvalidEmail, match=r"it has 10,000,000,000,000 bytes, and an attachment at most 1,000,000,000"):
        Attachment.from_path(path)


@pytest.mark.parametrize("path, kind", [("missing.pdf", FileNotFoundError), (".", IsADirectoryError)])
def test_a_file_that_cannot_be_read_is_also_the_built_in_error(tmp_path, monkeypatch, path, kind):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind) as caught:
        Attachment.from_path(path)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value)), caught.value.at(2)):
        assert isinstance(error, kind)
        assert isinstance(error, InvalidEmail)
        assert (error.field, error.filename, error.strerror) == ("attachments", path, os.strerror(error.errno))
        assert type(error) is type(caught.value)
    assert type(caught.value).__qualname__ == "InvalidEmail"
    shown = traceback.format_exception_only(caught.value)[-1]
    assert shown.startswith("emailapi.InvalidEmail: attachment ")


@given(st.binary())
def test_from_base64_decodes_the_content(content):
    text = base64.b64encode(content).decode()
    expected = Attachment(name="a.txt", content=content, content_id="c")
    assert Attachment.from_base64("a.txt", text, content_id="c") == expected
    assert Attachment.from_base64("a.txt", base64.encodebytes(content).decode(), content_id="c") == expected


@pytest.mark.parametrize(
    "text", ["YQ", "YQ=", "Y", "=", "====", "YQ==YQ==", "YQ==!", "Y*Q=", "_-8=", "YÜ==", "data:text/plain;base64,YQ=="]
)
def test_content_that_is_not_base64_is_rejected_by_the_name_of_the_attachment(text):
    with pytest.raises(InvalidEmail, match="attachment 'a.txt': content is not valid base64") as caught:
        Attachment.from_base64("a.txt", text)
    assert caught.value.field == "content"


@pytest.mark.parametrize("text", [b"YQ==", None, 5])
def test_base64_must_be_a_string(text):
    """Base64 of another type is rejected as such."""
    with pytest.raises(InvalidEmail, match=f"base64 must be text, got {type(text).__name__}"):
        Attachment.from_base64("a.txt", text)


def test_the_repr_shows_no_content():
    """An attachment's repr tells its size, not its bytes."""
    text = repr(Attachment(name="a.txt", content=b"hush" * 10))
    assert "hush" not in text
    assert "<40 bytes>" in text
    assert "a.txt" in text


def test_attachments_compare_copy_and_pickle():
    attachment = Attachment(name="a.txt", content=b"x", content_id="cid:c")
    assert pickle.loads(pickle.dumps(attachment)) == attachment == attrs.evolve(attachment)
    assert len({attachment, attrs.evolve(attachment)}) == 1
    assert attrs.evolve(attachment, content=b"y") != attachment
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        attachment.content = b"z"


@pytest.mark.parametrize(
    "given_fields", [{}, {"name": "a"}, {"content": b""}, {"name": "a", "content": b"", "size": 1}]
)
def test_a_wrong_argument_of_an_attachment_is_named(given_fields):
    with pytest.raises(TypeError):
        Attachment(**given_fields)


def test_the_content_is_read_from_a_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123")
    with path.open("rb") as file:
        file.seek(1)
        assert Attachment(name="a.txt", content=file).content == b"123"
        assert not file.closed
    assert Attachment(name="a.txt", content=io.BytesIO(b"x")).content == b"x"


@pytest.mark.parametrize(
    "file, reason",
    [
        (io.StringIO("x"), "content must be a file opened in binary mode, as by open(path, 'rb')"),
        (io.BytesIO(), ""),
    ],
    ids=["text", "closed"],
)
def test_a_file_opened_as_text_is_rejected(file, reason):
    if not reason:
        file.close()
        reason = "content cannot be read: I/O operation on closed file"
    with pytest.raises(InvalidEmail) as caught:
        Attachment(name="a", content=file)
    assert reason in caught.value.message


def test_an_error_raised_by_the_file_propagates(tmp_path):
    with (tmp_path / "a").open("wb") as file, pytest.raises(OSError, match="content cannot be read: ") as caught:
        Attachment(name="a", content=file)
    assert isinstance(caught.value, InvalidEmail)
