"""
Write `emailapi/__init__.pyi`: the public names, as type checkers and editors read them.

    python .ci/public_names.py            write it
    python .ci/public_names.py --check    fail when it does not have the names of `emailapi/__init__.py`

`make format` does the first, `make lint` the second.
"""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import fill

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import emailapi  # noqa: E402

STUB = ROOT / "emailapi" / "__init__.pyi"
LINE = 120
HEAD = """\
# Written by .ci/public_names.py from the table in __init__.py: change it there, not here.

from ._version import __version__
"""


def imports(module: str, names: list[str]) -> str:
    """Return the import of a module's public names, in the order and the form that ruff asks for."""
    names = sorted(names, key=lambda name: (not name.isupper(), name.lower()))
    line = f"from .{module} import {', '.join(names)}\n"
    if len(line) <= LINE + 1:
        return line
    return f"from .{module} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def stub() -> str:
    """Return the text of the stub."""
    found = [imports(module, names.split()) for module, names in sorted(emailapi._MODULES.items())]
    listed = fill(
        ", ".join(f'"{name}"' for name in emailapi.__all__), LINE, initial_indent=4 * " ", subsequent_indent=4 * " "
    )
    return f"{HEAD}{''.join(found)}\n# fmt: off\n__all__ = [\n{listed},\n]\n# fmt: on\n"


if __name__ == "__main__":
    if "--check" not in sys.argv:
        STUB.write_text(stub(), "utf-8")
    elif not STUB.exists() or STUB.read_text("utf-8") != stub():
        sys.exit("emailapi/__init__.pyi is not current: run `python .ci/public_names.py`")
