"""pytest's plugin: its fixtures and its option, in runs of their own."""

from __future__ import annotations

import pytest

from emailapi.testing import network

SEND = 'CLIENT = Client("token", base_url="http://127.0.0.1:9")\n'
# 192.0.2.1 is an address for documentation, and .invalid a domain that does not exist.
ELSEWHERE = """
def client(**options):
    return Client("token", base_url="https://api.invalid", deadline=5, **options)
"""


def failures(result: pytest.RunResult) -> str:
    return result.stdout.str() + result.stderr.str()


def test_the_outbox_has_emails_of_clients_that_were_made_at_import_or_for_the_session(run_tests):
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


def test_emails_of_a_test_without_the_fixture_leave_as_ever(run_tests):
    run_tests(
        """
from emailapi import ConnectionFailed

def test_a(emailapi_outbox):
    pass

def test_b():
    with Client("token", base_url="http://127.0.0.1:9", deadline=1) as client, pytest.raises(ConnectionFailed):
        client.outbound.send(EMAIL)
"""
    ).assert_outcomes(passed=2)


def test_decorated_tests_take_fixtures_too(run_tests):
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


@pytest.mark.processes
def test_the_fixtures_work_in_parallel_processes(run_tests):
    """Each process of pytest-xdist has its own sandbox at a port of its own."""
    source = SANDBOX + SEND + "\ndef test_outbox(emailapi_outbox): CLIENT.outbound.send(EMAIL); emailapi_outbox.one()\n"
    run_tests(source, "-n", "2", "--emailapi-block-network", subprocess=True).assert_outcomes(passed=5)


BLOCKED = ("--emailapi-block-network",)


@pytest.mark.parametrize(
    "send, host",
    [
        ("client().outbound.send(EMAIL)", "api.invalid"),
        ("client().messages.list()", "api.invalid"),
        ("client(session=requests.Session()).outbound.send(EMAIL)", "api.invalid"),
        ('Client("t", base_url="https://192.0.2.1").outbound.send(EMAIL)', "192.0.2.1"),
        ('SMTPTransport("smtp.invalid", deadline=5).send(PLAIN)', "smtp.invalid:587"),
        ('SMTPTransport("192.0.2.1", 25, deadline=5).send(PLAIN)', "192.0.2.1"),
        ('SESTransport(region_name="eu-west-1").send(PLAIN)', "email.eu-west-1.amazonaws.com"),
        ("client(fallback=MemoryTransport()).outbound.send(PLAIN)", "api.invalid"),
    ],
    ids=["api", "read", "session", "address", "smtp", "smtp address", "ses", "fallback"],
)
def test_a_connection_to_another_machine_ends_the_test(run_tests, monkeypatch, send, host):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    result = run_tests(
        ELSEWHERE
        + f"""
import requests
PLAIN = EMAIL.replace(tag=None)

def test_a():
    try:
        {send}
    except Exception:
        pass
""",
        *BLOCKED,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*emailapi: a connection to {host}* was blocked (--emailapi-block-network): use *"])


def test_loopback_and_captured_emails_are_not_blocked(run_tests):
    run_tests(
        ELSEWHERE
        + """
import responses

def test_sandbox(emailapi_sandbox):
    emailapi_sandbox.client().outbound.send(EMAIL)

def test_outbox(emailapi_outbox):
    client().outbound.send(EMAIL)

def test_memory():
    MemoryTransport().send(EMAIL)

@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1"])
def test_refused(host):
    from emailapi import ConnectionFailed
    with pytest.raises(ConnectionFailed), SMTPTransport(host, 9, tls="none", deadline=5) as smtp:
        smtp.send(EMAIL.replace(tag=None))

@responses.activate
def test_replayed():
    responses.post("https://api.invalid/email", json={"ErrorCode": 0, "MessageID": "1"})
    assert client().outbound.send(EMAIL).message_id == "1"
""",
        *BLOCKED,
    ).assert_outcomes(passed=7)


def test_other_connections_are_not_blocked(run_tests):
    """Only connections of ours are, and none of what code of the user does in the middle of ours."""
    run_tests(
        """
import socket
from emailapi.webhooks import Verifier, wsgi_app
from emailapi.testing.events import bounce, post

def connect(*_):
    with pytest.raises(OSError):
        socket.getaddrinfo("db.invalid", 5432)

def test_plain():
    connect()

def test_handler():
    assert post(bounce(), client=wsgi_app(Verifier.insecure(), connect), url="/").status_code == 200

def test_hook(emailapi_sandbox):
    from emailapi import Hooks
    emailapi_sandbox.client(hooks=Hooks(before_send=connect)).outbound.send(EMAIL)
""",
        *BLOCKED,
    ).assert_outcomes(passed=3)


def test_a_connection_that_a_thread_makes_fails_the_test_at_its_end(run_tests):
    result = run_tests(
        ELSEWHERE
        + """
def test_thread():
    def send():
        try:
            client().outbound.send(EMAIL)
        except BaseException:
            pass
    thread = threading.Thread(target=send)
    thread.start()
    thread.join()

def test_swallowed():
    try:
        client().outbound.send(EMAIL)
    except BaseException:
        pass

def test_good():
    pass
""",
        *BLOCKED,
    )
    result.assert_outcomes(passed=3, errors=2)
    assert failures(result).count("a connection to api.invalid") >= 2


def test_a_connection_of_send_many_fails_the_test(run_tests):
    result = run_tests(
        ELSEWHERE
        + """
def test_a():
    with client().outbound.send_many([EMAIL] * 3, workers=2) as sending:
        sending.wait()
""",
        *BLOCKED,
    )
    outcomes = result.parseoutcomes()
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) >= 1, outcomes
    assert "a connection to api.invalid" in failures(result)


def test_a_connection_in_a_fixture_is_an_error_once(run_tests):
    result = run_tests(
        ELSEWHERE
        + """
@pytest.fixture
def sending():
    client().outbound.send(EMAIL)

def test_a(sending):
    pass

def test_b():
    pass
""",
        *BLOCKED,
    )
    result.assert_outcomes(passed=1, errors=1)


def test_the_option_may_stand_in_the_configuration(run_tests, pytester):
    pytester.makeini("[pytest]\nemailapi_block_network = true\n")
    run_tests(ELSEWHERE + "\ndef test_a():\n    client().outbound.send(EMAIL)\n").assert_outcomes(failed=1)


def test_the_block_ends_with_the_run(run_tests):
    run_tests("def test_a():\n    pass\n", *BLOCKED).assert_outcomes(passed=1)
    assert network._ACTIVE == []


def test_blocked_by_another_tool_is_that_tools_failure(run_tests):
    """As pytest-socket does: it replaces `socket.socket`, and is asked first."""
    run_tests(
        ELSEWHERE
        + """
import socket

class Blocked(RuntimeError):
    pass

class Guarded(socket.socket):
    def __new__(cls, *args, **options):
        raise Blocked("no sockets")

def test_a(monkeypatch):
    monkeypatch.setattr(socket, "socket", Guarded)
    with pytest.raises(Blocked):
        Client("token", base_url="http://127.0.0.1:9").outbound.send(EMAIL)
""",
        *BLOCKED,
    ).assert_outcomes(passed=1)
