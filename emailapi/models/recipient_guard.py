"""The guard of staging systems: only some recipients get email, or another address gets it in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from .._records import Immutable
from ..errors import ConfigurationError, InvalidEmail
from .address import Address

# Has the recipients whom the guard replaced.
ORIGINAL_TO = "X-Original-To"


def recipient_patterns(entries: Iterable[str] | None, name: str) -> frozenset[str] | None:
    """
    Return addresses, and domains behind `@`, as mailboxes are written; None stays None.

    Args:
        entries: The addresses and domains.
        name: The name of the setting, for the error.

    Raises:
        ConfigurationError: An entry is neither an address nor a domain.
    """
    return None if entries is None else frozenset(_pattern(entry, name) for entry in entries)


def _pattern(entry: str, name: str) -> str:
    try:
        if entry.startswith("@"):
            return Address(f"any{entry}").mailbox.lower().removeprefix("any")
        return Address(entry).mailbox.lower()
    except InvalidEmail:
        pass
    raise ConfigurationError(f"{name} must have addresses and domains such as '@example.com', got {entry!r}")


@attrs.frozen
class RecipientGuard(Immutable):
    """
    Lets emails go to some recipients only.

    Attributes:
        allowed: The patterns of recipients that may get email; with None, only the target gets any.
        target: The address that gets emails in the place of others; None rejects such emails.
        names: The names of the two settings, for errors.
    """

    allowed: frozenset[str] | None
    target: Address | None
    names: tuple[str, str]

    @property
    def is_on(self) -> bool:
        """Whether the guard has anything to do."""
        return self.target is not None or self.allowed is not None

    def apply(self, fields: Mapping[str, Sequence[Address]]) -> tuple[dict[str, tuple[Address, ...]], tuple[str, ...]]:
        """
        Return the recipients that may get an email, field by field, and the mailboxes that were replaced.

        Raises:
            InvalidEmail: A recipient may not get it, and there is no target.
        """
        replaced: dict[str, None] = {}
        guarded: dict[str, tuple[Address, ...]] = {}
        done = False
        for field, addresses in fields.items():
            kept: list[Address] = []
            for address in addresses:
                if self._allows(address):
                    kept.append(address)
                    continue
                if self.target is None:
                    raise InvalidEmail(
                        f"{field}: {self.names[0]} does not allow {address.email!r}: add the address, or set "
                        f"{self.names[1]}",
                        field=field,
                    )
                replaced[address.mailbox] = None
                if not done:
                    kept.append(self.target)
                    done = True
            guarded[field] = tuple(kept)
        return guarded, tuple(replaced)

    def _allows(self, address: Address) -> bool:
        mailbox = address.mailbox.lower()
        if self.allowed is None:
            return self.target is None or mailbox == self.target.mailbox.lower()
        return mailbox in self.allowed or f"@{mailbox.rpartition('@')[2]}" in self.allowed
