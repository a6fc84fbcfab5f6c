"""What sends the messages of a `Connection`, by the names of `smtplib`."""

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
    The transport of an application, for code that uses `connection.host`.

    Args:
        delivery: What sends.
    """

    def __init__(self, delivery: Delivery) -> None:
        """Connect to nothing yet."""
        self._delivery = delivery

    def __repr__(self) -> str:
        """Name what sends."""
        return f"<Host of {self._delivery.route!r}>"

    def sendmail(
        self,
        from_addr: str,
        to_addrs: str | Sequence[str],
        msg: str | bytes,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> SendResult:
        """
        Send a ready message by SMTP, as `smtplib.SMTP.sendmail`.

        Raises:
            ConfigurationError: Emails do not leave by SMTP.
            EmailAPIError: As `SMTPTransport.send_message`.
        """
        transport = self._delivery.route
        if not isinstance(transport, SMTPTransport):
            raise ConfigurationError("sendmail needs MAIL_TRANSPORT='smtp': send a Message instead")
        return transport.send_message(
            msg, sender=from_addr, recipients=to_addrs, mail_options=mail_options, rcpt_options=rcpt_options
        )

    def quit(self) -> None:
        """Do nothing: the transport keeps its connection for the next email, and closes it in time."""
