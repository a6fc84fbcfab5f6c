"""Whatever is given for a ready message, nothing but our own error comes of it."""

from __future__ import annotations

import random
from email import message_from_bytes, message_from_string, policy
from email.header import Header as EncodedHeader
from email.message import EmailMessage, Message, MIMEPart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, strategies as st

from emailapi import Client, EmailAPIError, InvalidEmail
from emailapi.mime import as_given, envelope_of, from_message, to_bytes

PIECES = [
    *(b"\n", b"\r\n", b"\r", b"\n\n", b" ", b"\t", b":", b";", b"=", b'"', b"\\", b"\0", b"\xff", b"\xc3\xa4", b","),
    *(b"From: ", b"To: ", b"Bcc: ", b"Subject: ", b"Resent-To: ", b"Content-Type: ", b"Content-Disposition: "),
    *(b"X-PM-Tag: ", b"X-PM-TrackOpens: ", b"X-PM-Metadata-a: ", b"Content-Transfer-Encoding: ", b"Content-ID: "),
    *(b"text/plain", b"text/html", b"multipart/mixed; boundary=b", b"multipart/related; boundary=b; start=<i>"),
    *(b"multipart/alternative; boundary=b", b"message/rfc822", b"message/delivery-status", b"--b", b"--b--"),
    *(b"; charset=", b"utf-8", b"hex", b"idna", b"utf-7", b"punycode", b"unicode_escape", b"rot13"),
    *(b"base64", b"quoted-printable", b"x-uuencode", b"begin 644 a\n", b"end", b"attachment"),
    *(b"; filename=", b"; filename*=", b"; filename*0*=", b"; filename*99999999999999999999=", b"; filename*x="),
    *(b"utf-8''%C3", b"a@b.example", b"<a@b.example>", b"a", b"Team: "),
    *(b"=?utf-8?q?=C3?=", b"=?utf-8?b?", b"?=", b"=?idna?q?a?="),
    *(
        b"From ",
        b"From : ",
        b"Bcc : ",
        b"MIME-Version: ",
        b"DKIM-Signature: ",
        b"Content-Language: ",
        b"MIME-Version: 1.0",
    ),
    *(b"message/disposition-notification", b"message/partial", b"message/external-body", b"message/global", b"report"),
    *(b"multipart/digest; boundary=b", b"multipart/signed; boundary=b", b"; format=flowed", b"; name=", b"; size=1"),
    *(b"cid:", b"x" * 999, b"word " * 250, b"\xc3\xa4" * 600, b"; x*0*=a", b"; charset*=utf-8''%FF", b"unknown-8bit"),
]
MESSAGES = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)


def only_ours(call, *args):
    try:
        return call(*args)
    except EmailAPIError as error:
        return error


@given(data=MESSAGES)
def test_any_bytes_raise_only_errors_of_the_sdk(data):
    """Any bytes, and what the library's parsers make of them, are read, left as they are, or rejected."""
    for message in (data, message_from_bytes(data), message_from_bytes(data, policy=policy.default)):
        for call in (as_given, envelope_of, from_message):
            only_ours(call, message)


@given(data=MESSAGES)
def test_an_email_read_from_a_message_is_written_or_rejected_by_name(data):
    email = only_ours(from_message, b"From: a@b.example\nTo: c@d.example\n" + data)
    if not isinstance(email, EmailAPIError):
        written = only_ours(to_bytes, email)
        if not isinstance(written, EmailAPIError):
            again = from_message(written)
            assert (again.text_body, again.html_body, again.subject) == (
                email.text_body,
                email.html_body,
                email.subject,
            )


@pytest.mark.slow
@pytest.mark.parametrize("depth", [200, 3000])
def test_a_deeply_nested_message_is_rejected(depth):
    marks = [f"b{number}x" for number in range(depth)]
    message = "".join(f"Content-Type: multipart/mixed; boundary={mark}\n\n--{mark}\n" for mark in marks) + "\nx"
    assert isinstance(only_ours(from_message, message.encode()), EmailAPIError)
    inner = b"Content-Type: message/rfc822\n\n" * depth
    only_ours(from_message, inner)
    assert isinstance(only_ours(from_message, message_from_bytes(inner[:6000])), EmailAPIError)
    assert as_given(message.encode())


@pytest.mark.costly
@pytest.mark.parametrize(
    "data",
    [
        b"Subject: " + b"=?" * 50_000 + b"\n\nx",
        b"Subject: " + b"?= " * 50_000 + b"\n\nx",
        b"Subject: " + b"=?a?q?a?= " * 20_000 + b"\n\nx",
        b"To: " + b"(" * 50_000 + b"\n\nx",
        b"To: " + b'"' * 50_001 + b"\n\nx",
        b"A: b" + b"\n " * 50_000 + b"\n\nx",
        b"A: b\n\n" + b"\r" * 100_000,
    ],
)
def test_a_long_input_is_handled_like_a_short_one(data):
    for call in (as_given, envelope_of, from_message):
        only_ours(call, data)


