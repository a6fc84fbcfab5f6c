"""
Check the rules about the code's structure that no linter knows; `make check` and `make test` run it.

    python .ci/structure.py

It prints one line for each violation, and ends with 1 if there is any.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import attrs  # noqa: E402
import grimp  # noqa: E402
import postmark.sync  # noqa: E402

import emailapi  # noqa: E402
from emailapi.client import Namespace  # noqa: E402
from emailapi.wire import wire_names  # noqa: E402

PACKAGE = ROOT / "emailapi"
FILE_LIMIT = 300
FUNCTION_LIMIT = 40
# A file of fewer lines is small; a folder may have so many of them, beside `__init__.py` and the like.
SMALL = 30
SMALL_FILES_LIMIT = 3

# What stands under `emailapi/` with the same name in each of a group of folders has the same role in all of them.
MIRRORED = (
    ("transports/api", "transports/smtp", "transports/ses"),
    ("sandbox/routes", "sandbox/tables"),
    ("django", "django/seen"),
)

# Wire names are known to the models, the codec, the server side and the records of webhook events only. The names of an
# email's headers are no wire names, nor are the keys around the records of a response.
WIRE_NAMES_LIVE_IN = ("models", "wire", "sandbox")
EVENTS = ("base", "events", "inbound")
HEADER_NAMES = {"From", "To", "Cc", "Bcc", "Subject", "Name", "Date", "Type", "Status", "Body", "Text"}
ENVELOPE = {"ErrorCode", "Message", "Errors", "TotalCount"}
# Amazon SES has names of its own, some of which the API has, too.
OTHER_NAMES_LIVE_IN = PACKAGE / "transports" / "ses"
# What the checks must have found among the wire names, or they look for nothing.
KNOWN = {"MessageID", "SMTPApiErrors", "MessageStream", "SubmittedAt", "ContentID", "RecordType", "StrippedTextReply"}
# Our clients and the vendor's, by the names that tests give them.
CLIENTS = {"client": emailapi.Client("t"), "account": emailapi.AccountClient("t")}
VENDOR = {"vendor": postmark.sync.ServerClient("t"), "vendor_account": postmark.sync.AccountClient("t")}
# It wants a `TypeCode` of each row and a `Type` of the first, which the service has never sent (contract 2.6).
MISREAD = {"vendor.bounces.get_delivery_stats"}
# Where public signatures are.
PUBLIC = ("base_client.py", "client.py", "errors", "models", "resources", "webhooks")


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
    """Return the wire names of all records of the models, and of webhook events."""
    modules = [f"emailapi.models.{path.stem}" for path in (PACKAGE / "models").glob("[!_]*.py")]
    modules += [f"emailapi.webhooks.{name}" for name in EVENTS]
    found: set[str] = set()
    for module in modules:
        for value in vars(import_module(module)).values():
            if isinstance(value, type) and attrs.has(value) and value.__module__ in modules:
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


# The only module that decides on another attempt, and the only one that reads the code of a response.
ONLY_CALLER = {"next_wait": Path("_delivery", "retry.py")}
ONLY_READER = dict.fromkeys(("ErrorCode", "X-PM-ApiErrorCode"), Path("_delivery", "classification.py"))
# Attributes that errors have and nothing else does.
OF_ERRORS = {"attempts", "idempotency_key", "index", "message", "message_stream", "outcome", "retry_after", "retryable"}


def keys_read(node: ast.AST) -> Iterator[object]:
    """Yield the constant key that an expression reads: `value["key"]` or `value.get("key")`."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get" and node.args:
        key = node.args[0]
    if isinstance(key, ast.Constant):
        yield key.value


def second_deciders(tree: ast.AST, path: Path) -> Iterator[str]:
    """Yield the places that decide what only another module may decide."""
    for node in ast.walk(tree):
        for key in keys_read(node):
            if ONLY_READER.get(key, path) != path:
                yield f"line {node.lineno}: only {ONLY_READER[key]} reads {key}: use classify or error_code"
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if ONLY_CALLER.get(name, path) != path:
                yield f"line {node.lineno}: only {ONLY_CALLER[name]} calls {name}: make attempts by run_attempts"


