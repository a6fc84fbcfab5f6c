"""The system checks."""

from __future__ import annotations

import logging

import pytest
from django.core import checks
from django.urls import include, path
from django.utils.log import AdminEmailHandler

urlpatterns = [path("shop/", include([path("hooks/", include("emailapi.django.urls"))]))]
GOOD = {"server_token": "1f2e3d4c-0000-4000-8000-123456789abc"}


@pytest.fixture
def found(configure, setting):
    """Give `found(**options)`: the ids of what the checks find in these settings."""

    def run(deploy: bool = False, **options) -> list[str]:
        configure(**options)
        messages = checks.run_checks(tags=["mail"], include_deployment_checks=deploy)
        return sorted(message.id.removeprefix("emailapi.") for message in messages if "emailapi" in str(message.id))

    setting(ROOT_URLCONF="django.urls")
    setting(ROOT_URLCONF=None)
    return run


def test_valid_settings_have_no_warnings(found):
    assert found(**GOOD) == []
    assert found(deploy=True, **GOOD) == []


@pytest.mark.parametrize("token", [None, "", "your-token", "xxxxxxxx", "<token>", "changeme", "two words"])
def test_a_missing_token_or_a_placeholder_is_e001(found, token):
    assert found(server_token=token) == ["E001"]


def test_another_transport_needs_no_token(found):
    assert found(transport="memory") == []


def test_a_base_url_without_tls_is_e002(found):
    assert found(**GOOD, base_url="http://example.com") == ["E002"]
    assert found(**GOOD, base_url="http://localhost:3000") == []
    assert found(**GOOD, base_url="http://example.com", allow_http=True) == []


@pytest.mark.mailers(True)
def test_mailers_and_a_token_in_the_setting_are_w001(found, setting):
    setting(EMAILAPI={"SERVER_TOKEN": "x1"})
    assert found(**GOOD) == ["W001"]


@pytest.mark.parametrize("name", ["DEFAULT_FROM_EMAIL", "SERVER_EMAIL"])
@pytest.mark.parametrize("address", ["webmaster@localhost", "Root <root@localhost>", "shop@printer.local"])
def test_a_sender_without_a_real_domain_is_w002(found, setting, name, address):
    setting(**{name: address})
    assert found(**GOOD) == ["W002"]


@pytest.mark.parametrize("options", [{"redirect_to": "x"}, {"defaults": {"tga": "x"}}, {"server_tokn": "x"}])
def test_invalid_options_are_e003(found, options):
    assert "E003" in found(**GOOD, **options)


def test_an_invalid_setting_is_e003_and_other_checks_still_run(found, setting):
    setting(EMAILAPI={"SERVER_TOKN": "x"}, DEFAULT_FROM_EMAIL="webmaster@localhost")
    assert found(**GOOD) == ["E003", "W002"]


def test_senders_are_not_checked_where_another_backend_sends(setting):
    setting(DEFAULT_FROM_EMAIL="webmaster@localhost", ROOT_URLCONF=None)
    assert checks.run_checks(tags=["mail"]) == [] or not [
        message for message in checks.run_checks(tags=["mail"]) if "emailapi" in str(message.id)
    ]


@pytest.mark.parametrize("transport", ["memory", "console"])
def test_a_production_system_that_sends_nothing_is_w003(found, transport):
    assert found(deploy=True, transport=transport) == ["W003"]
    assert found(deploy=False, transport=transport) == []


def test_urls_of_webhooks_without_credentials_are_e004(found, setting):
    setting(ROOT_URLCONF=__name__)
    assert found(**GOOD) == ["E004"]


def test_urls_of_webhooks_with_credentials_have_no_error(found, setting):
    setting(ROOT_URLCONF=__name__, EMAILAPI={"WEBHOOK": {"basic": [("u", "p")]}})
    assert found(**GOOD) == []


@pytest.mark.parametrize(
    "fallback, ids",
    [
        ({"hostname": "smtp.example.com", "tls": "none"}, ["W005"]),
        ({"hostname": "smtp.example.com"}, []),
        ({"hostname": "localhost", "tls": "none"}, []),
    ],
)
def test_a_fallback_without_tls_is_w005(found, fallback, ids):
    assert found(**GOOD, fallback=fallback) == ids


def test_an_account_token_is_w006(found, monkeypatch):
    monkeypatch.setenv("POSTMARK_ACCOUNT_TOKEN", GOOD["server_token"])
    assert found(**GOOD) == ["W006"]


@pytest.mark.mailers(True)
@pytest.mark.parametrize(
    "options, ids",
    [({}, ["W007"]), ({"fail_silently": True}, []), ({"deadline": 5}, []), ({"deadline": 6}, ["W007"])],
)
def test_reports_by_a_mailer_that_raises_are_w007(found, setting, options, ids):
    setting(ADMINS=["root@example.com"])
    handler = AdminEmailHandler()
    logging.getLogger("shop").addHandler(handler)
    try:
        assert found(**GOOD, **options) == ids
    finally:
        logging.getLogger("shop").removeHandler(handler)


@pytest.mark.mailers(True)
def test_broken_links_by_a_mailer_that_raises_are_w007(found, setting):
    setting(MANAGERS=["m@example.com"], MIDDLEWARE=["django.middleware.common.BrokenLinkEmailsMiddleware"])
    assert found(**GOOD) == ["W007"]


def test_checks_use_no_network(found, monkeypatch):
    def reject(*arguments, **named):
        raise AssertionError("a check has used the network")

    monkeypatch.setattr("socket.getaddrinfo", reject)
    monkeypatch.setattr("socket.socket.connect", reject)
    assert found(**GOOD, base_url="https://api.example.com", fallback={"hostname": "smtp.example.com"}) == []
