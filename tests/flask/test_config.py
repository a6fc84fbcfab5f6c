"""Configuration keys."""

from __future__ import annotations

import pytest

from emailapi import Address, Client, ConfigurationError, MemoryTransport, SESTransport, SMTPTransport
from emailapi.flask import Mail, Message
from emailapi.transports.console import ConsoleTransport

FLAGS = ["MAIL_USE_TLS", "MAIL_USE_SSL", "MAIL_SUPPRESS_SEND", "MAIL_ASCII_ATTACHMENTS"]


def attribute(key: str) -> str:
    return "suppress" if key == "MAIL_SUPPRESS_SEND" else key.removeprefix("MAIL_").lower()


@pytest.mark.parametrize("key", FLAGS)
@pytest.mark.parametrize("text", ["true", "1", "yes", "on", "True", " ON "])
def test_these_strings_are_true(make_app, key, text):
    assert getattr(Mail(make_app(**{key: text})).state, attribute(key)) is True


@pytest.mark.parametrize("key", FLAGS)
@pytest.mark.parametrize("text", ["false", "0", "no", "off", "", "False"])
def test_these_strings_are_false(make_app, key, text):
    assert getattr(Mail(make_app(**{key: text})).state, attribute(key)) is False


@pytest.mark.parametrize("key", FLAGS)
def test_another_string_is_an_error_that_names_the_key(make_app, key):
    with pytest.raises(ConfigurationError, match=f"{key} must be one of true, 1, yes.*got 'maybe'"):
        Mail(make_app(**{key: "maybe"}))


@pytest.mark.parametrize("key", [*FLAGS, "MAIL_SERVER", "MAIL_PORT", "MAIL_DEBUG", "MAIL_MAX_EMAILS"])
def test_none_gives_the_default(make_app, key):
    """So is `os.environ.get(...)` of a variable that is not set."""
    mail, usual = Mail(make_app(**{key: None})).state, Mail(make_app()).state
    assert (mail.server, mail.port, mail.suppress) == (usual.server, usual.port, usual.suppress)
    assert (mail.debug, mail.max_emails) == (usual.debug, usual.max_emails)


def test_the_defaults_are_the_original_ones(make_app):
    state = Mail(make_app(MAIL_DEFAULT_SENDER=None)).state
    assert (state.server, state.port, state.use_tls, state.use_ssl) == ("127.0.0.1", 25, False, False)
    assert (state.username, state.password, state.default_sender) == (None, None, None)
    assert (state.debug, state.max_emails, state.suppress, state.ascii_attachments) == (0, None, False, False)


def test_numbers_can_be_strings(make_app):
    state = Mail(make_app(MAIL_PORT="587", MAIL_MAX_EMAILS="5", MAIL_DEBUG="1")).state
    assert (state.port, state.max_emails, state.debug) == (587, 5, 1)


def test_an_invalid_number_is_an_error_that_names_the_key(make_app):
    with pytest.raises(ConfigurationError, match="MAIL_PORT must be an integer, got 'smtp'"):
        Mail(make_app(MAIL_PORT="smtp"))


def test_a_password_of_digits_is_a_string(make_app):
    """`app.config.from_prefixed_env()` makes a number of it."""
    state = Mail(make_app(MAIL_USERNAME=7, MAIL_PASSWORD=1234)).state
    assert (state.username, state.password) == ("7", "1234")


def test_no_repr_shows_the_password(make_app):
    mail = Mail(make_app(MAIL_USERNAME="ada", MAIL_PASSWORD="hunter22"))
    assert "hunter22" not in repr(mail.state.password)
    assert "hunter22" not in repr(mail.state) + repr(mail.transport)


SECRETS = {"EMAILAPI_SERVER_TOKEN": "hunter22", "MAIL_USERNAME": "ada", "MAIL_PASSWORD": "hunter22"}


@pytest.mark.parametrize(
    "config",
    [
        {"MAIL_PORT": "x"},
        {"MAIL_REDIRECT_TO": "x"},
        {"EMAILAPI_BASE_URL": "ftp://x"},
        {"EMAILAPI_BASE_URL": "https://ada:hunter22@x"},
        {"MAIL_TIMEOUT": -1},
        {"MAIL_TRANSPORT": "smtp", "MAIL_DEADLINE": -1},
        {"MAIL_TRANSPORT": "smtp", "MAIL_SERVER": "smtp.example.com", "MAIL_USE_TLS": False},
        {"MAIL_TRANSPORT": "smtp", "MAIL_TRANSPORT_OPTIONS": {"password": "hunter22", "tls": "x"}},
        {"MAIL_FALLBACK": {"hostname": "x", "password": "hunter22", "tls": "x"}},
        {"MAIL_TRANSPORT": "x"},
    ],
    ids=str,
)
def test_no_frame_of_an_error_shows_a_secret(make_app, config):
    app = make_app(**SECRETS, **config)
    with pytest.raises(ConfigurationError) as caught:
        Mail(app).send(Message("Hi", ["ada@example.com"], "x"))
    assert "hunter22" not in str(caught.value)
    values = [value for entry in caught.traceback[1:] for value in entry.frame.f_locals.values()]
    assert values
    for value in values:
        assert "hunter22" not in repr(value), type(value)


