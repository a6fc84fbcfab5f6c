"""Header injection: every field, every kind of input, every payload."""

from __future__ import annotations

import attrs
import pytest

from emailapi.errors import InvalidEmail
from emailapi.models.address import Address
from emailapi.models.attachment import Attachment
from emailapi.models.email import Email, Header
from emailapi.transports.inputs import as_email

PAYLOADS = {
    "CR": ("\r", "a carriage return"),
    "LF": ("\n", "a line feed"),
    "CRLF": ("\r\nBcc: victim@example.com", "a carriage return"),
    "fold": ("\r\n ", "a carriage return"),
    "NUL": ("\0", "a NUL"),
    "high surrogate": ("\ud800", "a lone surrogate"),
    "low surrogate": ("\udc80", "a lone surrogate"),
}
# These look like line breaks and are none: every other character is legal text.
LEGAL = "\u2028 \u2029 \u0085 \x0b \x0c \x1b \x7f \u202e \u200d \ufeff \t \U0001f600".split(" ")

PLACES = ["{}x", "a{}b", "x{}"]

# Each field that becomes a header or a part of one: its name, and how a text gets there.
WAYS_IN = [
    ("sender", lambda text: {"sender": f"{text} <a@example.com>"}),
    ("sender", lambda text: {"sender": f'"{text}" <a@example.com>'}),
    ("sender", lambda text: {"sender": f"a{text}@example.com"}),
    ("sender", lambda text: {"sender": f"a@example.com ({text})"}),
    *[
        (field, way)
        for field in ("to", "cc", "bcc", "reply_to")
        for way in (
            lambda text, field=field: {field: f"{text} <a@example.com>"},
            lambda text, field=field: {field: ["b@example.com", f'"{text}" <a@example.com>']},
            lambda text, field=field: {field: f"a@{text}example.com"},
            lambda text, field=field: {field: f"Team{text}: a@example.com;"},
        )
    ],
    ("subject", lambda text: {"subject": text}),
    ("tag", lambda text: {"tag": text}),
    ("message_stream", lambda text: {"message_stream": text}),
    ("idempotency_key", lambda text: {"idempotency_key": text}),
    ("metadata", lambda text: {"metadata": {text: "value"}}),
    ("metadata", lambda text: {"metadata": {"name": text}}),
    ("headers", lambda text: {"headers": {"X-A": text}}),
    ("headers", lambda text: {"headers": [("X-A", "fine"), ("X-B", text)]}),
    ("headers", lambda text: {"headers": [{"name": "X-A", "value": text}]}),
    ("attachments", lambda text: {"attachments": [{"name": text, "content": b""}]}),
    ("attachments", lambda text: {"attachments": [{"name": "a", "content": b"", "content_id": text}]}),
    ("attachments", lambda text: {"attachments": [{"name": "a", "content": b"", "content_type": f"a/b; c={text}"}]}),
]


