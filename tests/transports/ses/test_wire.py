"""The requests: to moto's server, and parameter by parameter."""

from __future__ import annotations

import threading
from email import message_from_string
from email.utils import getaddresses

import pytest

from emailapi import Address, Attachment

from .conftest import new_email
from .fake import decoded, members, raw_message

ARN = "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
OTHER_ARN = "arn:aws:ses:eu-west-1:123456789012:identity/bounces.example.com"
FULL = {
    "source_arn": ARN,
    "return_path": "Bounces <bounces@example.com>",
    "return_path_arn": OTHER_ARN,
    "tags": {"app": "shop"},
    "configuration_set_name": "news",
}
COMMON = {
    "SourceArn": ARN,
    "ReturnPathArn": OTHER_ARN,
    "ConfigurationSetName": "news",
    "Tags.member.1.Name": "app",
    "Tags.member.1.Value": "shop",
    "Tags.member.2.Name": "user",
    "Tags.member.2.Value": "7",
    "Tags.member.3.Name": "tag",
    "Tags.member.3.Value": "welcome",
}


def test_moto_accepts_a_simple_email(sent, moto, connect):
    result = connect(moto).send(new_email(sender="Me <me@example.com>", to="A <a@example.com>", cc="c@example.com"))
    (message,) = sent
    assert (message.id, message.source, message.body) == (result.message_id, "Me <me@example.com>", "Hello")
    assert message.destinations["ToAddresses"] == ["A <a@example.com>"]


def test_moto_accepts_a_raw_email(sent, moto, connect):
    file = Attachment(name="a.txt", content=b"file")
    result = connect(moto).send(new_email(bcc="b@example.com", attachments=file))
    (message,) = sent
    assert (message.id, message.source) == (result.message_id, "me@example.com")
    assert set(message.destinations) == {"you@example.com", "b@example.com"}  # moto adds the header's once more
    parsed = message_from_string(message.raw_data)
    assert parsed["Bcc"] is None
    assert [part.get_filename() for part in parsed.walk()][-1] == "a.txt"


@pytest.mark.costly
def test_a_rejection_of_moto_is_an_error_of_the_sdk(sent, moto, connect):
    with pytest.raises(Exception, match="MessageRejected") as caught:
        connect(moto).send(new_email(sender="nobody@elsewhere.example"))
    assert type(caught.value).__name__ == "SESError"
    assert not sent


def test_send_email_has_every_parameter(serve, connect):
    """Each field and option is the parameter of `SendEmail` that SES has for it, and nothing else is sent."""
    service = serve()
    result = connect(service.url, **FULL).send(
        new_email(
            sender="Me <me@example.com>",
            to=["A <a@example.com>", "b@example.com"],
            cc="c@example.com",
            bcc=Address("d@example.com", "D, E"),
            reply_to="r@example.com",
            subject="Grüße",
            html_body="<p>Hällo</p>",
            tag="welcome",
            metadata={"user": "7"},
            idempotency_key="not sent",
        )
    )
    assert result.idempotency_key == "not sent"
    (post,) = service.posts
    assert post == {
        "Action": "SendEmail",
        "Version": "2010-12-01",
        "Source": "Me <me@example.com>",
        "Destination.ToAddresses.member.1": "A <a@example.com>",
        "Destination.ToAddresses.member.2": "b@example.com",
        "Destination.CcAddresses.member.1": "c@example.com",
        "Destination.BccAddresses.member.1": '"D, E" <d@example.com>',
        "ReplyToAddresses.member.1": "r@example.com",
        "ReturnPath": "bounces@example.com",
        "Message.Subject.Data": "Grüße",
        "Message.Subject.Charset": "UTF-8",
        "Message.Body.Text.Data": "Hello",
        "Message.Body.Text.Charset": "UTF-8",
        "Message.Body.Html.Data": "<p>Hällo</p>",
        "Message.Body.Html.Charset": "UTF-8",
        **COMMON,
    }


def test_fields_that_are_not_set_are_omitted(serve, connect):
    service = serve()
    connect(service.url).send(new_email(to=(), bcc="b@example.com"))
    assert set(service.posts[0]) == {
        "Action",
        "Version",
        "Source",
        "Destination.BccAddresses.member.1",
        "Message.Subject.Data",
        "Message.Subject.Charset",
        "Message.Body.Text.Data",
        "Message.Body.Text.Charset",
    }


