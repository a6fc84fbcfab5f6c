"""The examples of the page about the JSON API, by curl and by Node.js."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "sandbox-api.md").read_text(encoding="utf-8")
END = "--- end of the output ---"

pytestmark = pytest.mark.processes


def _blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def _commands():
    """Yield each command of the page with its output."""
    for block in _blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            command = [lines[0]]
            while len(lines) > len(command) and lines[len(command)].startswith(">"):
                command.append(lines[len(command)][1:])
            yield "\n".join(command), "\n".join(lines[len(command) :])


@pytest.fixture
def environment(sandbox):
    """Give the variables that the command prints."""
    known = {"PATH": os.environ["PATH"], "EMAILAPI_BASE_URL": sandbox.url, "EMAILAPI_SERVER_TOKEN": sandbox.token}
    return {**known, "LC_ALL": "C.UTF-8"}


def test_the_commands_print_what_the_page_says(environment, needs):
    needs("curl", shutil.which("curl"), "curl is not installed")
    commands = [*_commands()]
    assert len(commands) > 20
    script = "".join([f"{command}\necho\necho '{END}'\n" for command, _ in commands])
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    outputs = [output.replace("\r", "").strip() for output in done.stdout.split(END)[:-1]]
    for (command, expected), output in zip(commands, outputs, strict=True):
        matches = doctest.OutputChecker().check_output(expected + "\n", output + "\n", doctest.ELLIPSIS)
        assert matches, f"{command}\n{output}\n{expected}"


def test_the_test_in_javascript_passes(environment, needs):
    needs("npm", shutil.which("node"), "Node.js is not installed")
    (script,) = _blocks("javascript")
    done = subprocess.run(["node", "-e", script], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("482913\n", "")
