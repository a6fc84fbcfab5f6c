"""What `Mail` and the settings in `app.extensions["mail"]` do alike."""

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


class MailActions:
    """Sends messages of the current application."""

    def _delivery(self) -> Delivery:
        raise NotImplementedError

    def send(self, message: Message) -> SendResult:
        """
        Send one message.

        While `MAIL_SUPPRESS_SEND` is on, by default while the application is tested, the message is checked and kept
        in `outbox`, and nothing leaves.

        Raises:
            MissingAddress: It has no sender or no recipient; also an `AssertionError`.
            BadHeaderError: A header would have a line break.
            InvalidEmail: Another field is not valid, or the transport cannot carry it.
            EmailAPIError: It was not accepted, or it is not known whether it was.
            RuntimeError: No application can be found that was initialized.
        """
        with self.connect() as connection:
            return message.send(connection)

    def send_message(self, *args: Any, **kwargs: Any) -> SendResult:
        """Send the message that these arguments make; they and the errors are those of `Message` and `send`."""
        return self.send(Message(*args, **kwargs))

    def send_many(self, messages: Iterable[Message]) -> BatchResult:
        """
        Send messages, by the API in as few requests as possible; no error of a single message is raised.

        Returns:
            For each message, in their order, its `SendResult` or the exception it met.
        """
        return self._delivery().send_many(messages)

    def connect(self) -> Connection:
        """
        Return a connection, for a `with` block that sends several messages.

        Raises:
            RuntimeError: No application can be found that was initialized.
        """
        from .connection import Connection

        delivery = self._delivery()
        return Connection(delivery.state, delivery)

    def record_messages(self) -> AbstractContextManager[list[Message]]:
        """
        Return a context manager that gives the list of the messages sent in it, for tests.

        Messages of other applications are not in it, nor those that other threads send while they record by themselves.
        """
        from .recording import recording

        delivery = self._delivery()
        return recording(delivery.app, delivery.name)

    @property
    def outbox(self) -> list[Message]:
        """Copies of the messages that were sent while the application is tested."""
        return self._delivery().outbox

    @outbox.setter
    def outbox(self, value: Iterable[Message]) -> None:
        # The list stays the same: others may have it.
        self._delivery().outbox[:] = value

    @property
    def client(self) -> Client:
        """
        The client of the current application; it is made at its first use, and shared by all threads.

        Where emails leave by another transport than the API, it is `Client(transport=...)`.

        Raises:
            ConfigurationError: The configuration of the API or transport is not valid.
        """
        return self._delivery().client

    @property
    def transport(self) -> Transport:
        """The transport of the current application, where emails do not leave by `client`."""
        return self._delivery().transport
