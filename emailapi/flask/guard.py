"""The guard of staging systems: only some recipients get email, or another address gets it in their place."""

from __future__ import annotations

from ..errors import ConfigurationError, InvalidEmail
from ..models.address import Address
from .config import Keys
from .message import Message
from .sanitizing import MailAddress, strict_addresses

_HEADER = "X-Original-To"


class Guard:
    """
    Applies `MAIL_ALLOW_RECIPIENTS` and `MAIL_REDIRECT_TO` to messages.

    Args:
        keys: The keys; a named `Mail` without its own obeys those of all.

    Raises:
        ConfigurationError: One of the keys is not valid.
    """

    def __init__(self, keys: Keys) -> None:
        """Read both keys."""
        allowed = keys.words("MAIL_ALLOW_RECIPIENTS", shared=True)
        self._allowed = None if allowed is None else frozenset(_pattern(keys, entry) for entry in allowed)
        target = keys.get("MAIL_REDIRECT_TO", shared=True, environment=True)
        try:
            found = strict_addresses(target, "redirect")
        except InvalidEmail as error:
            raise ConfigurationError(f"{keys.name_of('MAIL_REDIRECT_TO')} is not valid: {error.message}") from None
        if len(found) > 1:
            raise ConfigurationError(f"{keys.name_of('MAIL_REDIRECT_TO')} must be one address, not {len(found)}")
        self._target = found[0] if found else None

    def apply(self, message: Message) -> Message:
        """
        Return the message with only recipients that may get it; the others' addresses are in `X-Original-To`.

        Raises:
            InvalidEmail: A recipient may not get it, and there is no `MAIL_REDIRECT_TO`.
        """
        if self._target is None and self._allowed is None:
            return message
        replaced: dict[str, None] = {}
        guarded = message.copy()
        done = False
        for field in ("recipients", "cc", "bcc"):
            kept: list[MailAddress] = []
            for address in strict_addresses(getattr(message, field), field):
                if self._allows(address):
                    kept.append(address)
                    continue
                if self._target is None:
                    raise InvalidEmail(
                        f"{field}: MAIL_ALLOW_RECIPIENTS does not allow {address.email!r}: add the address, or set "
                        "MAIL_REDIRECT_TO",
                        field=field,
                    )
                replaced[address.mailbox] = None
                if not done:
                    kept.append(self._target)
                    done = True
            setattr(guarded, field, kept)
        if replaced:
            guarded.extra_headers = {**(guarded.extra_headers or {}), _HEADER: ", ".join(replaced)}
        return guarded

    def _allows(self, address: Address) -> bool:
        mailbox = address.mailbox.lower()
        if self._allowed is None:
            return self._target is not None and mailbox == self._target.mailbox.lower()
        return mailbox in self._allowed or f"@{mailbox.rpartition('@')[2]}" in self._allowed


def _pattern(keys: Keys, entry: str) -> str:
    """Return an address, or a domain behind `@`, as mailboxes are written."""
    try:
        if entry.startswith("@"):
            return Address(f"any{entry}").mailbox.lower().removeprefix("any")
        return Address(entry).mailbox.lower()
    except InvalidEmail:
        pass
    raise ConfigurationError(
        f"{keys.name_of('MAIL_ALLOW_RECIPIENTS')} must have addresses and domains such as '@example.com', got {entry!r}"
    )
