"""The examples of the guides to the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..consoles import check_console

GUIDES = Path(__file__).parents[2] / "docs" / "guide"

pytestmark = [pytest.mark.costly, pytest.mark.slow, pytest.mark.exhaustive(cases=0)]


@pytest.mark.parametrize("name", ["command-line", "newsletter"])
def test_the_commands_print_what_the_page_says(sandbox, tmp_path, name):
    command = tmp_path / "bin" / "emailapi"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{os.sys.executable}" -m emailapi "$@"\n')
    command.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if name.startswith(("EMAILAPI_", "PYTHONPATH"))},
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(GUIDES.parents[1]),
        "LC_ALL": "C.UTF-8",
    }
    folder = tmp_path / "folder"
    folder.mkdir()
    page = (GUIDES / f"{name}.md").read_text(encoding="utf-8")
    assert check_console(page, environment, folder) > 8
