"""The examples in all docstrings of the package, run against the sandbox."""

from __future__ import annotations

import ast
import doctest
import inspect
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

import emailapi
from emailapi import AccountClient, Client
from emailapi.queues import to_payload
from emailapi.resources import outbound
from emailapi.sandbox import Sandbox
from tests.resources.test_every_call import NAMESPACES

# The page of `client.outbound` has its examples.
CLASSES = sorted({type(found) for found in NAMESPACES.values()} - {outbound.Outbound}, key=lambda kind: kind.__name__)
PACKAGE = Path(emailapi.__file__).parent


def places_of_examples():
    """Yield module and name of each class, function and method with an example, those of the namespaces excepted."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(("emailapi", *path.relative_to(PACKAGE).with_suffix("").parts))
        tree = ast.parse(path.read_bytes())
        for node in tree.body:
            inner = node.body if isinstance(node, ast.ClassDef) else []
            for one, name in [(node, ""), *((each, f"{node.name}.") for each in inner)]:
                if isinstance(one, (ast.ClassDef, ast.FunctionDef)) and ">>> " in (ast.get_docstring(one) or ""):
                    yield module, name + one.name


PLACES = [
    (module, name)
    for module, name in places_of_examples()
    if not (module.startswith("emailapi.resources.") and "." not in name)
]


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


def test_there_are_examples():
    assert {name for _, name in PLACES} >= {
        "Client",
        "AccountClient",
        "Email",
        "Outbound.send",
        "deliver",
        "to_payload",
    }


@pytest.mark.parametrize("module, name", PLACES, ids=[name for _, name in PLACES])
def test_the_example_that_help_shows_runs(module, name, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = import_module(module)
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url, sender="me@example.com") as client:
        monkeypatch.setenv("EMAILAPI_BASE_URL", sandbox.url)
        client.templates.create(name="Welcome", alias="welcome", subject="Hi", text_body="Hello {{name}}")
        names = {**vars(emailapi.models.email), **vars(found), "client": client, "to_payload": to_payload}
        assert not failures(attrgetter(name)(found), capsys, **names, account_token=sandbox.account_token)
