"""The transport to a mail store on the same network, by LMTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ConfigurationError
from .options import LMTP_PORT, SMTPOptions
from .transport import SMTPTransport

if TYPE_CHECKING:
    from typing import Unpack

_SMTP_PORT = 25


class LMTPTransport(SMTPTransport):
    """
    Delivers emails to the mailboxes of a mail store (Dovecot, Cyrus) by LMTP (RFC 2033).

    LMTP is SMTP without a queue: the server stores the email for each recipient before it replies, and replies for each
    recipient. The replies are the `recipients` of the `SendResult`, whose `via` is `"lmtp"`. All else is as with
    `SMTPTransport`: the persistent connection, what is tried again, TLS, login and options.

    - Accepted for one recipient at least: a `SendResult`. Accepted for none: an `SMTPError`.
    - The connection broke before each reply was there: a `DeliveryUnknown`, whose `recipients` are those with a reply.
      Nothing is sent again to anybody.
    """

    _protocol = "lmtp"

    def __init__(self, hostname: str | None = None, port: int = LMTP_PORT, **options: Unpack[SMTPOptions]) -> None:
        """
        Create a transport. No connection is opened until the first email.

        Args:
            hostname: Name or address of the server; with `socket_path` there is none.
            port: Port of the server; 25 is rejected, as it is SMTP's (RFC 2033 section 5).
            **options: See `SMTPOptions`.

        Raises:
            ConfigurationError: An option is not valid, or two contradict each other.
        """
        if port == _SMTP_PORT:
            raise ConfigurationError(
                f"port must not be {_SMTP_PORT}, which is SMTP's: LMTP has {LMTP_PORT}, or another"
            )
        # The default is none that was given: with a path it contradicts nothing.
        super().__init__(hostname, None if port == LMTP_PORT else port, **options)
