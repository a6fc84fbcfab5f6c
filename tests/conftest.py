"""What all tests stand on: a clean environment, hand-written JSON, and parts that may be missing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent

settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide from each test what the machine's environment says to a client."""
    for name in tuple(os.environ):
        if name.startswith(("EMAILAPI_", "POSTMARK_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def needs() -> Callable[[str, object, str], None]:
    """
    Give `needs(part, there, reason)`, for a test that needs a part of the system, as Chromium or Postfix.

    Where the part is not there the test is skipped with the reason; it fails if REQUIRE names the part.
    """

    def needs(part: str, there: object, reason: str) -> None:
        if there:
            return
        if part in os.environ.get("REQUIRE", "").split():
            pytest.fail(f"REQUIRE names {part}: {reason}", pytrace=False)
        pytest.skip(f"{part}: {reason}")

    return needs


@pytest.fixture(scope="session")
def answers() -> Callable[[str], Any]:
    """Give `answers(name)`: what the service answers, as tests/answers/ has it by hand from the contract."""
    return lambda name: json.loads((TESTS / "answers" / f"{name}.json").read_bytes())


@pytest.fixture(scope="session")
def requests_json() -> Callable[[str], Any]:
    """Give `requests_json(name)`: what the service is sent, as tests/requests/ has it by hand from the contract."""
    return lambda name: json.loads((TESTS / "requests" / f"{name}.json").read_bytes())
