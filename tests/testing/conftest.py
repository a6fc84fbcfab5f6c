"""Fixtures for the tests of `emailapi.testing`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from types import ModuleType

import pytest

from emailapi.testing import Outbox, mock_email

NOWHERE = "http://127.0.0.1:9"
# An installation of this tree loads the plugin by itself.
LOADED = any(entry.value == "emailapi.testing.pytest_plugin" for entry in entry_points(group="pytest11"))
PLUGIN = () if LOADED else ("-p", "emailapi.testing.pytest_plugin")
HEAD = """
import threading
import pytest
from emailapi import Client, Email, MemoryTransport, SMTPTransport, SESTransport

EMAIL = Email(sender="shop@example.com", to="ada@example.com", subject="Hi", text_body="Hello", tag="welcome")
"""


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """Give what this process sends; nothing leaves."""
    with mock_email() as found:
        yield found


class Loaded:
    """
    Keeps the modules that a run inside of a test loads.

    pytest forgets them afterwards, and a library that is loaded a second time does not know its own classes.
    """

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}

    def pytest_sessionfinish(self) -> None:
        self.modules |= sys.modules

    def restore(self) -> None:
        for name, module in self.modules.items():
            if not name.startswith("test_"):
                sys.modules.setdefault(name, module)


@pytest.fixture
def loaded() -> Iterator[Loaded]:
    """Give what keeps modules; it is set up before `pytester`, which forgets them when it ends."""
    kept = Loaded()
    yield kept
    kept.restore()


@pytest.fixture
def run_tests(loaded: Loaded, pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Give `run_tests(source, *options)`, which runs a file of tests with the plugin, and returns the outcome."""

    def run(source: str, *options: str, subprocess: bool = False) -> pytest.RunResult:
        pytester.makepyfile(HEAD + source)
        arguments = (*PLUGIN, "-p", "no:cacheprovider", *options)
        if subprocess:
            return pytester.runpytest_subprocess(*arguments)
        result = pytester.runpytest_inprocess(*arguments, plugins=[loaded])
        loaded.restore()
        return result

    return run
