"""A sandbox, and a client as workers have it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emailapi import Client, Retry
from emailapi.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(
        sandbox.token, base_url=sandbox.url, sender="shop@example.com", retry=Retry(attempts=1), deadline=5
    ) as client:
        yield client
