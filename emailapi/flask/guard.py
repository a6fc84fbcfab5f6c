"""The recipient guard for staging systems, from the configuration of an application."""

from __future__ import annotations

from ..errors import ConfigurationError, InvalidEmail
from ..models.recipient_guard import ORIGINAL_TO, RecipientGuard, recipient_patterns
from .config import Keys
from .message import Message
from .sanitizing import strict_addresses

_FIELDS = ("recipients", "cc", "bcc")


class Guard:
    """
    Applies `MAIL_ALLOW_RECIPIENTS` and `MAIL_REDIRECT_TO` to messages.

    Args:
        keys: The configuration keys; a named `Mail` falls back to the keys without a name.

    Raises:
        ConfigurationError: The value of a key is not valid.
    """

    def __init__(self, keys: Keys) -> None:
        """Read both keys."""
        allowed = keys.words("MAIL_ALLOW_RECIPIENTS", shared=True)
        target = keys.get("MAIL_REDIRECT_TO", shared=True, environment=True)
        try:
            found = strict_addresses(target, "redirect")
        except InvalidEmail as error:
            raise ConfigurationError(f"{keys.name_of('MAIL_REDIRECT_TO')} is not valid: {error.message}") from None
        if len(found) > 1:
            raise ConfigurationError(f"{keys.name_of('MAIL_REDIRECT_TO')} must be one address, not {len(found)}")
        patterns = recipient_patterns(allowed, keys.name_of("MAIL_ALLOW_RECIPIENTS"))
        self._guard = RecipientGuard(
            patterns, found[0] if found else None, ("MAIL_ALLOW_RECIPIENTS", "MAIL_REDIRECT_TO")
        )

    def apply(self, message: Message) -> Message:
        """
        Return the message with allowed recipients only; the replaced ones are listed in `X-Original-To`.

        Raises:
            InvalidEmail: A recipient is not allowed, and `MAIL_REDIRECT_TO` is not set.
        """
        if not self._guard.is_on:
            return message
        fields = {field: strict_addresses(getattr(message, field), field) for field in _FIELDS}
        kept, replaced = self._guard.apply(fields)
        guarded = message.copy()
        for field, addresses in kept.items():
            setattr(guarded, field, list(addresses))
        if replaced:
            guarded.extra_headers = {**(guarded.extra_headers or {}), ORIGINAL_TO: ", ".join(replaced)}
        return guarded