class Shouting(Message):
    """A message of a user's own class."""

    def get_content_type(self) -> str:
        """Return the type in capital letters."""
        return super().get_content_type().upper()

    def items(self):
        """Return nothing."""
        return []


class Broken(Message):
    """A message that never was initialized."""

    def __init__(self):
        pass


class Failing(Message):
    """A message whose every response is an exception of its own kind."""

    def get_payload(self, *_, **__):
        """Fail."""
        raise LookupError("no payload")


POLICIES = {
    "compat32": policy.compat32,
    "default": policy.default,
    "SMTP": policy.SMTP,
    "SMTPUTF8": policy.SMTPUTF8,
    "HTTP": policy.HTTP,
    "long lines": policy.default.clone(max_line_length=0, linesep="\r\n"),
    "own class": policy.compat32.clone(message_factory=Shouting),
}


@pytest.mark.parametrize("chosen", POLICIES)
@given(data=st.one_of(MESSAGES, st.binary(max_size=300)))
def test_arbitrary_bytes_raise_only_invalid_email(chosen, data):
    parsed = message_from_bytes(b"From: a@b.example\nTo: c@d.example\n" + data, policy=POLICIES[chosen])
    text = message_from_string(data.decode("latin-1"), policy=POLICIES[chosen])
    for message in (parsed, text):
        for call in (as_given, envelope_of, from_message):
            only_ours(call, message)


VALUES = st.one_of(
    st.none(), st.integers(), st.floats(), st.booleans(), st.text(max_size=20), st.binary(max_size=20),
    st.sampled_from(["a@b.example", "=?x?q?a?=", "text/html; charset=no", "multipart/mixed", "x\r\nBcc: y", "\udcff"]),
    st.lists(st.one_of(st.text(max_size=5), st.none(), st.just("a@b.example"), st.tuples(st.text())), max_size=3),
    st.tuples(st.text(max_size=5), st.just("a@b.example")), st.dictionaries(st.text(max_size=2), st.none(), max_size=2),
    st.builds(EncodedHeader, st.text(alphabet="aé=?", max_size=20), st.just("utf-8")), st.builds(object),
)  # fmt: skip
HEADER_NAMES = st.one_of(
    st.sampled_from(
        "From To Cc Bcc Reply-To Sender Subject Date Resent-To Resent-Bcc X-PM-Tag X-PM-TrackOpens MIME-Version "
        "Content-Type Content-Disposition Content-Transfer-Encoding Content-ID DKIM-Signature X-A".split()
    ),
    st.text(max_size=5),
)
HEADERS = st.lists(st.tuples(HEADER_NAMES, VALUES), max_size=4)
PAYLOADS = st.recursive(
    st.one_of(st.none(), st.text(max_size=30), st.binary(max_size=10), st.integers(), st.just([]), st.just([7])),
    lambda inner: st.lists(st.builds(lambda payload, headers: built(headers, payload), inner, HEADERS), max_size=3),
    max_leaves=6,
)


def built(headers, payload, kind: type[Message] = Message) -> Message:
    message = kind()
    message._headers = list(headers)
    message._payload = payload
    return message


@given(headers=HEADERS, payload=PAYLOADS, kind=st.sampled_from([Message, EmailMessage, MIMEPart, Shouting, Failing]))
def test_any_message_object_raises_only_errors_of_the_sdk(headers, payload, kind):
    message = built(headers, payload, kind)
    for call in (as_given, envelope_of, from_message):
        only_ours(call, message)
    assert message._headers == headers, "the message is not touched"


@pytest.mark.parametrize("message", [Broken(), Failing(), Shouting()])
def test_a_subclass_of_message_raises_only_errors_of_the_sdk(message):
    for call in (as_given, envelope_of, from_message):
        only_ours(call, message)
    if not isinstance(message, Shouting):
        with Client("token") as client, pytest.raises(InvalidEmail):
            client.outbound.send(message)


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/alternative", "multipart/related", "message/rfc822"])
@pytest.mark.parametrize("children", [1, 2])
def test_a_message_that_contains_itself_is_rejected(kind, children):
    message = built([("From", "a@b.example"), ("To", "c@d.example"), ("Content-Type", kind)], None)
    message._payload = [message] * children
    for call in (as_given, from_message):
        with pytest.raises(InvalidEmail):
            call(message)
    assert envelope_of(message) == ("a@b.example", ("c@d.example",))


@pytest.mark.parametrize(
    "charset", ["unknown-8bit", "utf-7", "hex", "rot13", "\0", "x" * 500, "idna", "undefined", "mbcs"]
)
def test_an_unknown_charset_is_rejected_by_name(charset):
    message = MIMEText("")
    message._payload = "\udcc3\udca4+AOQ- \udcff"
    message.replace_header("Content-Type", f'text/plain; charset="{charset}"')
    assert isinstance(only_ours(from_message, message), InvalidEmail)


def test_random_bytes_are_read_or_rejected():
    source = random.Random(7)
    for size in (1, 10, 1000, 100_000):
        data = source.randbytes(size)
        for form in (data, b"From: a@b.example\n\n" + data, message_from_bytes(data)):
            for call in (as_given, envelope_of, from_message):
                only_ours(call, form)
