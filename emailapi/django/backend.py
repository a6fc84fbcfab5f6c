"""The email backend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from .._hints import unknown_name_message
from ..client import Client
from ..errors import ConfigurationError
from .clients import client_for
from .delivery import Delivery
from .options import OPTION_NAMES, BackendOptions, hide_secrets, read_options

# Django 6.1 and newer have mailers with aliases and options.
HAS_MAILERS = hasattr(mail, "mailers")
# Arguments of `send_mail` for other backends, which pass None or an empty text for nothing.
_LOGIN = ("username", "password")


def is_ours(path: object) -> bool:
    """Return whether an import name is that of this backend, or of a subclass."""
    try:
        found = import_string(str(path))
    except ImportError:  # Django tells
        return False
    return isinstance(found, type) and issubclass(found, EmailBackend)


def options_of(mailer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of an entry of MAILERS that are options of this backend."""
    given = mailer.get("OPTIONS", {}) if is_ours(mailer.get("BACKEND", "")) else {}
    return {name: value for name, value in given.items() if name in OPTION_NAMES}


def _restore(kind: type[EmailBackend], alias: str | None, fail_silently: bool) -> EmailBackend:
    if alias is None:
        return kind(fail_silently)
    made: EmailBackend = mail.mailers[alias]
    return made


class EmailBackend(BaseEmailBackend):
    """
    Sends Django's messages by the service, or by another transport.

    All backends with the same options share one client, and so its connections: `open` and `close` open and close
    nothing.

    Args:
        fail_silently: Whether errors of a delivery are logged instead of raised.
        alias: The alias of the mailer (Django 6.1 and newer).
        options: The options; see `emailapi.django.options.BackendOptions`.

    Raises:
        ImproperlyConfigured: An option is missing or not valid; with an alias it is an `InvalidMailer`.
        TypeError: Without an alias: an option is unknown.
    """

    def __init__(self, fail_silently: bool | None = None, *, alias: str | None = None, **options: Any) -> None:
        """Find the client; nothing connects."""
        options = hide_secrets(options)
        ignored = options.pop("_ignore_unknown_kwargs", None) or ()
        if alias is None or ignored:
            options = {
                name: value
                for name, value in options.items()
                if name in OPTION_NAMES or not (name in ignored or (name in _LOGIN and not value))
            }
        unknown = {name: value for name, value in options.items() if name not in OPTION_NAMES}
        if unknown and alias is None:
            name = next(iter(unknown))
            if name in _LOGIN:
                raise TypeError(f"{name} (auth_user, auth_password) is for SMTP only: set it in 'transport_options'")
            raise TypeError(unknown_name_message(name, dict.fromkeys(OPTION_NAMES), "option"))
        if HAS_MAILERS:
            super().__init__(alias=alias, **unknown)
        else:
            super().__init__()
        self.alias = alias
        try:
            self._options = read_options(options, alias)
            self._delivery = self._make_delivery(self._options)
        except ConfigurationError as error:
            raise self._misconfigured(error.message) from None
        # With an alias, an argument that is given wins; without one, Django passes False also where none is given.
        silent = self._options.fail_silently
        self.fail_silently = bool(
            fail_silently if alias is not None and fail_silently is not None else fail_silently or silent
        )
        self._opened = 0

    @property
    def client(self) -> Client:
        """The client that sends; all backends with the same options share it."""
        return client_for(self._options)

    def _make_delivery(self, options: BackendOptions) -> Delivery:
        if options.transport in ("api", None) and options.server_token is None:
            wanted = "OPTIONS must define 'server_token'" if self.alias else "EMAILAPI must have 'SERVER_TOKEN'"
            raise ConfigurationError(f"{wanted} (or set EMAILAPI_SERVER_TOKEN)")
        client_for(options)  # what is wrong with an option is an error here, and not at the first send
        return Delivery(type(self), self.alias, options, options.guard())

    def _misconfigured(self, why: str) -> ImproperlyConfigured:
        if self.alias is None:
            return ImproperlyConfigured(why)
        error: ImproperlyConfigured = mail.InvalidMailer(why, alias=self.alias)
        return error

    def __deepcopy__(self, memo: dict[int, Any]) -> EmailBackend:
        """Return this backend: a message has it as its connection, and is copied by Django's backend for tests."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle no token: where it is read, the backend is made by the settings there."""
        return _restore, (type(self), self.alias, self.fail_silently)

    def open(self) -> bool:
        """Count a user; the connections are those of all backends."""
        self._opened += 1
        return self._opened == 1

    def close(self) -> None:
        """Count a user less; the connections stay for others."""
        self._opened = max(0, self._opened - 1)

    def send_messages(self, email_messages: Iterable[Any] | None) -> int:
        """
        Send messages, several in one request, and return how many were accepted.

        Afterwards each message has its own `emailapi_result` and `emailapi_status`. Unlike Django's SMTP backend, one
        that fails does not stop the others: all are tried, then the first error is raised.

        Args:
            email_messages: The messages; those without recipients are left out.

        Raises:
            EmailAPIError: A message was not accepted, unless `fail_silently` is on; `exceptions` has all errors.
        """
        return self._delivery.send(email_messages, fail_silently=self.fail_silently)
