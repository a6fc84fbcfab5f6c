"""The criteria that select emails."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from .._hints import unknown_name_message
from ..models.address import Address
from .sent_email import SentEmail

# A string, a regular expression, a predicate, or None for no value.
Criterion = str | re.Pattern[str] | Callable[[Any], object] | None


class Criteria(TypedDict, total=False):
    """
    Criteria for emails. Each is a string, a regular expression, a predicate, or None for "has no value".

    Attributes:
        to: A recipient: the address, case-insensitive, or name and address.
        cc: A recipient of a copy.
        bcc: A recipient of a blind copy.
        sender: The sender.
        subject: The subject.
        tag: The tag.
        metadata: A mapping of names to criteria; or a criterion that one of the values must match.
        template_alias: The alias of the template.
        message_stream: The id of the message stream.
    """

    to: Criterion
    cc: Criterion
    bcc: Criterion
    sender: Criterion
    subject: Criterion
    tag: Criterion
    metadata: Criterion | Mapping[str, Criterion]
    template_alias: Criterion
    message_stream: Criterion


def check_criteria(criteria: Mapping[str, object]) -> None:
    """
    Check the names and types of criteria.

    Raises:
        TypeError: A criterion is unknown, or has an unsupported type.
    """
    for name, wanted in criteria.items():
        if name not in Criteria.__annotations__:
            raise TypeError(unknown_name_message(name, dict.fromkeys(Criteria.__annotations__), "criterion"))
        parts = wanted.values() if name == "metadata" and isinstance(wanted, Mapping) else (wanted,)
        for part in parts:
            if part is not None and not isinstance(part, (str, re.Pattern, Address)) and not callable(part):
                kind = type(part).__name__
                raise TypeError(f"{name} must be a string, a regular expression, a function or None, not {kind}")


def matches(email: SentEmail, criteria: Mapping[str, Any]) -> bool:
    """Return whether an email matches all criteria."""
    return all(_matches(name, getattr(email, name), wanted) for name, wanted in criteria.items())


def _matches(name: str, value: Any, wanted: Any) -> bool:
    if wanted is None:
        return value is None or not value
    if isinstance(wanted, Mapping):
        return all(_value_matches(value.get(key), part) for key, part in wanted.items())
    if name == "metadata":
        return bool(wanted(value)) if callable(wanted) else any(_value_matches(each, wanted) for each in value.values())
    if name in ("to", "cc", "bcc", "sender"):
        group = value if isinstance(value, tuple) else () if value is None else (value,)
        return any(_address_matches(address, wanted) for address in group)
    return _value_matches(value, wanted)


def _value_matches(value: str | None, wanted: Any) -> bool:
    if wanted is None or value is None:
        return value is wanted
    if isinstance(wanted, re.Pattern):
        return wanted.search(value) is not None
    return bool(wanted(value)) if callable(wanted) else value == wanted


def _address_matches(address: Address, wanted: Any) -> bool:
    if isinstance(wanted, re.Pattern):
        return any(wanted.search(text) for text in (address.email, str(address)))
    if isinstance(wanted, Address):
        return address == wanted
    if callable(wanted):
        return bool(wanted(address))
    asked = wanted.strip().lower()
    return asked in [address.email.lower(), address.mailbox.lower(), address.header.lower(), str(address).lower()]


def describe(criteria: Mapping[str, Any]) -> str:
    """Describe criteria for failure messages: `to 'eve@example.com', tag 'welcome'`."""
    return ", ".join([f"{name} {_describe(wanted)}" for name, wanted in criteria.items()])


def _describe(wanted: Any) -> str:
    if isinstance(wanted, re.Pattern):
        return f"matching {wanted.pattern!r}"
    if isinstance(wanted, Mapping):
        return "{" + ", ".join([f"{key!r}: {_describe(part)}" for key, part in wanted.items()]) + "}"
    return f"that {getattr(wanted, '__name__', 'a function')} accepts" if callable(wanted) else repr(wanted)
