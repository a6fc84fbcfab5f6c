"""
Check that the docstrings of everything public are complete; `make check` and `make test` run it.

    python .ci/docstrings.py

A public function names each of its arguments: under `Args:`, between backticks, or, as in "Convert an email", by the
word. It names each error of the package that its own body raises. A class has the attributes of its fields, and an
argument of its constructor is described like one of a function. It prints one line for each violation, and ends with 1
if there is any.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, is_typeddict

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import attrs
import django
from django.conf import settings

from emailapi import AccountClient, Client, EmailAPIError
from emailapi.base_client import BaseClient
from emailapi.client import Namespace

# `emailapi.django.tasks` is missing: it is not there with every Django.
MODULES = (
    *("emailapi", "emailapi.celery", "emailapi.django", "emailapi.django.seen", "emailapi.django.signals"),
    *("emailapi.django.testing", "emailapi.flask", "emailapi.mime", "emailapi.queues", "emailapi.sandbox"),
    *("emailapi.testing", "emailapi.testing.events", "emailapi.transports", "emailapi.transports.ses"),
    *("emailapi.transports.smtp", "emailapi.webhooks", "emailapi.webhooks.payloads"),
)
# Classes whose objects the package makes: a user needs none of their constructor's arguments.
NOT_CONSTRUCTED = {"Clock", "Events", "Fault", "Faults", "SandboxServer", "Sending", "Webhooks", "WebhookAttempt"}
# The number of functions that the check must find, or it looks in the wrong place.
AT_LEAST = 250


def described(docstring: str, *sections: str) -> set[str]:
    """Return the names that sections of a docstring describe."""
    found: set[str] = set()
    for section in sections:
        text = re.search(rf"^{section}:\n((?: +.*\n?|\n)*)", docstring, re.MULTILINE)
        found.update(re.findall(r"^    \*{0,2}(\w+)(?: \(.*?\))?: \S", text[1], re.MULTILINE) if text else ())
    return found


def unnamed_arguments(function: Callable[..., Any], docstring: str) -> set[str]:
    """Return the arguments that a docstring does not name, and the described ones that do not exist."""
    parameters = inspect.signature(function).parameters.values()
    names = {each.name for each in parameters if each.name not in ("self", "cls", "args", "kwargs")}
    summary = docstring.partition("\n\n")[0]
    described_here = described(docstring, "Args")
    known = described_here | described(docstring, "Attributes") | set(re.findall(r"`\*{0,2}(\w+)[`=]", docstring))
    missing = {name for name in names - known if name[0] != "_" and not re.search(rf"\b{name}s?\b", summary)}
    takes_more = any(each.kind is each.VAR_KEYWORD for each in parameters)
    return missing | (set() if takes_more else {f"{name} (does not exist)" for name in described_here - names})


def unnamed_errors(function: Callable[..., Any], docstring: str) -> set[str]:
    """Return the errors of the package that a function raises itself, and that its docstring does not name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call))
    raised = {ast.unparse(call.func) for call in calls}
    errors = {each.__name__ for each in subclasses(EmailAPIError)}
    return (raised & errors) - described(docstring, "Raises") - set(re.findall(r"`(\w+)`", docstring))


def subclasses(kind: type) -> Iterator[type]:
    """Yield a class and all that are derived from it."""
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


def members(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the public methods that a class defines itself."""
    for name, value in vars(kind).items():
        function = getattr(value, "__func__", value)
        if name[0] != "_" and inspect.isfunction(function):
            yield name, function


def undocumented_fields(kind: type) -> set[str]:
    """Return the fields of a record that neither its docstring nor that of a base describes."""
    words = [inspect.cleandoc(base.__doc__ or "") for base in kind.__mro__]
    known = set().union(*(described(each, "Attributes", "Args") for each in words))
    return {field.name for field in attrs.fields(kind) if field.name[0] != "_"} - known


def functions_of(place: str, kind: type) -> Iterator[tuple[str, Callable[..., Any], str]]:
    """Yield the constructor and the public methods of a class, with their docstrings."""
    init = vars(kind).get("__init__")
    is_namespace = kind.__module__.startswith("emailapi.resources.")
    by_users = kind.__name__ not in NOT_CONSTRUCTED and not getattr(kind, "_is_protocol", False) and not is_namespace
    if init and by_users and not attrs.has(kind) and not issubclass(kind, Exception):
        yield place, init, f"{inspect.getdoc(kind)}\n\n{inspect.getdoc(init)}"
    for name, function in members(kind):
        yield f"{place}.{name}", function, inspect.getdoc(function) or inspect.getdoc(getattr(kind, name)) or ""


def public_things() -> Iterator[tuple[str, Any]]:
    """Yield each public class and function once, and the namespaces of the clients."""
    seen: set[int] = set()
    for module in map(import_module, MODULES):
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            is_ours = str(getattr(thing, "__module__", "")).startswith("emailapi")
            if is_ours and id(thing) not in seen and (inspect.isclass(thing) or inspect.isfunction(thing)):
                seen.add(id(thing))
                yield f"{module.__name__}.{name}", thing
    clients: tuple[BaseClient, ...] = (Client("t"), AccountClient("t"))
    for client in clients:
        for name, _ in inspect.getmembers(type(client), lambda value: isinstance(value, Namespace)):
            yield f"{type(client).__name__}.{name}", type(getattr(client, name))


def main() -> int:
    """Print all violations, and return the exit code."""
    settings.configure(INSTALLED_APPS=["emailapi.django"])
    django.setup()
    violations, functions = [], []
    for place, thing in public_things():
        if not thing.__doc__:
            violations.append(f"{place}: has no docstring")
        if not inspect.isclass(thing):
            functions.append((place, thing, inspect.getdoc(thing) or ""))
        elif not is_typeddict(thing):
            functions += functions_of(place, thing)
            if attrs.has(thing) and (missing := undocumented_fields(thing)):
                violations.append(f"{place}: does not describe {', '.join(sorted(missing))}")
    for place, function, docstring in functions:
        if missing := unnamed_arguments(function, docstring):
            violations.append(f"{place}: does not describe the argument {', '.join(sorted(missing))}")
        if missing := unnamed_errors(function, docstring):
            violations.append(f"{place}: does not name the error {', '.join(sorted(missing))}")
    if len(functions) < AT_LEAST:
        sys.exit(f"only {len(functions)} functions are found: this check is broken")
    print(*violations, sep="\n", end="\n" if violations else "")
    return min(len(violations), 1)


if __name__ == "__main__":
    sys.exit(main())
