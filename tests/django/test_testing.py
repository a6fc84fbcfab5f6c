"""Tools with which projects test their emails."""

from __future__ import annotations

import unittest
import warnings

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.test import SimpleTestCase
from django.test.utils import override_settings, setup_test_environment, teardown_test_environment

from emailapi.django.fixtures import emailapi_django_outbox  # noqa: F401 - a fixture
from emailapi.django.testing import EmailAPITestMixin, emailapi_outbox


@pytest.fixture(autouse=True)
def mailer(configure) -> None:
    """Configure a mailer, as each project does."""
    configure(server_token="t")


def message(subject: str = "Hi") -> EmailMessage:
    made = EmailMessage(subject, "Hello", to=["ada@example.com"])
    made.tag = "welcome"
    return made


def test_the_mixin_records_emails_for_each_test():
    class Case(EmailAPITestMixin, SimpleTestCase):
        def test_one(self):
            one = message()
            one.send()
            assert [email.tag for email in self.emailapi_outbox] == ["welcome"]
            assert one.emailapi_status["ada@example.com"] == "sent"

        def test_two(self):
            assert self.emailapi_outbox == []

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])


def test_the_fixture_records_emails(emailapi_django_outbox):  # noqa: F811
    message().send()
    assert [email.subject for email in emailapi_django_outbox] == ["Hi"]


def test_message_ids_are_unique(emailapi_django_outbox):  # noqa: F811
    messages = [message(), message()]
    for one in messages:
        one.send()
    assert len({one.anymail_status.message_id for one in messages}) == 2


@pytest.mark.mailers(True)
def test_emails_of_every_alias_are_recorded(setting):
    locmem = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    setting(MAILERS={"default": locmem, "admin": locmem})
    with emailapi_outbox() as outbox:
        message("1").send()
        message("2").send(using="admin")
    assert [email.subject for email in outbox] == ["1", "2"]


def test_options_that_change_emails_still_apply(setting):
    setting(EMAILAPI={"DEFAULTS": {"metadata": {"a": "1"}}, "SERVER_TOKEN": "t", "REDIRECT_TO": "a@x.org"})
    with emailapi_outbox() as outbox:
        message().send()
    assert outbox[0].metadata == {"a": "1"}


@pytest.mark.mailers(True)
def test_options_of_a_mailer_that_change_emails_still_apply(configure):
    configure(server_token="t", defaults={"metadata": {"a": "1"}}, message_stream="news", redirect_to="a@x.org")
    with emailapi_outbox() as outbox:
        message().send()
    assert (outbox[0].metadata, outbox[0].message_stream) == ({"a": "1"}, "news")
    assert outbox[0].to[0].email == "ada@example.com"


def test_the_outbox_of_django_still_works_and_copies_messages(api):
    api()
    one = message()
    one.send()
    setup_test_environment()
    try:
        connection = mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()
        connection.send_messages([one])
        assert mail.outbox[0].emailapi_result == one.emailapi_result
    finally:
        teardown_test_environment()


@pytest.mark.mailers(True)
def test_the_mixin_works_in_a_project_without_mailers(setting):
    with warnings.catch_warnings(), override_settings():
        warnings.simplefilter("ignore")
        del settings.MAILERS
        with emailapi_outbox() as outbox:
            message().send()
    assert [email.tag for email in outbox] == ["welcome"]
