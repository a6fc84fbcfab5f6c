"""The client: its options, where they come from, and its life."""

from __future__ import annotations

import json
import math

import attrs
import pytest
import responses

from emailapi import Address, Client, ConfigurationError, Email, InvalidEmail

HOST = "https://api.example"
EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")
OK = {"ErrorCode": 0, "Message": "OK", "MessageID": "1"}


@pytest.fixture
def sent():
    """Respond to every send, and give what was sent."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.post(f"{HOST}/email", json=OK)
        mocked.post("https://api.postmarkapp.com/email", json=OK)
        mocked.post("http://127.0.0.1:8025/email", json=OK)
        yield mocked.calls


def token_of(call):
    """Return the token a request carried."""
    return call.request.headers["X-Postmark-Server-Token"]


def body_of(call):
    """Return the JSON a request carried."""
    return json.loads(call.request.body)


@pytest.mark.parametrize(
    "given, environment, token",
    [
        ("mine", {"EMAILAPI_SERVER_TOKEN": "a", "POSTMARK_SERVER_TOKEN": "b"}, "mine"),
        (None, {"EMAILAPI_SERVER_TOKEN": "a", "POSTMARK_SERVER_TOKEN": "b"}, "a"),
        (None, {"EMAILAPI_SERVER_TOKEN": "  ", "POSTMARK_SERVER_TOKEN": "b"}, "b"),
        (None, {"EMAILAPI_SERVER_TOKEN": " a\n"}, "a"),
        ("  mine\n", {}, "mine"),
    ],
)
def test_the_token_comes_from_the_argument_or_the_environment(sent, monkeypatch, given, environment, token):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with Client(given, base_url=HOST) as client:
        client.outbound.send(EMAIL)
    assert token_of(sent[0]) == token


@pytest.mark.parametrize("given", [None, "", " "])
def test_a_missing_token_is_an_error_that_names_both_variables(given, monkeypatch):
    monkeypatch.setenv("EMAILAPI_ACCOUNT_TOKEN", "account")
    with pytest.raises(ConfigurationError, match="EMAILAPI_SERVER_TOKEN or POSTMARK_SERVER_TOKEN"):
        Client(given)


@pytest.mark.parametrize("given", ["se cret", "secret\r\nX-Evil: 1", "sécret", "sec\0ret", 7, b"secret", object()])
def test_an_invalid_token_is_rejected_and_not_repeated(given):
    with pytest.raises(ConfigurationError) as caught:
        Client(given)
    assert "cret" not in str(caught.value)


def test_the_default_base_url_is_that_of_the_service(sent, monkeypatch):
    """Requests go to the argument, else to EMAILAPI_BASE_URL, else to the service."""
    Client("t").outbound.send(EMAIL)
    monkeypatch.setenv("EMAILAPI_BASE_URL", "http://127.0.0.1:8025/")
    Client("t").outbound.send(EMAIL)
    Client("t", base_url=f"{HOST}/").outbound.send(EMAIL)
    urls = [call.request.url for call in sent]
    assert urls == ["https://api.postmarkapp.com/email", "http://127.0.0.1:8025/email", f"{HOST}/email"]


@pytest.mark.parametrize(
    "url",
    [
        "api.example",
        "//api.example",
        "ftp://api.example",
        "https://",
        "https:///email",
        "https://[::1",
        "https://api.example:port",
        "https://api.example:99999",
        "https://api.example?a=b",
        "https://api.example/?",
        "https://api.example#x",
        "https://api.exa mple",
        "https://api.example/\r\nX: y",
        "https://bücher.example",
        "https://user:passw0rd@api.example",
        "https://passw0rd@api.example",
        "user:passw0rd@api.example",
        "https://user:passw0rd/x@api.example",
        7,
        b"https://api.example",
    ],
)
@pytest.mark.parametrize("where", ["argument", "environment"])
def test_an_invalid_base_url_is_rejected(monkeypatch, url, where):
    """A base URL is http(s)://host, with a path at most; a password in it is not repeated."""
    if where == "environment":
        monkeypatch.setenv("EMAILAPI_BASE_URL", url if isinstance(url, str) else "x")
    source = "EMAILAPI_BASE_URL" if where == "environment" else "base_url"
    with pytest.raises(ConfigurationError, match=source) as caught:
        Client("t", base_url=url if where == "argument" else None)
    assert "passw0rd" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8025",
        "http://LOCALHOST",
        "http://mail.localhost",
        "http://127.0.0.1",
        "http://127.9.9.9:1",
        "http://[::1]:8025",
        "https://api.example",
    ],
)
def test_plain_http_is_allowed_on_loopback(url):
    Client("t", base_url=url).close()


