"""The settings of one application, from its configuration."""

from __future__ import annotations

from typing import Any

from .._hints import guard_repr
from .._secrets import Secret
from ..errors import ConfigurationError
from .config import Keys
from .sanitizing import MessageAddress, is_address


@guard_repr
class Settings:
    """The settings of `MailState`, which documents the attributes."""

    def __init__(
        self,
        keys: Keys,
        *,
        debug: bool | int = False,
        testing: bool = False,
    ) -> None:
        """
        Read the configuration.

        Args:
            keys: The configuration keys. `TESTING` and `MAIL_SUPPRESS_SEND` are read again for each email.
            debug: The default of `MAIL_DEBUG`.
            testing: The default of `TESTING`.

        Raises:
            ConfigurationError: A value is not valid; the message names its key.
        """
        self.name = name = keys.name
        self.server: str = keys.text("MAIL_SERVER", "127.0.0.1") or "127.0.0.1"
        self.username = keys.text("MAIL_USERNAME")
        self.password = _secret(keys.text("MAIL_PASSWORD"))
        self.port = keys.number("MAIL_PORT", 25)
        self.use_tls = bool(keys.flag("MAIL_USE_TLS", False))
        self.use_ssl = bool(keys.flag("MAIL_USE_SSL", False))
        sender = keys.get("MAIL_DEFAULT_SENDER")
        if not sender and name is None:
            sender = keys.get("DEFAULT_MAIL_SENDER")
        self.default_sender = _sender(sender)
        self.default_reply_to: MessageAddress | None = keys.get("MAIL_DEFAULT_REPLY_TO")
        self.subject_prefix = keys.text("MAIL_SUBJECT_PREFIX")
        level = keys.get("MAIL_DEBUG", debug)
        self.debug = level if type(level) is int else int(bool(keys.flag("MAIL_DEBUG", bool(debug))))
        self.max_emails = keys.number("MAIL_MAX_EMAILS") or None
        self.ascii_attachments = bool(keys.flag("MAIL_ASCII_ATTACHMENTS", False))
        self._keys = keys
        self._testing = testing
        self._suppress: bool | None = None
        _ = self.suppress  # raises now, not at the first email, if the value is not valid

    def __repr__(self) -> str:
        """Show the server, never the password."""
        return f"<{type(self).__name__} of {self.name or 'mail'}: {self.server}:{self.port}>"

    @property
    def testing(self) -> bool:
        """The current value of `TESTING`."""
        return bool(self._keys.common("TESTING", self._testing))

    @property
    def suppress(self) -> bool:
        """Whether emails are not sent, as assigned, else `MAIL_SUPPRESS_SEND`, else `testing`."""
        if self._suppress is not None:
            return self._suppress
        given = self._keys.flag("MAIL_SUPPRESS_SEND", shared=True)
        return self.testing if given is None else given

    @suppress.setter
    def suppress(self, value: bool | None) -> None:
        self._suppress = value


def _secret(given: str | None) -> str | None:
    return Secret(given) if isinstance(given, str) else given


def _sender(given: Any) -> MessageAddress | None:
    if given and not is_address(given):
        raise ConfigurationError(
            f"MAIL_DEFAULT_SENDER must be an address, or a pair of name and address, got {given!r}"
        )
    return given or None
