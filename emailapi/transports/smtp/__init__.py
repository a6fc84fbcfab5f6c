"""
The way out by SMTP, on the standard library's smtplib.

    options      what one may say of a server
    encryption   which TLS, and whom it trusts
    opening      name, TCP, greeting, EHLO, TLS, login
    reading      a reply's bytes, within their time
    session      smtplib's client, held to a deadline
    pool         the persistent connection, its lock, and when it is renewed
    parcel       a mail's envelope and bytes
    transaction  MAIL, RCPT, DATA
    delivering   what is tried again, and what is not
"""

from .options import SMTPOptions
from .sending import send
from .transport import SMTPTransport

__all__ = ["SMTPOptions", "SMTPTransport", "send"]
