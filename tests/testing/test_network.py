"""`--emailapi-block-network`: a test whose email would leave this machine fails."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from emailapi.testing import network

# A domain that does not exist.
ELSEWHERE = """
def client(**options):
    return Client("token", base_url="https://api.invalid", deadline=5, **options)
"""


def failures(result: pytest.RunResult) -> str:
    return result.stdout.str() + result.stderr.str()


# 192.0.2.1 is an address for documentation.
BLOCKED = ("--emailapi-block-network",)


@pytest.mark.costly
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
def test_a_connection_to_another_machine_fails_the_test(run_tests, monkeypatch, send, host):
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


@pytest.mark.costly
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
def test_a_refused_connection(host):
    from emailapi import ConnectionFailed, Retry
    with pytest.raises(ConnectionFailed), SMTPTransport(host, 9, tls="none", retry=Retry(attempts=1)) as smtp:
        smtp.send(EMAIL.replace(tag=None))

@responses.activate
def test_replayed():
    responses.post("https://api.invalid/email", json={"ErrorCode": 0, "MessageID": "1"})
    assert client().outbound.send(EMAIL).message_id == "1"
""",
        *BLOCKED,
    ).assert_outcomes(passed=7)


@pytest.mark.costly
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


@pytest.mark.costly
def test_a_connection_of_a_thread_fails_the_test_at_teardown(run_tests):
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


@pytest.mark.exhaustive(cases=0)
@pytest.mark.slow
@pytest.mark.costly
@pytest.mark.parametrize("patching", ["gevent.monkey.patch_all()", "eventlet.monkey_patch()"])
def test_lookups_of_gevent_and_eventlet_are_blocked(run_tests, patching):
    """They look up names in another thread, or by DNS themselves."""
    if find_spec(patching.partition(".")[0]) is None:
        pytest.skip("not installed")
    result = run_tests(
        f"import {patching.rpartition('.')[0]}\n{patching}\n"
        + ELSEWHERE
        + """
def test_api():
    client().outbound.send(EMAIL)

def test_smtp():
    SMTPTransport("smtp.invalid", deadline=5).send(EMAIL.replace(tag=None))

def test_sandbox(emailapi_sandbox):
    emailapi_sandbox.client().outbound.send(EMAIL)
""",
        *BLOCKED,
        subprocess=True,
    )
    result.assert_outcomes(passed=1, failed=2)
    assert failures(result).count("was blocked") >= 2


@pytest.mark.costly
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


@pytest.mark.costly
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


@pytest.mark.costly
def test_the_ini_option_blocks_connections(run_tests, pytester):
    pytester.makeini("[pytest]\nemailapi_block_network = true\n")
    run_tests(ELSEWHERE + "\ndef test_a():\n    client().outbound.send(EMAIL)\n").assert_outcomes(failed=1)


@pytest.mark.costly
def test_the_block_ends_with_the_run(run_tests):
    run_tests("def test_a():\n    pass\n", *BLOCKED).assert_outcomes(passed=1)
    assert network._ACTIVE == []


@pytest.mark.costly
def test_a_block_of_another_tool_raises_the_error_of_that_tool(run_tests):
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


def test_no_audit_hook_where_it_would_keep_threads_from_being_traced():
    script = """
import sys
hooks = []
sys.addaudithook = hooks.append
from emailapi.testing.network import NetworkBlock
NetworkBlock(RuntimeError).close()
print(len(hooks))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert int(done.stdout) == (sys.version_info >= (3, 12))
