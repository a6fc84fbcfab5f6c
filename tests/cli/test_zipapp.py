"""The package inside a zip file, as `python -m zipapp` makes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

import emailapi

pytestmark = pytest.mark.costly

MAIN = """\
import sys

import emailapi
import emailapi.sandbox.store
from emailapi.cli import main

assert ".pyz" in emailapi.__file__, emailapi.__file__
assert ".pyz" in emailapi.sandbox.store.__file__
sys.exit(main())
"""


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_sandbox_and_the_client_run_from_a_zip_file(tmp_path):
    source = tmp_path / "app"
    shutil.copytree(Path(emailapi.__file__).parent, source / "emailapi", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "__main__.py").write_text(MAIN)
    archive = tmp_path / "app.pyz"
    zipapp.create_archive(source, archive)
    shutil.rmtree(source)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(archive), "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 sent, 1 bounced" in done.stdout
