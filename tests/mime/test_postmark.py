"""The fields that MIME does not have, as the headers that Postmark's SMTP servers read."""

from __future__ import annotations

import pytest

from emailapi import Email, InvalidEmail, TrackLinks
from emailapi.mime import from_message, postmark_headers, to_bytes

FIELDS = {
    "tag": "welcome",
    "message_stream": "broadcast",
    "track_links": TrackLinks.HTML_ONLY,
    "track_opens": False,
    "idempotency_key": "key-1",
    "metadata": {"user_id": "7", "name": "Jürgen"},
}


def test_each_field_has_the_header_of_the_service():
    assert [(header.name, header.value) for header in postmark_headers(Email(**FIELDS))] == [
        ("X-PM-Tag", "welcome"),
        ("X-PM-Message-Stream", "broadcast"),
        ("X-PM-TrackLinks", "HtmlOnly"),
        ("X-PM-TrackOpens", "false"),
        ("X-PM-Metadata-user_id", "7"),
        ("X-PM-Metadata-name", "Jürgen"),
        ("X-PM-Metadata-emailapi-key", "key-1"),
    ]
    assert postmark_headers(Email()) == ()
    assert postmark_headers(Email(track_opens=True))[0].value == "true"


def test_the_headers_of_the_service_round_trip(new_email, read):
    email = new_email(**FIELDS)
    seen = read(to_bytes(email, headers=postmark_headers(email)))
    back = from_message(seen.data)
    assert {name: getattr(back, name) for name in FIELDS} == FIELDS
    assert {header.name for header in back.headers} == {"Date", "Message-ID"}


@pytest.mark.parametrize("name", ["", "a b", "a:b", "ü"])
def test_a_metadata_name_that_is_invalid_in_a_header_is_rejected(name):
    with pytest.raises(InvalidEmail, match="cannot be sent in a header") as caught:
        postmark_headers(Email(metadata={name: "v"}))
    assert caught.value.field == "metadata"


@pytest.mark.parametrize(
    "fields", [{"metadata": {"a": "1", "A": "2"}}, {"metadata": {"Emailapi-Key": "1"}, "idempotency_key": "2"}]
)
def test_metadata_names_that_differ_only_in_case_are_rejected(fields):
    """Names that differ in the case of letters only are one name in a header: rejected."""
    with pytest.raises(InvalidEmail) as caught:
        postmark_headers(Email(**fields))
    assert caught.value.field == "metadata"


@pytest.mark.parametrize(
    "lines, field",
    [
        (b"X-PM-Tag: a\nx-pm-tag: b\n", "tag"),
        (b"X-PM-TrackOpens: maybe\n", "track_opens"),
        (b"X-PM-Metadata-a: 1\nX-PM-Metadata-a: 2\n", "metadata"),
        (b"X-PM-Metadata-emailapi-key: " + b"k" * 81 + b"\n", "idempotency_key"),
    ],
)
def test_an_x_pm_header_that_is_repeated_or_not_valid_is_rejected_by_its_field(lines, field):
    with pytest.raises(InvalidEmail) as caught:
        from_message(lines + b"\nhello")
    assert caught.value.field == field


def test_other_headers_of_the_service_are_kept_as_headers():
    email = from_message(b"x-pm-keepid: true\nX-PM-TRACKOPENS: True\nX-Pm-Metadata-A: 1\n\nhello")
    assert [(header.name, header.value) for header in email.headers] == [("x-pm-keepid", "true")]
    assert email.track_opens is True
    assert email.metadata == {"A": "1"}
