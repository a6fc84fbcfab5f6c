"""The Flask extension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from flask import Flask

from ..errors import ConfigurationError
from .config import Keys
from .current import EXTENSION
from .deliveries import Deliveries, deliveries_of, find_delivery
from .delivery import Delivery
from .send_methods import SendMethods
from .state import MailState

if TYPE_CHECKING:
    from ..client import Client
    from ..models.transport import Transport


class Setting:
    """A setting of the current application, as an attribute of `Mail`."""

    def __set_name__(self, owner: type, name: str) -> None:
        """Store the name of the setting."""
        self._name = name

    def __get__(self, mail: Mail | None, owner: type | None = None) -> Any:
        """Return the value in the current application."""
        return self if mail is None else getattr(mail._delivery().state, self._name)

    def __set__(self, mail: Mail, value: object) -> None:
        """Set the value in the current application."""
        setattr(mail._delivery().state, self._name, value)


class Mail(SendMethods):
    """
    Sends the emails of Flask applications.

    One object can serve several applications. Threads share it, and connections live as long as the application.

    Args:
        app: The application; with an application factory, omit it and call `init_app`.
        name: The name of an additional account, which is configured by `MAIL_<NAME>_...` and `EMAILAPI_<NAME>_...`.
        client: The client to send with, instead of one from the configuration.
        transport: The transport to send with, instead of one from the configuration.

    Raises:
        ConfigurationError: A configuration key, or an argument, is not valid.

    Attributes:
        app: The application, if one was given.
        name: The name, if one was given.

    Example:
        ::

            mail = Mail(app)
            result = mail.send(Message("Hi", ["ada@example.com"], body="Hello"))
    """

    server = Setting()
    username = Setting()
    password = Setting()
    port = Setting()
    use_tls = Setting()
    use_ssl = Setting()
    default_sender = Setting()
    debug = Setting()
    max_emails = Setting()
    suppress = Setting()
    ascii_attachments = Setting()

    def __init__(
        self,
        app: Flask | None = None,
        *,
        name: str | None = None,
        client: Client | None = None,
        transport: Transport | None = None,
    ) -> None:
        """Initialize the application, if one is given."""
        if name is not None and (not isinstance(name, str) or not name.isidentifier()):
            raise ConfigurationError(f"name must consist of letters, digits and _, got {name!r}")
        if client is not None and transport is not None:
            raise ConfigurationError("client and transport must not both be given")
        self.app = app
        self.name = name
        self._backend = client if client is not None else transport
        self._apps: WeakSet[Flask] = WeakSet()
        if app is not None:
            self.init_app(app)

    def __repr__(self) -> str:
        """Show the name."""
        return f"<Mail {self.name}>" if self.name else "<Mail>"

    @property
    def state(self) -> MailState | None:
        """The settings of the current application; None if there is no application."""
        try:
            state = self._delivery().state
        except RuntimeError:
            return None
        return state if isinstance(state, MailState) else None

    def init_mail(self, config: Mapping[str, Any], debug: bool | int = False, testing: bool = False) -> MailState:
        """
        Create settings from a configuration.

        Args:
            config: The configuration, such as `app.config`.
            debug: The default of `MAIL_DEBUG`.
            testing: The default of `TESTING`, which is the default of `MAIL_SUPPRESS_SEND`.

        Raises:
            ConfigurationError: A value is not valid; the message names its key.
        """
        keys = Keys(config, self.name)
        del config  # its repr contains secrets, and error trackers show local variables
        return MailState(keys, debug=debug, testing=testing)

    def init_app(self, app: Flask) -> MailState:
        """
        Read the configuration of an application, and register this extension. No connection is opened.

        `app.extensions["mail"]` holds the settings. `app.extensions["emailapi"].close()` closes all connections. A
        second call for the same application reads its configuration again.

        Args:
            app: The application.

        Returns:
            The settings of the application.

        Raises:
            ConfigurationError: A value is not valid; the message names its key.
        """
        state = self.init_mail(app.config, app.debug, app.testing)
        deliveries = app.extensions.setdefault(EXTENSION, Deliveries())
        before = deliveries.get(self.name)
        deliveries[self.name] = Delivery(app, state, self._backend)
        if before is not None:
            # A test may hold a reference to the list.
            deliveries[self.name].outbox = before.outbox
            before.close()
        if self.name is None:
            app.extensions["mail"] = state
        self._apps.add(app)
        return state

    def _delivery(self) -> Delivery:
        return find_delivery(self.name, self.app, [app for app in self._apps if self.name in deliveries_of(app)])
