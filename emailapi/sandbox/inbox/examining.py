"""A stored message as its checks read it."""

from __future__ import annotations

from ..captured import CapturedEmail
from .checks import Examined, File
from .message_template import made_by


def examined(email: CapturedEmail) -> Examined:
    """Return a message for the checks."""
    outbound = email._row["stream_type"] != "Inbound"
    received = email.as_received() if outbound else email
    made = made_by(email)
    return Examined(
        subject=email.subject,
        sender=email.sender.email,
        sender_name=email.sender.name or "",
        reply_to=tuple([each.email for each in email.reply_to]),
        text=email.text_body or "",
        html=email.html_body or "",
        sent_html=received.html_body or "",
        headers={each.name.lower(): each.value for each in received.headers},
        files=tuple([File(each.name, each.content_type or "", len(each.content)) for each in email.attachments]),
        size=len(email.raw),
        broadcast=email._row["stream_type"] == "Broadcasts",
        unknown_names=() if made is None else made.missing,
    )
