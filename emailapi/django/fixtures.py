"""
The fixture of `emailapi.django.testing`, for pytest.

In a `conftest.py`: `from emailapi.django.fixtures import emailapi_django_outbox`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .testing import emailapi_outbox


@pytest.fixture
def emailapi_django_outbox() -> Iterator[list[Any]]:
    """Give the list of emails that the test sends; they leave by this backend, into memory."""
    with emailapi_outbox() as outbox:
        yield outbox
