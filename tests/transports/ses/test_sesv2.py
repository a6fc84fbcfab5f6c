"""A `boto3.client("sesv2")` sends the same emails, with the same outcomes."""

from __future__ import annotations

import contextlib
from email import message_from_bytes, message_from_string

import pytest

from emailapi import (
    Attachment,
    ConfigurationError,
    ConnectionFailed,
    DeliveryUnknown,
    InvalidEmail,
    RateLimited,
    SESError,
    SESTransport,
)

from .conftest import QUICK, new_email
from .fake import CUT, HANG_UP, response
from .test_wire import ARN, FULL, OTHER_ARN

THROTTLED = response(429, b'{"message": "Maximum sending rate exceeded."}', "application/json")
NO_SET = response(404, b'{"message": "Configuration set <x> does not exist."}', "application/json")
DONE = response(200, b'{"MessageId": "0100-7"}', "application/json")


@pytest.fixture
def connect_v2():
    """Make a transport with a sesv2 client to a URL; its parameters are kept in `transport.given`."""
    import boto3
    from botocore.config import Config

    with contextlib.ExitStack() as closing:

        def make(url, **options):
            config = Config(retries={"total_max_attempts": 1})
            client = boto3.client("sesv2", region_name="eu-west-1", endpoint_url=url, config=config)
            closing.callback(client.close)
            transport = closing.enter_context(SESTransport(client=client, retry=QUICK, **options))
            transport.given = []
            client.meta.events.register(
                "provide-client-params.sesv2.SendEmail", lambda params, **_: transport.given.append(params)
            )
            return transport

        yield make


@pytest.mark.costly
def test_moto_accepts_a_simple_and_a_raw_email(sent, moto, connect_v2):
    transport = connect_v2(moto)
    simple = transport.send(new_email(subject="Hi", cc="c@example.com"))
    raw = transport.send(new_email(bcc="b@example.com", attachments=Attachment(name="a.txt", content=b"file")))
    first, second = sent
    assert [first.id, second.id] == [simple.message_id, raw.message_id]
    assert (first.source, first.subject, first.body) == ("me@example.com", "Hi", "Hello")
    assert {"you@example.com", "b@example.com"} <= set(second.destinations)
    assert message_from_string(second.raw_data)["From"] == "me@example.com"
    assert simple.via == raw.via == "ses"
    assert simple.request_id


def test_a_simple_email_has_every_parameter(serve, connect_v2):
    transport = connect_v2(serve(DONE).url, **FULL)
    transport.send(
        new_email(subject="Hi", html_body="<p>", cc="c@example.com", reply_to="r@example.com", tag="welcome")
    )
    assert transport.given == [
        {
            "FromEmailAddress": "me@example.com",
            "FromEmailAddressIdentityArn": ARN,
            "FeedbackForwardingEmailAddress": "bounces@example.com",
            "FeedbackForwardingEmailAddressIdentityArn": OTHER_ARN,
            "Destination": {"ToAddresses": ["you@example.com"], "CcAddresses": ["c@example.com"]},
            "ReplyToAddresses": ["r@example.com"],
            "Content": {
                "Simple": {
                    "Subject": {"Data": "Hi", "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": "Hello", "Charset": "UTF-8"},
                        "Html": {"Data": "<p>", "Charset": "UTF-8"},
                    },
                }
            },
            "EmailTags": [{"Name": "app", "Value": "shop"}, {"Name": "tag", "Value": "welcome"}],
            "ConfigurationSetName": "news",
        }
    ]


def test_a_raw_email_has_every_parameter(serve, connect_v2):
    transport = connect_v2(serve(DONE).url, **FULL)
    transport.send(new_email(headers={"X-Campaign": "7"}, bcc="b@example.com"))
    (given,) = transport.given
    content = message_from_bytes(given.pop("Content")["Raw"]["Data"])
    assert (content["From"], content["X-Campaign"], content["Bcc"]) == ("me@example.com", "7", None)
    assert given == {
        "FeedbackForwardingEmailAddress": "bounces@example.com",
        "FeedbackForwardingEmailAddressIdentityArn": OTHER_ARN,
        "FromEmailAddressIdentityArn": ARN,
        "Destination": {"ToAddresses": ["you@example.com", "b@example.com"]},
        "EmailTags": [{"Name": "app", "Value": "shop"}],
        "ConfigurationSetName": "news",
    }


@pytest.mark.parametrize(
    "script, error, posts",
    [
        ([THROTTLED, DONE], None, 2),
        ([THROTTLED] * 4, RateLimited, 4),
        ([NO_SET], SESError, 1),
        ([CUT], DeliveryUnknown, 1),
        ([response(500, b"{}", "application/json")], DeliveryUnknown, 1),
        ([HANG_UP] * 4, (ConnectionFailed, DeliveryUnknown), 0),
    ],
    ids=["throttled once", "throttled", "rejected", "cut", "500", "hung up"],
)
def test_outcomes_are_the_same_as_with_sesv1(script, error, posts, serve, connect_v2):
    """An email that SES may have read is never sent again."""
    service = serve(*script)
    transport = connect_v2(service.url)
    if error is None:
        assert transport.send(new_email()).message_id == "0100-7"
    else:
        with pytest.raises(error) as caught:
            transport.send(new_email())
        assert isinstance(caught.value, SESError) or caught.value.attempts >= 1
    assert len(service.posts) == posts


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_message_has_up_to_40_megabytes(serve, connect_v2, connect):
    email = new_email(attachments=Attachment(name="a", content=bytes(12_000_000)))
    assert connect_v2(serve(DONE).url).send(email).message_id == "0100-7"
    with pytest.raises(InvalidEmail, match="SES accepts 10000000"):
        connect("http://localhost:1").send(email)
    with pytest.raises(InvalidEmail, match="SES accepts 40000000"):
        connect_v2("http://localhost:1").send(new_email(attachments=Attachment(name="a", content=bytes(41_000_000))))


def test_a_profile_has_region_and_credentials(monkeypatch, tmp_path):
    (tmp_path / "config").write_text(
        "[profile news]\nregion = us-west-2\naws_access_key_id = A\naws_secret_access_key = B\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with SESTransport(profile_name="news") as transport:
        assert "region_name='us-west-2'" in repr(transport)
    with pytest.raises(ConfigurationError, match=r"profile \(other\) could not be found"):
        SESTransport(profile_name="other")
    with pytest.raises(ConfigurationError, match="profile_name must be text"):
        SESTransport(profile_name="")


def test_a_profile_and_a_client_contradict_each_other(boto):
    with pytest.raises(ConfigurationError, match="profile_name is for a client that the transport creates"):
        SESTransport(client=boto("http://localhost:1"), profile_name="news")
