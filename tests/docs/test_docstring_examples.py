"""The examples in the docstrings of the namespaces, run against the sandbox."""

from __future__ import annotations

import doctest
import inspect

import pytest

from emailapi import AccountClient, Client, Email
from emailapi.resources import outbound
from emailapi.sandbox import Sandbox
from tests.resources.test_every_call import NAMESPACES

# The page of `client.outbound` has its examples.
CLASSES = sorted({type(found) for found in NAMESPACES.values()} - {outbound.Outbound}, key=lambda kind: kind.__name__)


def failures(kind, capsys, **names):
    """Return what a class's example prints that it does not say."""
    example = doctest.DocTestParser().get_doctest(inspect.getdoc(kind), names, kind.__name__, None, None)
    return capsys.readouterr().out if doctest.DocTestRunner(verbose=False).run(example).failed else ""


@pytest.mark.parametrize("kind", CLASSES)
def test_a_namespace_has_an_example(kind):
    assert "\nExample:\n    >>> " in inspect.getdoc(kind)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_example_runs_and_prints_what_it_shows(kind, capsys):
    with (
        Sandbox() as sandbox,
        Client(sandbox.token, base_url=sandbox.url, sender="me@example.com") as client,
        AccountClient(sandbox.account_token, base_url=sandbox.url) as account,
    ):
        rule = client.inbound_rules.create("friend@example.com")
        sandbox.receive(sender="friend@example.com", text="Hello")
        client.inbound_rules.delete(rule)
        assert not failures(kind, capsys, client=client, account=account)


@pytest.mark.parametrize("kind", [Client, AccountClient, Email, outbound.Outbound.send])
def test_the_example_that_help_shows_runs(kind, capsys, monkeypatch):
    assert ">>> " in inspect.getdoc(kind)
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url, sender="me@example.com") as client:
        monkeypatch.setenv("EMAILAPI_BASE_URL", sandbox.url)
        names = {kind.__name__: kind for kind in (Client, AccountClient, Email)}
        assert not failures(kind, capsys, client=client, account_token=sandbox.account_token, **names)
