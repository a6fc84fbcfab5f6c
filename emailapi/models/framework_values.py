"""Values that web frameworks hand over - lazy texts, marked texts, numbers - as the plain ones that emails have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from ..errors import InvalidEmail
from ..wire import is_lazy_text

T = TypeVar("T")


def plain(value: T) -> T:
    """Return a value with its lazy texts made, and marked texts (`Markup`) plain, inside lists and mappings, too."""
    made: Any = value
    if isinstance(value, Mapping):
        made = {plain(key): plain(item) for key, item in value.items()}
    elif isinstance(value, (list, tuple)):
        made = [plain(item) for item in value]
    elif isinstance(value, str):
        made = value if type(value) is str else str.__str__(value)
    elif is_lazy_text(value):
        made = str(value)
    return made  # type: ignore[no-any-return]


def metadata(given: Mapping[str, Any] | None) -> dict[str, str]:
    """
    Return metadata as the service takes it: texts.

    Numbers, UUIDs, dates (ISO 8601) and lazy texts become text, True is `"true"`; a pair with None is left out.

    Raises:
        InvalidEmail: `metadata` is not a mapping.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidEmail(f"metadata must be a mapping, not {type(given).__name__}", field="metadata")
    return {plain(name): _as_text(value) for name, value in given.items() if value is not None}


def _as_text(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    return str(value) if isinstance(value, (int, float, Decimal, UUID)) else value


def template_model(value: T, convert: Callable[[Any], object] | None = None) -> T:
    """
    Return the values of a template with lazy texts, UUIDs and Decimals as text.

    Args:
        value: The values: a mapping, a list, or one of them.
        convert: Converts each value that is neither a mapping nor a list, in place of the rule above.
    """
    made: Any = value
    if isinstance(value, Mapping):
        made = {plain(key): template_model(item, convert) for key, item in value.items()}
    elif isinstance(value, (list, tuple)):
        made = [template_model(item, convert) for item in value]
    elif convert is not None:
        made = convert(value)
    else:
        made = str(value) if isinstance(value, (UUID, Decimal)) else plain(value)
    return made  # type: ignore[no-any-return]
