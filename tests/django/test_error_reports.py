"""Reports of errors by email while the service cannot be reached: the case that check W007 warns of."""

from __future__ import annotations

import logging

import django
import pytest
from django.core import checks
from django.core.mail import mail_admins, mail_managers
from django.test import Client
from django.urls import path
from django.utils.log import AdminEmailHandler

from emailapi import ConnectionFailed

from ..ports import unused_port

BACKEND = "emailapi.django.EmailBackend"
BROKEN_LINKS = "django.middleware.common.BrokenLinkEmailsMiddleware"


def fails(request):
    raise ZeroDivisionError


urlpatterns = [path("fails/", fails)]

# Django 6.0 deprecates pairs of a name and an address.
ADMINS = ["root@example.com"] if django.VERSION >= (6, 0) else [("Root", "root@example.com")]


@pytest.fixture
def closed_port() -> int:
    return unused_port()


@pytest.fixture
def project(setting, closed_port):
    """Give `project(**options)`: mailers "default", and "admin" with further options, that reach no service."""

    def configure(**options) -> None:
        reached = {"server_token": "1f2e3d4c-0000", "base_url": f"http://127.0.0.1:{closed_port}", "deadline": 7}
        setting(
            ROOT_URLCONF=__name__,
            DEBUG=False,
            ADMINS=["root@example.com"],
            MANAGERS=["m@example.com"],
            MAILERS={
                "default": {"BACKEND": BACKEND, "OPTIONS": reached},
                "admin": {"BACKEND": BACKEND, "OPTIONS": {**reached, **options}},
            },
        )

    return configure


@pytest.fixture
def handler(monkeypatch):
    """Give `handler(**arguments)`: errors of requests are reported by email, in the place of Django's own handler."""
    return lambda **arguments: monkeypatch.setattr(
        logging.getLogger("django"), "handlers", [AdminEmailHandler(**arguments)]
    )


def warned() -> bool:
    return "emailapi.W007" in [message.id for message in checks.run_checks(tags=["mail"])]


def response_to_a_failing_view():
    return Client(raise_request_exception=False).get("/fails/")


@pytest.mark.mailers(True)
def test_a_report_by_a_mailer_with_a_warning_raises_out_of_the_request(project, handler):
    project()
    handler()
    assert warned()
    with pytest.raises(ConnectionFailed):
        response_to_a_failing_view()


@pytest.mark.mailers(True)
def test_a_report_by_the_mailer_of_the_guide_does_not_change_the_response(project, handler, caplog):
    project(fail_silently=True, deadline=3)
    handler(using="admin")
    assert not warned()
    assert response_to_a_failing_view().status_code == 500
    assert "was not sent" in caplog.text


@pytest.mark.mailers(True)
def test_a_broken_link_report_by_a_mailer_with_a_warning_raises_out_of_the_request(project, setting):
    project()
    setting(MIDDLEWARE=[BROKEN_LINKS])
    assert warned()
    with pytest.raises(ConnectionFailed):
        Client(raise_request_exception=False).get("/missing/", headers={"referer": "http://testserver/there/"})


@pytest.mark.costly
@pytest.mark.mailers(False)
def test_a_report_before_mailers_does_not_change_the_response(configure, setting, handler, closed_port):
    configure(server_token="1f2e3d4c-0000", base_url=f"http://127.0.0.1:{closed_port}", deadline=3)
    setting(ROOT_URLCONF=__name__, DEBUG=False, ADMINS=ADMINS)
    handler()
    assert not warned()
    assert response_to_a_failing_view().status_code == 500


def test_reports_to_admins_and_managers_are_sent(outbox, setting):
    setting(ADMINS=ADMINS, MANAGERS=ADMINS)
    sent = outbox()
    mail_admins("Hi", "Hello", html_message="<b>Hello</b>")
    mail_managers("Hi", "Hello")
    assert [email.sender.email for email in sent] == ["server@example.com"] * 2
    assert [email.html_body for email in sent] == ["<b>Hello</b>", None]
