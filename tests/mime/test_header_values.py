"""Values of headers that are not text: one rule for messages that are rebuilt and for those that leave as given."""

from __future__ import annotations

from email.header import Header as EncodedHeader
from email.headerregistry import Address as LibraryAddress
from email.message import Message
from email.mime.text import MIMEText
from email.utils import formataddr

import pytest

from emailapi import Address, InvalidEmail
from emailapi.mime import as_given, envelope_of, from_message, to_bytes


def text(**headers: object) -> Message:
    message = MIMEText("Hello")
    for name, value in {"From": "a@example.com", "Subject": "s", **headers}.items():
        message[name.replace("_", "-")] = value
    return message


class Lazy:
    """A text that is translated when it is shown."""

    def __str__(self) -> str:
        return "lazy@example.com"


TWO = [
    ("b@example.com", "c@example.com"),
    ["b@example.com", "c@example.com"],
    ["b@example.com, c@example.com"],
    [Address("b@example.com"), LibraryAddress("", "c", "example.com")],
]
NAMES = {"To": "to", "Cc": "cc", "Bcc": "bcc", "Reply-To": "reply_to"}


@pytest.mark.parametrize("value", TWO, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_sequence_of_addresses_names_each_of_them(name, value):
    message = text(**{"Sender": "a@example.com", name: value})
    email = from_message(message)
    assert [address.email for address in getattr(email, NAMES[name])] == ["b@example.com", "c@example.com"]
    written = as_given(message)
    assert (f"\r\n{name}: b@example.com, c@example.com\r\n".encode() in written) == (name != "Bcc")
    if name != "Reply-To":
        assert envelope_of(message) == ("a@example.com", ("b@example.com", "c@example.com"))


def test_a_sequence_and_another_header_name_all_recipients():
    message = text(To=("b@example.com", "c@example.com"), Cc="d@example.com")
    assert envelope_of(message)[1] == ("b@example.com", "c@example.com", "d@example.com")
    assert envelope_of(to_bytes(from_message(message)))[1] == ("b@example.com", "c@example.com", "d@example.com")


def test_names_in_a_sequence_are_kept():
    message = text(To=[formataddr(("Jürgen, Dr", "b@example.com")), LibraryAddress("Zoë", "c", "example.com")])
    expected = (Address("b@example.com", "Jürgen, Dr"), Address("c@example.com", "Zoë"))
    assert from_message(message).to == from_message(as_given(message)).to == expected


@pytest.mark.parametrize("name", ["Resent-To", "Resent-Cc", "Resent-Bcc"])
def test_resent_headers_accept_sequences(name):
    message = text(**{"Resent-From": "r@example.com", name: ["b@example.com"]})
    assert envelope_of(message) == ("r@example.com", ("b@example.com",))
    assert (f"{name}: b@example.com\r\n".encode() in as_given(message)) == (name != "Resent-Bcc")


@pytest.mark.parametrize("value", [None, (), []])
@pytest.mark.parametrize("name", NAMES)
def test_none_and_an_empty_sequence_write_no_header(name, value):
    message = text(**{name: value})
    assert getattr(from_message(message), NAMES[name]) == ()
    assert name.encode() not in as_given(message)
    assert envelope_of(message) == ("a@example.com", ())


EVERY = [
    *("From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "X-Own"),
    *("X-PM-Tag", "MIME-Version", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Content-ID"),
    *("Content-Language", "DKIM-Signature", "Resent-To"),
]


@pytest.mark.parametrize("name", EVERY)
def test_none_writes_no_header_whatever_its_name(name):
    message = Message()
    message.set_payload("Hello")
    plain = from_message(message), as_given(with_header(message, "X-A", "b"))
    message[name] = None
    assert (from_message(message), as_given(with_header(message, "X-A", "b"))) == plain
    assert message.items()[0] == (name, None), "the message is not touched"


def with_header(message: Message, name: str, value: object) -> Message:
    copied = Message()
    copied._headers = [*message._headers, (name, value)]
    copied.set_payload(message.get_payload())
    return copied


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("value", [7, 7.5, True, b"x@example.com", {"a": "b"}, {"b@example.com"}, Lazy(), object()])
def test_a_header_value_that_is_not_a_string_is_rejected_by_name(name, value):
    message = Message()
    message.set_payload("Hello")
    message[name] = value
    for call in (from_message, as_given):
        with pytest.raises(InvalidEmail, match=name):
            call(message)


@pytest.mark.parametrize("name", [name for name in EVERY if name not in (*NAMES, "Resent-To")])
def test_a_sequence_is_rejected_for_a_header_with_one_value(name):
    message = Message()
    message.set_payload("Hello")
    message[name] = ("Shop", "shop@example.com")
    for call in (from_message, as_given):
        with pytest.raises(InvalidEmail, match=name) as caught:
            call(message)
    if name in ("From", "Sender"):
        assert "formataddr" in str(caught.value)
        with pytest.raises(InvalidEmail, match=name):
            envelope_of(message)


@pytest.mark.parametrize(
    "value", [("Shop", "shop@example.com"), [("Shop", "shop@example.com")], ["b@example.com", 7], [None], [b"b@x"]]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_sequence_without_addresses_is_rejected_with_a_hint(name, value):
    message = text(**{name: value})
    for call in (from_message, as_given) if name == "Reply-To" else (from_message, as_given, envelope_of):
        with pytest.raises(InvalidEmail, match=f"(?s){name}.*formataddr"):
            call(message)


@pytest.mark.parametrize("value", [str(("b@example.com", "c@example.com")), "(b@example.com)", '(b@example.com) ""'])
def test_text_without_an_address_is_rejected(value):
    message = text(To=value, Cc="d@example.com")
    for call in (from_message, envelope_of):
        with pytest.raises(InvalidEmail) as caught:
            call(message)
        assert caught.value.field == "to"


def test_an_empty_group_is_kept():
    message = text(To="undisclosed-recipients:;", Cc="d@example.com")
    assert from_message(message).to == ()
    assert envelope_of(message)[1] == ("d@example.com",)


@pytest.mark.parametrize("name", ["To", "Subject", "X-Own"])
def test_a_header_object_of_the_email_package_is_a_string(name):
    message = text()
    del message[name]
    message[name] = EncodedHeader("b@example.com")
    assert f"{name}: b@example.com\r\n".encode() in as_given(message)
    assert b"b@example.com" in to_bytes(from_message(with_header(message, "Bcc", "c@example.com")))


@pytest.mark.parametrize("name", ["Content-Type", "Content-Disposition"])
@pytest.mark.parametrize("value", [7, b"x", ("attachment", "a")])
def test_the_headers_of_parts_have_the_same_rule(name, value):
    from email.mime.multipart import MIMEMultipart

    message = MIMEMultipart()
    part = MIMEText("Hello")
    del part[name]
    part[name] = value
    message.attach(part)
    for call in (from_message, as_given):
        with pytest.raises(InvalidEmail, match=name):
            call(message)
    part.replace_header(name, None)
    assert from_message(message).text_body == "Hello"
    assert f"{name}: None".encode() not in as_given(message)
