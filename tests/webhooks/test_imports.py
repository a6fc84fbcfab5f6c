"""`import emailapi.webhooks`: what stands in it, and what it loads."""

from __future__ import annotations

from importlib import import_module

import pytest

from emailapi import webhooks

from ..test_front_door import loaded_by

HEAVY = {"requests", "urllib3", "cattrs", "idna", "flask", "django", "redis", "sqlite3", "asyncio"}


def test_every_name_is_in_its_module():
    assert sorted(webhooks._HOMES) == sorted(webhooks.__all__) == dir(webhooks)
    for name, home in webhooks._HOMES.items():
        assert getattr(import_module(home, "emailapi.webhooks"), name) is getattr(webhooks, name)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'emailapi.webhooks' has no attribute 'Verfier'"):
        _ = webhooks.Verfier


def test_names_of_events_differ_from_names_of_records():
    """The wrong import would never fire."""
    import emailapi

    assert set(webhooks.__all__) & set(emailapi.__all__) == {"InvalidWebhook"}


def test_the_import_loads_almost_nothing():
    assert not loaded_by("import emailapi.webhooks") & (HEAVY | {"attr", "json"})


@pytest.mark.costly
def test_receiving_loads_only_what_it_needs():
    code = "from emailapi.webhooks import BounceEvent, MemorySeenStore, Verifier, receive, wsgi_app, asgi_app, parse"
    assert not loaded_by(code) & HEAVY
    assert not loaded_by(f"{code}; parse({{'FromFull': {{}}}}).dedupe_key") & (HEAVY - {"cattrs"})


@pytest.mark.costly
def test_the_builders_do_not_load_the_client():
    loaded = loaded_by("from emailapi.webhooks import payloads; payloads.bounce(); payloads.inbound()")
    assert not loaded & (HEAVY | {"emailapi.client", "emailapi.webhooks.parsing", "emailapi.webhooks.verifier"})
