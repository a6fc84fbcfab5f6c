"""`emailapi sandbox` as a process: what it prints, and what ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest
import requests

from emailapi import AccountClient, Client, ContentTrigger, Email, InvalidRequest, Triggers

from ..clock import wait_for
from ..ports import unused_port

pytestmark = [
    pytest.mark.costly,
    pytest.mark.skipif(os.name != "posix", reason="signals and pipes as POSIX has them"),
]

# What these tests are started with is not for the sandbox: a CI runner or `&` may have SIGINT ignored.
LAUNCHER = """
import os, signal, sys

signal.pthread_sigmask(signal.SIG_SETMASK, [])
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN if number.name in sys.argv[1].split() else signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "emailapi", *sys.argv[2:]])
"""


class Running:
    """A sandbox in a process of its own, and what it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.lines = [process.stdout.readline() for _ in range(8)]
        self.url, self.token, self.account_token = (line.strip().partition("=")[2] for line in self.lines[2:5])

    def send(self) -> int:
        """Send an email, and return how many the sandbox has."""
        with Client(self.token, base_url=self.url) as client:
            client.outbound.send(Email(sender="me@example.com", to="you@example.com", text_body="Hello"))
            return client.messages.list().total_count

    def end(self, number: int) -> int:
        """Send a signal, and return the exit code; nothing else must have been printed."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(60)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        assert (self.process.stdout.read(), self.process.stderr.read()) == ("\n", "")
        return code


@pytest.fixture
def run_sandbox() -> Iterator[Callable[..., Running]]:
    """
    Starts `emailapi sandbox`.

    Its standard input is a pipe, unless the test gives another: should the tests be killed, it ends, too.
    """
    with ExitStack() as entered:

        def run(*options: str, ignored: str = "", stdin: int | IO[Any] = subprocess.PIPE, **others: Any) -> Running:
            process = entered.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", LAUNCHER, ignored, "sandbox", "--port", "0", *options],
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    **others,
                )
            )
            entered.callback(process.kill)
            return Running(process)

        yield run


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize(
    "ending, code", [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 129)], ids=lambda value: str(value)
)
def test_the_sandbox_serves_until_a_signal_ends_it(run_sandbox, tmp_path, ending, code):
    data = tmp_path / "mail.db"
    for total in (1, 2):
        running = run_sandbox("--data", str(data))
        assert running.send() == total
        assert running.end(ending) == code
        assert os.listdir(tmp_path) == ["mail.db"]


def test_it_prints_both_tokens(run_sandbox):
    running = run_sandbox()
    assert [line.partition("=")[0].strip() for line in running.lines[2:5]] == [
        "export EMAILAPI_BASE_URL",
        "export EMAILAPI_SERVER_TOKEN",
        "export EMAILAPI_ACCOUNT_TOKEN",
    ]
    with AccountClient(running.account_token, base_url=running.url) as account:
        assert [server.name for server in account.servers.list()] == ["Sandbox"]


@pytest.mark.slow
@pytest.mark.parametrize("options, opened", [((), False), (("--open",), True)], ids=["without", "with"])
def test_the_inbox_is_opened_in_the_browser_if_it_is_asked_for(run_sandbox, tmp_path, monkeypatch, options, opened):
    browser, told = tmp_path / "browser", tmp_path / "told"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{told}.new" && mv "{told}.new" "{told}"\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    running = run_sandbox(*options)
    if opened:
        wait_for(told.exists)
        url = told.read_text().strip()
        assert url == f"{running.url}/inbox"
        assert "No messages yet" in requests.get(url, timeout=60).text
    running.send()
    assert running.end(signal.SIGTERM) == 0
    assert told.exists() == opened


@pytest.mark.exhaustive
@pytest.mark.slow
def test_an_option_allows_the_api_to_delete_servers(run_sandbox):
    running = run_sandbox("--allow-server-deletion")
    with AccountClient(running.account_token, base_url=running.url) as account:
        account.servers.delete(account.servers.create(name="Second").id)
        assert [server.name for server in account.servers.list()] == ["Sandbox"]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_its_options_say_where_and_when_webhooks_are_posted(run_sandbox):
    running = run_sandbox("--webhook-host", "0.0.0.0", "--webhook-schedule", "2019")
    triggers = Triggers(bounce=ContentTrigger(enabled=True))
    with Client(running.token, base_url=running.url) as client:
        for host, reason in (("0.0.0.0", "nothing listens"), ("192.0.2.1", "is not this machine")):
            with pytest.raises(InvalidRequest) as caught:
                client.webhooks.create(url=f"http://{host}:{unused_port()}/", triggers=triggers, verify=True)
            assert reason in str(caught.value.errors)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_signals_that_are_ignored_when_it_starts_stay_ignored(run_sandbox):
    running = run_sandbox(ignored="SIGINT SIGHUP")
    running.process.send_signal(signal.SIGINT)
    running.process.send_signal(signal.SIGHUP)
    assert running.send() == 1
    assert running.end(signal.SIGTERM) == 0


@pytest.mark.exhaustive
@pytest.mark.slow
def test_sigterm_ends_it_even_if_that_was_ignored(run_sandbox):
    assert run_sandbox(ignored="SIGTERM").end(signal.SIGTERM) == 0


@pytest.mark.exhaustive
@pytest.mark.slow
def test_many_signals_do_not_hang_it(run_sandbox):
    running = run_sandbox()
    for _ in range(20):
        running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) in {0, -signal.SIGTERM}


def test_it_ends_when_its_parent_closes_the_pipe(run_sandbox):
    running = run_sandbox()
    assert running.send() == 1
    assert running.process.stdin is not None
    running.process.stdin.close()
    assert running.wait() == 0


@pytest.mark.exhaustive
@pytest.mark.slow
def test_data_in_the_pipe_is_not_read(run_sandbox):
    reader, writer = os.pipe()
    os.write(writer, b"not for the sandbox")
    running = run_sandbox(stdin=reader)
    assert running.send() == 1
    assert os.read(reader, 100) == b"not for the sandbox"
    os.close(writer)
    os.close(reader)
    assert running.wait() == 0


def test_it_ends_when_its_parent_is_killed():
    script = (
        "import subprocess, sys\n"
        "with subprocess.Popen([sys.executable, '-m', 'emailapi', 'sandbox', '--port', '0'],"
        " stdin=subprocess.PIPE, start_new_session=True) as process: process.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert b"listens on" in parent.stdout.readline()
        parent.kill()
        # The sandbox has the same standard output: its end is the sandbox's end.
        assert parent.stdout.read().endswith(b"\n")


def _null(_: Path) -> int:
    return os.open(os.devnull, os.O_RDONLY)


def _file(folder: Path) -> int:
    (folder / "empty").touch()
    return os.open(folder / "empty", os.O_RDONLY)


def _closed_pipe(_: Path) -> int:
    reader, writer = os.pipe()
    os.close(writer)
    return reader


def _terminal(_: Path) -> int:
    return os.openpty()[1]


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("standard_input", [_null, _file, _closed_pipe, _terminal])
def test_it_keeps_running_if_its_input_is_not_a_pipe_of_its_parent(
    run_sandbox, tmp_path, standard_input: Callable[[Path], int]
):
    descriptor = standard_input(tmp_path)
    running = run_sandbox(stdin=descriptor)
    os.close(descriptor)
    assert running.send() == 1
    assert running.end(signal.SIGINT) == 130  # had it been about to end by itself, this were 0


@pytest.mark.exhaustive
@pytest.mark.slow
def test_it_keeps_running_without_a_standard_input(run_sandbox):
    running = run_sandbox(preexec_fn=lambda: os.close(0))
    assert running.send() == 1
    assert running.end(signal.SIGINT) == 130


@pytest.mark.slow
def test_it_keeps_serving_after_its_output_pipe_is_closed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, "", "sandbox", "--port", "0", "--data", str(tmp_path / "mail.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().split()[4]
        process.stdout.close()
        assert requests.get(url, timeout=60).status_code == 404
        process.send_signal(signal.SIGINT)
        assert (process.wait(60), process.stderr.read()) == (130, "")
