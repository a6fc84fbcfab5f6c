"""
Public names of a package that are loaded at their first use (PEP 562).

`emailapi/__init__.py` does the same without this module: importing the package loads nothing but its version.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module


def load(package: str, homes: Mapping[str, str], name: str) -> object:
    """
    Load a name from its module, and keep it in the package.

    Args:
        package: The package, as in `__name__`.
        homes: For each public name its module, relative to the package. A name that its module has, too (`events` and
            `.events`), is that module.
        name: The name that is asked for.

    Raises:
        AttributeError: The package has no such public name.
    """
    if name not in homes:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    module = import_module(homes[name], package)
    value = module if homes[name] == f".{name}" else getattr(module, name)
    setattr(sys.modules[package], name, value)
    return value
