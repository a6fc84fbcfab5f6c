"""Options of a client, and what the environment says of them."""

from __future__ import annotations

import logging
import pickle
import socket
import traceback

import pytest

from emailapi import Client
from emailapi._hosts import is_loopback
from emailapi.errors import ConfigurationError
from emailapi.models.address import Address
from emailapi.settings import (
    VARIABLES,
    Options,
    Secret,
    resolve_base_url,
    resolve_sender,
    resolve_token,
)

URL = "https://api.postmarkapp.com"


def test_the_environment_variables_have_their_names():
    assert VARIABLES == {
        "server token": ("EMAILAPI_SERVER_TOKEN", "POSTMARK_SERVER_TOKEN"),
        "account token": ("EMAILAPI_ACCOUNT_TOKEN", "POSTMARK_ACCOUNT_TOKEN"),
        "sender": ("EMAILAPI_SENDER", "POSTMARK_SENDER_EMAIL"),
        "base_url": ("EMAILAPI_BASE_URL",),
        "allow_http": ("EMAILAPI_ALLOW_HTTP",),
    }


@pytest.mark.parametrize(
    "given, environment, token",
    [
        ("mine", {}, "mine"),
        (" mine\n", {}, "mine"),
        ("mine", {"EMAILAPI_SERVER_TOKEN": "ours"}, "mine"),
        (None, {"EMAILAPI_SERVER_TOKEN": "ours", "POSTMARK_SERVER_TOKEN": "theirs"}, "ours"),
        (None, {"EMAILAPI_SERVER_TOKEN": " ", "POSTMARK_SERVER_TOKEN": " theirs\n"}, "theirs"),
        ("", {"POSTMARK_SERVER_TOKEN": "theirs"}, "theirs"),
    ],
)
def test_the_token_comes_from_the_argument_or_the_environment(monkeypatch, given, environment, token):
    """A token that is passed wins over the environment, our variable over Postmark's; space around it is dropped."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert str(resolve_token(given, "server token")) == token


def test_a_missing_token_is_an_error_that_names_both_variables():
    with pytest.raises(ConfigurationError, match="set EMAILAPI_SERVER_TOKEN or POSTMARK_SERVER_TOKEN"):
        resolve_token(None, "server token")


def test_a_server_token_is_not_used_as_an_account_token(monkeypatch):
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "server")
    with pytest.raises(ConfigurationError, match="EMAILAPI_ACCOUNT_TOKEN"):
        resolve_token(None, "account token")


@pytest.mark.parametrize(
    "token", ["hush\r\nX: y", "hush hush", "hush\0", "hüsh", "hush\u2028x", "hush\x7f", "hush\ttab"]
)
def test_a_token_that_is_invalid_in_a_header_is_rejected_and_not_repeated(token):
    """A token that would break its header is rejected, and not repeated."""
    with pytest.raises(ConfigurationError, match="is not valid in a header") as caught:
        resolve_token(token, "server token")
    assert "sh" not in str(caught.value).replace("such", "")


@pytest.mark.parametrize("token", [b"hush", 5, ["hush"]])
def test_a_token_must_be_a_string(token):
    """A token of another type is rejected by its type's name."""
    with pytest.raises(ConfigurationError, match=f"token must be text, got {type(token).__name__}"):
        resolve_token(token, "server token")


def test_a_secret_is_not_shown(caplog):
    secret = Secret("hush")
    logging.getLogger("x").warning("%r %s", secret, {"token": secret})
    held = [repr(secret), f"{secret!r}", str([secret]), str({"a": (secret,)}), caplog.text]
    try:
        raise KeyError(secret)
    except KeyError:
        held.append(traceback.format_exc().split("KeyError: ")[-1])
    assert not [text for text in held if "hush" in text]
    assert secret == "hush"
    assert repr(pickle.loads(pickle.dumps(secret))) == "'***'"


