"""What tests of `emailapi.testing` stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import entry_points

import pytest

from emailapi.testing import Outbox, mock_email

# A run inside of a test forgets the modules that it is the first to import; these must be the same in all.
for _name in ("client", "sandbox", "testing.mixin", "testing.network", "testing.sandbox_server", "webhooks.payloads"):
    import_module(f"emailapi.{_name}")

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


@pytest.fixture
def run_tests(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Give `run_tests(source, *options)`, which runs a file of tests with the plugin, and returns the outcome."""

    def run(source: str, *options: str, subprocess: bool = False) -> pytest.RunResult:
        pytester.makepyfile(HEAD + source)
        method = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return method(*PLUGIN, "-p", "no:cacheprovider", *options)

    return run
