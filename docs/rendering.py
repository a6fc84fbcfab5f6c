"""
How the package's docstrings stand on the pages.

Autodoc shows functions well, and nouns badly: a record's signature is endless, a filter set says nothing of its keys,
and what an enumeration has stands nowhere. Here each noun becomes its sentence and a list of what it has, with types.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, get_type_hints, is_typeddict

import attrs
import django
from django.conf import settings
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import getLogger
from sphinx.util.nodes import make_refnode
from sphinx.util.typing import stringify_annotation

import emailapi
from emailapi.errors import EmailAPIError
from emailapi.resources._resource import Resource

_log = getLogger(__name__)

# Where the errors are defined.
ERROR_MODULES = ("emailapi.errors.base", "emailapi.errors.exceptions", "emailapi.models.outbound")
# What users make by position: the signature says more than the list.
SHOWN_WITH_SIGNATURE = {"Address", "Header"}
# The modules of the sandbox that users see.
SANDBOX_MODULES = {"captured", "clock", "faults", "matching", "request_log", "simulation", "watching"}
# What users never make.
SHOWN_BARE = {"Connection", "Events", "Fault", "Faults", "MailState", "Mark", "Sending", "Transport"}

_UNPACK = re.compile(r"~?\w*\.?Unpack\[([^\[\]]+)\]")
_TYPE_VARIABLE = re.compile(r"~?[\w.]+\.([A-Z])(?=[\],)]|$)")
# `type` would be taken for one of the attributes of that name.
_TYPE = re.compile(r"(?<![\w.])type\b")
_TYPE_OF = re.compile(r"(?<![\w.])type(?=\[)")
_FIELD = re.compile(r" {4}(\w+): (.+)")


def load_names_for_checkers() -> None:
    """Give the package's modules what they import for checkers only: their annotations cannot be read without."""
    # A model of Django's cannot be imported without a project.
    settings.configure(INSTALLED_APPS=["emailapi.django.seen"])
    django.setup()
    modules = [
        import_module(found.name)
        for found in walk_packages(emailapi.__path__, "emailapi.")
        if found.name.split(".")[1] not in ("__main__", "cli", "sandbox")
        or found.name.removeprefix("emailapi.sandbox.") in SANDBOX_MODULES
    ]
    for module in modules:
        tree = ast.parse(Path(module.__file__ or "").read_bytes())
        for node in tree.body:
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                exec(compile(ast.Module(node.body, []), module.__file__ or "", "exec"), vars(module))  # noqa: S102
        for thing in vars(module).values():
            if is_typeddict(thing):
                thing.__signature__ = inspect.Signature()  # Sphinx 9 fails on a TypedDict without one


def is_noun(thing: object) -> bool:
    """Whether a thing is told by what it has, not by how it is made."""
    if not isinstance(thing, type) or thing.__name__ in SHOWN_WITH_SIGNATURE:
        return False
    return (
        attrs.has(thing)
        or is_typeddict(thing)
        or hasattr(thing, "_fields")
        or issubclass(thing, (Enum, BaseException, Resource))
    )


def show_signature(
    app: Sphinx, what: str, name: str, thing: object, options: object, signature: str | None, returns: str | None
) -> tuple[str, str | None] | None:
    """Leave out the signatures of nouns; of functions, say `**filters: BounceFilters`."""
    if is_noun(thing) or (isinstance(thing, type) and thing.__name__ in SHOWN_BARE):
        return "", None
    if signature is None:
        return None
    return (
        _TYPE_OF.sub("~builtins.type", _TYPE_VARIABLE.sub(r"\1", _UNPACK.sub(r"\1", signature))),
        returns and _TYPE_VARIABLE.sub(r"\1", returns),
    )


