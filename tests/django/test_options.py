"""The options of the backend: where they come from, and what is wrong with them."""

from __future__ import annotations

import warnings

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage

from emailapi.django import EmailBackend


def message() -> EmailMessage:
    return EmailMessage("Hi", "Hello", None, ["ada@example.com"])


def test_a_missing_token_is_an_error_at_construction(backend):
    with pytest.raises(ImproperlyConfigured, match="(?i)server_token.*EMAILAPI_SERVER_TOKEN"):
        backend()


def test_the_token_may_come_from_the_environment(backend, monkeypatch):
    monkeypatch.setenv("POSTMARK_SERVER_TOKEN", "from-environment")
    assert backend(deadline=4)._options.server_token == "from-environment"


def test_options_take_precedence_over_the_setting_and_the_setting_over_the_environment(backend, setting, monkeypatch):
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "environment")
    setting(EMAILAPI={"SERVER_TOKEN": "setting", "DEADLINE": 9})
    assert backend()._options.server_token == "setting"
    made = backend(server_token="option")
    assert (made._options.server_token, made._options.deadline) == ("option", 9)


def test_no_repr_shows_a_token(backend):
    made = backend(
        server_token="very-secret", fallback={"hostname": "localhost", "username": "shop", "password": "hidden-too"}
    )
    assert "very-secret" not in repr(made._options)
    assert "hidden-too" not in repr(made._options)


def test_an_unknown_option_is_named(backend):
    if hasattr(mail, "mailers"):
        with pytest.raises(mail.InvalidMailer, match=r"MAILERS\['default'\]: Unknown options 'server_tokn'"):
            backend(server_tokn="x")
    else:
        with pytest.raises(ImproperlyConfigured, match="SERVER_TOKEN"):
            backend(server_tokn="x")


def test_an_unknown_argument_without_an_alias_is_a_type_error():
    with pytest.raises(TypeError, match="server_token"):
        EmailBackend(server_tokn="x")


def test_an_unknown_name_in_the_setting_is_named(backend, setting):
    setting(EMAILAPI={"SERVER_TOKN": "x"})
    with pytest.raises(ImproperlyConfigured, match="SERVER_TOKEN"):
        backend(transport="memory")


@pytest.mark.parametrize("name", ["username", "password"])
def test_user_name_and_password_are_rejected_by_name(name):
    with pytest.raises(TypeError, match=f"{name} .*transport_options"):
        EmailBackend(transport="memory", **{name: "x"})


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_user_name_and_password_are_ignored(nothing):
    assert EmailBackend(transport="memory", username=nothing, password=nothing).send_messages([message()]) == 1


@pytest.mark.mailers(False)
def test_the_timeout_of_django_is_used(backend, setting):
    setting(EMAIL_TIMEOUT=3)
    assert backend(transport="memory")._options.timeout == 3
    assert backend(transport="memory", timeout=4)._options.timeout == 4


@pytest.mark.mailers(True)
def test_arguments_of_get_connection_that_are_unknown_are_ignored(backend):
    backend(transport="memory")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert mail.get_connection(username="x").send_messages([message()]) == 1
        assert mail.get_connection(fail_silently=True).fail_silently is True
