"""The pages that come from the code, and what the others have to have."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import emailapi
from emailapi import AccountClient, Client
from emailapi.client import Namespace

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference"
GENERATED = ("reference/wire.md", "reference/errors.md", "_parts/bounce_kinds.md")


def generate(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DOCS / "generate.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    """Give a folder with the generated pages as they are committed."""
    for name in GENERATED:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(DOCS / name, tmp_path / name)
    return tmp_path


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("text", [None, "", "# Wire names\n"], ids=["missing", "empty", "old"])
def test_an_outdated_page_fails_the_check_with_one_line(folder, name, text):
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)
    ran = generate("--check", folder)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr == f"not current, run `python docs/generate.py`: {name}\n"
    assert (folder / name).exists() is (text is not None)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_generating_updates_the_pages(tmp_path):
    """Into an empty folder all pages are written, and are then current, letter by letter those that are committed."""
    assert generate(tmp_path).returncode == 0
    assert generate("--check", tmp_path).returncode == 0
    assert all((tmp_path / name).read_bytes() == (DOCS / name).read_bytes() for name in GENERATED)


def test_the_wire_page_lists_unusual_spellings():
    """Bases that are not records of their own are left out; odd spellings, and fields that stay here, are told."""
    text = (REFERENCE / "wire.md").read_text("utf-8")
    assert "| `message_id` | **`MessageID`** |" in text
    assert "| `id` | `Id`, also read: `ID` |" in text
    assert "| `metadata` | **`metadata_<key>`** |" in text
    assert "| `idempotency_key` | stays here |" in text
    assert "- `/bounces`: `Bounces`, each a `Bounce`" in text
    assert not re.search(r"^### (Dns|BaseEmail|Interaction|Daily|Page|ServerSettings)$", text, re.MULTILINE)


def test_the_errors_page_has_every_error_and_code():
    text = (REFERENCE / "errors.md").read_text("utf-8")
    for name in emailapi.__all__:
        thing = getattr(emailapi, name)
        if isinstance(thing, type) and issubclass(thing, emailapi.EmailAPIError):
            assert f".. autoexception:: emailapi.{name}\n" in text
    assert all(f"| {code} | {row.status} | " in text for code, row in emailapi.ERROR_CODES.items())


@pytest.mark.parametrize(
    "client, name",
    [
        (client, name)
        for client in (Client, AccountClient)
        for name, _ in inspect.getmembers(client, lambda value: isinstance(value, Namespace))
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_each_namespace_has_a_page(client, name):
    text = (REFERENCE / f"{name}.md").read_text("utf-8")
    assert f"{'client' if client is Client else 'account'}.{name}" in text
    assert re.search(rf"^\.\. autoclass:: emailapi\.resources\.{name}\.\w+\n   :members:$", text, re.MULTILINE)
    assert "```python\n" in text
    assert f"\n{name}\n" in (REFERENCE / "index.md").read_text("utf-8")


def test_each_public_name_is_documented_on_one_page():
    text = "".join(path.read_text("utf-8") for path in REFERENCE.glob("*.md"))
    found = re.findall(
        r"^\.\. (?:autoclass|autoexception|py:data):: (?:emailapi\.)?(\w+)(?:\(.*\))?$", text, re.MULTILINE
    )
    assert sorted(found) == sorted(set(emailapi.__all__) - {"__version__"})
