"""The client or transport of an application, from its configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._secrets import Secret
from ..client import Client
from ..errors import ConfigurationError
from ..models.transport import Transport, is_transport
from ..settings import from_environment
from ..transports.console import ConsoleTransport
from ..transports.memory import MemoryTransport
from ..transports.ses import SESTransport
from ..transports.smtp import SMTPTransport
from .config import Keys
from .settings import Settings

# A client or transport, which sends the emails of an application.
Backend = Client | Transport
_CHOICES = "'api', 'smtp', 'ses', 'memory', 'console', the import name of a factory, a transport or a factory"


class BackendFactory:
    """
    Creates the client or transport of one `Mail`.

    Args:
        keys: The configuration keys.
        state: The settings that Flask-Mail has as well.
    """

    def __init__(self, keys: Keys, state: Settings) -> None:
        """Store both; they are read by `make`."""
        self._keys, self._state = keys, state

    def make(self) -> Backend:
        """
        Create the client or transport of `MAIL_TRANSPORT`: by default the API if there is a token, otherwise SMTP.

        Raises:
            ConfigurationError: A key is missing or not valid; the message names it.
        """
        wanted = self._keys.get("MAIL_TRANSPORT")
        if wanted is None or wanted == "":
            wanted = "api" if self._has_token() else "smtp"
        return self._create(wanted, "MAIL_TRANSPORT", self._options("MAIL_TRANSPORT_OPTIONS"))

    def _has_token(self) -> bool:
        if self._keys.get("EMAILAPI_SERVER_TOKEN", environment=True):
            return True
        return self._keys.is_default and from_environment("POSTMARK_SERVER_TOKEN")[0] != ""

    def _options(self, key: str) -> dict[str, Any]:
        options: dict[str, Any] = _hide_secrets(self._keys.get(key, {}))
        if not isinstance(options, dict):
            raise ConfigurationError(f"{self._keys.name_of(key)} must be a dict, not {type(options).__name__}")
        return options

    def _create(self, wanted: Any, key: str, options: dict[str, Any]) -> Backend:
        if isinstance(wanted, str):
            known: dict[str, Callable[..., Backend]] = {
                "api": self._api,
                "smtp": self._smtp,
                "ses": self._ses,
                "memory": MemoryTransport,
                "console": ConsoleTransport,
            }
            maker = known.get(wanted.strip().lower())
            if maker is not None:
                return maker(**options)
            wanted = self._import(wanted, key)
        if isinstance(wanted, Client) or is_transport(wanted):
            return wanted
        made = wanted(**options) if callable(wanted) else None
        if isinstance(made, Client) or is_transport(made):
            return made
        raise ConfigurationError(f"{self._keys.name_of(key)} must be {_CHOICES}, got {wanted!r}")

    def _import(self, name: str, key: str) -> Any:
        from werkzeug.utils import import_string

        found = import_string(name, silent=True) if "." in name or ":" in name else None
        if found is None:
            raise ConfigurationError(f"{self._keys.name_of(key)} must be {_CHOICES}, got {name!r}")
        return found

    def _limits(self) -> dict[str, Any]:
        return {
            "timeout": self._keys.seconds("MAIL_TIMEOUT", 10.0),
            "deadline": self._keys.seconds("MAIL_DEADLINE", 30.0),
        }

    def _api(self, **options: Any) -> Client:
        keys = self._keys
        token = _secret(keys.get("EMAILAPI_SERVER_TOKEN", environment=True))
        if token is None and not keys.is_default:
            raise ConfigurationError(f"no token: set {keys.name_of('EMAILAPI_SERVER_TOKEN')}")
        given: dict[str, Any] = {
            **self._limits(),
            "base_url": _secret(keys.get("EMAILAPI_BASE_URL", shared=True, environment=True)),
            "message_stream": keys.get("EMAILAPI_MESSAGE_STREAM", environment=True),
            "allow_http": bool(keys.flag("EMAILAPI_ALLOW_HTTP", shared=True)),
            "fallback": self._fallback(),
            "fallback_ignore": keys.words("MAIL_FALLBACK_IGNORE") or (),
        }
        return Client(token, **{**given, **options})

    def _fallback(self) -> Transport | None:
        wanted = _hide_secrets(self._keys.get("MAIL_FALLBACK", environment=True))
        if wanted is None or wanted == "":
            return None
        if isinstance(wanted, dict):
            return SMTPTransport(**{**self._limits(), **wanted})
        made = None if wanted == "api" else self._create(wanted, "MAIL_FALLBACK", {})
        if made is None or isinstance(made, Client):
            raise ConfigurationError(f"{self._keys.name_of('MAIL_FALLBACK')} must be a transport other than the API")
        return made

    def _smtp(self, **options: Any) -> SMTPTransport:
        state = self._state
        given: dict[str, Any] = {**self._limits()}
        if state.username:  # Flask-Mail ignores a password without a user name, where SMTPTransport rejects it
            given.update(username=state.username, password=state.password)
        if state.max_emails is not None:
            given["max_messages"] = state.max_emails
        port = state.port
        if state.use_ssl:
            given["tls"] = "implicit"
            # Implicit TLS is never used on port 25, Flask-Mail's default.
            port = port if self._keys.get("MAIL_PORT") is not None or port != 25 else None
        elif state.use_tls:
            given["tls"] = "required"
        elif self._keys.get("MAIL_USE_TLS") is not None:
            given["tls"] = "none"
        return SMTPTransport(**{"hostname": state.server, "port": port, **given, **options})

    def _ses(self, **options: Any) -> SESTransport:
        return SESTransport(**{**self._limits(), **options})


def _secret(given: Any) -> Any:
    """Wrap a string so that no repr shows it: error trackers show local variables."""
    return Secret(given) if isinstance(given, str) else given


def _hide_secrets(given: Any) -> Any:
    """Wrap the secrets of a dict so that no repr shows them; return other values unchanged."""
    if not isinstance(given, dict):
        return given
    return {name: _secret(value) if name in ("password", "token") else value for name, value in given.items()}
