"""A sandbox, and commands that are run against it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emailapi import Client
from emailapi.cli import main
from emailapi.sandbox import Sandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Give one sandbox for all tests of commands."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Give a sandbox without emails, to which the environment points."""
    running_sandbox.reset()
    monkeypatch.setenv("EMAILAPI_BASE_URL", running_sandbox.url)
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", running_sandbox.token)
    monkeypatch.setenv("EMAILAPI_SENDER", "shop@example.com")
    return running_sandbox


@pytest.fixture
def people(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a CSV file with so many people."""

    def write(count: int, name: str = "people.csv") -> Path:
        path = tmp_path / name
        rows = [f'u{number}@example.com,"Doe, Jane <{number}>",{number}' for number in range(count)]
        path.write_text("email,name,code\n" + "".join(f"{row}\n" for row in rows))
        return path

    return write


@pytest.fixture
def heard_signals() -> Iterator[None]:
    """Undo that a program which started the tests ignores signals, as `nohup` does."""
    before = {
        number: signal.getsignal(number) for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
    }
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Give a client of the sandbox."""
    with Client() as client:
        yield client


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Give `run(*arguments)`, which returns the exit code, what was printed, and the JSON in it."""

    def parsed(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            return None

    def run(*arguments: str) -> Any:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:  # of wrong usage
            code = ended.code
        out, err = capsys.readouterr()
        error = parsed(err)
        return SimpleNamespace(
            code=code, out=out, err=err, json=parsed(out), error=error["error"] if isinstance(error, dict) else None
        )

    return run
