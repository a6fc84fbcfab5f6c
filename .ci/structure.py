"""
Check the rules about the code's structure that no linter knows; `make check` and `make test` run it.

    python .ci/structure.py

It prints one line for each violation, and ends with 1 if there is any.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import attrs  # noqa: E402

import emailapi  # noqa: E402
from emailapi.wire import wire_names  # noqa: E402

PACKAGE = ROOT / "emailapi"
FILE_LIMIT = 300
FUNCTION_LIMIT = 40

# Wire names are known to the models, the codec and the server side only. The names of an email's headers are no wire
# names, nor are the keys around the records of a response.
WIRE_NAMES_LIVE_IN = ("models", "wire", "sandbox")
HEADER_NAMES = {"From", "To", "Cc", "Bcc", "Subject", "Name", "Date", "Type", "Status", "Body", "Text"}
ENVELOPE = {"ErrorCode", "Message", "Errors", "TotalCount"}
# Amazon SES has names of its own, some of which the API has, too.
OTHER_NAMES_LIVE_IN = PACKAGE / "transports" / "ses"
# What the checks must have found among the wire names, or they look for nothing.
KNOWN = {"MessageID", "SMTPApiErrors", "MessageStream", "SubmittedAt", "ContentID"}
# Where public signatures are.
PUBLIC = ("client.py", "errors", "models", "resources")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield each function of a module."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def long_functions(tree: ast.AST) -> Iterator[str]:
    """Yield the functions that are too long; docstrings are not counted."""
    for function in functions(tree):
        first = function.body[1] if ast.get_docstring(function) and function.body[1:] else function.body[0]
        lines = (function.end_lineno or 0) - first.lineno + 1
        if lines > FUNCTION_LIMIT:
            yield f"{function.name} has {lines} lines, at most {FUNCTION_LIMIT} are allowed"


def bare_any(tree: ast.AST) -> Iterator[str]:
    """Yield the public functions that take or return a bare `Any`."""
    for function in functions(tree):
        hints = [argument.annotation for argument in (*function.args.args, *function.args.kwonlyargs)]
        bare = any(isinstance(hint, ast.Name) and hint.id == "Any" for hint in (*hints, function.returns))
        if bare and not function.name.startswith("_"):
            yield f"{function.name} takes or returns Any: use object"


def missing_docstring(tree: ast.Module) -> Iterator[str]:
    """Yield a complaint unless the module's docstring begins with a sentence."""
    words = (ast.get_docstring(tree) or "").splitlines()
    if not words or not words[0].endswith((".", ":", "?")):
        yield "the module's docstring must begin with a sentence"


def wire_names_of_records() -> set[str]:
    """Return the wire names of all records of the models."""
    found: set[str] = set()
    for path in (PACKAGE / "models").glob("[!_]*.py"):
        for value in vars(import_module(f"emailapi.models.{path.stem}")).values():
            if isinstance(value, type) and attrs.has(value) and value.__module__.startswith("emailapi.models"):
                found |= set(wire_names(value).values())
    if not found >= KNOWN:
        sys.exit(f"the wire names {sorted(KNOWN - found)} are not found: this check is broken")
    return found - HEADER_NAMES - ENVELOPE - set(emailapi.__all__)


def is_all(node: ast.AST) -> bool:
    """Return whether a statement assigns to `__all__`."""
    return isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "__all__" for target in node.targets)


def wire_names_in(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """Yield the wire names that stand in a module, but for what it exports under such a name."""
    exported = {id(name) for node in ast.walk(tree) if is_all(node) for name in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in exported:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names:
            yield f"line {node.lineno}: the wire name {node.value} belongs into models/ or wire/"


def complaints() -> Iterator[str]:
    """Yield each violation, with its file."""
    names = wire_names_of_records()
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "typing"]
    for path in sorted([*PACKAGE.rglob("*.py"), *tests]):
        found = []
        source = path.read_text("utf-8")
        lines = len(source.splitlines())
        if lines > FILE_LIMIT:
            found.append(f"{lines} lines, at most {FILE_LIMIT} are allowed")
        if path.is_relative_to(PACKAGE):
            tree = ast.parse(source)
            part = path.relative_to(PACKAGE).parts[0]
            found += long_functions(tree)
            if path.name != "__init__.py":
                found += missing_docstring(tree)
            if part not in WIRE_NAMES_LIVE_IN and path.parent != OTHER_NAMES_LIVE_IN:
                found += wire_names_in(tree, names)
            if part in PUBLIC:
                found += bare_any(tree)
        yield from (f"{path.relative_to(ROOT)}: {each}" for each in found)


if __name__ == "__main__":
    found = list(complaints())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)
