"""Emails as users give them: a single email, or many."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Iterable, Mapping
from email.message import Message
from typing import Any, TypeVar

from .._hints import wrong_type_message
from ..errors import InvalidArgument, InvalidEmail
from ..models.email import BaseEmail, Email
from ..models.fields import as_record, from_mapping

M = TypeVar("M", bound=BaseEmail)
# The types that are accepted as an email.
EmailLike = Email | Mapping[str, Any] | Message


def as_email(given: object, record: type[M]) -> M:
    """
    Convert the user's input to an email: an `Email`, a mapping with its fields, or a standard-library message.

    Raises:
        InvalidEmail: The input has another type, a field is not valid, or a part of the message cannot be expressed.
    """
    if type(given) is dict:  # without three looks at abstract classes
        return from_mapping(given, record)
    if isinstance(given, record):
        return given
    if isinstance(given, Message) and issubclass(Email, record):
        return _rebuilt(given)  # type: ignore[return-value]
    if not isinstance(given, Mapping):
        raise InvalidEmail(wrong_type_message(given, record), field="email")
    return as_record(given, record, "email")


def given_key(given: object) -> str | None:
    """Return the idempotency key of the user's input, which need not be a valid email."""
    key = given.get("idempotency_key") if isinstance(given, Mapping) else getattr(given, "idempotency_key", None)
    return key if isinstance(key, str) else None


def _rebuilt(message: Message) -> Email:
    from ..mime import from_message

    email = from_message(message)
    if email.attachments and email.text_body is None and email.html_body is None:
        raise InvalidEmail(
            "the message has only attachments: add a text part before them, in a multipart/mixed, or send the message "
            "as given, by SMTPTransport.send_message or SESTransport.send_message",
            field="text_body",
        )
    return email


def check_many(emails: object) -> None:
    """
    Check that an argument is an iterable of emails.

    Raises:
        InvalidArgument: The argument is a single email, or something else.
    """
    if isinstance(emails, (BaseEmail, Mapping, Message, str, bytes)) or not isinstance(emails, Iterable):
        advice = "use send for a single email"
        if isinstance(emails, AsyncIterable):
            advice = "collect it first, [email async for email in emails]"
        elif isinstance(emails, Awaitable):
            advice = "await it first"
        raise InvalidArgument(
            f"emails must be an iterable of emails, got {type(emails).__name__}: {advice}", argument="emails"
        )


def add_input_note(error: Exception) -> None:
    """Add a note to an error that an iterable of emails raised: how to make it an item of the result instead."""
    if isinstance(error, InvalidEmail):
        error.add_note(
            "raised inside the iterable of emails, which ended it: an iterable of mappings, such as"
            ' ({"to": row.email, ...} for row in rows), makes an invalid email an item of the result instead'
        )


def as_list(emails: Iterable[Any]) -> list[Any]:
    """
    Convert an iterable of emails to a list.

    Raises:
        InvalidArgument: The argument is a single email instead of many.
    """
    check_many(emails)
    try:
        found = list(emails)
    except InvalidEmail as error:
        add_input_note(error)
        raise
    return found