def split_docstring(lines: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Return a docstring without its Attributes section, and that section: name to words."""
    before: list[str] = []
    words: dict[str, str] = {}
    name = ""
    inside = False
    for line in lines:
        if line == "Attributes:":
            inside = True
        elif inside and line and not line.startswith(" "):
            inside = False
            before.append(line)
        elif not inside:
            before.append(line)
        elif found := _FIELD.fullmatch(line):
            name = found[1]
            words[name] = found[2]
        elif line.strip():
            words[name] += " " + line.strip()
    return before, words


def _words(owner: type) -> dict[str, str]:
    """Return what a class itself says of its attributes, and its properties of themselves."""
    words = split_docstring(inspect.cleandoc(owner.__doc__ or "").splitlines())[1]
    for name, value in vars(owner).items():
        if isinstance(value, property) and not name.startswith("_"):
            words[name] = " ".join((value.__doc__ or "").split())
    return words


def words_of(owner: type) -> dict[str, str]:
    """Return what the docstrings of a class, then of those it is built on, say of each attribute."""
    words: dict[str, str] = {}
    for base in owner.__mro__:
        if base.__module__.startswith("emailapi"):
            words = words | _words(base) | words
    return words


def _words_of_keys(owner: type) -> dict[str, str]:
    """Return the words about each key of a `TypedDict`, the inherited ones first; its bases are known to its source."""
    node = ast.parse(inspect.getsource(owner)).body[0]
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)] if isinstance(node, ast.ClassDef) else []
    words: dict[str, str] = {}
    for base in bases:
        if is_typeddict(found := getattr(sys.modules[owner.__module__], base)):
            words |= _words_of_keys(found)
    return words | _words(owner)


def _taken(owner: type) -> dict[str, Any]:
    """Return the types that a record's converters take; they may be more than what it keeps."""
    found: dict[str, Any] = {}
    for field in attrs.fields(owner):
        if callable(field.converter):
            hints = get_type_hints(field.converter)
            hints.pop("return", None)
            if hints:
                found[field.name] = next(iter(hints.values()))
    return found


def _names_for(owner: type) -> dict[str, Any] | None:
    """Return the names in the annotations of an error, whose `__module__` is not the module that defines it."""
    if not issubclass(owner, EmailAPIError):
        return None
    return {name: value for module in ERROR_MODULES for name, value in vars(sys.modules[module]).items()}


def attributes_of(owner: type) -> Iterator[tuple[str, str, str]]:
    """Give each attribute of a noun: its name, an option of its directive (type or value), and words about it."""
    if issubclass(owner, Enum):
        for member in owner:
            yield member.name, f":value: {member.value!r}", ""
        return
    hints = get_type_hints(owner, _names_for(owner))
    if attrs.has(owner):
        hints |= _taken(owner)
        words = words_of(owner)
        for field in attrs.fields(owner):
            if field.name not in words and not field.name.startswith("_"):
                _log.warning("%s does not say what %s is", owner.__name__, field.name)
            elif field.converter and field.default is attrs.NOTHING:
                words[field.name] += " Required."
    elif is_typeddict(owner):
        required: frozenset[str] = getattr(owner, "__required_keys__", frozenset())
        words = _words_of_keys(owner)
        for key in hints:
            if not words.get(key):
                _log.warning("%s does not document its key %s", owner.__name__, key)
            elif key in required and len(required) < len(hints):
                words[key] += " Required."
        words = dict(sorted(words.items(), key=lambda item: item[0] not in required))
    else:
        words = _words(owner)
    for name, about in words.items():
        if isinstance(found := inspect.getattr_static(owner, name, None), property):
            hints |= {name: get_type_hints(found.fget)["return"]}
        hint = stringify_annotation(hints[name], "smart") if name in hints else ""
        hint = _TYPE.sub("~builtins.type", _TYPE_VARIABLE.sub(r"\1", hint))
        yield name, f":type: {hint}" if hint else "", about


def show_docstring(app: Sphinx, what: str, name: str, thing: object, given: object, lines: list[str]) -> None:
    """Replace the Attributes section of a noun by a list of what it has; napoleon, later, does the other sections."""
    if not isinstance(thing, type) or not thing.__module__.startswith("emailapi"):
        return
    lines[:], words = split_docstring(lines)
    if issubclass(thing, Resource) or not (words or is_typeddict(thing) or issubclass(thing, Enum)):
        return
    for attribute, option, about in attributes_of(thing):
        options = ["   :no-contents-entry:", *([f"   {option}"] if option else [])]
        lines += ["", f".. py:attribute:: {attribute}", *options, "", f"   {about}"]
    lines.append("")


def find_reference(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.TextElement
) -> nodes.Element | None:
    """
    Find what a docstring names shortly, as `Bounces.activate`; what is not ours stays code.

    A name of the package that no page has stays missing, and Sphinx warns of it.
    """
    if node.get("refdomain") != "py":
        return None
    target: str = node["reftarget"]
    objects = env.domains.python_domain.objects
    known = objects if "." in target or target[:1].isupper() else ()
    found = {name for name in known if name.endswith(f".{target}") and not objects[name].aliased}
    if len(found) == 1 or f"emailapi.{target}" in found:
        name = f"emailapi.{target}" if len(found) > 1 else found.pop()
        entry = objects[name]
        return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, text, name)
    if is_ours(target):
        return None
    # Shortened, the standard library's `Message` would be taken for ours.
    return nodes.Text(target) if target.rpartition(".")[2] in emailapi.__all__ and "." in target else text


def is_ours(target: str) -> bool:
    """Whether a name is one of the package's."""
    public: Mapping[str, object] = dict.fromkeys(emailapi.__all__)
    return target.startswith("emailapi.") or target.partition(".")[0] in public


def setup(app: Sphinx) -> dict[str, bool]:
    """Hook all this into Sphinx; nouns are rendered before napoleon sees them."""
    load_names_for_checkers()
    app.connect("autodoc-process-signature", show_signature)
    app.connect("autodoc-process-docstring", show_docstring, priority=400)
    app.connect("missing-reference", find_reference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