@pytest.mark.parametrize(
    "url", ["http://api.example", "http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example"]
)
def test_plain_http_to_another_host_requires_allow_http(monkeypatch, url):
    with pytest.raises(ConfigurationError, match="allow_http"):
        Client("t", base_url=url)
    Client("t", base_url=url, allow_http=True).close()
    for text in ("1", "true", "YES", "on"):
        monkeypatch.setenv("EMAILAPI_ALLOW_HTTP", text)
        Client("t", base_url=url).close()
    for text in ("", "0", "false", "no", "off"):
        monkeypatch.setenv("EMAILAPI_ALLOW_HTTP", text)
        with pytest.raises(ConfigurationError, match="allow_http"):
            Client("t", base_url=url)


WRONG = [None, 0, -1, math.nan, math.inf, True, "10", (1,), (1, 2, 3), (1, None), (0, 1), (1, True), [1, 2], 10**400]


@pytest.mark.parametrize("timeout", WRONG, ids=repr)
def test_an_invalid_timeout_is_rejected(timeout):
    """A timeout is one or two positive numbers: nothing waits for ever."""
    with pytest.raises(ConfigurationError, match="timeout"):
        Client("t", timeout=timeout)
    if timeout is not None:
        with pytest.raises(ConfigurationError, match="timeout"), Client("t") as client:
            client.with_options(timeout=timeout)


@pytest.mark.parametrize("timeout", [1e7, 1e10, 10**30, (1, 1e300)])
def test_a_timeout_beyond_the_limit_of_sockets_is_rejected_at_construction(timeout):
    with pytest.raises(ConfigurationError, match="timeout"):
        Client("t", timeout=timeout)


@pytest.mark.parametrize(
    "timeout, pair", [(3, (3, 3)), (0.5, (0.5, 0.5)), ((1, 20), (1, 20)), ((0.1, 2.5), (0.1, 2.5))]
)
def test_the_timeout_of_the_client_applies_to_each_request(sent, timeout, pair):
    """One number serves for connecting and reading; a pair is `(connect, read)`."""
    Client("t", base_url=HOST, timeout=timeout).outbound.send(EMAIL)
    assert sent[0].request.req_kwargs["timeout"] == pair


