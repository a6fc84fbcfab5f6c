"""The methods that `Mail` and the state in `app.extensions["mail"]` share."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from .message import Message

if TYPE_CHECKING:
    from ..client import Client
    from ..models.outbound import BatchResult, SendResult
    from ..models.transport import Transport
    from .connection import Connection
    from .delivery import Delivery


class SendMethods:
    """Sends messages of the current application."""

    def _delivery(self) -> Delivery:
        raise NotImplementedError

    def send(self, message: Message) -> SendResult:
        """
        Send one message.

        While `MAIL_SUPPRESS_SEND` is true (the default when `TESTING` is true), the message is validated and added to
        `outbox`, and nothing is sent.

        Args:
            message: The message. The default sender and the prefix of the subject are applied now.

        Raises:
            MissingAddress: The message has no sender or no recipient. The error is also an `AssertionError`.
            BadHeaderError: A field that becomes a header contains a line break.
            InvalidEmail: Another field is not valid, or the transport does not support it.
            EmailAPIError: The email was not accepted, or its outcome is unknown.
            RuntimeError: No initialized application was found.
        """
        with self.connect() as connection:
            return message.send(connection)

    def send_message(self, *args: Any, **kwargs: Any) -> SendResult:
        """Build a `Message` from the arguments and send it; errors are those of `Message` and `send`."""
        return self.send(Message(*args, **kwargs))

    def send_many(self, messages: Iterable[Message]) -> BatchResult:
        """
        Send several messages, through the API in as few requests as possible. Errors of single messages are not raised.

        Args:
            messages: The messages.

        Returns:
            A `SendResult` or an exception for each message, in order.

        Raises:
            RuntimeError: No initialized application was found.
        """
        return self._delivery().send_many(messages)

    def connect(self) -> Connection:
        """
        Return a connection, for a `with` block that sends several messages.

        Raises:
            RuntimeError: No initialized application was found.
        """
        from .connection import Connection

        delivery = self._delivery()
        return Connection(delivery.state, delivery)

    def record_messages(self) -> AbstractContextManager[list[Message]]:
        """
        Return a context manager that yields the list of messages sent while it is active, for tests.

        Messages of other applications are not included, nor are those of other threads with recordings of their own.
        """
        from .recording import recording

        delivery = self._delivery()
        return recording(delivery.app, delivery.name)

    @property
    def outbox(self) -> list[Message]:
        """Copies of the messages sent while `TESTING` is true."""
        return self._delivery().outbox

    @outbox.setter
    def outbox(self, value: Iterable[Message]) -> None:
        # The list object stays the same: a test may hold a reference to it.
        self._delivery().outbox[:] = value

    @property
    def client(self) -> Client:
        """
        The client of the current application, created at its first use and shared by all threads.

        If emails are not sent through the API, the client is `Client(transport=...)`.

        Raises:
            ConfigurationError: The configuration of the API or transport is not valid.
        """
        return self._delivery().client

    @property
    def transport(self) -> Transport:
        """The transport of the current application, if emails are not sent through the API."""
        return self._delivery().transport
