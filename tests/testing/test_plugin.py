"""pytest's plugin: its fixtures and its option, in runs of their own."""

from __future__ import annotations

import pytest

from .test_sandbox_server import SANDBOX

SEND = 'CLIENT = Client("token", base_url="http://127.0.0.1:9")\n'


@pytest.mark.costly
def test_the_outbox_has_emails_of_clients_created_at_import_or_session_scope(run_tests):
    run_tests(
        SEND
        + """
@pytest.fixture(scope="session")
def mailer():
    with Client("token", base_url="http://127.0.0.1:9") as client:
        yield client

def test_import(emailapi_outbox):
    CLIENT.outbound.send(EMAIL)
    assert emailapi_outbox.one(to="ada@example.com", tag="welcome").via == "api"

def test_session(mailer, emailapi_outbox):
    mailer.outbound.send(EMAIL)
    SMTPTransport("smtp.invalid").send(EMAIL.replace(tag=None))
    assert len(emailapi_outbox) == 2
"""
    ).assert_outcomes(passed=2)


@pytest.mark.costly
def test_each_test_has_an_outbox_of_its_own_that_is_one_object(run_tests):
    run_tests(
        SEND
        + """
def test_a(emailapi_outbox):
    kept = emailapi_outbox
    CLIENT.outbound.send(EMAIL)
    emailapi_outbox.clear()
    CLIENT.outbound.send(EMAIL)
    assert kept.one() is emailapi_outbox[0]

def test_b(emailapi_outbox):
    assert len(emailapi_outbox) == 0

@pytest.fixture
def sending(emailapi_outbox):
    CLIENT.outbound.send(EMAIL)
    return emailapi_outbox

def test_c(sending, emailapi_outbox):
    assert sending is emailapi_outbox and len(sending) == 1
"""
    ).assert_outcomes(passed=3)


@pytest.mark.costly
def test_the_outbox_waits_for_threads(run_tests):
    run_tests(
        SEND
        + """
def test_a(emailapi_outbox):
    thread = threading.Timer(0.05, CLIENT.outbound.send, [EMAIL])
    thread.start()
    assert emailapi_outbox.wait_for(timeout=60, to="ada@example.com").subject == "Hi"
    thread.join()
"""
    ).assert_outcomes(passed=1)


@pytest.mark.costly
def test_a_failure_is_one_line_that_lists_the_emails(run_tests):
    result = run_tests(
        SEND
        + """
def test_a(emailapi_outbox):
    CLIENT.outbound.send(EMAIL)
    emailapi_outbox.one(to="eve@example.com")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no email to 'eve@example.com'; 1 was sent: ada@example.com \"Hi\" ?welcome?"])


@pytest.mark.costly
def test_emails_of_a_test_without_the_fixture_are_sent(run_tests):
    run_tests(
        """
from emailapi import ConnectionFailed, Retry

def test_a(emailapi_outbox):
    pass

def test_b():
    with Client("token", base_url="http://127.0.0.1:9", retry=Retry(attempts=1)) as client:
        with pytest.raises(ConnectionFailed):
            client.outbound.send(EMAIL)
"""
    ).assert_outcomes(passed=2)


@pytest.mark.costly
def test_decorated_tests_can_use_fixtures(run_tests):
    run_tests(
        SEND
        + """
import unittest
from emailapi.testing import EmailAPITestMixin, mock_email

@mock_email
def test_a(tmp_path, outbox):
    CLIENT.outbound.send(EMAIL)
    assert tmp_path.exists() and outbox.one().subject == "Hi"

@pytest.mark.parametrize("number", [1, 2])
@mock_email
def test_b(number):
    CLIENT.outbound.send_batch([EMAIL] * 2)

@mock_email
class TestC:
    def test_c(self, tmp_path, outbox):
        CLIENT.outbound.send(EMAIL)
        assert len(outbox) == 1

class TestD(EmailAPITestMixin, unittest.TestCase):
    def test_d(self):
        CLIENT.outbound.send(EMAIL)
        assert len(self.outbox) == 1

@mock_email
class TestE(unittest.TestCase):
    def setUp(self):
        CLIENT.outbound.send(EMAIL)
    def test_e(self, outbox):
        assert len(outbox) == 1
"""
    ).assert_outcomes(passed=6)


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.costly
def test_the_fixtures_work_in_parallel_processes(run_tests):
    """Each process of pytest-xdist has its own sandbox at a port of its own."""
    source = SANDBOX + SEND + "\ndef test_outbox(emailapi_outbox): CLIENT.outbound.send(EMAIL); emailapi_outbox.one()\n"
    run_tests(source, "-n", "2", "--emailapi-block-network", subprocess=True).assert_outcomes(passed=5)
