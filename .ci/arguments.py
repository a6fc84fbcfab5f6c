"""
Check that the keys of all arguments and filters are documented; `make check` and `make test` run it.

    python .ci/arguments.py

A key is documented under `Attributes:` of the `TypedDict` that declares it, and named by each method that accepts it:
`help()` of a method does not show the `TypedDict`. The script prints one line for each violation, and ends with 1 if
there is any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "emailapi"
# The number of keys that the check must find, or it looks in the wrong place.
KEYS_AT_LEAST = 100


def typed_dicts() -> dict[str, tuple[ast.ClassDef, set[str]]]:
    """Return each `TypedDict` of the package by name: its class, and all its keys, the inherited ones included."""
    found: dict[str, tuple[ast.ClassDef, set[str]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                if "TypedDict" in bases or bases & found.keys():
                    inherited = [found[base][1] for base in bases if base in found]
                    found[node.name] = (node, own_keys(node).union(*inherited))
    return found


def own_keys(typed_dict: ast.ClassDef) -> set[str]:
    """Return the keys that a `TypedDict` declares itself."""
    return {
        node.target.id
        for node in typed_dict.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def undocumented_keys(known: dict[str, tuple[ast.ClassDef, set[str]]]) -> Iterator[str]:
    """Yield the keys that their `TypedDict` does not document, and documented ones that it does not have."""
    for name, (node, _) in known.items():
        words = ast.get_docstring(node) or ""
        documented = set(re.findall(r"^    (\w+): \S", words.partition("Attributes:\n")[2], re.MULTILINE))
        yield from (f"{name}: the key {key} is not documented" for key in sorted(own_keys(node) - documented))
        yield from (f"{name}: there is no key {key}" for key in sorted(documented - own_keys(node)))


def unnamed_arguments(known: dict[str, tuple[ast.ClassDef, set[str]]]) -> Iterator[str]:
    """Yield the keys that a method of a namespace accepts and does not name in its docstring."""
    for path in sorted((PACKAGE / "resources").glob("*.py")):
        for method in ast.walk(ast.parse(path.read_text("utf-8"))):
            hint = isinstance(method, ast.FunctionDef) and method.args.kwarg and method.args.kwarg.annotation
            if isinstance(method, ast.FunctionDef) and isinstance(hint, ast.Subscript):
                named = set(re.findall(r"`(\w+)`", ast.get_docstring(method) or ""))
                missing = sorted(known[ast.unparse(hint.slice)][1] - named)
                yield from (f"resources/{path.name}: {method.name} does not name its argument {key}" for key in missing)


if __name__ == "__main__":
    known = typed_dicts()
    if sum(len(own_keys(node)) for node, _ in known.values()) < KEYS_AT_LEAST:
        sys.exit("fewer keys are found than there must be: this check is broken")
    violations = [*undocumented_keys(known), *unnamed_arguments(known)]
    print(*violations, sep="\n", end="\n" if violations else "")
    sys.exit(1 if violations else 0)
