"""The criteria by which tests choose emails."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from .._hints import unknown_name_message
from ..models.address import Address
from .sent_email import SentEmail

# A text, a regular expression, a function that returns whether a value fits, or None for no value.
Criterion = str | re.Pattern[str] | Callable[[Any], object] | None


class Criteria(TypedDict, total=False):
    """
    What an email must be; each criterion is a text, a regular expression, a function, or None for "has none".

    Attributes:
        to: A recipient: the address in any case of letters, or name and address.
        cc: A recipient of a copy.
        bcc: A recipient of a blind copy.
        sender: The sender.
        subject: The whole subject.
        tag: The whole tag.
        metadata: A mapping of names to criteria; else what one of the values must be.
        template_alias: The whole alias.
        message_stream: The whole id of the stream.
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


def check(criteria: Mapping[str, object]) -> None:
    """
    Check criteria.

    Raises:
        TypeError: One is unknown, or of a type that nothing is compared with.
    """
    for name, wanted in criteria.items():
        if name not in Criteria.__annotations__:
            raise TypeError(unknown_name_message(name, dict.fromkeys(Criteria.__annotations__), "criterion"))
        parts = wanted.values() if name == "metadata" and isinstance(wanted, Mapping) else (wanted,)
        for part in parts:
            if part is not None and not isinstance(part, (str, re.Pattern, Address)) and not callable(part):
                kind = type(part).__name__
                raise TypeError(f"{name} must be a text, a regular expression, a function or None, not {kind}")


def fits(email: SentEmail, criteria: Mapping[str, Any]) -> bool:
    """Return whether an email meets all criteria."""
    return all(_fits(name, getattr(email, name), wanted) for name, wanted in criteria.items())


def _fits(name: str, value: Any, wanted: Any) -> bool:
    if wanted is None:
        return value is None or not value
    if isinstance(wanted, Mapping):
        return all(_value_fits(value.get(key), part) for key, part in wanted.items())
    if name == "metadata":
        return bool(wanted(value)) if callable(wanted) else any(_value_fits(each, wanted) for each in value.values())
    if name in ("to", "cc", "bcc", "sender"):
        group = value if isinstance(value, tuple) else () if value is None else (value,)
        return any(_address_fits(address, wanted) for address in group)
    return _value_fits(value, wanted)


def _value_fits(value: str | None, wanted: Any) -> bool:
    if wanted is None or value is None:
        return value is wanted
    if isinstance(wanted, re.Pattern):
        return wanted.search(value) is not None
    return bool(wanted(value)) if callable(wanted) else value == wanted


def _address_fits(address: Address, wanted: Any) -> bool:
    if isinstance(wanted, re.Pattern):
        return any(wanted.search(text) for text in (address.email, str(address)))
    if isinstance(wanted, Address):
        return address == wanted
    if callable(wanted):
        return bool(wanted(address))
    asked = wanted.strip().lower()
    return asked in [address.email.lower(), address.mailbox.lower(), address.header.lower(), str(address).lower()]


def described(criteria: Mapping[str, Any]) -> str:
    """Return criteria in words, as failures name them: `to 'eve@example.com', tag 'welcome'`."""
    return ", ".join([f"{name} {_described(wanted)}" for name, wanted in criteria.items()])


def _described(wanted: Any) -> str:
    if isinstance(wanted, re.Pattern):
        return f"matching {wanted.pattern!r}"
    if isinstance(wanted, Mapping):
        return "{" + ", ".join([f"{key!r}: {_described(part)}" for key, part in wanted.items()]) + "}"
    return f"that {getattr(wanted, '__name__', 'a function')} accepts" if callable(wanted) else repr(wanted)