def test_a_default_sender_may_be_a_list(make_app):
    """`FLASK_MAIL_DEFAULT_SENDER=["Shop", "shop@example.com"]` becomes one."""
    app = make_app(TESTING=True, MAIL_DEFAULT_SENDER=["Doe, Jane", "jane@example.com"])
    mail = Mail(app)
    message = Message("Hi", ["ada@example.com"], "x")
    with app.app_context():
        assert message.sender == '"Doe, Jane" <jane@example.com>'
    mail.send(message)
    assert mail.outbox[0].to_email().sender == Address("jane@example.com", "Doe, Jane")


@pytest.mark.parametrize("sender", [["shop@example.com"], ("shop@example.com",), ("Shop", "a", "b"), 5, {"a": 1}])
def test_a_default_sender_that_is_not_an_address_is_an_error_that_names_the_key(make_app, sender):
    with pytest.raises(ConfigurationError, match="MAIL_DEFAULT_SENDER must be an address, or a pair of name and addr"):
        Mail(make_app(MAIL_DEFAULT_SENDER=sender))


def test_the_older_key_of_the_default_sender_is_read(make_app):
    app = make_app(MAIL_DEFAULT_SENDER=None, DEFAULT_MAIL_SENDER="old@example.com")
    assert Mail(app).state.default_sender == "old@example.com"


def test_without_a_token_emails_are_sent_by_smtp(make_app):
    mail = Mail(make_app(MAIL_SERVER="smtp.example.com", MAIL_PORT=587, MAIL_USE_TLS=True))
    assert isinstance(mail.transport, SMTPTransport)
    assert repr(mail.transport) == "SMTPTransport('smtp.example.com', 587, tls='required')"
    assert mail.client is mail.client
    assert mail.client.transport is mail.transport
    with pytest.raises(ConfigurationError, match="has no API"):
        mail.client.messages.list()


@pytest.mark.parametrize("variable", ["EMAILAPI_SERVER_TOKEN", "POSTMARK_SERVER_TOKEN"])
def test_with_a_token_in_the_environment_emails_are_sent_by_the_api(make_app, monkeypatch, variable):
    monkeypatch.setenv(variable, "a-token")
    mail = Mail(make_app())
    assert isinstance(mail.client, Client)
    with pytest.raises(ConfigurationError, match="emails are sent through the API.*use mail.client"):
        _ = mail.transport


def test_the_configuration_takes_precedence_over_the_environment(make_app, monkeypatch):
    monkeypatch.setenv("EMAILAPI_BASE_URL", "https://environment.example")
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "environment")
    app = make_app(EMAILAPI_SERVER_TOKEN="t", EMAILAPI_BASE_URL="https://configuration.example")
    assert repr(Mail(app).client) == "Client(base_url='https://configuration.example')"
    assert repr(Mail(make_app()).client) == "Client(base_url='https://environment.example')"


@pytest.mark.parametrize(
    "config, tls",
    [
        ({"MAIL_USE_TLS": True}, "required"),
        ({"MAIL_USE_SSL": True}, "implicit"),
        ({"MAIL_USE_TLS": False}, "none"),
        ({"MAIL_USE_TLS": "false"}, "none"),
        ({}, "required"),
        ({"MAIL_SERVER": "127.0.0.1"}, "opportunistic"),
    ],
    ids=str,
)
def test_the_keys_of_encryption_select_the_tls_mode(make_app, config, tls):
    """Without a word on it email off this machine is encrypted; `MAIL_USE_TLS = False` alone turns that off."""
    mail = Mail(make_app(**{"MAIL_SERVER": "smtp.example.com", **config}))
    assert f"tls={tls!r}" in repr(mail.transport)


@pytest.mark.costly
def test_ssl_uses_port_465_by_default(make_app):
    assert Mail(make_app(MAIL_USE_SSL=True)).transport.port == 465
    assert Mail(make_app(MAIL_USE_SSL=True, MAIL_PORT=25)).transport.port == 25


