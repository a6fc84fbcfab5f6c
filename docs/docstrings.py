"""
Additions to autodoc and napoleon for this package's docstrings.

The two show annotations, docstrings and their sections. Here a class also lists the attributes that its bases document,
and a record the types that it accepts; short names are links; and Sphinx warns of an attribute that is not documented.
"""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages
from typing import TypedDict, is_typeddict

import attrs
import django
from django.conf import settings
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import getLogger

import emailapi

_log = getLogger(__name__)
# Cannot be imported with Django 5.2.
_NEEDS_TASKS = "emailapi.django.tasks"
# The modules of the sandbox whose classes have a place on a page.
_SANDBOX = {
    "captured",
    "clock",
    "fault",
    "faults",
    "matching",
    "posting.attempts",
    "request_log",
    "simulation",
    "watching",
}
_NEVER_CREATED = {
    "Connection",
    "EmailAPITestMixin",
    "Events",
    "Fault",
    "Faults",
    "MailState",
    "Mark",
    "Sending",
    "Transport",
    "Webhooks",
}
_ATTRIBUTES = re.compile(r"^Attributes:\n((?: {4}.*\n|\n)*)", re.MULTILINE)
# What napoleon writes for an entry.
_FIELD = re.compile(r"(\.\. attribute:: \w+\n)((?:\n| {3}(?!:type:).*\n)*) {3}:type: (.*)")
_QUALIFIED = re.compile(r"(?<![\w.])(?=[a-z]\w*\.\w)")
_CLASS = re.compile("[A-Z]+[a-z]")


def _accepted(record: type[attrs.AttrsInstance]) -> Iterator[tuple[str, object]]:
    """Yield the fields of a record that are converted, with the type that the converter accepts."""
    for field in attrs.fields(record):
        if callable(field.converter):
            hints = [hint for name, hint in typing.get_type_hints(field.converter).items() if name != "return"]
            if hints and hints[0] is not typing.Any:
                yield field.name, hints[0]


def _load() -> None:
    """Load the package with what it imports for type checkers only, without which its annotations cannot be read."""
    # Not all of these can be imported so.
    for name in ("boto3", "cattrs", "celery.result", "flask", "pytest", "redis", "requests", "waitress"):
        import_module(name)
    # A model of Django's cannot be imported without a project.
    settings.configure(INSTALLED_APPS=["emailapi.django.seen"])
    vars(typing).update(TYPE_CHECKING=True)
    django.setup()
    modules = [
        import_module(found.name)
        for found in walk_packages(emailapi.__path__, "emailapi.")
        if (found.name.split(".")[1] not in {"__main__", "cli", "sandbox"} and found.name != _NEEDS_TASKS)
        or found.name.removeprefix("emailapi.sandbox.") in _SANDBOX
    ]
    vars(typing).update(TYPE_CHECKING=False)
    for thing in {thing for module in modules for thing in vars(module).values() if isinstance(thing, type)}:
        if attrs.has(thing):
            thing.__annotations__ |= _accepted(thing)
    # Sphinx 9 fails on a TypedDict without a signature.
    type(emailapi.BounceFilters).__signature__ = inspect.Signature()  # type: ignore[attr-defined]


def _hide_signature(
    app: Sphinx, what: str, name: str, thing: object, options: object, signature: str | None, returns: str | None
) -> tuple[str, None] | None:
    """Leave out the signatures of what has a list of attributes, and of what users never create."""
    from emailapi.resources._resource import Resource

    if not isinstance(thing, type) or thing.__name__ in {"Address", "Header"}:
        return None
    hidden = (
        attrs.has(thing)
        or is_typeddict(thing)
        or hasattr(thing, "_fields")
        or issubclass(thing, (Enum, BaseException, Resource))
        or thing.__name__ in _NEVER_CREATED
    )
    return ("", None) if hidden else None


def _bases(thing: type) -> Iterator[type]:
    """Yield the bases of a class, the nearest first; those of a `TypedDict` are known to its source only."""
    if not is_typeddict(thing):
        yield from thing.__mro__[1:]
    elif found := re.match(r"class \w+\((\w+)", inspect.getsource(thing)):
        base = getattr(sys.modules[thing.__module__], found[1])
        if base is not TypedDict:
            yield base
            yield from _bases(base)


