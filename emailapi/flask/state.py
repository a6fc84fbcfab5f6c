"""The settings of one application, as Flask-Mail keeps them in `app.extensions["mail"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import MailActions
from .deliveries import find_delivery
from .settings import Settings

if TYPE_CHECKING:
    from .delivery import Delivery


class MailState(Settings, MailActions):
    """
    The settings of one `Mail` in one application; assigning to an attribute changes what later emails do.

    Connection settings count until the first email has left.

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
        debug: `MAIL_DEBUG`, a number.
        max_emails: `MAIL_MAX_EMAILS`.
        ascii_attachments: `MAIL_ASCII_ATTACHMENTS`.
        name: The name of the `Mail`.
    """

    def _delivery(self) -> Delivery:
        return find_delivery(self.name, None, ())
