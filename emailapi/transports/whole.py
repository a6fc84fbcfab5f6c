"""What every way out asks of a mail, and how one that knows no batches sends many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import EmailAPIError, InvalidArgument, InvalidEmail
from ..models.email import BaseEmail, Email
from ..models.outbound import BatchItem, BatchResult, SendResult
from ..models.whole import check_whole

__all__ = ["Given", "check_many", "check_whole", "one_by_one"]

Given = Email | Mapping[str, Any]


def check_many(emails: object) -> None:
    """
    Return when this can be many mails.

    Raises:
        InvalidArgument: It is one, or none at all.
    """
    if isinstance(emails, (BaseEmail, Mapping, str, bytes)) or not isinstance(emails, Iterable):
        raise InvalidArgument(f"emails must be a list of mails, not {type(emails).__name__}", argument="emails")


def one_by_one(send: Callable[[Any], SendResult], emails: Iterable[Any]) -> BatchResult:
    """
    Send mails one after another, each item the result or the exception that mail met.

    Raises:
        InvalidArgument: It is one mail instead of many, or none.
    """
    check_many(emails)
    items: list[BatchItem] = []
    for place, email in enumerate(emails):
        try:
            items.append(send(email))
        except InvalidEmail as error:
            items.append(error.at(place))
        except EmailAPIError as error:
            items.append(error)
    if not items:
        raise InvalidArgument("emails is empty", argument="emails")
    return BatchResult(tuple(items))
