"""
Address lists, as the service reads them.

The rules are the service's own (contract sections 2.1 and 12) and narrower than those of `emailapi.models`, which
support quoted local parts and international domains: the sandbox must reject what only our client can write.
"""

from __future__ import annotations

import re

import attrs

from ..errors import InvalidEmail
from ..models.address import parse_addresses
from .rejection import Rejection

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'`*+\-/=^_{|}~]+")
_DOMAIN = re.compile(r"\.?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*")
# A domain of the public Internet, unlike `localhost`.
_WHOLE_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*", re.IGNORECASE)
# An address alone, as most fields have it: found so, it takes a third of the time.
_ALONE = re.compile(rf"{_LOCAL.pattern}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|[^",<]+|.', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BETWEEN = re.compile(r'[\s<>,;"()]+')
_SHOWN = 200
# The fields whose addresses need a domain with a dot.
_SENT_TO = frozenset({"From", "To", "Cc", "Bcc"})


@attrs.frozen
class Mailbox:
    """
    An address of an email.

    Attributes:
        email: The address as sent.
        name: The name before the address, without quotes, or None.
    """

    email: str
    name: str | None = None

    @property
    def key(self) -> str:
        """The form in which addresses are compared and suppressed."""
        return self.email.lower()


def _items(text: str, field: str) -> list[str]:
    """Split a list at the commas outside of quotes and angle brackets, and leave out empty items."""
    if '"' not in text and "<" not in text:
        return [item for part in text.split(",") if (item := part.strip())]
    items = [""]
    for found in _PART.finditer(text):
        if found[0] == ",":
            items.append("")
        elif found[0] == '"':
            raise _error(field, text, "Unclosed quoted string in '{item}'.")
        else:
            items[-1] += found[0]
    return [item.strip() for item in items if item.strip()]


def _error(field: str, item: str, problem: str, **parts: str) -> Rejection:
    """Return the error for an item of a list, in the service's words."""
    shown = {name: text[:_SHOWN] for name, text in parts.items()}
    shown["item"] = item if len(item) <= _SHOWN else f"{item[:_SHOWN]}..."
    return Rejection(300, f"Error parsing '{field}': {problem.format(**shown)}")


def invalid(field: str, item: str) -> Rejection:
    """Return the error for an address that a field cannot have, in the service's words."""
    shown = item if len(item) <= _SHOWN else f"{item[:_SHOWN]}..."
    return Rejection(300, f"Invalid '{field}' address: '{shown}'.")


def _read(item: str, field: str) -> Mailbox:
    name, email = "", item
    if item.endswith(">") and "<" in item:
        before, _, inside = item[:-1].rpartition("<")
        name, email = before.strip(), inside.strip()
    if name:
        quoted = _QUOTED.fullmatch(name)
        if quoted:
            name = _ESCAPED.sub(r"\1", quoted[1])
        elif any(character in name for character in '"<>'):
            raise invalid(field, item)
    local, at, domain = email.rpartition("@")
    if not at:
        if field == "From":
            raise invalid(field, item)
        raise _error(field, item, "Illegal email address '{item}'. It must contain the '@' symbol.")
    if not _LOCAL.fullmatch(local):
        raise _error(field, email, "Illegal email mailbox '{local}' in address '{item}'.", local=local)
    if not _DOMAIN.fullmatch(domain):
        raise _error(field, item, "Illegal email domain '{domain}' in address '{item}'.", domain=domain)
    if "." not in domain and field in _SENT_TO:
        raise invalid(field, email)
    return Mailbox(email, name or None)


def read_addresses(text: str, field: str) -> tuple[Mailbox, ...]:
    """
    Return the addresses of a comma-separated list.

    Raises:
        Rejection: 300, with the name of the field and the item that is not a valid address.
    """
    if not text:
        return ()
    if _ALONE.fullmatch(text):
        return (Mailbox(text),)
    return tuple([_read(item, field) for item in _items(text, field)])


def addresses(text: str) -> list[Mailbox]:
    """Return the addresses in the text of a header, as far as they can be read."""
    if not text:
        return []
    try:
        return [Mailbox(one.email, one.name) for one in parse_addresses(text)]
    except InvalidEmail:
        # The standard library's parser calls itself for each parenthesis, which the sender counts.
        return [Mailbox(word) for word in _BETWEEN.split(text) if 0 < word.find("@") < len(word) - 1]


def is_address(text: str) -> bool:
    """Return whether a text is an address without a name."""
    local, at, domain = text.rpartition("@")
    return bool(at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain))


def is_domain(text: str) -> bool:
    """Return whether a text is a domain with at least two parts."""
    return _WHOLE_DOMAIN.fullmatch(text) is not None
