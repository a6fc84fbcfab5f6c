"""A fault service and a client of it, for each test."""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emailapi import Client, Retry

from .service import Service


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine says of CA bundles."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """Start a service; all of them are closed after the test."""
    with contextlib.ExitStack() as closing:

        def start(*script: Any, **options: Any) -> Service:
            service = Service(script, **options)
            closing.callback(service.close)
            return service

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., Client]]:
    """Make a client of a service, with short pauses between attempts; all of them are closed after the test."""
    with contextlib.ExitStack() as closing:

        def make(service: Service, **options: Any) -> Client:
            chosen = {
                "retry": Retry(attempts=3, initial=0.02, maximum=0.05),
                "timeout": 10.0,
                "deadline": 30.0,
                **options,
            }
            return closing.enter_context(Client("t0ken", base_url=service.url, **chosen))

        yield make


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """Return a server's TLS context, and the path of the certificate to trust."""
    import trustme

    authority = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context, str(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what waits for faults as slow: it is run once, not on every Python."""
    folder = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if str(item.path).startswith(folder):
            item.add_marker(pytest.mark.slow)
