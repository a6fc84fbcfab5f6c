"""The connection of `with mail.connect() as connection:`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .deliveries import find_delivery
from .host import Host
from .message import Message
from .sanitizing import MessageAddress
from .settings import Settings

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ..models.outbound import SendResult
    from .delivery import Delivery


class Connection:
    """
    Sends messages one by one. The transport keeps its network connections open, also after the `with` block.

    Example:
        ::

            with mail.connect() as connection:
                for user in users:
                    connection.send(Message("Hi", [user.email], body="Hello"))

    Attributes:
        mail: The state of the application.
        host: An object with the methods `sendmail` and `quit` of `smtplib.SMTP`; None while emails are suppressed.
        num_emails: The number of emails sent; starts again at 0 after `MAIL_MAX_EMAILS`.
    """

    host: Any
    num_emails: int

    def __init__(self, mail: Settings, delivery: Delivery | None = None) -> None:
        """
        Create a connection of an application; `Mail.connect` creates one for the current application.

        Args:
            mail: The state of the application, as in `app.extensions["mail"]`.
            delivery: Internal; omit it.

        Raises:
            RuntimeError: No initialized application was found.
        """
        self.mail = mail
        self._delivery = find_delivery(mail.name, None, ()) if delivery is None else delivery
        self.host = None
        self.num_emails = 0

    def __enter__(self) -> Self:
        """Return this connection."""
        self.host = None if self.mail.suppress else self.configure_host()
        self.num_emails = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Call `host.quit()`. Its errors are ignored, because the emails have been sent."""
        with suppress(Exception):
            if self.host is not None:
                self.host.quit()

    def configure_host(self) -> Any:
        """Return the `host`. A test may replace this method to return an object with `sendmail`."""
        return Host(self._delivery)

    def send(self, message: Message, envelope_from: MessageAddress | None = None) -> SendResult:
        """
        Send one message.

        Args:
            message: The message.
            envelope_from: The address for SMTP's MAIL command, instead of the sender.

        Raises:
            InvalidEmail: As `Mail.send`; or `envelope_from` is given and the email is not sent by SMTP.
            EmailAPIError: As `Mail.send`.
        """
        custom_host = None if self.host is None or isinstance(self.host, Host) else self.host
        result = self._delivery.send(message, envelope_from=envelope_from, host=custom_host)
        self.num_emails += 1
        if self.num_emails == self.mail.max_emails:
            self.num_emails = 0
        return result

    def send_message(self, *args: Any, **kwargs: Any) -> SendResult:
        """Build a `Message` from the arguments and send it; errors are those of `Message` and `send`."""
        return self.send(Message(*args, **kwargs))
