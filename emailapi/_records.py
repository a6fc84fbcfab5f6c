"""The base classes of immutable records."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from ._hints import Explaining, explained, guard_repr, hint_for_name


class ImmutableError(attrs.exceptions.FrozenInstanceError):
    """A field of an immutable record was set or deleted; the message says how to get a changed copy."""

    def __init__(self, message: str) -> None:
        """Store the message, in place of that of attrs."""
        super().__init__()
        self.msg, self.args = message, (message,)

    def __str__(self) -> str:
        """Return the message."""
        return self.msg


class Immutable:
    """An `attrs.frozen` class whose errors say how to get a changed copy, or which attribute was probably meant."""

    __slots__ = ()

    # Python 3.11 does not adapt attribute loads to a class with `__getattr__`: encoding an email took a fifth more.
    if not TYPE_CHECKING and sys.version_info >= (3, 12):
        __getattr__ = Explaining.__getattr__

    def __init_subclass__(cls) -> None:
        """Replace the functions by which attrs rejects changes."""
        super().__init_subclass__()
        # attrs creates the class a second time, with slots; only that one has these functions.
        if "__attrs_attrs__" in vars(cls):
            cls.__setattr__ = lambda record, name, value: _reject_change(record, name)  # type: ignore[method-assign]
            cls.__delattr__ = _reject_change  # type: ignore[method-assign]
            guard_repr(cls)


def _reject_change(record: Any, name: str) -> NoReturn:
    kind, fields = type(record).__name__, [field.name for field in attrs.fields(type(record))]
    if name not in fields:
        hint = hint_for_name(name, fields)
        why = f"{kind!r} object has no attribute {name!r}{hint or '; it is immutable'}"
    elif hasattr(record, "replace"):
        why = f"{kind} is immutable: use email.replace({name}=...), which returns a changed copy"
    else:
        why = f"{kind} is immutable: use attrs.evolve(record, {name.lstrip('_')}=...), which returns a changed copy"
    raise ImmutableError(why)


class Record(Immutable):
    """An immutable record that can be converted to a dictionary of JSON values."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """
        Return the record as a dictionary of JSON values, for `json.dumps`, CSV files and databases.

        The keys are the names of the fields. Dates and datetimes are in ISO 8601, members of enumerations are their
        values, and records in the record are dictionaries. Fields that the repr hides, such as bodies, are included.
        """
        return {name: _to_json(value) for name, value in self._items()}

    def _items(self) -> Iterator[tuple[str, Any]]:
        """Yield name and value of each field of the dictionary."""
        for field in attrs.fields(type(self)):  # type: ignore[arg-type]
            yield field.alias or field.name, getattr(self, field.name)


class Part(Record):
    """A part of an email, whose constructor says which argument was probably meant."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Explain unknown arguments of the constructor."""
        super().__init_subclass__()
        if "__attrs_attrs__" in vars(cls):
            cls.__init__ = explained(cls.__init__)  # type: ignore[method-assign]

    def _items(self) -> Iterator[tuple[str, Any]]:
        """Yield the fields that the constructor accepts, without those that are None."""
        for field in attrs.fields(type(self)):  # type: ignore[arg-type]
            if field.init and (value := getattr(self, field.name)) is not None:
                yield field.name, value


def _to_json(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, (tuple, list)):
        return [_to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
