"""The examples of README.md and docs/ satisfy the type checkers; that they run is Sybil's part (conftest.py)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def module_of(text: str) -> str:
    """Return the Python of a document, each line at the place it has there: so do the checkers' complaints."""
    lines = [""] * (text.count("\n") + 1)
    for fence in FENCE.finditer(text):
        first = text.count("\n", 0, fence.start(1))
        code = fence[1].splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    # Pyright would ask the network for its newest version.
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=500)


@pytest.fixture(scope="module")
def modules(tmp_path_factory) -> list[str]:
    """Give the paths of the documents' modules; a document without Python has none."""
    folder = tmp_path_factory.mktemp("examples")
    paths = []
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        if FENCE.search(text):
            path = folder / ("_".join(document.relative_to(ROOT).with_suffix("").parts) + ".py")
            path.write_text(module_of(text), "utf-8")
            paths.append(str(path))
    return paths


def test_extracted_examples_keep_their_line_numbers():
    text = "# A\n\n```python\na = 1\n\nb = 2\n```\n\n```console\n$ ls\n```\n\n```python\nc = a\n```\n"
    assert module_of(text) == "\n\n\na = 1\n\nb = 2\n\n\n\n\n\n\n\nc = a\n\n"


def test_there_are_examples(modules):
    """Every page of a namespace, the README and the guide have some."""
    names = {Path(path).stem for path in modules}
    assert {"README", "docs_start", "docs_errors", "docs_reference_bounces", "docs_reference_webhooks"} <= names
    assert len(names) > 20


@pytest.mark.exhaustive
@pytest.mark.slow
def test_examples_pass_mypy(modules):
    options = ["--config-file", "setup.cfg", "--strict", "--follow-imports=silent", "--no-error-summary"]
    done = run(sys.executable, "-m", "mypy", *options, *modules)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.fixture
def pyright(needs) -> list[str]:
    """Give the command; what pip installs of pyright gets its program from the npm registry, once."""
    command = [sys.executable, "-m", "pyright"]
    needs("pyright", shutil.which("pyright", path=Path(sys.executable).parent), "not installed")
    started = run(*command, "--version")
    needs("pyright", started.returncode == 0, "its program did not come from the npm registry")
    return command


@pytest.mark.exhaustive
@pytest.mark.slow
def test_examples_and_typing_tests_pass_pyright(modules, pyright, tmp_path):
    files = [Path(path) for path in modules]
    for path in files:
        shutil.copy(path, tmp_path)
    for path in (ROOT / "tests" / "typing").glob("*.py"):
        files.append(Path(shutil.copy(path, tmp_path / f"typing_{path.name}")))
    # It takes what is below its configuration only.
    config = {"extraPaths": [str(ROOT)], "pythonVersion": "3.11", "typeCheckingMode": "standard"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    command = [*pyright, "--project", str(tmp_path), "--pythonpath", sys.executable, "--outputjson"]
    found = json.loads(run(*command).stdout)
    complaints = [
        f"{one['file']}:{one['range']['start']['line'] + 1}: {one['message']}" for one in found["generalDiagnostics"]
    ]
    assert not complaints
    assert found["summary"]["filesAnalyzed"] == len(files)
