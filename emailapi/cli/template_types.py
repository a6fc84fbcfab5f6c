"""`emailapi templates types`: a Python module with the type of the model of each template."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Any

_VALUE = "Scalar"
_HEAD = '''"""Types of the models of templates. Written by `emailapi templates types`: do not edit."""

from __future__ import annotations

from typing import Any, TypedDict

Scalar = str | int | float | bool | None
'''


def module_of(models: Mapping[str, Mapping[str, Any]]) -> str:
    """
    Return the source of a module with a `TypedDict` for each template.

    Args:
        models: The suggested model of each template, by alias.
    """
    taken: set[str] = set()
    parts = [_HEAD]
    for alias, model in sorted(models.items()):
        name = _unused(f"{_camel(alias)}Model", taken)
        parts += _types(name, model, taken, f"The model of the template {alias!r}.")
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def _types(name: str, model: Mapping[str, Any], taken: set[str], about: str) -> Iterator[str]:
    """Yield the definitions for a model, those that others need first."""
    fields: dict[str, str] = {}
    for key, value in model.items():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, Mapping) and inner:
            part = _unused(name.removesuffix("Model") + _camel(key), taken)
            yield from _types(part, inner, taken, f"{key!r} in {name}.")
            fields[key] = f"list[{part}]" if isinstance(value, list) else part
        elif isinstance(value, list):
            fields[key] = f"list[{_VALUE}]"
        else:
            # A section: the template does not tell whether a flag, an object or a list is meant.
            fields[key] = "Any" if isinstance(value, Mapping) else _VALUE
    if all(key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("__") for key in fields):
        lines = [f"    {key}: {kind}" for key, kind in fields.items()]
        yield "\n".join([f"class {name}(TypedDict):", f'    """{_plain(about)}"""', *([""] if lines else []), *lines])
    else:
        lines = [f'    "{_plain(key)}": {kind},' for key, kind in fields.items()]
        yield "\n".join([f"# {_plain(about)}", f'{name} = TypedDict("{name}", {{', *lines, "})"])


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _camel(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    joined = "".join(word[0].upper() + word[1:] for word in words) or "Template"
    return joined if joined[0].isalpha() else f"T{joined}"


def _unused(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    taken.add(found)
    return found
