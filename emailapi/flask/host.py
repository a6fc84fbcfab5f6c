"""The `host` of a `Connection`, with methods of `smtplib.SMTP`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ..transports.smtp import SMTPTransport

if TYPE_CHECKING:
    from ..models.outbound import SendResult
    from .delivery import Delivery


class Host:
    """
    Sends by the transport of an application, for code that uses `connection.host`.

    Args:
        delivery: The delivery of the application.
    """

    def __init__(self, delivery: Delivery) -> None:
        """Create a host. No connection is opened until the first email."""
        self._delivery = delivery

    def __repr__(self) -> str:
        """Show the client or transport."""
        return f"<Host of {self._delivery.backend!r}>"

    def sendmail(
        self,
        from_addr: str,
        to_addrs: str | Sequence[str],
        msg: str | bytes,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> SendResult:
        """
        Send a MIME message by SMTP, with the arguments of `smtplib.SMTP.sendmail`.

        Raises:
            ConfigurationError: Emails are not sent by SMTP.
            EmailAPIError: As `SMTPTransport.send_message`.
        """
        transport = self._delivery.backend
        if not isinstance(transport, SMTPTransport):
            raise ConfigurationError("sendmail requires MAIL_TRANSPORT='smtp': set it, or send a Message")
        return transport.send_message(
            msg, sender=from_addr, recipients=to_addrs, mail_options=mail_options, rcpt_options=rcpt_options
        )

    def quit(self) -> None:
        """Do nothing: the transport keeps its connection open for the next email."""
