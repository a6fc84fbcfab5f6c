"""
Converters of the fields of emails.

Each field has a converter of its own: `attrs` and the type checkers take the accepted type from its argument.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import attrs

from .._hints import hint_for_type, unknown_name_message, wrong_type_message
from ..errors import InvalidArgument, InvalidEmail
from ..wire import enum_member, is_lazy_text, json_value
from .address import Address, Addresses, parse_address_field
from .attachment import Attachment
from .header import Header
from .text import conversion_hint, convert_body, convert_display_text, convert_header_text

T = TypeVar("T")

Headers = Mapping[str, str] | Iterable[Header | tuple[str, str]] | None
Attachments = Attachment | Iterable[Attachment] | None


class TrackLinks(StrEnum):
    """The links whose clicks the service records: it replaces them by links of its own."""

    NONE = "None"
    HTML_AND_TEXT = "HtmlAndText"
    HTML_ONLY = "HtmlOnly"
    TEXT_ONLY = "TextOnly"


# The values of `TrackLinks`, for type checkers and editors.
TrackLinksName = Literal["None", "HtmlAndText", "HtmlOnly", "TextOnly"]


# The default of a field of addresses: most emails have it in three of four, and it needs no conversion.
NO_ADDRESSES: tuple[Address, ...] = ()


def sender(value: str | Address | None) -> Address | None:
    """Convert `sender`."""
    return _cached_sender(value) if type(value) is str else _parse_sender(value)


def _parse_sender(value: str | Address | None) -> Address | None:
    found = parse_address_field(value, "sender")
    if len(found) > 1:
        raise InvalidEmail(f"sender must be one address, got {len(found)}", field="sender")
    if not found and value is not None:
        raise InvalidEmail(f"sender must not be empty, got {value!r}", field="sender")
    return found[0] if found else None


# A program has few senders, each with many emails.
_cached_sender = functools.lru_cache(maxsize=64)(_parse_sender)


# The converters below return usual values without the calls that validate others: 2,000 instructions less an email.
def to(value: Addresses) -> tuple[Address, ...]:
    """Convert `to`."""
    return parse_address_field(value, "to")


def cc(value: Addresses) -> tuple[Address, ...]:
    """Convert `cc`."""
    return () if value is NO_ADDRESSES else parse_address_field(value, "cc")


def bcc(value: Addresses) -> tuple[Address, ...]:
    """Convert `bcc`."""
    return () if value is NO_ADDRESSES else parse_address_field(value, "bcc")


def reply_to(value: Addresses) -> tuple[Address, ...]:
    """Convert `reply_to`."""
    return () if value is NO_ADDRESSES else parse_address_field(value, "reply_to")


def subject(value: str | None) -> str:
    """Convert `subject`."""
    if type(value) is str and value.isprintable() and "=?" not in value:
        return value
    return "" if value is None else convert_display_text(value, "subject")


def text_body(value: str | None) -> str | None:
    """Convert `text_body`."""
    plain = value is None or (type(value) is str and value.isascii())
    return value if plain else convert_body(value, "text_body")


def html_body(value: str | None) -> str | None:
    """Convert `html_body`."""
    plain = value is None or (type(value) is str and value.isascii())
    return value if plain else convert_body(value, "html_body")


def tag(value: str | None) -> str | None:
    """Convert `tag`."""
    plain = value is None or (type(value) is str and value.isprintable())
    return value if plain else convert_header_text(value, "tag")


def message_stream(value: str | None) -> str | None:
    """Convert `message_stream`."""
    return None if value is None else convert_header_text(value, "message_stream")


def idempotency_key(value: str | None) -> str | None:
    """Convert `idempotency_key`."""
    if value is None:
        return None
    text = convert_header_text(value, "idempotency_key")
    if not 1 <= len(text) <= 80:
        raise InvalidEmail(f"idempotency_key must have 1 to 80 characters, got {len(text)}", field="idempotency_key")
    return text


def _flag(value: bool | None, field: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise InvalidEmail(f"{field} must be True, False or None, got {value!r}", field=field)
    return value


def track_opens(value: bool | None) -> bool | None:
    """Convert `track_opens`."""
    return None if value is None else _flag(value, "track_opens")


def track_links(value: TrackLinks | TrackLinksName | None) -> TrackLinks | None:
    """Convert `track_links`."""
    if value is None:
        return None
    try:
        return enum_member(TrackLinks, value)
    except ValueError as error:
        raise InvalidEmail(f"track_links {error}{conversion_hint(value)}", field="track_links") from None


# A default equal to its converted value: `write` then leaves it out of the request.
NO_METADATA: Mapping[str, str] = MappingProxyType({})


def metadata(value: Mapping[str, str] | None) -> dict[str, str]:
    """Convert `metadata`."""
    if value is None or value is NO_METADATA:
        return {}
    if type(value) is not dict and not isinstance(value, Mapping):
        raise InvalidEmail(f"metadata must be a mapping, got {type(value).__name__}", field="metadata")
    found: dict[str, str] = {}
    try:
        for name, text in value.items():
            # Without calls for usual pairs: 2,700 instructions less for each.
            if type(name) is type(text) is str and name.isprintable() and text.isprintable():
                found[name] = text
            else:
                found[convert_header_text(name, "a key")] = convert_header_text(text, f"{name!r}")
    except InvalidEmail as error:
        raise InvalidEmail(f"metadata: {error.message}", field="metadata") from None
    return found


def convert_each(items: Iterable[Any], field: str, convert: Callable[[Any], T]) -> tuple[T, ...]:
    """Convert the items of a field that is a list; an error names the field and the item."""
    if isinstance(items, (str, bytes)) or not isinstance(items, Iterable) or is_lazy_text(items):
        raise InvalidEmail(f"{field} must be a list, got {type(items).__name__}", field=field)
    found = []
    for index, item in enumerate(items):
        try:
            found.append(convert(item))
        except InvalidEmail as error:
            raise InvalidEmail(f"{field}[{index}]: {error.message}", field=field) from None
    return tuple(found)


def _header(item: object) -> Header:
    if isinstance(item, tuple) and len(item) == 2:
        return Header(*item)
    return as_record(item, Header, "headers")


def headers(value: Headers) -> tuple[Header, ...]:
    """Convert `headers`."""
    if value is None or (type(value) is tuple and not value):
        return ()
    return convert_each(value.items() if isinstance(value, Mapping) else value, "headers", _header)


def _attachment(item: object) -> Attachment:
    return as_record(item, Attachment, "attachments")


def attachments(value: Attachments) -> tuple[Attachment, ...]:
    """Convert `attachments`."""
    if value is None or (type(value) is tuple and not value):
        return ()
    if isinstance(value, (str, bytes, os.PathLike)) or hasattr(value, "read"):
        why = f"attachments must be a list, got {type(value).__name__}{hint_for_type(value, Attachment)}"
        raise InvalidEmail(why, field="attachments")
    single = isinstance(value, (Attachment, Mapping))
    return convert_each([value] if single else value, "attachments", _attachment)  # type: ignore[arg-type]


def template_model(value: Mapping[str, Any]) -> dict[str, Any]:
    """Convert `template_model`."""
    if not isinstance(value, Mapping):
        raise InvalidEmail(f"template_model must be a mapping, got {type(value).__name__}", field="template_model")
    try:
        found: dict[str, Any] = json_value(value, "template_model")
    except InvalidArgument as error:
        raise InvalidEmail(error.message, field="template_model") from None
    return found


def optional_template_model(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """Convert the `template_model` of a bulk message, where it is optional."""
    return {} if value is None else template_model(value)


def template_id(value: int | None) -> int | None:
    """Convert `template_id`."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise InvalidEmail(f"template_id must be a number, got {value!r}", field="template_id")
    return value


