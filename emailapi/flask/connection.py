"""The connection of `with mail.connect() as connection:`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .deliveries import find_delivery
from .host import Host
from .message import Message
from .sanitizing import MailAddress
from .settings import Settings

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ..models.outbound import SendResult
    from .delivery import Delivery


class Connection:
    """
    Sends messages one after the other; connections to the server are kept by the transport, also after the block.

    Attributes:
        mail: The settings.
        host: What sends, with `sendmail` and `quit` as `smtplib` has them; None while emails are suppressed.
        num_emails: How many were sent, counted anew after `MAIL_MAX_EMAILS`.
    """

    host: Any
    num_emails: int

    def __init__(self, mail: Settings, delivery: Delivery | None = None) -> None:
        """
        Take the settings, and what sends; by default that of the settings.

        Raises:
            RuntimeError: No application can be found that was initialized.
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
        """Say good-bye; an error of that is ignored, because the emails have been sent."""
        with suppress(Exception):
            if self.host is not None:
                self.host.quit()

    def configure_host(self) -> Any:
        """Return what `host` becomes; a test may replace this, by something with `sendmail`."""
        return Host(self._delivery)

    def send(self, message: Message, envelope_from: MailAddress | None = None) -> SendResult:
        """
        Send one message.

        Args:
            message: The message.
            envelope_from: The address that SMTP's MAIL command has in place of the sender.

        Raises:
            InvalidEmail: As `Mail.send`; or `envelope_from` is given and the email does not leave by SMTP.
            EmailAPIError: As `Mail.send`.
        """
        foreign = None if self.host is None or isinstance(self.host, Host) else self.host
        result = self._delivery.send(message, envelope_from=envelope_from, host=foreign)
        self.num_emails += 1
        if self.num_emails == self.mail.max_emails:
            self.num_emails = 0
        return result

    def send_message(self, *args: Any, **kwargs: Any) -> SendResult:
        """Send the message that these arguments make; they and the errors are those of `Message` and `send`."""
        return self.send(Message(*args, **kwargs))
