"""A Django project, its mailers as each version of Django configures them, and servers to send to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from emailapi.sandbox import Sandbox

if find_spec("django") is None:
    collect_ignore_glob = ["*"]
else:
    import django
    from django.conf import settings
    from django.core import mail
    from django.test.utils import override_settings

    settings.configure(
        ALLOWED_HOSTS=["*"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        DATABASES={
            name: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"} for name in ("default", "replica")
        },
        DEFAULT_FROM_EMAIL="shop@example.com",
        SERVER_EMAIL="server@example.com",
        INSTALLED_APPS=["emailapi.django", "emailapi.django.seen"],
        ROOT_URLCONF="emailapi.django.urls",
        SECRET_KEY="for tests",
        USE_TZ=True,
    )
    django.setup()
    HAS_MAILERS = hasattr(mail, "mailers")

BACKEND = "emailapi.django.EmailBackend"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of settings that this Django does not have: they are not tests of it."""
    left_out = [item for item in items for mark in item.iter_markers("mailers") if mark.args != (HAS_MAILERS,)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def closing() -> Iterator[contextlib.ExitStack]:
    """Close after the test what was opened in it."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def setting(closing: contextlib.ExitStack) -> Callable[..., None]:
    """Give `setting(**settings)`: settings that hold until the test ends."""
    return lambda **changes: closing.enter_context(override_settings(**changes))


@pytest.fixture
def configure(closing: contextlib.ExitStack) -> Iterator[Callable[..., None]]:
    """
    Give `configure(**options)`: the settings that make this the mailer "default", until the test ends.

    They are MAILERS where Django has them, else EMAIL_BACKEND and EMAILAPI.
    """
    from emailapi.django import close_all

    def configure(**options: Any) -> None:
        if HAS_MAILERS:
            changes: dict[str, Any] = {"MAILERS": {"default": {"BACKEND": BACKEND, "OPTIONS": options}}}
        else:
            upper = {name.upper(): value for name, value in options.items()}
            changes = {"EMAIL_BACKEND": BACKEND, "EMAILAPI": {**getattr(settings, "EMAILAPI", {}), **upper}}
        closing.enter_context(override_settings(**changes))

    yield configure
    close_all()


@pytest.fixture
def backend(configure: Callable[..., None]) -> Callable[..., Any]:
    """Give `backend(**options)`: a backend with these options, as Django makes it."""

    def make(**options: Any) -> Any:
        configure(**options)
        return mail.mailers["default"] if HAS_MAILERS else mail.get_connection()

    return make


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def api(configure: Callable[..., None], sandbox: Sandbox) -> Callable[..., None]:
    """Give `api(**options)`: the mailer "default" sends by the sandbox."""
    return lambda **options: configure(server_token=sandbox.token, base_url=sandbox.url, **options)


@pytest.fixture
def outbox(configure: Callable[..., None]) -> Callable[..., list[Any]]:
    """Give `outbox(**options)`: the mailer "default" keeps emails in the list that is returned."""
    from emailapi import MemoryTransport

    def make(**options: Any) -> list[Any]:
        transport = MemoryTransport()
        configure(transport=transport, **options)
        return transport.sent

    return make
