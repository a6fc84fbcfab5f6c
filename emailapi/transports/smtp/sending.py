"""One email over a connection of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from ...models.address import Address
from ...models.email import Email
from ...models.outbound import SendResult
from ..ready_message import Given, Recipients
from .options import SMTPOptions, hide_secrets
from .transport import SMTPTransport


def send(
    message: Email | Given,
    /,
    *,
    hostname: str | None = None,
    port: int | None = None,
    sender: str | Address | None = None,
    recipients: Recipients = None,
    mail_options: Sequence[str] = (),
    rcpt_options: Sequence[str] = (),
    **options: Unpack[SMTPOptions],
) -> SendResult:
    """
    Connect, send one email, and disconnect: the blocking counterpart of aiosmtplib's `send`.

    Args:
        message: An `Email`, or a ready message - a `Message`, or its text or bytes - that is sent as given.
        hostname: Name or address of the server; not used with `socket_path`.
        port: By default 465 for `tls="implicit"`, 587 for `"required"`, else 25.
        sender: The envelope's sender; the message's own by default.
        recipients: The envelope's recipients; the message's To, Cc and Bcc by default.
        mail_options: Parameters for MAIL.
        rcpt_options: Parameters for each RCPT.
        **options: See `SMTPOptions`.

    Raises:
        EmailAPIError: As `SMTPTransport.send`.
    """
    hide_secrets(options)
    with SMTPTransport(hostname, port, **options) as transport:
        return transport.send_message(
            message, sender=sender, recipients=recipients, mail_options=mail_options, rcpt_options=rcpt_options
        )