def test_send_raw_email_has_every_parameter(serve, connect):
    """As MIME `return_path` is the source, From stays the sender, and `source_arn` allows both."""
    service = serve()
    headers = {"X-A": "b", "List-Unsubscribe": "<https://example.com/u>"}
    connect(service.url, **FULL).send(new_email(headers=headers, tag="welcome", metadata={"user": "7"}))
    (post,) = service.posts
    message = raw_message(post)
    del post["RawMessage.Data"]
    assert post == {
        "Action": "SendRawEmail",
        "Version": "2010-12-01",
        "Source": "bounces@example.com",
        "Destinations.member.1": "you@example.com",
        "FromArn": ARN,
        **COMMON,
    }
    assert (message["From"], message["To"], message["X-A"]) == ("me@example.com", "you@example.com", "b")
    assert message["List-Unsubscribe"] == "<https://example.com/u>"


def test_recipients_of_a_raw_email_are_listed_once(serve, connect):
    service = serve()
    connect(service.url).send(
        new_email(
            to="A <a@example.com>",
            cc=["a@EXAMPLE.com", "c@bücher.example"],
            bcc="hidden@example.com",
            headers={"X-A": "b"},
        )
    )
    (post,) = service.accepted
    assert members(post, "Destinations") == ["a@example.com", "c@xn--bcher-kva.example", "hidden@example.com"]
    message = raw_message(post)
    assert message["Bcc"] is None
    assert "hidden@example.com" not in str(message)


@pytest.mark.parametrize("headers", [{}, {"X-A": "b"}], ids=["simple", "raw"])
@pytest.mark.parametrize(
    "name",
    ["Jürgen", "A véry long name with non-ASCII char and, comma", "日本語の名前" * 8, "Doe, Jane", 'O"Neil (x)', "a@b"],
)
def test_names_are_encoded_words(serve, connect, name, headers):
    service = serve()
    given = Address("jane@bücher.example", name)
    connect(service.url).send(
        new_email(sender=Address("me@example.com", name), to=given, reply_to=given, headers=headers)
    )
    (post,) = service.accepted
    message = raw_message(post) if headers else None
    written = (
        [message["From"], message["To"], message["Reply-To"]]
        if message
        else [post["Source"], *members(post, "Destination.ToAddresses"), *members(post, "ReplyToAddresses")]
    )
    for text in written:
        assert text.isascii()
        assert all(len(word) <= 75 for word in text.split() if word.startswith("=?"))
        ((read, _),) = getaddresses([text])
        assert decoded(read) == name
    assert [getaddresses([text])[0][1] for text in written[1:]] == ["jane@xn--bcher-kva.example"] * 2


def test_raw_mime_is_7_bit(serve, connect):
    """The MIME of an email whose every part is not ASCII is ASCII, with CRLF alone and short lines."""
    service = serve()
    file = Attachment(name="é.txt", content="é\n".encode() * 900, content_type="text/plain")
    connect(service.url).send(new_email(subject="é" * 90, text_body="é\n" * 90, html_body="é" * 2000, attachments=file))
    lines = raw_message(service.accepted[0]).as_bytes().splitlines()
    assert service.accepted
    assert max(map(len, lines)) <= 998


@pytest.mark.parametrize("tags", [{"app": "shop"}, [{"Name": "app", "Value": "shop"}]], ids=["by name", "as boto3's"])
def test_tags_of_the_email_take_precedence(serve, connect, tags):
    service = serve()
    transport = connect(service.url, tags=tags)
    transport.send(new_email())
    transport.send(new_email(metadata={"app": "blog"}))
    assert [post["Tags.member.1.Value"] for post in service.posts] == ["shop", "blog"]
    assert not any("Tags.member.2.Name" in post for post in service.posts)


def test_another_charset_is_sent_as_a_parameter(serve, connect):
    service = serve()
    connect(service.url, charset="ISO-8859-1").send(new_email(subject="Grüße"))
    assert service.posts[0]["Message.Subject.Charset"] == "ISO-8859-1"


@pytest.mark.costly
def test_threads_share_a_transport(serve, connect):
    service = serve()
    transport = connect(service.url)
    threads = [
        threading.Thread(target=lambda n=number: transport.send(new_email(subject=str(n)))) for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(post["Message.Subject.Data"]) for post in service.accepted) == list(range(16))


def test_a_mapping_is_an_email(serve, connect):
    service = serve()
    connect(service.url).send({"sender": "me@example.com", "to": "you@example.com", "html_body": ""})
    assert service.accepted[0]["Message.Body.Html.Data"] == ""
