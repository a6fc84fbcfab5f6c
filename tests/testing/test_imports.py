"""`import emailapi.testing` and the plugin: what stands in them, and what they load."""

from __future__ import annotations

from importlib import import_module

import pytest

from emailapi import testing

from ..test_front_door import loaded_by

HEAVY = {"requests", "urllib3", "cattrs", "attr", "idna", "flask", "django", "sqlite3", "waitress", "json.decoder"}


def test_every_name_is_in_its_module():
    assert sorted(testing._HOMES) == sorted(testing.__all__) == sorted(dir(testing))
    assert testing.events is import_module("emailapi.testing.events")
    for name in testing.__all__:
        assert getattr(testing, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'emailapi.testing' has no attribute 'Outbx'"):
        _ = testing.Outbx


@pytest.mark.slow
@pytest.mark.costly
def test_the_plugin_loads_almost_nothing():
    before = loaded_by("import pytest")
    loaded = loaded_by("import pytest, emailapi.testing.pytest_plugin") - before
    assert not loaded & HEAVY
    ours = {"emailapi", "emailapi._version", "emailapi.testing", "emailapi.testing.pytest_plugin"}
    assert {name for name in loaded if name.startswith("emailapi")} == ours


@pytest.mark.costly
def test_an_outbox_loads_neither_the_client_nor_the_sandbox():
    loaded = loaded_by(
        "from emailapi.testing import Outbox, SentEmail, mock_email, record_emails; mock_email().start()"
    )
    assert not loaded & (HEAVY - {"attr", "idna", "json.decoder"})
    assert not {name for name in loaded if name.startswith(("emailapi.sandbox", "emailapi.client", "emailapi._http"))}
