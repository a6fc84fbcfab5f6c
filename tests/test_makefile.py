"""The Makefile: what a clone does before, without and after an installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = ("Makefile", "README.md", "setup.cfg", "setup.py")

# A `make test VENV=...` that runs these tests hands its variables on in the environment.
OF_MAKE = {"ARGS", "INSTALL", "JOBS", "PYTHON", "REQUIRE", "VENV"}

pytestmark = [pytest.mark.slow, pytest.mark.costly]


@pytest.fixture
def clone(tmp_path, needs):
    """Return a folder with what `make demo` needs of a clone; its path has a space."""
    needs("make", shutil.which("make"), "it is not installed")
    folder = tmp_path / "my clone"
    shutil.copytree(ROOT / "emailapi", folder / "emailapi", ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    return folder


def install(clone, python):
    """Pretend an installation whose only program is Python: what else is in a moved environment does not run."""
    environment = clone / ".venv"
    (environment / "bin").mkdir(parents=True)
    for stamp in (".made", ".sandbox-installed", ".test-installed"):
        (environment / stamp).touch()
    program = environment / "bin" / "python"
    program.write_text(f"#!/bin/sh\n{python}\n")
    program.chmod(0o755)


def run(clone, *command, **variables):
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in OF_MAKE and not name.startswith(("PIP_", "MAKE"))
    }
    return subprocess.run(
        command,
        cwd=clone,
        env={**environment, "PIP_CONFIG_FILE": os.devnull, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.exhaustive
def test_without_a_network_the_demo_says_so_in_one_line(clone):
    ran = run(clone, "make", "demo", f"PYTHON={sys.executable}", PIP_INDEX_URL="http://127.0.0.1:9/simple")
    *told, ended_by_make = ran.stderr.splitlines()
    assert told == [
        "emailapi is not installed: pip cannot reach its package index, is there a network? (see .venv/install.log)"
    ]
    assert ended_by_make.startswith("make: ")
    assert ran.stdout == "Installing emailapi and its sandbox into .venv ...\n"
    assert (clone / ".venv" / "install.log").read_text().count("Retrying") == 1


def test_a_moved_clone_uses_its_own_python_and_code(clone, tmp_path):
    log = tmp_path / "log"
    install(clone, f'echo "$PYTHONPATH: $*" >>"{log}"')
    ran = run(clone, "make", "--silent", "demo", "test", "check", "format")
    assert (ran.returncode, ran.stderr) == (0, "")
    calls = log.read_text().splitlines()
    assert f"{clone}: -m emailapi demo" in calls
    assert all(call.startswith(f"{clone}: ") for call in calls)


@pytest.mark.exhaustive
def test_the_demo_of_a_moved_clone_may_lose_its_reader(clone):
    install(clone, f'exec "{sys.executable}" "$@"')
    ran = run(clone, "bash", "-c", 'make demo | head -n 5; echo "${PIPESTATUS[@]}"')
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[0].startswith("A sandbox is listening on ")
    assert ran.stdout.splitlines()[5:] == ["0 0"]


def test_make_tests_is_make_test(clone):
    install(clone, "exit 1")
    one, other = (run(clone, "make", "--dry-run", name) for name in ("test", "tests"))
    assert one.returncode == 0
    assert other.stdout == one.stdout
