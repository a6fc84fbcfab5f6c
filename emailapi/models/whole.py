"""What every way out asks of a mail."""

from __future__ import annotations

from ..errors import InvalidEmail
from .address import Address
from .email import Email


def check_whole(email: Email) -> Address:
    """
    Return a mail's sender when the mail has all that a mail needs.

    Raises:
        InvalidEmail: It has no sender, no recipient or no body.
    """
    if email.sender is None:
        raise InvalidEmail("sender is missing", field="sender")
    if not (email.to or email.cc or email.bcc):
        raise InvalidEmail("nobody to send to: to, cc and bcc are empty", field="to")
    if email.text_body is None and email.html_body is None:
        raise InvalidEmail("a mail needs a text_body or an html_body", field="text_body")
    return email.sender