def _attributes(docstring: str) -> dict[str, str]:
    """Return the entries of a docstring's section Attributes, by name."""
    section = _ATTRIBUTES.search(f"{inspect.cleandoc(docstring)}\n")
    entries = re.split(r"^ {4}(?=\w+(?: \(.*?\))?: )", section[1] if section else "", flags=re.MULTILINE)[1:]
    return {re.split("[ :]", entry)[0]: f"    {entry}" for entry in entries}


def _faults(thing: type, entries: dict[str, str]) -> Iterator[str]:
    """Yield what the docstring of a record or a `TypedDict` does not say of its attributes."""
    names: list[str]
    required: list[str] = []
    if is_typeddict(thing):
        names = [*thing.__annotations__]
        if getattr(thing, "__optional_keys__", None):
            required = [*getattr(thing, "__required_keys__", ())]
    elif attrs.has(thing):
        fields = [field for field in attrs.fields(thing) if not field.name.startswith("_")]
        names = [field.name for field in fields]
        required = [field.name for field in fields if field.converter and field.default is attrs.NOTHING]
    else:
        return
    yield from (f"{name} is not documented" for name in names if name not in entries)
    yield from (
        f"{name} is not documented as required" for name in required if "Required." not in entries.get(name, "")
    )


def _add_inherited(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Add the attributes that the bases of a class document, before napoleon reads its docstring."""
    if not isinstance(thing, type) or issubclass(thing, BaseException) or not thing.__module__.startswith("emailapi"):
        return
    inherited: dict[str, str] = {}
    for base in _bases(thing):
        inherited = inherited | _attributes(base.__doc__ or "") | inherited
    own = _attributes("\n".join(lines))
    for fault in _faults(thing, inherited | own):
        _log.warning("%s: %s", name, fault)
    added = [line for entry, text in inherited.items() if entry not in own for line in text.splitlines()]
    if added:
        before = _ATTRIBUTES.sub("", "\n".join(lines) + "\n").splitlines()
        lines[:] = [*before, "", "Attributes:", *[line for text in own.values() for line in text.splitlines()], *added]


def _add_options(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Let napoleon's attributes have their type beside their name, and stay out of the table of contents."""
    lines[:] = _FIELD.sub(_with_options, "\n".join(lines)).splitlines()
    if any(line.startswith((":rtype:", ":type:")) for line in lines):
        _log.warning("%s: napoleon takes the text before a colon for a type; types stand in annotations", name)


def _with_options(entry: re.Match[str]) -> str:
    return f"{entry[1]}   :no-contents-entry:\n   :type: {_QUALIFIED.sub('~', entry[3])}\n{entry[2]}"


def _find_by_ending(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.TextElement
) -> nodes.Element | None:
    """Find what a docstring names by its last parts, such as `Bounces.activate`."""
    target = node["reftarget"]
    if node.get("refdomain") != "py" or not ("." in target or target in emailapi.__all__ or _CLASS.match(target)):
        return None
    if re.fullmatch(r"emailapi\..*\.[A-Z]", target):  # a type variable
        return nodes.Text(target[-1])
    domain = env.domains.python_domain
    if f"emailapi.{target}" in domain.objects:
        node["reftarget"] = f"emailapi.{target}"
    else:
        node["refspecific"] = True
    found = domain.resolve_xref(env, node["refdoc"], app.builder, node["reftype"], node["reftarget"], node, text)
    module, _, last = target.rpartition(".")
    if not found and module and not module.startswith("emailapi") and last in emailapi.__all__:
        return nodes.Text(target)  # shortened, the standard library's `Message` would be taken for ours
    return found


def _keep_builtin(app: Sphinx, doctree: nodes.document) -> None:
    """Take `type` in an annotation for the builtin: several records have an attribute of that name."""
    for node in [*doctree.findall(pending_xref)]:
        if (node["reftype"], node["reftarget"]) == ("class", "type"):
            node.replace_self(nodes.Text("type"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Load the package, and hook into autodoc, before and after napoleon, and into what resolves names."""
    _load()
    app.connect("autodoc-process-signature", _hide_signature)
    app.connect("autodoc-process-docstring", _add_inherited, priority=400)
    app.connect("autodoc-process-docstring", _add_options, priority=600)
    app.connect("doctree-read", _keep_builtin)
    app.connect("missing-reference", _find_by_ending)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
