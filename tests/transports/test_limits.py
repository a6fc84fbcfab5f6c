"""Emails that are rejected before a byte leaves: each limit of the contract, at it and one over."""

from __future__ import annotations

import attrs
import pytest

from emailapi import BulkEmail, Client, MemoryTransport, SMTPTransport
from emailapi.errors import InvalidEmail
from emailapi.models.address import Address
from emailapi.models.attachment import Attachment
from emailapi.models.email import Email
from emailapi.settings import Options
from emailapi.transports.api.payload import EMAILS, encode

OPTIONS = Options(timeout=(1.0, 1.0), reconcile=False)
EMAIL = Email(sender="a@d.com", to="b@example.com", text_body="x")


def encoded(email: Email, options: Options = OPTIONS) -> bytes:
    return encode(email, options, EMAILS.check).part


def people(count: int) -> list[str]:
    return [f"p{number}@example.com" for number in range(count)]


def named(name: str) -> dict[str, object]:
    """Return a sender whose header is as long as this name and ten more."""
    return {"sender": Address("a@d.com", name)}


def meta(*pairs: tuple[str, str]) -> dict[str, object]:
    return {"metadata": dict(pairs)}


# The field at fault, an email at its limit, and one over.
LIMITS = [
    ("to", {"to": people(50)}, {"to": people(51)}),
    ("to", {"cc": people(20), "bcc": people(29)}, {"cc": people(20), "bcc": people(30)}),
    ("to", {"to": ["a@example.com"] * 50}, {"to": ["a@example.com"] * 51}),
    ("sender", named("s" * 245), named("s" * 246)),
    ("sender", named("😀" * 122 + "s"), named("😀" * 123)),
    ("subject", {"subject": "s" * 2000}, {"subject": "s" * 2001}),
    ("subject", {"subject": "ü" * 2000}, {"subject": "ü" * 2001}),
    ("subject", {"subject": "😀" * 1000}, {"subject": "😀" * 1000 + "s"}),
    ("subject", {"subject": "s" + "😀" * 999 + "s"}, {"subject": "ss" + "😀" * 999 + "s"}),
    ("tag", {"tag": "t" * 1000}, {"tag": "t" * 1001}),
    ("tag", {"tag": "😀" * 1000}, {"tag": "😀" * 1001}),
    ("metadata", meta(*((str(n), "") for n in range(10))), meta(*((str(n), "") for n in range(11)))),
    ("metadata", meta(("n" * 20, "")), meta(("n" * 21, ""))),
    ("metadata", meta(("n", "ü" * 80)), meta(("n", "ü" * 81))),
    ("metadata", meta(("n", "")), meta(("", "n"))),
    ("metadata", meta(("user", ""), ("user2", "")), meta(("user", ""), ("User", ""))),
    ("metadata", meta(("ä", ""), ("a", "")), meta(("ä", ""), ("Ä", ""))),
    ("text_body", {"text_body": "x" * 5_000_000}, {"text_body": "x" * 5_000_001}),
    ("html_body", {"html_body": "ü" * 2_500_000}, {"html_body": "ü" * 2_500_000 + "x"}),
    ("text_body", {"text_body": "", "html_body": "x"}, {"text_body": "", "html_body": ""}),
    ("text_body", {"text_body": None, "html_body": "x"}, {"text_body": None, "html_body": ""}),
    ("text_body", {"text_body": " "}, {"text_body": ""}),
    ("message_stream", {"message_stream": "s" * 30}, {"message_stream": "s" * 31}),
]


@pytest.mark.parametrize("field, within, beyond", LIMITS, ids=range(len(LIMITS)))
def test_an_email_over_a_limit_is_rejected_by_field(field, within, beyond):
    assert encoded(attrs.evolve(EMAIL, **within))
    with pytest.raises(InvalidEmail) as caught:
        encoded(attrs.evolve(EMAIL, **beyond))
    assert caught.value.field == field


@pytest.mark.parametrize(
    "given, field",
    [
        ({"attachments": Attachment(name="a.dat", content=b"x" * 7_000_000)}, "attachments"),
        ({"html_body": "h" * 5_000_000}, "html_body"),
    ],
)
def test_the_total_size_of_an_email_is_limited(given, field):
    """An email of 10,000,000 bytes, its attachments in base64, is sent, and one byte more is rejected."""
    email = attrs.evolve(EMAIL, text_body="t", **given)
    text = "t" * (10_000_000 - len(encoded(email)) + 1)
    assert len(encoded(attrs.evolve(email, text_body=text))) == 10_000_000
    with pytest.raises(InvalidEmail, match="10000001 bytes") as caught:
        encoded(attrs.evolve(email, text_body=text + "t"))
    assert caught.value.field == field