def template_alias(value: str | None) -> str | None:
    """Convert `template_alias`."""
    if value is None:
        return None
    text = convert_header_text(value, "template_alias")
    if not text.strip():
        raise InvalidEmail(f"template_alias must not be empty, got {text!r}", field="template_alias")
    return text


def inline_css(value: bool | None) -> bool | None:
    """Convert `inline_css`."""
    return _flag(value, "inline_css")


def from_mapping(given: Mapping[str, Any], record: type[T]) -> T:
    """
    Create a record of this package from a mapping with the same names.

    Raises:
        InvalidEmail: A field is unknown, missing or invalid. The error names it.
    """
    fields, required = _field_names(record)  # type: ignore[arg-type]
    # The keys of two dictionaries are compared at once.
    if type(given) is not dict or not given.keys() <= fields.keys():
        for name in given:
            if name not in fields:
                raise InvalidEmail(unknown_name_message(str(name), fields, "field", record.__name__), field=str(name))
    for name in required:
        if name not in given:
            raise InvalidEmail(f"{name} is missing", field=name)
    return record(**given)


@functools.cache
def names_of(record: type[Any]) -> tuple[str, ...]:
    """Return the names of all fields of a record."""
    return tuple(field.name for field in attrs.fields(record))


@functools.cache
def _field_names(record: type[Any]) -> tuple[dict[str, None], list[str]]:
    """Return the names of the fields that a record accepts, in their order, and the names of the required ones."""
    fields = [field for field in attrs.fields(record) if field.init]
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    return dict.fromkeys(field.name for field in fields), required


def as_record(given: object, record: type[T], field: str) -> T:
    """
    Return a value as a record of this package: the value itself, or a record created from a mapping with its names.

    Args:
        given: The record or the mapping.
        record: The class of the record.
        field: Name of the field, for the error.

    Raises:
        InvalidEmail: The value is neither a record nor a mapping, or a field of it is invalid.
    """
    if isinstance(given, record):
        return given
    if isinstance(given, Mapping):
        return from_mapping(given, record)
    raise InvalidEmail(wrong_type_message(given, record), field=field)