@pytest.mark.parametrize(
    "given, environment, sender",
    [
        ("Us <us@example.com>", {"EMAILAPI_SENDER": "a@example.com"}, "Us <us@example.com>"),
        (Address("us@example.com", "Us"), {}, "Us <us@example.com>"),
        (None, {"EMAILAPI_SENDER": "a@example.com", "POSTMARK_SENDER_EMAIL": "b@example.com"}, "a@example.com"),
        (None, {"POSTMARK_SENDER_EMAIL": "b@example.com"}, "b@example.com"),
    ],
)
def test_the_default_sender_is_filled_in(sent, monkeypatch, given, environment, sender):
    """An email without a sender gets the client's: the argument, EMAILAPI_SENDER or POSTMARK_SENDER_EMAIL."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with Client("t", base_url=HOST, sender=given) as client:
        client.outbound.send(attrs.evolve(EMAIL, sender=None))
        client.outbound.send(EMAIL)
    assert [body_of(call)["From"] for call in sent] == [sender, "us@example.com"]


def test_an_email_without_any_sender_is_rejected(sent):
    with pytest.raises(InvalidEmail, match="sender"), Client("t", base_url=HOST) as client:
        client.outbound.send(attrs.evolve(EMAIL, sender=None))
    assert not sent


@pytest.mark.parametrize("sender", ["nobody", "a@example.com, b@example.com", "a@example.com\r\nBcc: x@y", 7])
@pytest.mark.parametrize("where", ["argument", "environment", "with_options"])
def test_an_invalid_default_sender_is_a_configuration_error(monkeypatch, sender, where):
    if where == "environment":
        monkeypatch.setenv("EMAILAPI_SENDER", str(sender))
    with pytest.raises(ConfigurationError, match="EMAILAPI_SENDER" if where == "environment" else "sender"):
        Client("t", sender=sender if where == "argument" else None).with_options(sender=sender)


def test_the_default_stream_is_filled_in(sent):
    """An email that names no stream gets the client's, if it has one."""
    with Client("t", base_url=HOST, message_stream="broadcast") as client:
        client.outbound.send(EMAIL)
        client.outbound.send(attrs.evolve(EMAIL, message_stream="outbound"))
    Client("t", base_url=HOST).outbound.send(EMAIL)
    assert [body_of(call).get("MessageStream") for call in sent] == ["broadcast", "outbound", None]


@pytest.mark.parametrize("stream", ["", " ", "a\nb", 7])
def test_an_invalid_default_stream_is_rejected(stream):
    with pytest.raises(ConfigurationError, match="message_stream"):
        Client("t", message_stream=stream)


def test_with_options_changes_only_the_given_options(sent):
    with Client("t", base_url=HOST, timeout=3, sender="a@example.com", message_stream="one") as client:
        other = client.with_options(timeout=(1, 20), sender="b@example.com")
        for each in (other, other.with_options(message_stream="two"), client):
            each.outbound.send(attrs.evolve(EMAIL, sender=None))
    told = [
        (body_of(call)["From"], body_of(call)["MessageStream"], call.request.req_kwargs["timeout"]) for call in sent
    ]
    assert told == [
        ("b@example.com", "one", (1, 20)),
        ("b@example.com", "two", (1, 20)),
        ("a@example.com", "one", (3, 3)),
    ]
    assert {token_of(call) for call in sent} == {"t"}


def test_a_client_of_with_options_does_not_own_the_connections(sent):
    """Closing what `with_options` gave closes nothing; closing the first client closes both."""
    client = Client("t", base_url=HOST)
    with client.with_options(timeout=1) as other:
        pass
    client.outbound.send(EMAIL)
    other.outbound.send(EMAIL)
    client.close()
    for each in (client, other, client.with_options(timeout=2)):
        with pytest.raises(ConfigurationError, match="closed"):
            each.outbound.send(EMAIL)
    assert len(sent) == 2


def test_a_closed_client_raises_an_error_that_says_so(sent):
    """After its `with` block, or `close()`, which may come twice, every call is a `ConfigurationError`."""
    with Client("t", base_url=HOST) as client:
        client.outbound.send(EMAIL)
    client.close()
    calls = (
        lambda: client.outbound.send(EMAIL),
        lambda: client.outbound.send_batch([EMAIL]),
        lambda: client.messages.get("1"),
        client.stats.overview,
    )
    for call in calls:
        with pytest.raises(ConfigurationError, match="closed"):
            call()
    assert len(sent) == 1


def test_the_repr_names_the_host():
    client = Client("s3cret", base_url=HOST)
    assert repr(client) == f"Client(base_url='{HOST}')"
    assert repr(client.with_options(timeout=1)) == repr(client)
    assert client.outbound
    parts = [client, *vars(client).values()]
    shown = "".join([repr(part) for part in parts] + [repr(vars(part)) for part in parts if hasattr(part, "__dict__")])
    assert "s3cret" not in shown + repr(vars(client._session))
