"""
Every Python example of README.md and docs/ is a test.

A document is a program of its own: it starts with no names, in an empty working directory, and in an environment that
says nothing to a client. What it leaves open is closed.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

_HIDDEN = ("EMAILAPI_", "POSTMARK_")
_CLOSING = "closing the document"


def _begin(namespace: dict[str, Any]) -> None:
    with ExitStack() as entered:
        folder = Path(entered.enter_context(tempfile.TemporaryDirectory()))
        entered.callback(os.chdir, Path.cwd())
        os.chdir(folder)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_HIDDEN) and not name.lower().endswith("_proxy")
        }
        entered.enter_context(mock.patch.dict(os.environ, kept, clear=True))
        namespace[_CLOSING] = entered.pop_all()


def _end(namespace: dict[str, Any]) -> None:
    for name in ("client", "account", "sandbox"):
        if name in namespace:
            namespace[name].close()
    namespace[_CLOSING].close()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    setup=_begin,
    teardown=_end,
).pytest()
