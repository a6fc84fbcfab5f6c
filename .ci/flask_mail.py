"""
Run the tests of Flask-Mail against emailapi.flask.

    python .ci/flask_mail.py FOLDER [PYTEST OPTIONS]

FOLDER has the source of Flask-Mail 0.10.0 with its `tests`, which are in its repository and not on PyPI; they need
`pip install speaklater`. The tests that ask for what is different here on purpose must fail, and all others must pass.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The tests import Flask-Mail under its name, and from it a class of the standard library.
MODULE = """
from email.header import Header

from emailapi.flask import *
"""
# What is different, and the reason.
DIFFERENT = {
    "test_html_message": "an HTML email has no empty text beside it",
    "test_message_charset": "an HTML email has no empty text beside it",
    "test_plain_message_with_unicode_attachment": "the charset of a file name is called utf-8, and not UTF8",
}


class Results:
    """Collects the names of the tests that pass and fail."""

    def __init__(self) -> None:
        """Begin with none."""
        self.passed: list[str] = []
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the outcome of a test."""
        name = report.nodeid.rpartition("::")[2]
        if report.failed:
            self.failed.append(name)
        elif report.when == "call":
            self.passed.append(name)


def main(folder: str, *options: str) -> int:
    """Return 0 when exactly the tests fail that must."""
    results = Results()
    with tempfile.TemporaryDirectory() as made:
        Path(made, "flask_mail.py").write_text(MODULE, "utf-8")
        sys.path[:0] = [made, str(ROOT)]
        os.chdir(folder)
        pytest.main(["-q", "--tb=no", "-p", "no:cacheprovider", "--rootdir=.", *options, "tests"], [results])
    for name in results.failed:
        print(f"{name}: {DIFFERENT.get(name, 'IT MUST PASS')}")
    for name in DIFFERENT.keys() & {*results.passed}:
        print(f"{name}: passes, and is in DIFFERENT")
    print(f"{len(results.passed)} of {len(results.passed) + len(results.failed)} pass")
    return int(not results.passed or {*results.failed} != DIFFERENT.keys())


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