def test_a_password_is_never_sent_unencrypted(make_app):
    app = make_app(MAIL_SERVER="smtp.example.com", MAIL_USE_TLS=False, MAIL_USERNAME="ada", MAIL_PASSWORD="hunter22")
    with pytest.raises(ConfigurationError, match="in clear"):
        _ = Mail(app).transport


def factory(**options: object) -> MemoryTransport:
    """Make a transport, by its import name."""
    return MemoryTransport()


MADE = MemoryTransport()


@pytest.mark.parametrize(
    "wanted, kind",
    [
        ("smtp", SMTPTransport),
        ("SMTP", SMTPTransport),
        ("memory", MemoryTransport),
        ("console", ConsoleTransport),
        (MemoryTransport, MemoryTransport),
        (factory, MemoryTransport),
        (MADE, MemoryTransport),
        ("emailapi.MemoryTransport", MemoryTransport),
        ("emailapi:MemoryTransport", MemoryTransport),
    ],
    ids=["text", "capitals", "memory", "console", "class", "factory", "object", "import name", "with colon"],
)
def test_the_transport_key_selects_the_transport(make_app, wanted, kind):
    assert isinstance(Mail(make_app(MAIL_TRANSPORT=wanted)).transport, kind)


@pytest.mark.costly
def test_transport_options_are_passed_to_ses(make_app):
    import boto3

    client = boto3.client("ses", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    mail = Mail(make_app(MAIL_TRANSPORT="ses", MAIL_TRANSPORT_OPTIONS={"client": client}))
    assert isinstance(mail.transport, SESTransport)


def test_the_api_requires_a_token(make_app):
    with pytest.raises(ConfigurationError, match="no token"):
        _ = Mail(make_app(MAIL_TRANSPORT="api")).client


@pytest.mark.parametrize("wanted", ["pigeon", "no.such:thing", 7, [1]], ids=str)
def test_an_unknown_transport_is_an_error_that_names_the_key(make_app, wanted):
    mail = Mail(make_app(MAIL_TRANSPORT=wanted))
    with pytest.raises(ConfigurationError, match="MAIL_TRANSPORT must be 'api', 'smtp'"):
        mail.send(Message("Hi", ["ada@example.com"], body="Hello"))


def test_options_must_be_a_dict(make_app):
    with pytest.raises(ConfigurationError, match="MAIL_TRANSPORT_OPTIONS must be a dict, not list"):
        _ = Mail(make_app(MAIL_TRANSPORT="smtp", MAIL_TRANSPORT_OPTIONS=[1])).transport


def test_timeout_and_deadline_come_from_the_configuration_or_the_environment(make_app, monkeypatch):
    monkeypatch.setenv("MAIL_DEADLINE", "7")
    assert Mail(make_app(MAIL_TIMEOUT="3")).transport.deadline == 7.0
    assert Mail(make_app(MAIL_DEADLINE=5)).transport.deadline == 5.0
    with pytest.raises(ConfigurationError, match="MAIL_TIMEOUT must be a number of seconds, got 'soon'"):
        _ = Mail(make_app(MAIL_TIMEOUT="soon")).transport


def test_an_explicit_client_or_transport_is_used(make_app):
    transport = MemoryTransport()
    assert Mail(make_app(), transport=transport).transport is transport
    with Client("a-token") as client:
        assert Mail(make_app(), client=client).client is client
        with pytest.raises(ConfigurationError, match="must not both be given"):
            Mail(client=client, transport=transport)


def test_a_name_must_be_valid_in_a_key():
    with pytest.raises(ConfigurationError, match="name must consist of letters, digits and _, got 'a b'"):
        Mail(name="a b")


def test_prefix_and_reply_to_of_the_configuration_do_not_change_the_message(make_app):
    app = make_app(TESTING=True, MAIL_SUBJECT_PREFIX="[shop] ", MAIL_DEFAULT_REPLY_TO="help@example.com")
    mail = Mail(app)
    message = Message("Hi ada", ["ada@example.com"], "Hello")
    mail.send(message)
    mail.send(message)
    assert [kept.subject for kept in mail.outbox] == ["[shop] Hi ada"] * 2
    assert (message.subject, message.reply_to) == ("Hi ada", None)
    assert mail.outbox[0].reply_to == "help@example.com"
    mail.send(Message("Hi", ["a@example.com"], "x", reply_to="own@example.com"))
    assert mail.outbox[2].reply_to == "own@example.com"
