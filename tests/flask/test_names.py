"""The names of Flask-Mail."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask import Flask

import emailapi.flask
from emailapi import InvalidEmail
from emailapi.flask import (
    Attachment,
    BadHeaderError,
    Connection,
    FlaskMailUnicodeDecodeError,
    Mail,
    Message,
    MissingAddress,
    email_dispatched,
    force_text,
    sanitize_address,
    sanitize_addresses,
    sanitize_subject,
    signals,
)


def test_every_public_name_can_be_imported():
    assert emailapi.flask.__all__ == sorted(dir(emailapi.flask))
    for name in emailapi.flask.__all__:
        assert getattr(emailapi.flask, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'emailapi.flask' has no attribute 'Mial'"):
        _ = emailapi.flask.Mial


@pytest.mark.costly
def test_flask_is_imported_with_the_first_name():
    code = (
        "import sys, emailapi.flask; print('flask' in sys.modules);"
        "from emailapi.flask import Message; print('flask' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]


@pytest.mark.costly
def test_without_flask_the_error_names_the_extra():
    code = "import sys; sys.modules['flask'] = None\nfrom emailapi.flask import Mail"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ConfigurationError: flask is not installed: pip install 'emailapi-sdk[flask]'" in ran.stderr


@pytest.mark.parametrize(
    "name",
    "has_bad_headers is_bad_headers as_string as_bytes send_to alts html msgId add_recipient attach send".split(),
)
def test_message_has_the_original_attributes(name):
    assert hasattr(Message(), name)


@pytest.mark.parametrize("name", "state init_mail init_app connect send send_message record_messages app".split())
def test_the_extension_has_the_original_attributes(mail, name):
    assert hasattr(mail, name)


def test_a_misspelt_attribute_is_an_error(mail):
    with pytest.raises(AttributeError):
        _ = mail.sned


@pytest.mark.parametrize(
    "name", "server username password port use_tls use_ssl default_sender debug max_emails suppress".split()
)
def test_settings_are_attributes_of_the_extension(mail, name):
    assert getattr(mail, name) == getattr(mail.state, name)
    setattr(mail, name, 1)
    assert getattr(mail.state, name) == 1


def test_the_settings_are_in_the_extensions(app, mail):
    assert app.extensions["mail"] is mail.state
    assert list(app.extensions["emailapi"]) == [None]


def test_the_state_can_send(app, mail, message):
    with app.app_context():
        assert app.extensions["mail"].send(message).message_id
    assert len(mail.outbox) == 1


def test_the_state_requires_a_context_to_send(app, mail, message):
    with pytest.raises(RuntimeError, match="No application was configured"):
        app.extensions["mail"].send(message)


def test_the_configuration_can_be_any_mapping(mail):
    state = mail.init_mail({"MAIL_SERVER": "smtp.example.com"}, debug=True, testing=True)
    assert (state.server, state.port, state.debug, state.suppress) == ("smtp.example.com", 25, 1, True)
    assert not mail.init_mail({"TESTING": False}, testing=True).suppress


def test_the_state_without_an_application_is_none():
    assert Mail().state is None


def test_a_connection_counts_its_emails(app, message):
    app.config["MAIL_MAX_EMAILS"] = 2
    counts = []
    with Mail(app).connect() as connection:
        assert isinstance(connection, Connection)
        for _ in range(3):
            connection.send(message)
            counts.append(connection.num_emails)
        assert connection.host is None
    assert counts == [1, 0, 1]


def test_a_connection_can_be_created_from_the_state(app, mail, message):
    with app.app_context(), Connection(app.extensions["mail"]) as connection:
        assert connection.send(message).via == "memory"


def test_a_message_can_be_sent_by_a_connection(mail, message):
    with mail.connect() as connection:
        assert message.send(connection).via == "memory"


def test_bad_headers_are_invalid_emails():
    error = BadHeaderError()
    assert isinstance(error, InvalidEmail)
    assert str(BadHeaderError("x").at(3)) == "email at index 3: x"


def test_missing_addresses_are_assertion_errors():
    assert issubclass(MissingAddress, AssertionError)
    assert issubclass(MissingAddress, InvalidEmail)


def test_signals_are_a_namespace():
    assert signals["email-dispatched"] is email_dispatched


@pytest.mark.parametrize(
    "given, text",
    [("é", "é"), (b"\xc3\xa9", "é"), (7, "7")],
    ids=["text", "bytes", "number"],
)
def test_force_text_converts_to_a_string(given, text):
    assert force_text(given) == text


def test_undecodable_bytes_are_an_error_that_does_not_show_them():
    with pytest.raises(FlaskMailUnicodeDecodeError) as caught:
        force_text(b"secret \xff")
    assert "secret" not in str(caught.value)
    assert "utf-8 cannot decode the byte at 7" in str(caught.value)
    assert caught.value.obj == b"secret \xff"


@pytest.mark.parametrize(
    "given, written",
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada <ada@example.com>", "Ada <ada@example.com>"),
        (("Doe, Jane", "jane@example.com"), '"Doe, Jane" <jane@example.com>'),
        (("Zoë", "zoe@example.com"), "=?utf-8?q?Zo=C3=AB?= <zoe@example.com>"),
        ("ada@faß.de", "ada@xn--fa-hia.de"),
        ("ada\r\n@example.com", "ada@example.com"),
        ((None, "ada@example.com"), "ada@example.com"),
    ],
)
def test_sanitize_address_encodes_an_address(given, written):
    assert sanitize_address(given) == written
    assert sanitize_addresses([given]) == [written]


@pytest.mark.parametrize(
    "given, encoding, written",
    [("Hi", "utf-8", "Hi"), ("é", "utf-8", "=?utf-8?b?w6k=?="), ("✓", "latin-1", "=?utf-8?b?4pyT?=")],
)
def test_sanitize_subject_encodes_a_subject(given, encoding, written):
    assert sanitize_subject(given, encoding) == written


def test_the_type_of_an_attachment_is_guessed():
    assert Attachment("a.pdf", data=b"").content_type == "application/pdf"
    assert Attachment(data="text").content_type == "text/plain"
    assert Attachment(data=b"").content_type == "application/octet-stream"


def test_an_attachment_requires_data():
    with pytest.raises(ValueError, match="The 'data' argument is required."):
        Attachment("a.pdf")


def test_an_uninitialized_application_is_named_in_the_error(message):
    other = Flask("other")
    with other.app_context(), pytest.raises(RuntimeError, match="The current application was not configured"):
        Mail().send(message)
