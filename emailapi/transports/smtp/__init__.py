"""
The way out by SMTP, on the standard library's smtplib.

    options      what one may say of a server
    tls          which TLS, whom it trusts, and the words for what fails
    connect      name, TCP, greeting, EHLO, TLS, login
    auth         the login
    connection   smtplib's client, held to a deadline; replies
    pool         the persistent connection, its lock, and when it is renewed
    payload      an email's envelope and bytes
    transaction  MAIL, RCPT, DATA
    transport    what is tried again, and what is not
"""

from .options import SMTPOptions
from .sending import send
from .transport import SMTPTransport

__all__ = ["SMTPOptions", "SMTPTransport", "send"]