@pytest.mark.parametrize(
    "given, field, sentence",
    [
        ({"to": ()}, "to", "no recipients: to, cc and bcc are empty"),
        ({"to": "undisclosed-recipients:;"}, "to", "no recipients"),
        ({"to": people(51)}, "to", "51 recipients in to, cc and bcc, the API accepts 50"),
        ({"text_body": None}, "text_body", "an email needs a text_body or an html_body"),
        ({"sender": None}, "sender", "sender is missing: set it on the email, or pass sender= to the client"),
        ({"subject": "😀" * 1001}, "subject", "subject has 2002 characters (UTF-16), the API accepts 2000"),
        (meta(("User", "1"), ("user", "2")), "metadata", "metadata has names that differ only in the case of letters"),
        (meta(("key", "v" * 81)), "metadata", "metadata 'key' has 81 characters, the API accepts 80"),
    ],
)
def test_the_message_has_the_value_and_the_limit(given, field, sentence):
    with pytest.raises(InvalidEmail) as caught:
        encoded(attrs.evolve(EMAIL, **given))
    assert caught.value.message.startswith(sentence)
    assert (caught.value.field, caught.value.index) == (field, None)


def test_a_default_sender_is_validated_too():
    """The client's sender has to keep the limits where it stands in."""
    long = Options(timeout=(1.0, 1.0), sender=Address("a@d.com", "s" * 246))
    assert encoded(EMAIL, long)
    with pytest.raises(InvalidEmail, match="sender has 256 characters"):
        encoded(attrs.evolve(EMAIL, sender=None), long)


# Written again from the contract.
FORBIDDEN = """vbs exe bin bat chm com cpl crt hlp hta inf ins isp jse lnk mdb pcd pif reg scr sct shs vbe vba wsf wsh
    wsl msc msi msp mst""".split()


@pytest.mark.exhaustive
@pytest.mark.parametrize("form", ["a.{}", "a.b.{}", ".{}", "a.{}.", "a.{} ", "a.{} . .", "a. {}", "ü.{}\xa0"])
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("extension", FORBIDDEN)
def test_a_file_with_a_forbidden_extension_is_rejected(extension, case, form):
    name = form.format(case(extension))
    with pytest.raises(InvalidEmail, match=f"the API does not accept .{extension} files") as caught:
        encoded(
            attrs.evolve(
                EMAIL, attachments=[Attachment(name="fine.txt", content=b""), Attachment(name=name, content=b"")]
            )
        )
    assert caught.value.field == "attachments"
    assert repr(name) in caught.value.message


@pytest.mark.parametrize("name", [*FORBIDDEN, "a.exe.txt", "a.exe2", "aexe", "a.ex", "exe.zip", "a. ", "a.js"])
def test_a_file_with_another_extension_is_accepted(name):
    assert encoded(attrs.evolve(EMAIL, attachments=Attachment(name=name, content=b"")))


@pytest.mark.parametrize("field", ["sender", "to", "cc", "bcc", "reply_to"])
def test_a_local_part_must_be_ascii(field):
    assert encoded(attrs.evolve(EMAIL, **{field: "Jürgen <j@bücher.example>"}))
    with pytest.raises(InvalidEmail, match="jürgen@x.example") as caught:
        encoded(attrs.evolve(EMAIL, **{field: "jürgen@x.example"}))
    assert caught.value.field == field


def test_a_default_sender_must_be_ascii_too():
    """The client's sender is held to the same."""
    with pytest.raises(InvalidEmail, match="sender: .* must have an ASCII local part for the API"):
        encoded(attrs.evolve(EMAIL, sender=None), Options(timeout=(1.0, 1.0), sender=Address("jürgen@x.example")))


def test_only_the_api_rejects_an_email_with_empty_bodies():
    nothing = attrs.evolve(EMAIL, text_body="", html_body="")
    for transport in (MemoryTransport(), SMTPTransport("127.0.0.1")):
        transport.check(nothing)
    with Client("t") as client, pytest.raises(InvalidEmail, match="the API treats an empty body as missing") as caught:
        client.outbound.send(nothing)
    assert caught.value.field == "text_body"


@pytest.mark.parametrize("content", [{}, {"text_body": ""}, {"text_body": "", "html_body": ""}])
def test_a_bulk_request_without_messages_is_rejected(content):
    bulk = BulkEmail(sender="a@d.com", messages=[{"to": "b@d.com"}], **content)
    with Client("t") as client, pytest.raises(InvalidEmail, match="the API treats an empty body as missing") as caught:
        client.outbound.send_bulk(bulk)
    assert caught.value.field == "text_body"
