"""
SMTP and LMTP, on the standard library's smtplib.

    options      the options, and the settings derived from them
    converters   converters and validators of single options
    tls          the TLS mode, trusted certificates, and descriptions of socket errors
    sockets      TCP, or a Unix domain socket
    connect      greeting, EHLO, TLS, login
    auth         the login
    connection   smtplib's client with deadlines, and replies
    pool         the persistent connection, its lock, and its renewal
    payload      an email's envelope and bytes
    transaction  MAIL, RCPT, DATA
    rejections   whether a rejection is about the email, a recipient or the connection, and the option that helps
    transport    attempts: which failures are retried
    lmtp         LHLO instead of EHLO, and a reply for each recipient
"""

from .lmtp import LMTPTransport
from .options import SMTPOptions
from .sending import send
from .transport import SMTPTransport

__all__ = ["LMTPTransport", "SMTPOptions", "SMTPTransport", "send"]
