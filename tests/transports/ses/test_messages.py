"""Ready messages by SES: they leave as given, or not at all."""

from __future__ import annotations

import base64
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from emailapi import Address, ConfigurationError, DeliveryUnknown, InvalidEmail

from .conftest import new_email
from .fake import CUT, THROTTLED, members

INVITATION = (
    b"From: Me <me@example.com>\r\nTo: You <you@example.com>, them@example.com\r\nCc: copy@example.com\r\n"
    b"Subject:  two  spaces\r\nX-Order: 7\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative;\r\n\tboundary="=_x"\r\n\r\n'
    b"--=_x\r\nContent-Type: text/plain\r\n\r\nMeet me.\r\n"
    b"--=_x\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    b"--=_x--\r\n"
)
SIGNED = (
    b"From: me@example.com\r\nTo: you@example.com\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="s"\r\n\r\n'
    b"--s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHell\xc3\xb6  \r\n"
    b"--s\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--s--\r\n"
)
RECIPIENTS = ["you@example.com", "them@example.com", "copy@example.com"]


def content(post: dict[str, str]) -> bytes:
    return base64.b64decode(post["RawMessage.Data"])


@pytest.mark.costly
@pytest.mark.parametrize("form", [bytes, bytes.decode, lambda data: data.replace(b"\r\n", b"\n")])
def test_a_message_is_sent_byte_for_byte(form, serve, connect):
    service = serve()
    result = connect(service.url).send_message(form(INVITATION))
    (post,) = service.accepted
    assert content(post) == INVITATION
    assert (post["Action"], post["Source"]) == ("SendRawEmail", "me@example.com")
    assert members(post, "Destinations") == RECIPIENTS
    assert (result.message_id, result.via, result.to) == ("0100-1", "ses", ", ".join(RECIPIENTS))


def test_a_parsed_message_is_sent_unchanged(serve, connect):
    service = serve()
    connect(service.url).send_message(message_from_bytes(INVITATION))
    (post,) = service.accepted
    assert message_from_bytes(content(post)).items() == message_from_bytes(INVITATION).items()
    assert content(post).partition(b"\r\n\r\n")[2] == INVITATION.partition(b"\r\n\r\n")[2]


@pytest.mark.costly
def test_moto_accepts_a_message_object(sent, moto, connect):
    result = connect(moto).send_message(INVITATION, recipients="only@example.com")
    (message,) = sent
    assert (message.id, message.source) == (result.message_id, "me@example.com")
    assert "only@example.com" in message.destinations
    assert message.raw_data.encode() == INVITATION


def test_bcc_is_an_envelope_recipient_and_no_header(serve, connect):
    service = serve()
    connect(service.url).send_message(b"Bcc: hidden@example.com\r\n" + INVITATION)
    (post,) = service.accepted
    assert members(post, "Destinations") == [*RECIPIENTS, "hidden@example.com"]
    assert content(post) == INVITATION


def test_a_given_envelope_takes_precedence(serve, connect):
    service = serve()
    transport = connect(service.url, return_path="bounces@example.com")
    transport.send_message(INVITATION)
    transport.send_message(
        INVITATION, sender="else@example.com", recipients=[Address("a@example.com", "A, B"), "b@example.com"]
    )
    first, second = service.accepted
    assert (first["Source"], members(first, "Destinations")) == ("bounces@example.com", RECIPIENTS)
    assert (second["Source"], members(second, "Destinations")) == (
        "else@example.com",
        ["a@example.com", "b@example.com"],
    )


def test_the_options_of_the_transport_apply(serve, connect):
    service = serve()
    arn = "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
    connect(service.url, source_arn=arn, tags={"app": "shop"}, configuration_set_name="news").send_message(INVITATION)
    (post,) = service.accepted
    assert (post["SourceArn"], post["FromArn"], post["ConfigurationSetName"]) == (arn, arn, "news")
    assert (post["Tags.member.1.Name"], post["Tags.member.1.Value"]) == ("app", "shop")


def test_an_email_can_have_another_envelope(serve, connect):
    service = serve()
    email = new_email(tag="welcome", bcc="hidden@example.com", idempotency_key="order-7")
    result = connect(service.url).send_message(email, recipients=["a@example.com"])
    (post,) = service.accepted
    assert members(post, "Destinations") == ["a@example.com"]
    assert b"hidden" not in content(post)
    assert post["Tags.member.1.Value"] == "welcome"
    assert result.idempotency_key == "order-7"


def test_an_8_bit_message_is_encoded_for_7_bit(serve, connect):
    message = EmailMessage()
    message["From"], message["To"] = "me@example.com", "you@example.com"
    message.set_content("Grüße", cte="8bit")
    service = serve()
    connect(service.url).send_message(message)
    (post,) = service.accepted
    assert content(post).isascii()
    assert message_from_bytes(content(post)).get_payload(decode=True).decode().strip() == "Grüße"


def test_a_signed_7_bit_message_is_unchanged(serve, connect):
    message = SIGNED.replace(b"8bit", b"quoted-printable").replace(b"\xc3\xb6  ", b"=C3=B6=20=20")
    service = serve()
    connect(service.url).send_message(message)
    assert content(service.accepted[0]) == message


@pytest.mark.parametrize(
    "message, options, field",
    [
        (SIGNED, {}, "message"),
        ("Subject: Grüße\n" + INVITATION.decode(), {}, "message"),
        (INVITATION, {"recipients": [f"user{number}@example.com" for number in range(51)]}, "recipients"),
        (INVITATION, {"recipients": []}, "recipients"),
        (INVITATION, {"recipients": "root"}, "recipients"),
        (INVITATION, {"recipients": "jürgen@example.com"}, "recipients"),
        (INVITATION, {"sender": ""}, "sender"),
        (INVITATION, {"sender": "me"}, "sender"),
        (INVITATION.replace(b"From:", b"X-From:"), {}, "sender"),
        (INVITATION + b"x" * 70 + (b"\r\n" + b"y" * 70) * 140_000, {}, "message"),
        (b"no message\0", {}, "message"),
        (7, {}, "message"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_a_message_that_ses_would_reject_is_rejected_before_a_byte_is_sent(message, options, field, serve, connect):
    service = serve()
    with pytest.raises(InvalidEmail) as caught:
        connect(service.url).send_message(message, **options)
    assert caught.value.field == field
    assert not service.posts


def test_the_error_of_a_signed_8_bit_message_says_what_to_do(serve, connect):
    with pytest.raises(InvalidEmail, match="7-bit messages only: sign it in base64 or quoted-printable"):
        connect(serve().url).send_message(SIGNED)


def test_50_recipients_are_accepted(serve, connect):
    service = serve()
    names = [f"user{number}@example.com" for number in range(50)]
    connect(service.url).send_message(INVITATION, recipients=names)
    assert members(service.accepted[0], "Destinations") == names


def test_a_message_object_has_the_outcomes_of_an_email(serve, connect):
    service = serve(THROTTLED, None, CUT)
    transport = connect(service.url)
    assert transport.send_message(INVITATION).message_id
    with pytest.raises(DeliveryUnknown):
        transport.send_message(INVITATION)
    assert len(service.posts) == 3
    transport.close()
    with pytest.raises(ConfigurationError, match="closed"):
        transport.send_message(INVITATION)
