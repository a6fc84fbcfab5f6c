"""Headers: encoded where they must be, folded where nothing is lost."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest
from hypothesis import given, strategies as st

from emailapi import Address, InvalidEmail
from emailapi.mime import to_bytes

WORD = re.compile(rb"=\?[^ \r\n]*?\?=")
# What breaks writers: specials, spaces, what looks like a word or a line end, what takes several bytes.
NASTY = st.text(alphabet="ab é\t,;:\"\\<>@()[]=?_.'%*\u2028\x85\x0b\x0c\x1b\u200d\u202e図😀", max_size=120)
BREAKS = set("\r\n\0")
TEXTS = NASTY | st.text(max_size=120)

SUBJECTS = [
    "Hello",
    "Grüße",
    "one =?utf-8?q?=41?=",
    "not =?a word",
    " leading",
    "trailing ",
    "double  space",
    "tab\there",
    "a\u2028b\u2029c\x85d",
    "\x0b \x0c \x1b \x7f",
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467 " * 6,
    "\u202eright to left\u202c \u05d0\u05d1\u05d2 " * 4,
    "x" * 300,
    "é" * 300,
    "a, " * 100 + "b",
    "many words, " * 20 + "and one ünicode",
    "y" * 1200,
    "long " * 400 + "end",
    "\ufeffmark",
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_round_trip(new_email, read, subject):
    """A subject is read as it was written, by both parsers, in words of at most 75 characters."""
    seen = read(to_bytes(new_email(subject=subject)))
    assert seen["Subject"] == subject
    assert all(len(word) <= 75 for word in WORD.findall(seen.header))
    for line in seen.header.split(b"\r\n"):
        if b"=?utf-8?" in line:
            assert len(line) <= 76


@given(subject=TEXTS)
def test_any_subject_round_trips(new_email, read, subject):
    if BREAKS & set(subject):
        with pytest.raises(InvalidEmail) as caught:
            new_email(subject=subject)
        assert caught.value.field == "subject"
        return
    seen = read(to_bytes(new_email(subject=subject)))
    assert (seen["Subject"] if subject else "") == subject
    for word in WORD.findall(seen.header):
        assert len(word) <= 75


def test_no_character_is_split_between_encoded_words(new_email, read):
    from email.header import decode_header

    for subject in ("😀" * 100, "ä" + "😀 é" * 40, "図" * 99):
        words = WORD.findall(read(to_bytes(new_email(subject=subject))).header)
        assert len(words) > 1
        for word in words:
            ((data, charset),) = decode_header(word.decode())
            assert data.decode(charset)


def test_only_words_that_require_it_are_encoded(new_email, read):
    """Plain words before and behind stay readable."""
    seen = read(to_bytes(new_email(subject="Invoice für the year and others")))
    assert b"Subject: Invoice =?utf-8?q?f=C3=BCr?= the year and others\r\n" in seen.header


NAMES = [
    "Doe, Jane",
    'The "Boss"',
    "back\\slash",
    "a (comment)",
    "at@sign",
    "St. Dot",
    "semi;colon: <angle>",
    "A véry long name with non-ASCII char and, comma",
    "A very long name in plain ASCII, with a comma and so many words that it takes more than one line, it does",
    "x" * 100 + ", y",
    "x" * 1000 + ", y",
    "  spaces  ",
    "tab\tbed",
    "one =?utf-8?q?=41=2C?=",
    "a\u2028b",
    "del\x7f",
    "=",
    " ",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("header, field", [("From", "sender"), ("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to")])
def test_a_name_cannot_add_an_address(new_email, read, name, header, field):
    addresses = [Address("j@example.com", name)]
    if field != "sender":
        addresses += [Address("second@example.com", name), Address("plain@example.com")]
    given = addresses[0] if field == "sender" else addresses
    seen = read(to_bytes(new_email(**{field: given})))
    assert seen.addresses(header) == [(address.name or "", address.email) for address in addresses]
    modern = message_from_bytes(seen.data, policy=policy.default)
    assert [address.addr_spec for address in modern[header].addresses] == [address.email for address in addresses]


@given(names=st.lists(TEXTS, min_size=1, max_size=4))
def test_any_name_is_one_address(new_email, read, names):
    if BREAKS & set("".join(names)):
        with pytest.raises(InvalidEmail) as caught:
            [Address("a@example.com", name) for name in names]
        assert caught.value.field == "name"
        return
    group = [Address(f"a{place}@example.com", name) for place, name in enumerate(names)]
    seen = read(to_bytes(new_email(to=group)))
    assert seen.addresses("To") == [(address.name or "", address.email) for address in group]


def test_a_long_quoted_name_stays_quoted(new_email, read):
    name = "Department of Redundancy, Department of Repetition, and the Bureau of Saying Things Twice"
    seen = read(to_bytes(new_email(to=Address("j@example.com", name))))
    assert seen.raw("To") == f'"{name}" <j@example.com>'
    assert all(len(line) <= 78 for line in seen.header.split(b"\r\n"))


@pytest.mark.parametrize(
    "given, written",
    [
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("a@bücher。example", "a@xn--bcher-kva.example"),
        ("a@faß.de", "a@xn--fa-hia.de"),
        ("a@a_b.example", "a@a_b.example"),
        ("a@-odd-.EXAMPLE", "a@-odd-.EXAMPLE"),
        ('"a b"@example.com', '"a b"@example.com'),
        ('"a,b@c"@example.com', '"a,b@c"@example.com'),
        ("a@[127.0.0.1]", "a@[127.0.0.1]"),
    ],
)
def test_the_domain_of_a_mailbox_is_written_as_idna(new_email, read, given, written):
    seen = read(to_bytes(new_email(to=Address(given, "Ä"))))
    assert seen.raw("To") == f"=?utf-8?b?w4Q=?= <{written}>"
    (address,) = message_from_bytes(seen.data, policy=policy.default)["To"].addresses
    assert address.display_name == "Ä"


@pytest.mark.parametrize("field", ["sender", "to", "cc", "bcc", "reply_to"])
@pytest.mark.parametrize("email", ["=?utf-8?q?b=40evil=2Eexample=2C?=@example.com", "a" * 1000 + "@example.com"])
def test_a_mailbox_that_cannot_be_written_is_rejected(new_email, field, email):
    with pytest.raises(InvalidEmail) as caught:
        to_bytes(new_email(**{field: email}))
    assert caught.value.field == field


URL = "https://example.com/unsubscribe/" + "x" * 200
STRUCTURED = [
    ("List-Unsubscribe", f"<{URL}>"),
    ("List-Unsubscribe", f"<{URL}>, <mailto:leave@example.com>"),
    ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ("In-Reply-To", f"<{'y' * 300}@example.com>"),
    ("References", " ".join(f"<{number:060}@example.com>" for number in range(40))),
    ("message-id", f"<{'z' * 200}@example.com>"),
    ("Sender", "Other <other@example.com>"),
]


@pytest.mark.parametrize("name, value", STRUCTURED)
def test_ids_and_urls_have_no_encoded_words(new_email, read, name, value):
    seen = read(to_bytes(new_email(headers={name: value})))
    assert seen.raw(name) == value
    assert b"=?" not in seen.header


def test_urls_without_spaces_are_folded_at_commas(new_email, read):
    """A list of URLs that no line holds gets spaces behind its commas, where they mean nothing."""
    value = ",".join(f"<https://example.com/{number:080}>" for number in range(20))
    assert read(to_bytes(new_email(headers={"List-Archive": value}))).raw("List-Archive") == value.replace(",", ", ")


@pytest.mark.parametrize(
    "name, value",
    [
        ("List-Unsubscribe", "<https://bücher.example>"),
        ("References", "<é@x>"),
        ("Message-ID", "<" + "x" * 1000 + "@x>"),
        ("Date", "heute\x0b"),
        ("X" * 200, "value"),
        ("Resent-Bcc", "secret@example.com"),
        ("rEsEnT-bCc", "secret@example.com"),
        ("Sender", "jürgen@example.com"),
        ("Sender", "Jürgen"),
    ],
)
def test_a_header_that_cannot_be_written_is_rejected(new_email, name, value):
    """A header that would have to be broken, or would show who gets a copy in secret, is rejected by its name."""
    with pytest.raises(InvalidEmail) as caught:
        to_bytes(new_email(headers={name: value}))
    assert caught.value.field == "headers"
    assert caught.value.message.startswith("headers: ")


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "a  b;\tc",
        " outer ",
        "ünïcode",
        "=?utf-8?b?YQ==?=",
        "",
        "x" * 2000,
        "word " * 300 + "end",
        "a\x85b\x0b",
    ],
)
def test_custom_headers_round_trip(new_email, read, value):
    """Free text of the sender's own is read as it was written."""
    assert read(to_bytes(new_email(headers={"X-Own": value})))["X-Own"] == value


def test_a_custom_header_of_addresses_is_written_as_addresses(new_email, read):
    seen = read(to_bytes(new_email(headers={"Disposition-Notification-To": '"Jürgen, Dr." <j@bücher.example>'})))
    assert seen.addresses("Disposition-Notification-To") == [("Jürgen, Dr.", "j@xn--bcher-kva.example")]
