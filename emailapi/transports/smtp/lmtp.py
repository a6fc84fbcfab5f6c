"""The transport for the mail store of a local network: LMTP."""

from __future__ import annotations

from typing import Unpack

from ...errors import ConfigurationError
from .options import LMTP_PORT, SMTPOptions, hide_secrets
from .transport import SMTPTransport

_SMTP_PORT = 25


class LMTPTransport(SMTPTransport):
    """
    Delivers emails to the mailboxes of a mail store (Dovecot, Cyrus) by LMTP (RFC 2033).

    LMTP is SMTP without a queue: the server stores the email for each recipient before it replies, and sends a reply
    for each recipient. The replies are the `recipients` of the `SendResult`, whose `via` is `"lmtp"`. The persistent
    connection, retries, TLS, login and options are those of `SMTPTransport`.

    - Accepted for at least one recipient: a `SendResult`. Accepted for none: an `SMTPError`.
    - The connection broke before all replies were read: a `DeliveryUnknown`, whose `recipients` are those with a reply.
      Nothing is sent again to any recipient.
    """

    _protocol = "lmtp"

    def __init__(self, hostname: str | None = None, port: int = LMTP_PORT, **options: Unpack[SMTPOptions]) -> None:
        """
        Create a transport. No connection is opened until the first email.

        Args:
            hostname: Name or address of the server; not used with `socket_path`.
            port: Port of the server; 25 is rejected, because it is SMTP's (RFC 2033 section 5).
            **options: See `SMTPOptions`.

        Raises:
            ConfigurationError: An option is not valid, or two contradict each other.
        """
        hide_secrets(options)
        if port == _SMTP_PORT:
            raise ConfigurationError(
                f"port must not be {_SMTP_PORT}, which is the port of SMTP: LMTP uses {LMTP_PORT} or another port"
            )
        # The default does not count as a given port, so that it does not contradict a socket_path.
        super().__init__(hostname, None if port == LMTP_PORT else port, **options)