def patched_errors(tree: ast.AST) -> Iterator[str]:
    """Yield the places that change an error from outside: an error is complete when it is made."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if not isinstance(target, ast.Attribute) or getattr(target.value, "id", "") == "self":
                continue
            if target.attr in OF_ERRORS or target.attr == "__cause__":
                yield f"line {target.lineno}: sets {ast.unparse(target)}: use error.replace()"


def crowds(paths: Sequence[Path]) -> Iterator[str]:
    """Yield the folders that have too many small files."""
    small = defaultdict(list)
    for path in paths:
        if not path.name.startswith("__") and len(path.read_text("utf-8").splitlines()) < SMALL:
            small[path.parent].append(path.name)
    for folder, names in small.items():
        if len(names) > SMALL_FILES_LIMIT:
            yield f"{folder.relative_to(ROOT)}: {', '.join(names)} have fewer than {SMALL} lines: merge some"


def names_twice(paths: Sequence[Path]) -> Iterator[str]:
    """Yield the files whose name another file of the same layer has, unless their folders mirror each other."""
    places = defaultdict(list)
    for path in paths:
        inside = path.relative_to(PACKAGE)
        if not path.name.startswith("__"):
            places[inside.parts[0], path.stem.lstrip("_")].append(inside)
    for found in places.values():
        folders = {str(path.parent) for path in found}
        if len(found) > 1 and not any(folders <= set(group) for group in MIRRORED):
            yield f"{', '.join(map(str, found))}: two files of one layer must not share a name"


def circles() -> Iterator[str]:
    """Yield a circle of imports, those for type checkers included, if there is one."""
    graph = grimp.build_graph("emailapi", cache_dir=None)
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        yield f"imports in a circle: {' <- '.join(error.args[1])}"


def stale_names() -> Iterator[str]:
    """Yield the files and folders that CONTRIBUTING.md names, and that are not there."""
    for number, line in enumerate((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines(), 1):
        names = re.findall(r"`([\w./]+(?:\.py|/))`", line)
        # In the table of layers, files stand beside their folder.
        folders = (ROOT, PACKAGE, PACKAGE / names[0]) if names else ()
        for name in names:
            if not any((folder / name).exists() for folder in folders):
                yield f"CONTRIBUTING.md: line {number}: there is no {name}"


def calls_of(namespace: object) -> Iterator[str]:
    """Yield the calls of a namespace; those of the vendor's are coroutines and asynchronous generators."""
    for name, call in inspect.getmembers(namespace, inspect.ismethod):
        ours = type(namespace).__module__.startswith("emailapi.")
        if name[0] != "_" and (ours or inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call)):
            yield name


def untested_calls() -> Iterator[str]:
    """Yield each call of our clients, and of the vendor's on our sandbox, that no test makes by its client's name."""
    ours = {
        f"{client}.{name}.{call}"
        for client, made in CLIENTS.items()
        for name, _ in inspect.getmembers(type(made), lambda value: isinstance(value, Namespace))
        for call in calls_of(getattr(made, name))
    }
    vendors = {
        f"{client}.{name}.{call}"
        for client, made in VENDOR.items()
        for name, namespace in vars(made._async).items()
        if type(namespace).__name__.endswith("Manager")
        for call in calls_of(namespace)
    }
    if len(ours) < 80 or len(vendors) < 80:
        sys.exit(f"{len(ours)} and {len(vendors)} calls are found: this check is broken")
    for folder, pattern, known in (("resources", "test_*.py", ours), ("sandbox", "test_vendor*.py", vendors - MISREAD)):
        paths = (ROOT / "tests" / folder).glob(pattern)
        yield from (f"tests/{folder}: no test calls {name}" for name in sorted(known - attributes_in(paths)))


def attributes_in(paths: Iterable[Path]) -> set[str]:
    """Return the attributes that stand in some files, each as its last three names."""
    trees = (ast.parse(path.read_bytes()) for path in paths)
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {".".join(ast.unparse(node).split(".")[-3:]) for node in nodes}


def complaints() -> Iterator[str]:
    """Yield each violation, with its file."""
    names = wire_names_of_records()
    package = sorted(PACKAGE.rglob("*.py"))
    tests = sorted(path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "typing")
    yield from crowds([*package, *tests])
    yield from names_twice(package)
    yield from circles()
    yield from untested_calls()
    yield from stale_names()
    for path in [*package, *tests]:
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
            is_event = part == "webhooks" and path.stem in EVENTS
            if part not in WIRE_NAMES_LIVE_IN and path.parent != OTHER_NAMES_LIVE_IN and not is_event:
                found += wire_names_in(tree, names)
            if part in PUBLIC:
                found += bare_any(tree)
            if part not in ("sandbox", "errors"):
                found += second_deciders(tree, path.relative_to(PACKAGE))
                found += patched_errors(tree)
        yield from (f"{path.relative_to(ROOT)}: {each}" for each in found)


if __name__ == "__main__":
    found = list(complaints())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)
