"""
The pytest plugin: the fixtures whose names begin with `emailapi_`, and the option `--emailapi-block-network`.

The emails and the rejected requests that the sandbox has seen are added to the report of a test that fails.

pytest loads this module in every run. It imports nothing but pytest until a fixture or the option is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ..sandbox.faults import Faults
    from ..sandbox.simulation import Events
    from .network import NetworkBlock
    from .outbox import Outbox
    from .sandbox_server import SandboxServer, SharedSandbox

_INI = "emailapi_block_network"
_SERVER: pytest.StashKey[SandboxServer] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command line option and the ini option."""
    text = "fail tests that connect to another machine to send email by HTTP, SMTP or Amazon SES"
    parser.getgroup("emailapi").addoption("--emailapi-block-network", action="store_true", default=False, help=text)
    parser.addini(_INI, text, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Block the network if an option asks for it."""
    if config.getoption(_INI) or config.getini(_INI):
        from .network import NetworkBlock

        block = NetworkBlock(lambda text: pytest.fail.Exception(text, pytrace=False))
        config.add_cleanup(block.close)
        config.pluginmanager.register(_Blocking(block), "emailapi-block-network")


class _Blocking:
    """Fails a test during which a connection was blocked and the failure was not reported."""

    def __init__(self, block: NetworkBlock) -> None:
        self._block = block

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self._block.begin_test()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None:
            self._block.mark_reported(call.excinfo.value)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        result = yield
        unreported = self._block.take_unreported()
        if unreported:
            raise unreported[0]
        return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the last emails and the rejected requests of the sandbox to the report of a test that fails."""
    report = yield
    if report.failed and _SERVER in item.stash:
        report.sections.append(("emailapi sandbox", item.stash[_SERVER].report()))
    return report


@pytest.fixture
def emailapi_outbox() -> Iterator[Outbox]:
    """
    Collect the emails of all clients and transports of this process; nothing is sent.

    Clients may have been created before the test, and may send from threads. Transports validate emails as usual.
    Emails of other processes are sent: use `emailapi_sandbox` for these.
    """
    from .mocking import MockEmail

    with MockEmail() as outbox:
        yield outbox


@pytest.fixture(scope="session")
def _emailapi_shared_sandbox() -> Iterator[SharedSandbox]:
    """Run one sandbox for all tests of this process, on a free port."""
    from .sandbox_server import SharedSandbox

    with SharedSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def emailapi_sandbox(
    _emailapi_shared_sandbox: SharedSandbox, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[SandboxServer]:
    """
    Give the test a server of its own on a sandbox, which keeps emails as the service does.

    `EMAILAPI_SERVER_TOKEN` and `EMAILAPI_BASE_URL` name it while the test runs, also in processes that the test starts.
    """
    with _emailapi_shared_sandbox.server() as server:
        request.node.stash[_SERVER] = server
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def emailapi_events(emailapi_sandbox: SandboxServer) -> Events:
    """Give `emailapi_sandbox.events`, which makes events of messages, such as bounces and opens."""
    return emailapi_sandbox.events


@pytest.fixture
def emailapi_faults(emailapi_sandbox: SandboxServer) -> Faults:
    """Give `emailapi_sandbox.faults`, which makes requests of this test fail."""
    return emailapi_sandbox.faults
