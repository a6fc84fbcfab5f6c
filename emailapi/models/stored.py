"""Emails as JSON-safe dictionaries, for queues and databases, and changed copies of emails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Self, TypeVar

import attrs

from .._hints import unknown_name_message
from .._records import Part
from ..errors import InvalidEmail
from .address import Address
from .attachment import Attachment
from .fields import convert_each, from_mapping
from .header import Header

T = TypeVar("T")


def _restorer(record: type[T]) -> Callable[[Any], Any]:
    """Return a function that restores a record from its dictionary; the field's converter handles other values."""
    return lambda value: from_mapping(value, record) if isinstance(value, Mapping) else value


def _restore_attachment(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    content = value.get("content")
    if not isinstance(content, str):
        raise InvalidEmail(f"content must be base64 text, got {type(content).__name__}", field="content")
    decoded = Attachment.from_base64(str(value.get("name") or "?"), content).content
    return from_mapping({**value, "content": decoded}, Attachment)


class Stored(Part):
    """A record that can be converted to a dictionary of JSON values, and copied with changes."""

    __slots__ = ()

    # The functions that restore the items of fields that hold records.
    _restorers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **dict.fromkeys(("sender", "reply_to", "to", "cc", "bcc"), _restorer(Address)),
        "headers": _restorer(Header),
        "attachments": _restore_attachment,
    }

    def to_dict(self) -> dict[str, Any]:
        """
        Return the email as a dictionary of JSON values, for queues and databases.

        The keys are the names of the fields; fields with their default values are left out. Addresses, headers and
        attachments are dictionaries of their own fields; the content of an attachment is in base64. `from_dict`
        restores an equal email.
        """
        return super().to_dict()

    def _items(self) -> Iterator[tuple[str, Any]]:
        for field in attrs.fields(type(self)):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if value != _default(field):
                yield field.name, value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """
        Restore an email from the dictionary that `to_dict` returned; it is validated like a new one.

        Raises:
            InvalidEmail: A field is unknown, missing or invalid. The error names it.
        """
        if not isinstance(data, Mapping):
            raise InvalidEmail(f"data must be a mapping, got {type(data).__name__}", field="data")
        given = dict(data)
        for name, restore in cls._restorers.items():
            value = given.get(name)
            if isinstance(value, (list, tuple)):
                given[name] = convert_each(value, name, restore)
            elif isinstance(value, Mapping) and name == "sender":
                given[name] = _restore_field(name, restore, value)
        return from_mapping(given, cls)

    def replace(self, **changes: Any) -> Self:
        """
        Return a copy with some fields changed; it is validated like a new email.

        Args:
            **changes: The new values, by the name of the field.

        Raises:
            TypeError: There is no field of this name.
            InvalidEmail: A field is invalid. The error names it.
        """
        known = {field.name: field for field in attrs.fields(type(self))}  # type: ignore[arg-type]
        for name in changes:
            if name not in known:
                raise TypeError(unknown_name_message(name, known, "field", type(self).__name__))
        return attrs.evolve(self, **changes)  # type: ignore[misc]


def _default(field: attrs.Attribute[Any]) -> Any:
    default: Any = field.default
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]


def _restore_field(name: str, restore: Callable[[Any], Any], value: object) -> Any:
    try:
        return restore(value)
    except InvalidEmail as error:
        raise InvalidEmail(f"{name}: {error.message}", field=name) from None
