"""
Address lists, as the service reads them.

The rules are the service's own (contract section 2.1) and narrower than those of `emailapi.models`, which knows
quoted local parts and international domains: what only our client can spell must be refused here.
"""

from __future__ import annotations

import re

import attrs

from .rejection import Rejection

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'`*+\-/=^_{|}~]+")
_DOMAIN = re.compile(r"(?:\.?[A-Za-z0-9\-])+")
# A name that the world could know, unlike `localhost`.
_WHOLE_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*", re.IGNORECASE)
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|[^",<]+|.', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SHOWN = 200


@attrs.frozen
class Mailbox:
    """
    One address of a mail.

    Attributes:
        email: As sent.
        name: The name before it, unquoted, or None.
    """

    email: str
    name: str | None = None

    @property
    def key(self) -> str:
        """The address as it is compared and suppressed."""
        return self.email.lower()


def _items(text: str) -> list[str]:
    """Split at the commas outside of quotes and angle brackets; nothing between two commas is nothing."""
    items = [""]
    for part in _PART.findall(text):
        if part == ",":
            items.append("")
        else:
            items[-1] += part
    return [item.strip() for item in items if item.strip()]


def _refuse(field: str, item: str, domain: str | None = None) -> Rejection:
    shown = item if len(item) <= _SHOWN else f"{item[:_SHOWN]}..."
    if domain is not None:
        return Rejection(
            300, f"Error parsing '{field}': Illegal email domain '{domain[:_SHOWN]}' in address '{shown}'."
        )
    if field == "Reply-To":
        return Rejection(300, f"Error parsing 'Reply-To': Illegal email address '{shown}'.")
    return Rejection(300, f"Invalid '{field}' address: '{shown}'.")


def _read(item: str, field: str) -> Mailbox:
    name, email = "", item
    if item.endswith(">") and "<" in item:
        before, _, inside = item[:-1].rpartition("<")
        name, email = before.strip(), inside.strip()
    quoted = _QUOTED.fullmatch(name)
    if quoted:
        name = _ESCAPED.sub(r"\1", quoted[1])
    elif any(character in name for character in '"<>'):
        raise _refuse(field, item)
    local, at, domain = email.rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        raise _refuse(field, item)
    if not _DOMAIN.fullmatch(domain):
        raise _refuse(field, item, domain)
    return Mailbox(email, name or None)


def read_addresses(text: str, field: str) -> tuple[Mailbox, ...]:
    """
    Return the addresses of a comma-separated list.

    Raises:
        Rejection: 300, naming `field` and the item that is no address.
    """
    return tuple(_read(item, field) for item in _items(text))


def is_address(text: str) -> bool:
    """Return whether a text is one bare address."""
    local, at, domain = text.rpartition("@")
    return bool(at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain))


def is_domain(text: str) -> bool:
    """Return whether a text is a domain with at least two parts."""
    return _WHOLE_DOMAIN.fullmatch(text) is not None
