"""Emails that came in."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from emailapi import Attachment, InboundAddress, InboundHeader
from emailapi.mime import from_message
from emailapi.webhooks import InboundEvent, parse

from .samples import INBOUND, body, changed


def event_of(**changes: object) -> InboundEvent:
    event = parse(body(changed(INBOUND, **changes)))
    assert isinstance(event, InboundEvent)
    return event


def test_the_attributes_of_an_inbound_email():
    event = event_of()
    assert (event.record_type, event.message_stream, event.metadata, event.tag) == (None, "inbound", {}, "")
    assert event.message_id == "50c2377e-e3a2-4a89-9632-94fcfae7cbff"
    assert event.message_id_header == "<abc@mail.example.com>"
    assert event.recipient == "h+tag@inbound.postmarkapp.com"
    assert (event.sender, event.sender_name) == ("j@example.com", "J D")
    assert event.sender_full == InboundAddress(email="j@example.com", name="J D")
    assert event.to == '"Hook, Ltd" <h+tag@inbound.postmarkapp.com>, b@example.com'
    assert [one.email for one in event.to_full] == ["h+tag@inbound.postmarkapp.com", "b@example.com"]
    assert event.to_full[0].mailbox_hash == event.mailbox_hash == "tag"
    assert (event.cc, event.bcc, event.bcc_full) == ("c@example.com", "", ())
    assert event.cc_full == (InboundAddress(email="c@example.com"),)
    assert (event.subject, event.reply_to) == ("Grüße", "responses@example.com")
    assert (event.text_body, event.reply_text) == ("Yes.\n\n> Shall we?", "Yes.")
    assert event.html_body == '<p>Yes.<img src="cid:logo"></p>'
    assert (event.date, event.at) == ("Sat, 1 Nov 2025 00:54:40 +0100", datetime(2025, 10, 31, 23, 54, 40, tzinfo=UTC))
    assert event.headers[0] == InboundHeader(name="Return-Path", value="<j@example.com>")
    assert event.spam_score == -0.8
    assert event.raw_email is None


def test_the_files_of_an_inbound_email_are_attachments():
    assert event_of().attachments == (
        Attachment(name="a.txt", content=b"Hello", content_type="text/plain"),
        Attachment(name="logo.png", content=b"\x89PNG", content_type="image/png", content_id="logo"),
    )


@pytest.mark.parametrize("name", ["message-id", "MESSAGE-ID", "Message-Id"])
def test_headers_are_found_in_any_case(name):
    assert event_of().header(name) == "<abc@mail.example.com>"
    assert event_of(Headers=[{"Name": name, "Value": "x"}]).message_id_header == "x"
    assert event_of().header("X-None") is None


@pytest.mark.parametrize("value", ["", "high", "nan", "inf"])
def test_a_spam_score_that_is_not_a_number_is_none(value):
    assert event_of(Headers=[{"Name": "X-Spam-Score", "Value": value}]).spam_score is None
    assert event_of(Headers=[]).spam_score is None


@pytest.mark.parametrize(
    "date, at",
    [
        ("1 Nov 2025 00:54:40 +0000", datetime(2025, 11, 1, 0, 54, 40, tzinfo=UTC)),
        ("Sat, 1 Nov 2025 00:54:40 -0000", datetime(2025, 11, 1, 0, 54, 40, tzinfo=UTC)),
        ("Sat, 1 Nov 2025 00:54:40 +0000 (UTC)", datetime(2025, 11, 1, 0, 54, 40, tzinfo=UTC)),
        ("2025-11-01T00:54:40Z", datetime(2025, 11, 1, 0, 54, 40, tzinfo=UTC)),
    ],
)
def test_dates_of_several_formats_are_read(date, at):
    event = event_of(Date=date)
    assert (event.at, event.date, event.problems) == (at, date, ())


@pytest.mark.parametrize(
    "date", ["now", "Sat, 99 Nov 2025 00:54:40 +0000", "Sat, 1 Nov 99999 00:00:00 +0000", "," * 50]
)
def test_an_invalid_date_header_is_kept_as_a_string(date):
    event = event_of(Date=date)
    assert (event.at, event.date) == (None, date)
    assert [line.partition(":")[0] for line in event.problems] == ["Date"]


@pytest.mark.parametrize("recipient", [..., None, ""])
def test_without_an_original_recipient_the_first_of_to_is_the_recipient(recipient):
    assert event_of(OriginalRecipient=recipient).recipient == "h+tag@inbound.postmarkapp.com"
    assert event_of(OriginalRecipient=recipient, ToFull=[]).recipient in (None, "")


def file(**changes):
    return changed(INBOUND["Attachments"][0], **changes)


def test_the_test_payloads_of_the_service_have_the_content_under_another_name():
    event = event_of(Attachments=[file(Content=..., Data="SGVsbG8=")])
    assert (event.attachments[0].content, event.problems) == (b"Hello", ())


@pytest.mark.parametrize(
    "odd, kept, problem",
    [
        ({"Name": ""}, {"name": "attachment-1"}, None),
        ({"Name": None}, {"name": "attachment-1"}, None),
        ({"Name": "a\0b"}, {"name": "attachment-1"}, "Attachments[0].Name: name must not contain"),
        ({"Name": "=?utf-8?q?a?="}, {"name": "attachment-1"}, "Attachments[0].Name: name must not be encoded"),
        ({"Name": "../../etc/passwd"}, {"name": "passwd"}, None),
        ({"ContentType": "??"}, {"content_type": "text/plain"}, "Attachments[0].ContentType: "),
        ({"ContentType": ""}, {"content_type": "text/plain"}, None),
        ({"ContentID": "a b"}, {"content_id": None}, "Attachments[0].ContentID: "),
        ({"ContentID": "<a@b>"}, {"content_id": "a@b"}, None),
        ({"Content": ""}, {"content": b""}, None),
        ({"Content": None}, {"content": b""}, None),
        ({"ContentLength": "five"}, {"content": b"Hello"}, "Attachments[0].ContentLength: "),
    ],
)
def test_an_attachment_with_invalid_fields_is_kept(odd, kept, problem):
    event = event_of(Attachments=[file(**odd)])
    assert {name: getattr(event.attachments[0], name) for name in kept} == kept
    assert [line.startswith(problem or "") for line in event.problems] == ([True] if problem else [])


@pytest.mark.parametrize("content", ["*", "abc", "SGVsbG8", 7.5, ["x"]])
def test_an_attachment_that_cannot_be_decoded_is_omitted(content):
    event = event_of(Attachments=[file(Content=content), file()])
    assert [one.content for one in event.attachments][-1] == b"Hello"
    assert event.problems[0].startswith("Attachments[0].Content: ")


@pytest.mark.parametrize("files", [{}, "x", 7, [None], ["x"], [[]]])
def test_attachments_that_are_not_a_list_are_a_problem(files):
    event = event_of(Attachments=files)
    assert event.attachments == ()
    assert event.problems == () or event.problems[0].startswith("Attachments")
    assert event.problems or not files


# As a message of the standard library


def test_to_message_builds_a_message_from_the_parts():
    message = event_of().to_message()
    assert isinstance(message, EmailMessage)
    assert message["From"] == "J D <j@example.com>"
    assert [one.addr_spec for one in message["To"].addresses] == ["h+tag@inbound.postmarkapp.com", "b@example.com"]
    assert message["To"].addresses[0].display_name == "Hook, Ltd"
    assert (message["Cc"], message["Reply-To"], message["Bcc"]) == ("c@example.com", "responses@example.com", None)
    assert (message["Subject"], message["Date"].datetime.year) == ("Grüße", 2025)
    assert (message["Message-ID"], message["Return-Path"]) == ("<abc@mail.example.com>", "<j@example.com>")
    assert message["X-Long"] == "one two"
    assert message.get_body(("plain",)).get_content() == "Yes.\n\n> Shall we?\n"
    assert message.get_body(("html",)).get_content().strip() == '<p>Yes.<img src="cid:logo"></p>'
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("a.txt", "Hello")


def test_a_message_is_equal_after_serialization():
    event = event_of()
    message = message_from_bytes(bytes(event.to_message()), policy=policy.default)
    inline = next(part for part in message.walk() if part["Content-ID"])
    assert (inline["Content-ID"], inline.get_content()) == ("<logo>", b"\x89PNG")
    assert inline.get_content_disposition() == "inline"
    assert message.get_body(("html",)).get_content().strip() == event.html_body


def test_a_message_can_be_converted_to_an_email():
    email = from_message(event_of(Headers=[], Date=...).to_message())
    assert (email.subject, str(email.sender)) == ("Grüße", "J D <j@example.com>")
    assert {file.name for file in email.attachments} == {"logo.png", "a.txt"}


@pytest.mark.parametrize(
    "changes, content_type",
    [
        ({"HtmlBody": "", "Attachments": []}, "text/plain"),
        ({"TextBody": "", "Attachments": []}, "text/html"),
        ({"TextBody": "", "HtmlBody": "", "Attachments": []}, "text/plain"),
        ({"Attachments": []}, "multipart/alternative"),
        ({"HtmlBody": ""}, "multipart/mixed"),
        ({"TextBody": ..., "HtmlBody": None}, "multipart/mixed"),
    ],
)
def test_a_message_has_no_unnecessary_parts(changes, content_type):
    assert event_of(**changes).to_message().get_content_type() == content_type


RAW = "From: a@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Own: 1\r\n\r\nÜber\r\n"


def test_to_message_parses_the_source_if_available():
    message = event_of(RawEmail=RAW).to_message()
    assert isinstance(message, EmailMessage)
    assert (message["Subject"], message["X-Own"]) == ("Grüße", "1")
    assert message.get_payload(decode=True) == "Über\r\n".encode()


def test_headers_that_may_repeat_are_all_kept():
    hops = [{"Name": "Received", "Value": f"from {name}"} for name in "abc"]
    once = [{"Name": "Subject", "Value": "other"}, {"Name": "Reply-To", "Value": "other@example.com"}]
    message = event_of(Headers=[*hops, *once]).to_message()
    assert message.get_all("Received") == ["from a", "from b", "from c"]
    assert (message.get_all("Subject"), message.get_all("Reply-To")) == (["Grüße"], ["responses@example.com"])


@pytest.mark.parametrize(
    "headers",
    [
        [{"Name": "Message-ID", "Value": "<>"}],
        [{"Name": "From", "Value": "other@example.com"}],
        [{"Name": "Subject", "Value": "a"}, {"Name": "Subject", "Value": "b"}],
        [{"Name": "X Y", "Value": "a"}, {"Name": "", "Value": "b"}, {"Name": "X:", "Value": "b"}],
        [{"Name": "Content-Type", "Value": "text/html"}, {"Name": "MIME-Version", "Value": "2.0"}],
        [{"Name": "X", "Value": "a\r\nBcc: b@example.com"}],
        [{"Name": "X", "Value": "\ud800\0\x85"}],
        [{"Name": "X", "Value": "a" * 5000}],
        [{"Name": "Message-ID", "Value": "<gr\u00fc\u00dfe@example.com>"}],
        [{"Name": "Message-ID", "Value": "=?utf-8?b?4pyT?="}],
        [{"Name": "Content-ID", "Value": "\u2713"}, {"Name": "Sender", "Value": "\u2713"}],
    ],
    ids=lambda value: value[0]["Name"],
)
def test_invalid_headers_do_not_break_the_message(headers):
    event = event_of(Headers=headers)
    data = bytes(event.to_message())
    message = message_from_bytes(data, policy=policy.default)
    assert message["From"] == "J D <j@example.com>"
    assert (message["Bcc"], message["MIME-Version"]) == (None, "1.0")
    assert message.get_content_maintype() == "multipart"


@pytest.mark.parametrize(
    "content_type, content",
    [
        ("message/rfc822", b"Subject: inner\r\n\r\nText\r\n"),
        ("message/delivery-status", b"x"),
        ("multipart/mixed", b"x"),
        ("text/plain; charset=latin-1", "ä".encode("latin-1")),
        ("text/calendar; method=REQUEST; charset=utf-8", b"BEGIN:VCALENDAR"),
        ('application/x-odd; name="a;b"', b"\0\1"),
    ],
)
def test_attachments_of_every_type_are_kept(content_type, content):
    files = [file(Name="a.bin", ContentType=content_type, Content=base64.b64encode(content).decode())]
    message = message_from_bytes(bytes(event_of(Attachments=files).to_message()), policy=policy.default)
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "a.bin"
    if content_type == "message/rfc822":
        assert attached.get_content()["Subject"] == "inner"
    else:
        assert attached.get_payload(decode=True) == content


@pytest.mark.parametrize("name", ['Doe, "Jane"', "Jürgen Groß", "a\\b", "J\r\nBcc: x@example.com"])
def test_a_display_name_does_not_split_an_address(name):
    event = event_of(FromFull={"Email": "j@example.com", "Name": name}, FromName=name)
    message = message_from_bytes(bytes(event.to_message()), policy=policy.default)
    (address,) = message["From"].addresses
    assert address.addr_spec == "j@example.com"
    assert message["Bcc"] is None


def test_without_from_full_the_address_of_from_is_used():
    message = event_of(FromFull={}, ToFull=[], CcFull=[]).to_message()
    assert message["From"] == "j@example.com"
    assert len(message["To"].addresses) == 2
