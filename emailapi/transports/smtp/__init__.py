"""
SMTP and LMTP, on the standard library's smtplib.

    options      the options, and what follows from them
    converters   what each option is converted and checked by
    tls          which TLS, whom it trusts, and the words for what fails
    sockets      TCP, or a Unix domain socket
    connect      greeting, EHLO, TLS, login
    auth         the login
    connection   smtplib's client, held to a deadline; replies
    pool         the persistent connection, its lock, and when it is renewed
    payload      an email's envelope and bytes
    transaction  MAIL, RCPT, DATA
    rejections   what a rejection is about, and what helps
    transport    what is tried again, and what is not
    lmtp         the same with LHLO, and a reply for each recipient
"""

from .lmtp import LMTPTransport
from .options import SMTPOptions
from .sending import send
from .transport import SMTPTransport

__all__ = ["LMTPTransport", "SMTPOptions", "SMTPTransport", "send"]
