"""The examples of the page about the JSON API, by curl and by Node.js."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ...consoles import check_console

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "sandbox-api.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.costly


def _blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(sandbox):
    """Give the variables that the command prints."""
    known = {"PATH": os.environ["PATH"], "EMAILAPI_BASE_URL": sandbox.url, "EMAILAPI_SERVER_TOKEN": sandbox.token}
    return {**known, "LC_ALL": "C.UTF-8"}


def test_the_commands_print_what_the_page_says(environment, needs):
    needs("curl", shutil.which("curl"), "curl is not installed")
    assert check_console(PAGE, environment) > 20


def test_the_test_in_javascript_passes(environment, needs):
    needs("npm", shutil.which("node"), "Node.js is not installed")
    (script,) = _blocks("javascript")
    done = subprocess.run(["node", "-e", script], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("482913\n", "")
