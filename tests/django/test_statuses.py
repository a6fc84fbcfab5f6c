"""Errors of the service as statuses; messages and backends are pickled."""

from __future__ import annotations

import copy
import pickle

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from emailapi import InactiveRecipient, InvalidEmail, InvalidRequest, SMTPError
from emailapi.errors import ServiceUnavailable
from emailapi.models.outbound import BatchResult


class Rejecting:
    """A transport of the user's that meets one error."""

    def __init__(self, error):
        self.error = error

    def send(self, email):
        raise self.error

    def send_batch(self, emails):
        return BatchResult((self.error,) * len(emails))

    def close(self):
        pass


@pytest.fixture
def status(configure):
    """Give `status(error)`: the words of a message that meets an error."""

    def status(error) -> dict[str, str]:
        configure(transport=Rejecting(error))
        one = EmailMessage("Hi", "Hello", to=["Ada@example.com"], cc=["bob@example.com"])
        with pytest.raises(type(error)):
            one.send()
        return dict(one.emailapi_status)

    return status


def test_406_rejects_the_recipients_that_it_names(status):
    error = InactiveRecipient("inactive", code=406, status=422, addresses=["ada@example.com"])
    assert status(error) == {"Ada@example.com": "rejected"}


def test_406_without_names_rejects_all(status):
    assert {*status(InactiveRecipient("inactive", code=406, status=422)).values()} == {"rejected"}


def test_300_marks_the_address_that_it_names_as_invalid(status):
    error = InvalidRequest("Invalid 'To' address: 'ada@example.com'.", code=300, status=422)
    assert status(error) == {"Ada@example.com": "invalid"}


@pytest.mark.parametrize(
    "text",
    [
        "Invalid 'From' address: 'shop@localhost'.",
        "Error parsing 'Reply-To': Illegal email domain '+' in address 'x@+'.",
        "Invalid metadata content. Field names are limited to 20 characters.",
    ],
)
def test_300_about_another_field_marks_no_recipient_as_invalid(status, text):
    assert {*status(InvalidRequest(text, code=300, status=422)).values()} == {"rejected"}


def test_300_about_a_field_without_an_address_marks_all_addresses_of_the_field(status):
    assert status(InvalidRequest("Error parsing 'Cc': x.", code=300, status=422)) == {"bob@example.com": "invalid"}


@pytest.mark.parametrize("others", [[], ["eve@example.com"]])
def test_only_the_invalid_address_is_marked_as_invalid(outbox, others):
    outbox()
    one = EmailMessage("Hi", "Hello", to=["", "ada@example.com", "Bob <bob@>"], cc=others)
    with pytest.raises(InvalidEmail):
        one.send()
    assert dict(one.emailapi_status) == {"Bob <bob@>": "invalid"}


def test_an_invalid_sender_marks_no_recipient_as_invalid(outbox):
    outbox()
    one = EmailMessage("Hi", "Hello", "no address", to=["ada@example.com"])
    with pytest.raises(InvalidEmail):
        one.send()
    assert dict(one.emailapi_status) == {"ada@example.com": "rejected"}


def test_a_recipient_that_is_not_allowed_is_rejected(outbox):
    outbox(allow_recipients=["ada@example.com"])
    one = EmailMessage("Hi", "Hello", to=["ada@example.com"], bcc=["eve@example.com"])
    with pytest.raises(InvalidEmail):
        one.send()
    assert dict(one.emailapi_status) == {"eve@example.com": "rejected"}


def test_anymails_status_has_the_attribute_esp_response(outbox):
    outbox()
    one = EmailMessage("Hi", "Hello", to=["ada@example.com"])
    one.send()
    assert one.anymail_status.esp_response is None


def test_another_rejection_marks_all_recipients_as_rejected(status):
    assert {*status(InvalidRequest("no such tag", code=403, status=422)).values()} == {"rejected"}
    assert {*status(SMTPError("550 no", code=550)).values()} == {"rejected"}


@pytest.mark.parametrize("error", [ServiceUnavailable("closed", status=503), SMTPError("451 later", code=451)])
def test_an_email_that_failed_temporarily_has_no_status(status, error):
    assert status(error) == {}


def test_a_pickled_backend_has_no_token_and_uses_that_of_its_settings(backend):
    made = backend(server_token="very-secret-token", fail_silently=True)
    written = pickle.dumps(made)
    assert b"very-secret-token" not in written
    again = pickle.loads(written)
    assert again._options.server_token == "very-secret-token"
    assert (again.alias, again.fail_silently) == (made.alias, True)
    assert copy.deepcopy(made) is made


@pytest.mark.mailers(True)
def test_a_backend_has_its_alias(backend):
    assert backend(transport="memory").alias == "default"


@pytest.mark.mailers(True)
def test_a_missing_token_names_the_mailer(backend):
    with pytest.raises(mail.InvalidMailer, match=r"MAILERS\['default'\]: OPTIONS must define 'server_token'"):
        backend()


def test_a_status_is_a_mapping(outbox):
    outbox()
    one = EmailMessage("Hi", "Hello", to=["Ada@example.com"])
    one.send()
    status = one.emailapi_status
    assert "ADA@example.com" in status
    assert "eve@example.com" not in status
    assert 7 not in status
    assert (len(status), [*status]) == (1, ["Ada@example.com"])
    assert repr(status) == "EmailStatus({'Ada@example.com': 'sent'})"
