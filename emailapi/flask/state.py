"""The state of an application in `app.extensions["mail"]`, as in Flask-Mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .deliveries import find_delivery
from .send_methods import SendMethods
from .settings import Settings

if TYPE_CHECKING:
    from .delivery import Delivery


class MailState(Settings, SendMethods):
    """
    The settings of one `Mail` in one application. Changes apply to emails sent later.

    Changes of connection settings (server, port, login, TLS) have no effect after the first email.

    Attributes:
        server: `MAIL_SERVER`.
        username: `MAIL_USERNAME`.
        password: `MAIL_PASSWORD`; no repr shows it.
        port: `MAIL_PORT`.
        use_tls: `MAIL_USE_TLS`.
        use_ssl: `MAIL_USE_SSL`.
        default_sender: `MAIL_DEFAULT_SENDER`, or `DEFAULT_MAIL_SENDER`.
        default_reply_to: `MAIL_DEFAULT_REPLY_TO`.
        subject_prefix: `MAIL_SUBJECT_PREFIX`.
        debug: `MAIL_DEBUG`, as an integer.
        max_emails: `MAIL_MAX_EMAILS`.
        ascii_attachments: `MAIL_ASCII_ATTACHMENTS`.
        name: The name of the `Mail`.
    """

    def _delivery(self) -> Delivery:
        return find_delivery(self.name, None, ())
