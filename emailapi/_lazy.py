"""
Public names of a package that are loaded at their first use (PEP 562).

`emailapi/__init__.py` and `emailapi/testing/__init__.py` do the same without this module: importing the package loads
nothing but its version, and pytest's plugin nothing but itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def homes_of(modules: Mapping[str, str]) -> dict[str, str]:
    """Return the module of each name, for modules with their names between spaces."""
    return {name: module for module, names in modules.items() for name in names.split()}


def accessors(
    package: str, homes: Mapping[str, str], check: Callable[[], object] | None = None
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """
    Return the functions `__getattr__` and `__dir__` of a package.

    Args:
        package: The package, as in `__name__`.
        homes: For each public name its module, as `load` takes them.
        check: Is called before a public name is loaded, as to say that a library is missing.
    """

    def load_name(name: str) -> object:
        if check is not None and name in homes:
            check()
        return load(package, homes, name)

    return load_name, lambda: [*homes]


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
