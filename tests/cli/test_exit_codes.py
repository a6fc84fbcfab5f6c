"""Exit codes and secrets of the command as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.costly, pytest.mark.slow]

EMAIL = ("send", "--to", "ada@example.com", "--text", "Hello")


def run(*arguments, **environment):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "emailapi", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    "code, arguments, environment",
    [
        (0, EMAIL, {}),
        (1, ("bounces", "get", "7"), {}),
        (2, ("send", "--to", "ada@", "--text", "Hello"), {}),
        (2, ("send", "--nonsense"), {}),
        (2, ("suppressions", "delete", "ada@example.com"), {}),
        (3, EMAIL, {"EMAILAPI_SERVER_TOKEN": ""}),
        (3, EMAIL, {"EMAILAPI_SERVER_TOKEN": "tops3cret"}),
        (3, EMAIL, {"EMAILAPI_BASE_URL": "ftp://x"}),
        (4, ("messages", "wait", "--to", "eve@example.com", "--timeout", "0"), {}),
        (5, (*EMAIL, "--wait", "delivered", "--timeout", "0"), {}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, (tuple, dict)) else str(value),
)
def test_a_process_ends_with_the_exit_code_of_its_result(sandbox, code, arguments, environment):
    if code == 5:
        sandbox.faults.hold()
    done = run(*arguments, **environment)
    assert done.returncode == code
    assert (json.loads(done.stderr)["error"]["exit_code"] if done.stderr else 0) == code
    assert "tops3cret" not in done.stdout + done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_an_interrupted_process_ends_with_130_and_shows_no_token(sandbox, client, start, tmp_path, monkeypatch):
    """The command line of a process can be read by other users."""
    token = tmp_path / "token"
    token.write_text(sandbox.token)
    monkeypatch.delenv("EMAILAPI_SERVER_TOKEN")
    command = ("messages", "tail", "--interval", "0.05", "--token-file", str(token))
    process = start(sys.executable, "-m", "emailapi", *command)
    lines = []
    while not lines:
        client.outbound.send({"to": "ada@example.com", "text_body": "Hello"})
        os.set_blocking(process.stdout.fileno(), False)
        lines = process.stdout.readlines()
    shown = Path(f"/proc/{process.pid}/cmdline")
    if shown.exists():
        assert sandbox.token not in shown.read_text()
        assert sandbox.token not in Path(f"/proc/{process.pid}/environ").read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert process.stderr.read() == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_output_that_lacks_characters_is_still_json(encoding):
    done = run(*EMAIL, "--subject", "€ ä 😀", "--from", "a@example.com", "--dry-run", PYTHONIOENCODING=encoding)
    assert json.loads(done.stdout)["body"]["Subject"] == "€ ä 😀"
