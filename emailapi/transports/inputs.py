"""Emails as users give them: one, or many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.message import Message
from typing import Any, TypeVar

from ..errors import InvalidArgument, InvalidEmail
from ..models.email import BaseEmail, Email
from ..models.fields import as_record

M = TypeVar("M", bound=BaseEmail)
# What a user may give for an email.
EmailLike = Email | Mapping[str, Any] | Message


def as_mail(given: object, record: type[M]) -> M:
    """
    Return the email that a user gave: an email, a mapping with its names, or a message of the standard library.

    Raises:
        InvalidEmail: It is none of these, a field is wrong, or a part of the message cannot be expressed.
    """
    if isinstance(given, record):
        return given
    if isinstance(given, Message) and issubclass(Email, record):
        return _rebuilt(given)  # type: ignore[return-value]
    return as_record(given, record, "email")


def _rebuilt(message: Message) -> Email:
    from ..mime import from_message

    email = from_message(message)
    if email.attachments and email.text_body is None and email.html_body is None:
        raise InvalidEmail(
            "the message has only attachments: add a text, as by a MIMEText before them in a multipart/mixed, or send "
            "the message as given, by SMTPTransport.send_message or SESTransport.send_message",
            field="text_body",
        )
    return email


def check_many(emails: object) -> None:
    """
    Check that an argument can be many emails.

    Raises:
        InvalidArgument: It is one email, or something else.
    """
    if isinstance(emails, (BaseEmail, Mapping, Message, str, bytes)) or not isinstance(emails, Iterable):
        raise InvalidArgument(f"emails must be a list of mails, not {type(emails).__name__}", argument="emails")


def note_input(error: Exception) -> None:
    """Say on an error that an iterable of emails raised how it can be one email's error instead."""
    if isinstance(error, InvalidEmail):
        error.add_note(
            "raised inside the iterable of emails, which ended it: an iterable of mappings, as in"
            ' ({"to": row.email, ...} for row in rows), makes an invalid email an item of the result instead'
        )


def listed(emails: Iterable[Any]) -> list[Any]:
    """
    Return many emails as a list.

    Raises:
        InvalidArgument: It is one email instead of many, or none.
    """
    check_many(emails)
    try:
        found = list(emails)
    except InvalidEmail as error:
        note_input(error)
        raise
    if not found:
        raise InvalidArgument("emails is empty", argument="emails")
    return found
