"""The options of the email backend: of its constructor, of the setting `EMAILAPI`, and their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .._hints import unknown_name_message
from .._secrets import Secret, hide_all
from ..errors import ConfigurationError, InvalidEmail
from ..models.address import Address, parse_address_field
from ..models.framework_values import plain
from ..models.recipient_guard import RecipientGuard, recipient_patterns
from ..settings import from_environment

# What the setting has beside the options of a backend: the credentials of webhooks.
_OTHERS = ("webhook",)
# What an email takes from `defaults` where its message sets none.
DEFAULTS = ("tag", "metadata", "track_opens", "track_links", "reply_to")
_WEBHOOK_SECRETS = ("basic", "headers")
_SECRETS = ("password", "token", "server_token", "aws_secret_access_key", "aws_session_token")


def hide_secrets(value: Any) -> Any:
    """Return options with their tokens and passwords as `Secret`, so that no repr and no traceback shows them."""
    if not isinstance(value, Mapping):
        return value
    return {name: _hide_option(str(name).lower(), item) for name, item in value.items()}


def _hide_option(name: str, value: Any) -> Any:
    if name in _WEBHOOK_SECRETS:
        return hide_all(value)
    return Secret(value) if name in _SECRETS and isinstance(value, str) else hide_secrets(value)


def _secret(value: Any) -> Any:
    return Secret(value) if isinstance(value, str) and value else None


def _transport_options(value: Any) -> Any:
    return hide_secrets(value or {})


@attrs.frozen(kw_only=True)
class BackendOptions:
    """
    The options of one backend.

    Attributes:
        server_token: The server token; else `EMAILAPI_SERVER_TOKEN` or `POSTMARK_SERVER_TOKEN` of the environment.
        base_url: Where the API is.
        message_stream: For messages that name no stream.
        deadline: Seconds for one call, with its retries and look-ups.
        timeout: Seconds for each socket operation.
        on_unknown: `"raise"`, or `"resend"` an email that may have been sent and cannot be found.
        allow_http: Allow a plain `http://` URL off loopback.
        fallback: The options of an `SMTPTransport`, a transport, or the import name of a factory.
        fallback_ignore: Fields that the fallback may leave out.
        transport: `"api"`, `"smtp"`, `"ses"`, `"memory"`, `"console"`, a transport, or the import name of a factory.
        transport_options: Arguments of that transport.
        use_bulk: Whether template merges of more than one email go by the bulk endpoint.
        fail_silently: Whether errors of a delivery are logged instead of raised.
        redirect_to: The address that gets emails in the place of all recipients that are not allowed.
        allow_recipients: The addresses, and domains as in `"@example.com"`, that may get email.
        defaults: `tag`, `metadata`, `track_opens`, `track_links` and `reply_to` for messages that set none.
    """

    server_token: str | None = attrs.field(default=None, converter=_secret)
    base_url: str | None = None
    message_stream: str | None = None
    deadline: Any = 30.0
    timeout: Any = None
    on_unknown: str = "raise"
    allow_http: bool = False
    fallback: Any = attrs.field(default=None, converter=hide_secrets)
    fallback_ignore: Any = ()
    transport: Any = "api"
    transport_options: Any = attrs.field(factory=dict, converter=_transport_options)
    use_bulk: bool = False
    fail_silently: bool = False
    redirect_to: Any = None
    allow_recipients: Any = None
    defaults: Any = attrs.field(factory=dict)

    def guard(self) -> RecipientGuard:
        """
        Return the guard of staging systems.

        Raises:
            ConfigurationError: `redirect_to` or `allow_recipients` is not valid.
        """
        allowed = self.allow_recipients
        if allowed is not None and (isinstance(allowed, str) or not all(isinstance(entry, str) for entry in allowed)):
            raise ConfigurationError(f"allow_recipients must be a list of texts, got {allowed!r}")
        patterns = recipient_patterns(allowed, "allow_recipients")
        return RecipientGuard(patterns, self._target(), ("allow_recipients", "redirect_to"))

    def _target(self) -> Address | None:
        try:
            found = parse_address_field(plain(self.redirect_to) or None, "redirect_to")
        except InvalidEmail as error:
            raise ConfigurationError(error.message) from None
        if len(found) > 1:
            raise ConfigurationError(f"redirect_to must be one address, not {len(found)}")
        return found[0] if found else None


OPTION_NAMES = tuple(field.name for field in attrs.fields(BackendOptions))


def shared_options() -> dict[str, Any]:
    """
    Return the options in the setting `EMAILAPI`, by their names in lower case.

    Raises:
        ImproperlyConfigured: The setting has an unknown name, or is not a dict.
    """
    given = hide_secrets(getattr(settings, "EMAILAPI", {}))
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"EMAILAPI must be a dict, not {type(given).__name__}")
    known = {name.upper(): None for name in (*OPTION_NAMES, *_OTHERS)}
    for name in given:
        if str(name).upper() not in known:
            raise ImproperlyConfigured(f"EMAILAPI: {unknown_name_message(str(name), known, 'option')}")
    return {name.lower(): value for name, value in given.items()}


def read_options(given: Mapping[str, Any], alias: str | None) -> BackendOptions:
    """
    Return the options of a backend: those given win over the setting, and the setting over the environment.

    Raises:
        ImproperlyConfigured: The setting `EMAILAPI` is not valid.
        ConfigurationError: `defaults` or `transport_options` is not valid.
    """
    shared = shared_options()
    values = {name: shared[name] for name in OPTION_NAMES if name in shared}
    values.update({name: value for name, value in given.items() if value is not None})
    # Reading EMAIL_TIMEOUT where MAILERS is defined is an error of Django's.
    if alias is None and values.get("timeout") is None and settings.is_overridden("EMAIL_TIMEOUT"):
        values["timeout"] = settings.EMAIL_TIMEOUT
    if not values.get("server_token"):
        values["server_token"] = from_environment("server token")[0]
    values["base_url"] = values.get("base_url") or from_environment("base_url")[0] or None
    options = BackendOptions(**values)
    for option in ("defaults", "transport_options"):
        found = getattr(options, option)
        if not isinstance(found, Mapping):
            raise ConfigurationError(f"{option} must be a dict, not {type(found).__name__}")
    for name in options.defaults:
        if name not in DEFAULTS:
            raise ConfigurationError(f"defaults: {unknown_name_message(str(name), dict.fromkeys(DEFAULTS), 'name')}")
    return options
