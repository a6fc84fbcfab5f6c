"""`emailapi demo`: what it shows, and that it notices when something else happens."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout

import pytest

from emailapi.cli import demo, main
from emailapi.cli.network import Relay
from emailapi.errors import ConnectionFailed

# It waits for retries during its outage.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shown():
    """Return the lines that the demo prints."""
    with redirect_stdout(io.StringIO()) as output:
        assert main(["demo"]) == 0
    return output.getvalue().splitlines()


def section(lines, number):
    """Return the lines of a section, without its heading."""
    starts = [at for at, line in enumerate(lines) if re.match(r"\d\. ", line)] + [len(lines)]
    return [line.strip() for line in lines[starts[number - 1] + 1 : starts[number]] if line]


def test_it_shows_the_state_of_each_email(shown):
    states = ["delivered", "delivered", "bounced", "rejected: 406"]
    assert [re.split(r"\s{2,}", line)[-1] for line in section(shown, 1)[:4]] == states
    assert "4 sent, 1 bounced (25 %)" in section(shown, 1)[-1]


def test_a_lost_response_is_looked_up_and_the_email_is_sent_once(shown):
    found, count = section(shown, 2)
    assert re.search(r"looked the email up by its idempotency key, in \d\.\d\d s: accepted", found)
    assert count == "Messages with its subject in the sandbox: 1. It was sent once."


def test_many_emails_show_their_progress_and_the_one_that_failed(shown):
    progress, counts, error = section(shown, 3)
    assert re.fullmatch(r"done: 100 200 300 400 500 600 700 800 900 1000   \(\d+\.\d s\)", progress)
    assert counts == "999 accepted, 1 rejected before anything was sent:"
    assert error == "email at index 500: to: 'user@' is not a valid email address"


def test_in_an_outage_the_fallback_sends(shown):
    first, stopped, *others, circuit, received = section(shown, 4)[:7]
    assert re.fullmatch(r"email 1  sent by API   \d+\.\d\d s", first)
    assert stopped == "The API stops: nothing listens on its port."
    assert [re.sub(r"\d+\.\d\d", "-", line) for line in others] == [
        f"email {number}  sent by SMTP  - s  2 attempts at the API" for number in (2, 3, 4)
    ]
    assert re.fullmatch(r"email 5  sent by SMTP  \S+ s  circuit breaker open: the API is not tried", circuit)
    assert received == "The SMTP server received 4 emails, each once."


def test_the_last_line_names_a_command_that_works(shown):
    command = re.fullmatch(r"Try next: (.+ sandbox)   \(.+\)", shown[-1])[1]
    subprocess.run([*shlex.split(command), "--help"], capture_output=True, check=True)


@pytest.mark.parametrize(
    "script, on_path, command",
    [
        ("/venv/bin/emailapi", "/venv/bin/emailapi", "emailapi"),
        ("/venv/bin/emailapi", None, "/venv/bin/emailapi"),
        ("/my clone/.venv/bin/emailapi", None, "'/my clone/.venv/bin/emailapi'"),
        ("/venv/lib/emailapi/__main__.py", sys.executable, "python -m emailapi"),
        ("/venv/lib/emailapi/__main__.py", None, f"{sys.executable} -m emailapi"),
    ],
)
def test_the_printed_command_can_be_pasted_into_a_shell(monkeypatch, tmp_path, script, on_path, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [script, "demo"])
    monkeypatch.setattr(demo.shutil, "which", lambda name: on_path)
    assert demo._command() == command


def test_it_fits_a_terminal_and_prints_nothing_but_text(shown):
    # The last line has the path of the interpreter.
    assert max(map(len, shown[:-1])) <= 80
    assert "".join(shown).isprintable()


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize(
    "owner, name, changed, error",
    [
        (
            demo,
            "BOUNCING",
            "softbounce@bounce-testing.postmarkapp.com",
            "an email to a suppressed address should be rejected, but was accepted",
        ),
        (
            Relay,
            "lose_next_response",
            lambda self: None,
            "the email whose response was lost, and its number of messages should be (True, 1), got (False, 1)",
        ),
        (Relay, "stop", lambda self: None, "the transport of alert 2 should be 'smtp', got 'api'"),
    ],
)
def test_a_step_with_another_result_is_an_error(capsys, monkeypatch, owner, name, changed, error):
    with monkeypatch.context() as changing:
        stop = Relay.stop
        changing.setattr(owner, name, changed)
        changing.setattr(Relay, "__exit__", lambda self, *_: stop(self))
        assert main(["demo"]) == 1
    assert capsys.readouterr().err == f"emailapi: demo: {error}\n"


def test_a_failed_request_is_an_error(capsys, monkeypatch):
    def fail(*_: object) -> None:
        raise ConnectionFailed("connection refused", method="POST", path="/email")

    monkeypatch.setattr("emailapi.resources.outbound.Outbound.send", fail)
    assert main(["demo"]) == 3
    assert capsys.readouterr().err == "emailapi: connection refused (POST /email)\n"


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("before", [None, "internal.example"])
def test_it_uses_no_proxy_and_does_not_change_the_environment(capsys, monkeypatch, before):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    if before is not None:
        monkeypatch.setenv("no_proxy", before)
    assert main(["demo"]) == 0
    assert os.environ.get("no_proxy") == before
