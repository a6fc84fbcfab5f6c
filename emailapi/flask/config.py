"""The configuration keys of an application, and their conversion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from ..errors import ConfigurationError
from ..settings import from_environment

_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off", ""})
_MISSING: Final = object()


@attrs.frozen
class Keys:
    """
    The keys of one `Mail`: `MAIL_SERVER`, or with the name "billing" `MAIL_BILLING_SERVER`.

    None counts as not set. Strings, as from environment variables, are converted to the type of the key.

    Errors show no value of the configuration but that of the key.

    Args:
        config: The configuration of the application.
        name: The name of the `Mail`.
    """

    _config: Mapping[str, Any] = attrs.field(repr=False)
    name: str | None = None

    @property
    def is_default(self) -> bool:
        """Whether the `Mail` has no name."""
        return self.name is None

    def name_of(self, key: str) -> str:
        """Return the full name of a key, for error messages."""
        if self.name is None:
            return key
        prefix, _, rest = key.partition("_")
        return f"{prefix}_{self.name.upper()}_{rest}"

    def common(self, key: str, default: Any = None) -> Any:
        """Return the value of a key that is common to all names, such as `TESTING`."""
        return self._config.get(key, default)

    def get(self, key: str, default: Any = None, *, shared: bool = False, environment: bool = False) -> Any:
        """
        Return the value of a key.

        Args:
            key: The key of a `Mail` without a name, such as `MAIL_SERVER`.
            default: Returned if the key is not set.
            shared: Whether a named `Mail` falls back to the key without the name.
            environment: Whether to look in the environment for a key that is not in the configuration.
        """
        for name in dict.fromkeys((self.name_of(key), key) if shared else (self.name_of(key),)):
            value = self._config.get(name)
            if value is None and environment:
                value = from_environment(name)[0] or None
            if value is not None:
                return value
        return default

    def text(self, key: str, default: str | None = None) -> str | None:
        """Return a string. `FLASK_MAIL_PASSWORD=1234` arrives as an integer, so integers are converted."""
        value = self.get(key, default)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def flag(self, key: str, default: bool | None = None, *, shared: bool = False) -> bool | None:
        """
        Return a boolean.

        Raises:
            ConfigurationError: The value is not a boolean; the message names the key.
        """
        value = self.get(key, shared=shared)
        if value is None:
            return default
        if isinstance(value, (bool, int)):
            return bool(value)
        word = value.strip().lower() if isinstance(value, str) else _MISSING
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise ConfigurationError(
            f"{self.name_of(key)} must be one of true, 1, yes, on, false, 0, no, off, got {value!r}"
        )

    def number(self, key: str, default: int | None = None) -> int | None:
        """
        Return an integer. Strings are converted; an empty string gives the default.

        Raises:
            ConfigurationError: The value is not an integer; the message names the key.
        """
        value = self.get(key)
        if value is None or value == "":
            return default
        try:
            if isinstance(value, (int, str)) and not isinstance(value, bool):
                return int(value)
        except ValueError:
            pass
        raise ConfigurationError(f"{self.name_of(key)} must be an integer, got {value!r}")

    def seconds(self, key: str, default: float) -> Any:
        """
        Return a number of seconds. Strings are converted; the client validates other values.

        Raises:
            ConfigurationError: The string is not a number; the message names the key.
        """
        value = self.get(key, default, environment=True)
        if not isinstance(value, str):
            return value
        try:
            return float(value)
        except ValueError:
            pass
        raise ConfigurationError(f"{self.name_of(key)} must be a number of seconds, got {value!r}")

    def words(self, key: str, *, shared: bool = False) -> tuple[str, ...] | None:
        """
        Return a list of strings, also from a comma-separated string, or None.

        Raises:
            ConfigurationError: The value is neither; the message names the key.
        """
        value = self.get(key, shared=shared, environment=True)
        if value is None:
            return None
        found = value.split(",") if isinstance(value, str) else value
        if isinstance(found, (list, tuple, set, frozenset)) and all(isinstance(word, str) for word in found):
            return tuple(word.strip() for word in found if word.strip())
        raise ConfigurationError(f"{self.name_of(key)} must be a list of strings, got {value!r}")