@pytest.mark.parametrize(
    "given, expected",
    [
        (None, URL),
        ("", URL),
        (URL, URL),
        (f" {URL}/ ", URL),
        ("https://proxy.example/postmark//", "https://proxy.example/postmark"),
        ("https://api.example.", "https://api.example."),
        ("https://postmark_proxy", "https://postmark_proxy"),
        ("https://[fe80::1%25eth0]", "https://[fe80::1%25eth0]"),
        ("https://proxy.example:8443", "https://proxy.example:8443"),
        ("http://127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8025", "http://[::1]:8025"),
        ("http://localhost:8025/x", "http://localhost:8025/x"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("HTTPS://api.example", "HTTPS://api.example"),
    ],
)
def test_a_base_url_loses_its_last_slash(given, expected):
    assert resolve_base_url(given, allow_http=False) == expected


def test_the_base_url_of_the_environment(monkeypatch):
    monkeypatch.setenv("EMAILAPI_BASE_URL", "http://127.0.0.1:1/")
    assert resolve_base_url(None, allow_http=False) == "http://127.0.0.1:1"
    assert resolve_base_url(URL, allow_http=False) == URL
    monkeypatch.setenv("EMAILAPI_BASE_URL", "http://evil.example")
    with pytest.raises(ConfigurationError, match="in clear"):
        resolve_base_url(None, allow_http=False)


@pytest.mark.parametrize(
    "given, sentence",
    [
        ("http://api.example", "would send the token in clear"),
        ("http://localhost.evil.example", "would send the token in clear"),
        ("http://127.0.0.1.evil.example", "would send the token in clear"),
        ("http://0.0.0.0", "would send the token in clear"),
        ("http://192.168.0.1", "would send the token in clear"),
        ("http://xlocalhost", "would send the token in clear"),
        ("https://hush:pw@api.example", "must not contain a user name or password"),
        ("https://hush@api.example", "must not contain a user name or password"),
        ("https://@api.example", "must not contain a user name or password"),
        ("https://api.example\\@evil.example", "must not contain a user name or password"),
        ("https://api.example?x=hush", "must not contain a query or a fragment"),
        ("https://api.example/?", "must not contain a query or a fragment"),
        ("https://api.example#hush", "must not contain a query or a fragment"),
        ("api.example?x=hush", "must not contain a query or a fragment"),
        ("https://api.example/#", "must not contain a query or a fragment"),
        ("api.example", "must be http(s)://host"),
        ("//api.example", "must be http(s)://host"),
        ("ftp://api.example", "must be http(s)://host"),
        ("file:///etc/passwd", "must be http(s)://host"),
        ("https://", "must be http(s)://host"),
        ("https://:443", "must be http(s)://host"),
        ("https://api.example:99999", "is not a valid URL"),
        ("https://api.example:port", "is not a valid URL"),
        ("https://[::1", "is not a valid URL"),
        ("https://api.exa mple", "is not valid in a URL"),
        ("https://api.example\r\nX", "is not valid in a URL"),
        ("ht\ntps://api.example", "is not valid in a URL"),
        ("https://äpi.example", "is not valid in a URL"),
        ("https://api.example/\x7f", "is not valid in a URL"),
        ("https://api..example", "the host of base_url 'api..example' is not a valid host name"),
        ("https://.example", "is not a valid host name"),
        ("https://api.example..", "is not a valid host name"),
        (f"https://{'a' * 64}.example", "is not a valid host name"),
        (f"https://{'a.' * 127}example", "is not a valid host name"),
        ("https://api%20x.example", "is not a valid host name"),
        ("https://api,x.example", "is not a valid host name"),
        ("https://api.example\\x", "is not a valid host name"),
        (b"https://api.example", "base_url must be text, got bytes"),
        (5, "base_url must be text, got int"),
    ],
)
def test_base_urls_that_are_rejected(given, sentence):
    with pytest.raises(ConfigurationError) as caught:
        resolve_base_url(given, allow_http=False)
    assert sentence in caught.value.message
    assert "hush" not in caught.value.message


def test_allow_http_allows_plain_http():
    assert resolve_base_url("http://api.example", allow_http=True) == "http://api.example"


@pytest.mark.parametrize(
    "host, expected",
    [
        ("localhost", True),
        ("x.localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("::", False),
        ("localhost.example", False),
        ("example", False),
        ("", False),
        ("2130706433", False),
    ],
)
def test_only_names_and_addresses_of_this_machine_are_loopback(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize("value", ["1", "true", " YES ", "On"])
def test_the_environment_can_allow_plain_http(monkeypatch, value):
    monkeypatch.setenv("EMAILAPI_ALLOW_HTTP", value)
    assert resolve_base_url("http://api.example", allow_http=False) == "http://api.example"


@pytest.mark.parametrize("value", ["0", "False", "no", "off", "", " "])
def test_the_environment_can_forbid_plain_http(monkeypatch, value):
    monkeypatch.setenv("EMAILAPI_ALLOW_HTTP", value)
    with pytest.raises(ConfigurationError, match="in clear"):
        resolve_base_url("http://api.example", allow_http=False)
    assert resolve_base_url("http://api.example", allow_http=True) == "http://api.example"


def test_a_variable_that_is_neither_on_nor_off_is_named(monkeypatch):
    monkeypatch.setenv("EMAILAPI_ALLOW_HTTP", "maybe")
    for base_url in ("http://api.example", "https://api.example", None):
        with pytest.raises(ConfigurationError, match=r"EMAILAPI_ALLOW_HTTP must be one of 1, true, .*, got 'maybe'"):
            resolve_base_url(base_url, allow_http=False)
    assert resolve_base_url("http://api.example", allow_http=True) == "http://api.example"


@pytest.mark.parametrize("name, value", [("EMAILAPI_SENDER", "bad"), ("POSTMARK_SENDER_EMAIL", "a@d.com, b@d.com")])
def test_a_variable_with_a_wrong_sender_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        Client("t")


def test_a_variable_with_a_wrong_base_url_is_named(monkeypatch):
    monkeypatch.setenv("EMAILAPI_BASE_URL", "ftp://api.example")
    with pytest.raises(ConfigurationError, match="EMAILAPI_BASE_URL must be http"):
        Client("t")


@pytest.mark.parametrize(
    "given, expected",
    [(10, (10.0, 10.0)), (0.5, (0.5, 0.5)), ((1, 2.5), (1.0, 2.5)), (2_147_483, (2_147_483.0, 2_147_483.0))],
)
def test_a_timeout_is_one_number_or_a_pair(given, expected):
    assert Options(timeout=given).timeout == expected
    with socket.socket() as taken:
        taken.settimeout(Options(timeout=given).timeout[1])


@pytest.mark.parametrize(
    "given",
    [0, -1, None, "10", True, float("inf"), float("nan"), 10**400, 2_147_484, (1,), (1, 2, 3), (1, None), (0, 1), ()]
    + [[1, 2], (True, 1), b"1", {"connect": 1}],
)
def test_timeouts_that_are_rejected(given):
    """There is no waiting for ever, and none of no time."""
    with pytest.raises(ConfigurationError, match="timeout must be a positive number of seconds"):
        Options(timeout=given)


@pytest.mark.parametrize(
    "given, environment, expected",
    [
        (None, {}, None),
        ("a@d.com", {}, Address("a@d.com")),
        ("A <a@d.com>", {"EMAILAPI_SENDER": "b@d.com"}, Address("a@d.com", "A")),
        (Address("a@d.com"), {}, Address("a@d.com")),
        (None, {"EMAILAPI_SENDER": "B <b@d.com>", "POSTMARK_SENDER_EMAIL": "c@d.com"}, Address("b@d.com", "B")),
        (None, {"POSTMARK_SENDER_EMAIL": "c@d.com"}, Address("c@d.com")),
    ],
)
def test_the_default_sender(monkeypatch, given, environment, expected):
    """A sender that is passed wins over the environment, our variable over Postmark's."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert resolve_sender(given) == expected


@pytest.mark.parametrize("given", ["a@", "a@d.com, b@d.com", b"a@d.com", 5, "a\r\n <a@d.com>", ["a@d.com", "b@d.com"]])
def test_default_senders_that_are_rejected(monkeypatch, given):
    with pytest.raises(ConfigurationError, match="sender"):
        resolve_sender(given)
    if isinstance(given, str):
        monkeypatch.setenv("EMAILAPI_SENDER", given)
        with pytest.raises(ConfigurationError, match="EMAILAPI_SENDER"):
            resolve_sender(None)


@pytest.mark.parametrize("given", [None, "outbound", "my-stream_1"])
def test_the_default_stream(given):
    assert Options(message_stream=given).message_stream == given


@pytest.mark.parametrize("given", ["", " ", "a\nb", "a\0", 5, b"outbound", "\ud800"])
def test_default_streams_that_are_rejected(given):
    with pytest.raises(ConfigurationError, match="message_stream must be"):
        Options(message_stream=given)
