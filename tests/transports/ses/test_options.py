"""Making a transport: wrong options raise at once, and its repr shows no secret."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from emailapi import ConfigurationError, ConnectionFailed, DeliveryUnknown, InvalidArgument, SESTransport, Transport
from emailapi.errors import SESError

from .conftest import new_email
from .fake import THROTTLED

WRONG = {
    "source_arn": ["", 7, "arn:\n"],
    "return_path": ["a@example.com, b@example.com", "nobody", "", "jürgen@example.com"],
    "return_path_arn": [7],
    "tags": [{"a b": "c"}, {"a": ""}, {"a": 7}, {"a": "é"}, "a", 7, [{"name": "a"}], [("a", "b")]],
    "configuration_set_name": ["", "a b", "x" * 65, 7],
    "charset": ["nothing", "rot13", "\0", 7],
    "timeout": [0, "1", (1,)],
    "deadline": [0, None],
    "retry": [4],
    "client": [object(), "ses", SimpleNamespace(send_email=print)],
}


@pytest.mark.parametrize("name, value", [(name, value) for name, values in WRONG.items() for value in values])
def test_an_invalid_option_is_a_configuration_error_that_names_it(name, value):
    with pytest.raises(ConfigurationError, match=name):
        SESTransport(region_name="eu-west-1", **{name: value})


def test_without_boto3_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigurationError, match=r"emailapi-sdk\[ses\]") as caught:
        SESTransport(region_name="eu-west-1")
    assert caught.value.__context__ is None


def test_a_missing_region_is_an_error():
    with pytest.raises(ConfigurationError, match="region_name="):
        SESTransport()


def test_missing_credentials_are_an_error(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigurationError, match="credentials"):
        SESTransport(region_name="eu-west-1")


@pytest.mark.parametrize(
    "name, value",
    [("AWS_PROFILE", "nobody"), ("AWS_SECRET_ACCESS_KEY", None), ("AWS_ENDPOINT_URL_SES", "no url")],
)
def test_an_invalid_configuration_of_boto3_is_a_configuration_error(monkeypatch, name, value):
    monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    with pytest.raises(ConfigurationError):
        SESTransport(region_name="eu-west-1")


def test_the_region_comes_from_the_environment(monkeypatch):
    """The region may come from where boto3 finds it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    with SESTransport() as transport:
        assert "eu-north-1" in repr(transport)


def test_a_repr_has_no_secret(connect):
    transport = connect("http://localhost:1", configuration_set_name="news", source_arn="arn:x")
    assert repr(transport) == "SESTransport(region_name='eu-west-1', configuration_set_name='news')"
    assert isinstance(transport, Transport)


@pytest.mark.costly
def test_a_client_of_another_aws_service_is_rejected():
    import boto3

    for service in ("s3", "sns"):
        client = boto3.client(service, region_name="eu-west-1")
        with pytest.raises(ConfigurationError, match=r"boto3\.client\('ses'\)"):
            SESTransport(client=client)
        client.close()
    client = boto3.client("ses", region_name="eu-west-1")
    with pytest.raises(ConfigurationError, match="region"):
        SESTransport(client=client, region_name="us-east-1")
    SESTransport(client=client, region_name="eu-west-1").close()
    client.close()


def test_a_closed_transport_sends_nothing(serve, connect, boto):
    service = serve()
    client = boto(service.url)
    transport = connect(service.url, client=client)
    short = transport.within(3)
    with transport:
        transport.send(new_email())
    for one in (transport, short):
        with pytest.raises(ConfigurationError, match="closed"):
            one.send(new_email())
    connect(service.url, client=client).send(new_email())
    assert len(service.accepted) == 2
    assert service.connections == 1


def test_within_shares_the_connection_and_never_extends_limits(serve, connect):
    """A transport with less time and fewer attempts is on the same connection, and never has more of either."""
    service = serve(*[THROTTLED] * 8)
    transport = connect(service.url, deadline=29)
    short = transport.within(15, attempts=2)
    assert (short.deadline, transport.deadline, transport.within(60).deadline) == (15.0, 29.0, 29.0)
    for one, attempts in ((short, 2), (short.within(60, attempts=9), 2), (transport, 4)):
        with pytest.raises(SESError) as caught:
            one.send(new_email())
        assert caught.value.attempts == attempts
    transport.send(new_email())
    assert service.connections == 1
    for seconds, attempts in ((0, 1), (5, 0)):
        with pytest.raises(ConfigurationError):
            transport.within(seconds, attempts=attempts)


@pytest.mark.costly
@pytest.mark.parametrize("emails", [new_email(), {"to": "a@example.com"}, "a", 7], ids=repr)
def test_a_single_email_is_rejected_as_a_batch(connect, emails):
    with pytest.raises(InvalidArgument):
        connect("http://localhost:1").send_batch(emails)


def test_bodies_are_in_no_log(serve, connect, caplog):
    """One line is logged of each request: no address, no text."""
    caplog.set_level("INFO", logger="emailapi")
    connect(serve(THROTTLED).url).send(new_email(subject="secret-subject", text_body="secret-body"))
    lines = [record.getMessage() for record in caplog.records if record.name == "emailapi"]
    assert len(lines) == 2
    assert "SESThrottled" in lines[0]
    assert "message 0100-1" in lines[1]
    assert "secret" not in str(lines)
    assert "example.com" not in str(lines)


def test_the_log_and_the_result_have_the_id_of_the_request(serve, connect, caplog):
    caplog.set_level("INFO", logger="emailapi")
    result = connect(serve(THROTTLED).url).send(new_email())
    limited, sent = (record for record in caplog.records if record.name == "emailapi")
    assert result.request_id
    assert (sent.request_id, sent.message_id, sent.error_code) == (result.request_id, result.message_id, None)
    assert (sent.method, sent.endpoint, sent.attempt, sent.count) == ("SES", "send_email", 2, 1)
    assert (limited.error_code, limited.message_id) == ("Throttling", None)


def test_an_object_with_the_methods_of_a_boto3_client_is_accepted():
    """Only the types of its exceptions tell whether a request was sent."""
    from botocore import exceptions as boto

    calls = []

    def send(**parameters):
        calls.append(parameters)
        if failing:
            raise failing[-1]
        return {"MessageId": "1"}

    failing = []
    transport = SESTransport(client=SimpleNamespace(send_email=send, send_raw_email=send))
    assert transport.send(new_email()).message_id == "1"
    url = {"endpoint_url": "http://localhost"}
    for failure, kind, count in (
        (boto.EndpointConnectionError(**url), ConnectionFailed, 2),
        (boto.SSLError(**url, error="?"), DeliveryUnknown, 1),
        (boto.ConnectionClosedError(**url), DeliveryUnknown, 1),
        (boto.ClientError({"Error": {"Code": "MessageRejected"}}, "SendEmail"), SESError, 1),
        (boto.ParamValidationError(report="secret"), ConfigurationError, 1),
        (TimeoutError("secret"), DeliveryUnknown, 1),
        (ValueError("secret"), DeliveryUnknown, 1),
    ):
        calls.clear()
        failing.append(failure)
        with pytest.raises(kind) as caught:
            transport.within(9, attempts=2).send(new_email())
        assert len(calls) == count
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("response", [None, "1", {}, {"MessageId": None}], ids=repr)
def test_a_response_without_an_id_is_unknown(response):
    client = SimpleNamespace(send_email=lambda **parameters: response, send_raw_email=print)
    with pytest.raises(DeliveryUnknown, match="has no MessageId"):
        SESTransport(client=client).send(new_email())
