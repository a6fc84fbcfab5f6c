"""The house rules that a machine can check (design.md section 10)."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import attrs
import pytest

import emailapi
from emailapi.wire import wire_names

PACKAGE = Path(emailapi.__file__).parent
TESTS = Path(__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
TEST_FILES = sorted(path for path in TESTS.rglob("*.py") if path.parent.name != "typing")
MODELS = sorted(path for path in (PACKAGE / "models").glob("*.py") if path.name != "__init__.py")

FILE_LIMIT = 300
FUNCTION_LIMIT = 40

# Wire names live here: the nouns, the codec, the other side. A mail's header names are no wire names.
WIRE_NAMES_LIVE_IN = ("models", "wire", "sandbox")
HEADER_NAMES = {"From", "To", "Cc", "Bcc", "Subject", "Name", "Date", "Type", "Status", "Body", "Text"}
# Amazon SES has names of its own, some of which are the API's, too.
OTHER_WIRE_NAMES_LIVE_IN = PACKAGE / "transports" / "ses"
# Where the names at the front door live.
PUBLIC = ("client.py", "errors", "models", "resources")
# What answers of many calls have around the records: no record's own.
ENVELOPE = {"ErrorCode", "Message", "Errors", "TotalCount"}


def short(path: Path) -> str:
    return str(path.relative_to(TESTS.parent))


def functions(path: Path):
    """Give each function of a file."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def records_wire_names() -> set[str]:
    """Return the wire names of all records of the models."""
    found: set[str] = set()
    for path in MODELS:
        for value in vars(import_module(f"emailapi.models.{path.stem}")).values():
            if isinstance(value, type) and attrs.has(value) and value.__module__.startswith("emailapi.models"):
                found |= set(wire_names(value).values())
    return found - HEADER_NAMES


@pytest.mark.parametrize("path", [*FILES, *TEST_FILES], ids=short)
def test_files_are_short(path):
    """No file has more than 300 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= FILE_LIMIT


@pytest.mark.parametrize("path", FILES, ids=short)
def test_functions_are_short(path):
    """No function has more than 40 lines, its docstring not counted."""
    long = []
    for function in functions(path):
        first = function.body[1] if ast.get_docstring(function) and function.body[1:] else function.body[0]
        lines = (function.end_lineno or 0) - first.lineno + 1
        if lines > FUNCTION_LIMIT:
            long.append(f"{function.name}: {lines}")
    assert not long


@pytest.mark.parametrize("path", TEST_FILES, ids=short)
def test_every_test_states_its_rule(path):
    """Every test has a docstring of one sentence, ended by a full stop."""
    wrong = []
    for function in functions(path):
        if function.name.startswith("test_"):
            words = " ".join((ast.get_docstring(function) or "").split())
            if not words.endswith(".") or len(words) < 15 or (not words[0].isupper() and words[0] != "`"):
                wrong.append(f"{function.name}: {words!r}")
    assert not wrong


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "__init__.py"], ids=short)
def test_every_module_says_what_it_is(path):
    """Every module begins with a docstring whose first line is a sentence."""
    words = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    assert words.splitlines()[0].endswith((".", ":", "?"))


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in FILES
        if path.relative_to(PACKAGE).parts[0] not in WIRE_NAMES_LIVE_IN and path.parent != OTHER_WIRE_NAMES_LIVE_IN
    ],
    ids=short,
)
def test_wire_names_stand_in_models_and_wire_only(path):
    """No text in the client's code is the wire name of a record's field: the models have them all."""
    known = records_wire_names() - ENVELOPE - set(emailapi.__all__)
    found = {
        node.value
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known
    }
    assert not found


def test_the_names_that_are_looked_for_are_there():
    """The test above knows the names it has to find."""
    assert {"MessageID", "SMTPApiErrors", "MessageStream", "SubmittedAt", "ContentID"} <= records_wire_names()


@pytest.mark.parametrize("path", [path for path in FILES if path.relative_to(PACKAGE).parts[0] in PUBLIC], ids=short)
def test_no_any_in_a_public_signature(path):
    """No public function takes or returns a bare Any: what can be anything is an `object`."""
    wrong = []
    for function in functions(path):
        hints = [argument.annotation for argument in (*function.args.args, *function.args.kwonlyargs)]
        if function.name[0] != "_" and any(
            isinstance(hint, ast.Name) and hint.id == "Any" for hint in (*hints, function.returns)
        ):
            wrong.append(function.name)
    assert not wrong
