"""The fixture `emailapi_sandbox`, in runs of its own."""

from __future__ import annotations

import pytest

SANDBOX = """
import os
EMAIL = Email(sender="shop@example.com", to="ada@example.com", subject="Hi", text_body="Hello")
seen = []

@pytest.mark.parametrize("number", range(3))
def test_own_server(emailapi_sandbox, number):
    client = emailapi_sandbox.client(message_stream="outbound")
    client.outbound.send(EMAIL)
    assert client.messages.list().total_count == 1
    assert emailapi_sandbox.token not in repr(emailapi_sandbox)
    seen.append((emailapi_sandbox.token, emailapi_sandbox.url, client))

def test_environment(emailapi_sandbox):
    assert os.environ["EMAILAPI_SERVER_TOKEN"] == emailapi_sandbox.token
    with Client() as client:
        client.outbound.send(EMAIL)
    assert emailapi_sandbox.client().messages.list().total_count == 1
"""


@pytest.mark.costly
def test_the_sandbox_gives_each_test_a_server_of_its_own(run_tests):
    result = run_tests(
        SANDBOX
        + """
def test_afterwards():
    from emailapi import ConfigurationError
    assert "EMAILAPI_SERVER_TOKEN" not in os.environ and "EMAILAPI_BASE_URL" not in os.environ
    tokens, urls, clients = zip(*seen)
    assert (len(set(tokens)), len(set(urls))) == (3, 1)
    with pytest.raises(ConfigurationError, match="closed"):
        clients[0].messages.list()
"""
    )
    result.assert_outcomes(passed=5)


@pytest.mark.costly
def test_the_sandbox_of_a_test_has_events_faults_a_clock_and_waiting(run_tests):
    result = run_tests(
        SANDBOX.replace("range(3)", "range(1)")
        + """
from emailapi import ServiceUnavailable

def test_first(emailapi_sandbox):
    client = emailapi_sandbox.client()
    with emailapi_sandbox.expect("-is:bounced") as expected:
        client.outbound.send(EMAIL)
    emailapi_sandbox.events.bounce(expected.message, "SoftBounce")
    assert emailapi_sandbox.messages("is:bounced")
    assert [request.path for request in emailapi_sandbox.requests()] == ["/email"]
    emailapi_sandbox.clock.freeze()
    with emailapi_sandbox.faults.fail():
        assert len(emailapi_sandbox.faults) == 1
    fault = emailapi_sandbox.faults.fail(times=None)
    seen.append((emailapi_sandbox, fault))
    assert fault in emailapi_sandbox.faults

def test_second(emailapi_sandbox):
    other, fault = seen[-1]
    emailapi_sandbox.client().outbound.send(EMAIL)
    assert fault not in other.faults and not emailapi_sandbox.faults
    assert len(emailapi_sandbox.messages()) == 1
    assert len(emailapi_sandbox.requests()) == 1
    assert "running" in repr(emailapi_sandbox.clock)
    fault = other.faults.fail(times=None)
    emailapi_sandbox.client().outbound.send(EMAIL)
    assert fault.hits == 0
    other.faults.clear()
"""
    )
    result.assert_outcomes(passed=4)


@pytest.mark.costly
def test_faults_of_a_test_end_with_it_whatever_server_they_are_for(run_tests):
    result = run_tests(
        SANDBOX.replace("range(3)", "range(1)")
        + """
def test_first(emailapi_sandbox, emailapi_faults, emailapi_events):
    assert emailapi_faults is emailapi_sandbox.faults and emailapi_events is emailapi_sandbox.events
    seen.append(emailapi_faults.fail(times=None, server=None, route="/stats/*"))
    emailapi_faults.bounce_all()
    assert len(emailapi_faults) == 2

def test_second(emailapi_sandbox, emailapi_faults):
    client = emailapi_sandbox.client()
    sent = client.outbound.send(EMAIL)
    client.stats.overview()
    assert seen[-1].hits == 0 and len(emailapi_faults) == 0
    assert emailapi_sandbox.messages("is:delivered")
"""
    )
    result.assert_outcomes(passed=4)


@pytest.mark.costly
def test_the_sandbox_of_a_test_has_its_own_webhooks(run_tests):
    """After the test nothing is posted any more: the port of its endpoint may belong to another test then."""
    result = run_tests(
        SANDBOX.replace("range(3)", "range(1)")
        + """
from emailapi import Trigger, Triggers

DELIVERIES = Triggers(delivery=Trigger(enabled=True))

def test_first(emailapi_sandbox):
    client = emailapi_sandbox.client()
    client.webhooks.create(url="http://127.0.0.1:9/", triggers=DELIVERIES)
    with emailapi_sandbox.faults.webhook_fail(times=None) as fault:
        client.outbound.send(EMAIL)
        emailapi_sandbox.clock.wait_idle(60)
        (attempt,) = emailapi_sandbox.webhooks.attempts()
        assert fault.hits == 1 and attempt.retry_at
        again = emailapi_sandbox.webhooks.replay_failed(attempt.webhook_id)
        assert len(again) == 1
    seen.append((emailapi_sandbox, attempt))

def test_second(emailapi_sandbox):
    other, attempt = seen[-1]
    emailapi_sandbox.clock.advance(hours=2)
    assert emailapi_sandbox.webhooks.attempts() == other.webhooks.attempts() == []
    assert emailapi_sandbox.webhooks.replay_failed(attempt.webhook_id) == []
"""
    )
    result.assert_outcomes(passed=4)


@pytest.mark.costly
def test_the_report_of_a_failure_has_the_last_emails_and_rejected_requests(run_tests):
    """Also of a failure in another fixture; a test that passes has none."""
    result = run_tests(
        SANDBOX.replace("range(3)", "range(1)")
        + """
from emailapi import InvalidRequest

def test_fails(emailapi_sandbox):
    client = emailapi_sandbox.client(sender="shop@example.com")
    for number in range(7):
        sent = client.outbound.send(EMAIL.replace(subject=f"Number {number}", text_body="https://x.example/secret"))
    emailapi_sandbox.events.bounce(sent)
    with emailapi_sandbox.faults.fail(code=300, message="No."), pytest.raises(InvalidRequest):
        client.outbound.send(EMAIL)
    with pytest.raises(InvalidRequest):
        client.outbound.send(EMAIL.replace(message_stream="inbound"))
    assert emailapi_sandbox.token == "x"

@pytest.fixture
def broken(emailapi_sandbox):
    raise ValueError

def test_broken(broken):
    pass
""",
        "-rA",
    )
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*--- emailapi sandbox ---*",
            "The sandbox has accepted no email.",
            "It has rejected no request.",
            "*--- emailapi sandbox ---*",
            "The last emails, newest first:",
            '  ada@example.com "Number 6": Delivered at ada@example.com, Bounced at ada@example.com',
            "The last rejected requests, newest first:",
            "  POST /email: 422",
            "    code 1236: *",
            "  POST /email: fault *: returned 422 with code 300",
        ]
    )
    text = result.stdout.str()
    assert (text.count("--- emailapi sandbox ---"), "Number 2" in text, "x.example" in text) == (2, True, True)
    section = text[text.rindex("--- emailapi sandbox ---") :].partition("rejected requests")[0]
    assert ("Number 1" in section, "secret" in section) == (False, False)
