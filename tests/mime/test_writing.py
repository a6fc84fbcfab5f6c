"""The whole of an email: what stands in its header, once, and what does not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from emailapi import Email, InvalidEmail
from emailapi.mime import to_bytes
from emailapi.models.header import Header


def test_an_email_with_text_only_has_one_part(new_email, read):
    """A text is one part: no wrapper, no empty twin, and as it is when it is ASCII."""
    seen = read(to_bytes(new_email(subject="Hi", text_body="Hello\nthere")))
    assert seen.shape == "plain"
    assert seen.names == [
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"
    ]  # fmt: skip
    assert seen.raw("Content-Transfer-Encoding") == "7bit"
    assert seen.data.endswith(b"\r\n\r\nHello\r\nthere")


def test_date_and_message_id_are_generated(new_email, read):
    first, second = (read(to_bytes(new_email(sender="a@bücher.example"))) for _ in range(2))
    assert abs((parsedate_to_datetime(first["Date"]) - datetime.now(UTC)).total_seconds()) < 60
    assert first["Date"].endswith(" +0000")
    assert re.fullmatch(r"<[0-9a-f]{24}@xn--bcher-kva\.example>", first["Message-ID"])
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize(
    "name, value", [("dAtE", "Mon, 01 Jan 2024 00:00:00 +0100"), ("Message-Id", "<mine@example.com>")]
)
@pytest.mark.parametrize("way", ["own", "extra"])
def test_date_and_message_id_of_the_caller_take_precedence(new_email, read, name, value, way):
    own, extra = ({name: value}, ()) if way == "own" else ({}, (Header(name, value),))
    seen = read(to_bytes(new_email(headers=own), headers=extra))
    assert seen.raw(name) == value


@pytest.mark.parametrize("name", ["Date", "message-id", "Sender", "In-Reply-To", "REFERENCES"])
def test_a_single_header_given_twice_is_rejected(new_email, name):
    """The case of its letters does not matter."""
    headers = [(name, "<a@b.example>"), (name.swapcase(), "<c@d.example>")]
    with pytest.raises(InvalidEmail, match=f"at most one {name.lower()}") as caught:
        to_bytes(new_email(headers=headers))
    assert caught.value.field == "headers"
    with pytest.raises(InvalidEmail, match="at most"):
        to_bytes(new_email(headers=headers[:1]), headers=[Header(*headers[1])])


def test_extra_headers_follow_those_of_the_email(new_email, read):
    seen = read(to_bytes(new_email(headers=[("X-A", "1"), ("X-A", "2")]), headers=[Header("X-PM-Tag", "t")]))
    assert [name for name in seen.names if name.startswith("X")] == ["X-A", "X-A", "X-PM-Tag"]


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"sender": None}, "sender"),
        ({"to": ()}, "to"),
        ({"text_body": None}, "text_body"),
    ],
)
def test_an_email_must_be_complete(new_email, fields, field):
    """An email without a sender, a recipient or a body is rejected by the field's name."""
    with pytest.raises(InvalidEmail) as caught:
        to_bytes(new_email(**fields))
    assert caught.value.field == field


def test_an_empty_body_is_an_empty_part(new_email, read):
    assert read(to_bytes(new_email(text_body=""))).body("plain") == ""


def test_bcc_is_in_no_header(new_email, read):
    data = to_bytes(new_email(to=(), bcc="Hidden <secret@example.com>"))
    assert b"secret" not in data
    assert b"Hidden" not in data
    assert not {"To", "Cc", "Bcc"} & set(read(data).names)


def test_addresses_are_written_as_given(new_email, read):
    """Headers have each address as often as it was given, in its order and letters."""
    seen = read(
        to_bytes(new_email(to=["b@EXAMPLE.com", "B <b@example.com>"], cc="b@example.com", reply_to="r@example.com"))
    )
    assert seen.raw("To") == "b@EXAMPLE.com, B <b@example.com>"
    assert (seen.raw("Cc"), seen.raw("Reply-To")) == ("b@example.com", "r@example.com")


def test_fields_of_the_service_are_not_written_as_mime(new_email):
    """These are tag, metadata, stream, tracking and key."""
    extra = {"tag": "zzz-1", "metadata": {"zzz-2": "zzz-3"}, "message_stream": "zzz-4", "idempotency_key": "zzz-5"}
    assert b"zzz" not in to_bytes(new_email(**extra, track_opens=True, track_links="HtmlOnly"))


@pytest.mark.parametrize("field", ["sender", "to", "cc", "bcc", "reply_to"])
def test_a_non_ascii_local_part_is_rejected_or_written_as_utf_8(new_email, field):
    email = new_email(**{field: "Jürgen <jürgen@bücher.example>"})
    with pytest.raises(InvalidEmail, match="jürgen") as caught:
        to_bytes(email)
    assert caught.value.field == field
    data = to_bytes(email, utf8=True)
    assert ("jürgen@xn--bcher-kva.example".encode() in data) is (field != "bcc")
    header, _, body = data.partition(b"\r\n\r\n")
    assert body.isascii()
    assert header.decode()


def test_writing_an_email_does_not_change_it():
    email = Email(sender="a@example.com", to="b@example.com", text_body="Hello", metadata={"a": "b"})
    before = repr(email)
    to_bytes(email)
    assert repr(email) == before