@pytest.mark.exhaustive
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("payload, what", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("field, way", WAYS_IN, ids=lambda value: value if isinstance(value, str) else "")
def test_control_characters_and_lone_surrogates_are_rejected_in_each_field(field, way, payload, what, place):
    with pytest.raises(InvalidEmail) as caught:
        as_email(way(place.format(payload)), Email)
    assert caught.value.field == field
    assert f"must not contain {what}" in caught.value.message
    assert "\r" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("payload", [payload for payload, _ in PAYLOADS.values()], ids=list(PAYLOADS))
@pytest.mark.parametrize(
    "make, field",
    [
        (lambda text: Address(f"a@{text}example.com"), "email"),
        (lambda text: Address("a@example.com", text), "name"),
        (lambda text: Header("X-A", text), "value"),
        (lambda text: Header(f"X-A{text}", "x"), "name"),
        (lambda text: Attachment(name=f"{text}.txt", content=b""), "name"),
        (lambda text: Attachment(name="a", content=b"", content_id=f"a{text}"), "content_id"),
        (lambda text: Attachment(name="a", content=b"", content_type=f"a/b; c={text}"), "content_type"),
        (lambda text: attrs.evolve(Email(subject="fine"), subject=text), "subject"),
    ],
)
def test_control_characters_are_rejected_in_each_part_of_an_email(make, field, payload):
    with pytest.raises(InvalidEmail) as caught:
        make(payload)
    assert caught.value.field == field


@pytest.mark.parametrize("odd", LEGAL, ids=ascii)
@pytest.mark.parametrize(
    "read",
    [
        lambda text: Email(subject=text).subject,
        lambda text: Email(tag=text).tag,
        lambda text: Email(sender=Address("a@example.com", text)).sender.name,
        lambda text: Email(to=[Address("a@example.com", text)]).to[0].name,
        lambda text: Email(headers={"X-A": text}).headers[0].value,
        lambda text: Email(metadata={"name": text}).metadata["name"],
        lambda text: next(iter(Email(metadata={text: "value"}).metadata)),
        lambda text: Email(text_body=text).text_body,
        lambda text: Email(html_body=text).html_body,
    ],
)
def test_every_other_character_is_accepted(read, odd):
    assert read(f"a{odd}b") == f"a{odd}b"


@pytest.mark.parametrize("field", ["text_body", "html_body"])
@pytest.mark.parametrize("legal", ["a\rb", "a\nb", "a\r\nb", "a\0b", "", "\r\n.\r\n"])
def test_bodies_may_have_lines(field, legal):
    assert getattr(Email(**{field: legal}), field) == legal


@pytest.mark.parametrize("field", ["text_body", "html_body"])
@pytest.mark.parametrize("odd", ["\ud800", "ü\udc80", "\udfff\ud800"], ids=ascii)
def test_a_lone_surrogate_in_a_body_is_rejected(field, odd):
    with pytest.raises(InvalidEmail, match=f"{field} must not contain a lone surrogate") as caught:
        Email(**{field: f"text {odd}"})
    assert caught.value.field == field


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "X Y",
        "X:",
        "X-A:",
        ":",
        "X-Ü",
        "X\u00a0A",
        "X\t",
        "X-A\r\nBcc",
        "X-A: v\r\nBcc",
        "X\x7f",
        "X\0",
        "\ud800",
    ]
    + [None, 5, b"X-A"],
    ids=ascii,
)
def test_a_header_name_is_printable_ascii_without_colon_and_space(name):
    with pytest.raises(InvalidEmail, match="is not a valid header name") as caught:
        Header(name, "value")
    assert caught.value.field == "name"
    with pytest.raises(InvalidEmail, match=r"headers\[0\]: ") as caught:
        Email(headers=[(name, "value")])
    assert caught.value.field == "headers"


@pytest.mark.parametrize("case", [str, str.upper, str.lower, str.swapcase])
@pytest.mark.parametrize(
    "name",
    ["From", "To", "Cc", "Bcc", "Reply-To", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    + ["Content-Disposition", "Content-ID", "Content-"],
)
def test_structural_headers_are_rejected(name, case):
    """A header that the email's own fields write cannot be given a second time, in whatever case of letters."""
    with pytest.raises(InvalidEmail, match="must not be set") as caught:
        Header(case(name), "x")
    assert caught.value.field == "name"
    with pytest.raises(InvalidEmail, match=r"headers\[1\]: "):
        Email(headers={"X-A": "fine", case(name): "x"})


@pytest.mark.parametrize(
    "name",
    ["Message-ID", "Date", "List-Unsubscribe", "In-Reply-To", "References", "Sender", "X-From", "X!#$%&'*+-.^_`|~9"],
)
def test_custom_headers_are_accepted(name):
    """Every other header is the sender's to give."""
    assert Header(name, "x") == Email(headers={name: "x"}).headers[0]
