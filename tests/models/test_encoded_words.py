"""Text that was encoded for a header already, as every author of smtplib programs has it."""

from __future__ import annotations

from email.header import Header as EncodedHeader
from email.utils import formataddr

import pytest

from emailapi import Address, Attachment, Client, Email, Header, InvalidEmail
from emailapi.sandbox import Sandbox

JURGEN = Address("j@x.example", "Jürgen Groß")
WORD = "=?utf-8?q?J=C3=BCrgen?="


@pytest.mark.parametrize(
    "text, expected",
    [
        (formataddr(("Jürgen Groß", "j@x.example")), [JURGEN]),
        (formataddr(("Jürgen Groß", "j@x.example"), "iso-8859-1"), [JURGEN]),
        (f"{EncodedHeader('Jürgen Groß', 'utf-8')} <j@x.example>", [JURGEN]),
        (f'"{WORD} =?utf-8?b?R3Jvw58=?=" <j@x.example>', [Address("j@x.example", "JürgenGroß")]),
        (f"{WORD} Groß <j@x.example>", [JURGEN]),
        (f"j@x.example ({WORD})", [Address("j@x.example", "Jürgen")]),
        ("=?utf-8?q?Gro=C3=9F=2C_J?= <j@x.example>, k@x.example", [Address("j@x.example", "Groß, J"), "k@x.example"]),
        (f"Team: {WORD} <j@x.example>, k@x.example;", [Address("j@x.example", "Jürgen"), "k@x.example"]),
        ("=?utf-8?q?a=40evil.example=2C?= <j@x.example>", [Address("j@x.example", "a@evil.example,")]),
        ("=?utf-8?q?=3Ck=40evil.example=3E?= <j@x.example>", [Address("j@x.example", "<k@evil.example>")]),
        ("=?not a word?= <j@x.example>", [Address("j@x.example", "=?not a word?=")]),
    ],
)
@pytest.mark.parametrize("field", ["to", "cc", "bcc", "reply_to"])
def test_encoded_words_in_an_address_string_are_decoded(field, text, expected):
    expected = tuple(item if isinstance(item, Address) else Address(item) for item in expected)
    assert getattr(Email(**{field: text}), field) == getattr(Email(**{field: [text]}), field) == expected


def test_a_sender_is_decoded_too():
    assert Email(sender=formataddr(("Jürgen Groß", "j@x.example"))).sender == JURGEN


def test_a_decoded_name_reaches_the_recipient():
    us, to = formataddr(("Müller", "us@example.com")), formataddr(("Jürgen Groß", "j@x.example"))
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url, sender=us) as client:
        result = client.outbound.send(Email(to=to, text_body="Hello"))
        message = client.messages.get(result.message_id)
        (recipient,) = message.to
        assert (recipient.name, recipient.email) == ("Jürgen Groß", "j@x.example")
        assert message.sender == "Müller <us@example.com>"


@pytest.mark.parametrize(
    "word, what",
    [
        ("=?utf-8?q?a=0D=0ABcc:_v=40x.example?=", "must not contain a carriage return"),
        ("=?utf-8?b?YQpCY2M6IHZAeC5leGFtcGxl?=", "must not contain a line feed"),
        ("=?utf-8?q?a=00?=", "must not contain a NUL"),
        ("=?utf-16-le?b?ANg=?=", "has bytes that are not valid in its charset"),
        ("=?utf-8?q?=FF?=", "has bytes that are not valid in its charset"),
        ("=?klingon?q?a?=", "'klingon', which is unknown"),
        ("=?utf-8?b?a?=", "has an encoded word that cannot be decoded"),
        (f"=?utf-8?q?{WORD.replace('=', '=3D').replace('?', '=3F')}?=", "must not be encoded"),
    ],
)
@pytest.mark.parametrize("form", ["{} <j@x.example>", '"{}" <j@x.example>', "j@x.example ({})"])
def test_the_text_of_a_decoded_word_is_validated(word, what, form):
    with pytest.raises(InvalidEmail) as caught:
        Email(to=["k@x.example", form.format(word)])
    assert what in caught.value.message
    assert caught.value.message.startswith("to[1]: ")
    assert caught.value.field == "to"


ENCODED = [
    WORD,
    str(EncodedHeader("Grüße", "utf-8").encode()),
    # Long enough to be folded.
    EncodedHeader("Grüße aus Köln " * 10, "utf-8").encode(),
    f" {WORD} {WORD} ",
    "=?iso-8859-1*de?Q?a?=",
]


@pytest.mark.parametrize("text", ENCODED)
@pytest.mark.parametrize(
    "make, field",
    [
        (lambda text: Email(subject=text), "subject"),
        (lambda text: Address("a@example.com", text), "name"),
        (lambda text: Attachment(name=text, content=b""), "name"),
        (lambda text: Attachment.from_base64(text, ""), "name"),
    ],
)
def test_a_text_that_is_encoded_already_is_rejected_with_the_remedy(make, field, text):
    """It would be encoded a second time, and the recipient would read the code."""
    with pytest.raises(InvalidEmail, match="must not be encoded: pass the plain text") as caught:
        make(text)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "text", ["=?", "a =?utf-8?q?=41?=", f"Re: {WORD}", "=?utf-8?q?=41?=b", "=?utf-8?x?a?=", "Is 2=?3=?4=?", "?="]
)
def test_an_encoded_word_inside_other_text_is_text(text):
    assert Email(subject=text).subject == text
    assert Attachment(name=text, content=b"").name == text


@pytest.mark.parametrize("text", [WORD, f"a {WORD} b"])
def test_encoded_words_in_custom_headers_are_kept(text):
    assert Header("X-A", text).value == text
    email = Email(text_body=text, tag=text, metadata={"a": text})
    assert (email.text_body, email.tag, email.metadata) == (text, text, {"a": text})
