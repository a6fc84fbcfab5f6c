"""Tokens and passwords stand in no repr, and in no local variable of a frame that an error passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage

import emailapi
from emailapi import EmailAPIError
from emailapi.django import EmailBackend, clients
from emailapi.django.views import webhook_config

SECRET = "very-secret-0815"
WRONG = [
    {"deadline": "x"},
    {"defaults": "x"},
    {"redirect_to": "x"},
    {"transport": "nope"},
    {"fallback": {"hostname": "localhost", "password": SECRET, "colour": 1}},
    {"transport": "smtp", "transport_options": {"hostname": "localhost", "password": SECRET, "colour": 1}},
    {"transport": "ses", "transport_options": {"aws_secret_access_key": SECRET}},
    {"transport": "memory", "transport_options": {"password": SECRET}},
]


def frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(emailapi.__path__[0]):
            yield trace.tb_frame
        trace = trace.tb_next


def error_of(call: Callable[[], object], *kinds: type[Exception]) -> Exception:
    with pytest.raises(kinds) as caught:
        call()
    return caught.value


def check(error: Exception) -> None:
    assert SECRET not in str(error)
    shown = [(frame.f_code.co_name, name) for frame in frames(error) for name, value in frame.f_locals.items()
             if SECRET in repr(value)]  # fmt: skip
    assert shown == []


@pytest.mark.parametrize("options", WRONG)
def test_an_invalid_option_is_named_and_shows_no_secret(backend, options):
    check(error_of(lambda: backend(server_token=SECRET, **options), ImproperlyConfigured))


@pytest.mark.parametrize("options", [*WRONG, {"server_tokn": "x"}])
def test_an_invalid_argument_shows_no_secret(options):
    check(error_of(lambda: EmailBackend(server_token=SECRET, **options), ImproperlyConfigured, TypeError))


def test_an_unknown_name_in_the_setting_shows_no_secret(setting):
    setting(EMAILAPI={"SERVER_TOKEN": SECRET, "SERVER_TOKN": "x"})
    check(error_of(EmailBackend, ImproperlyConfigured))


@pytest.mark.parametrize("extra", [{}, {"Unknown": 1}])
def test_a_token_for_one_message_is_shown_nowhere(api, extra):
    api()
    one: Any = EmailMessage("Hi", "Hello", to=["ada@example.com"])
    one.esp_extra = {"server_token": SECRET, **extra}
    error = error_of(one.send, EmailAPIError)
    if not extra:  # the attribute of the message is the user's
        check(error)


@pytest.mark.parametrize(
    "webhook",
    [
        {"BASIC": ("user", SECRET), "NETWORKS": "10.0.0.0/99"},
        {"HEADERS": {"X-Secret": [SECRET]}, "TRUST_PROXIES": -1},
        {"BASIC": [("user", SECRET), ("user", "")]},
        {"BASIC": ("user", SECRET), "UNKNOWN": 1},
    ],
)
def test_invalid_credentials_of_webhooks_show_no_secret(setting, webhook):
    setting(EMAILAPI={"WEBHOOK": webhook})
    check(error_of(webhook_config, ImproperlyConfigured))


def test_the_table_of_clients_shows_no_token(backend):
    backend(server_token=SECRET, fallback={"hostname": "localhost", "username": "u", "password": SECRET})
    assert SECRET not in repr(clients._clients)
