"""The arguments of `outbound.find`: which email is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import DeliveryUnknown, InvalidArgument, InvalidEmail
from ...models import fields
from ...settings import Options
from .payload import DEFAULT_STREAM
from .reconciliation import Wanted


def read_wanted(given: object, message_stream: str | None, options: Options) -> Wanted:
    """Return the search for a key, or for the email of an error, in a stream."""
    stream = _searched("message_stream", fields.message_stream, message_stream)
    others: tuple[str, ...] = ()
    if isinstance(given, DeliveryUnknown):
        if given.idempotency_key is None:
            why = "key_or_error is the error of a request that carried no key: the email cannot be looked up"
            raise InvalidArgument(why, argument="key_or_error")
        stream, others = stream or given.message_stream, given._others
        given = given.idempotency_key
    key = _searched("key_or_error", fields.idempotency_key, given)
    if key is None:
        why = "key_or_error must be an idempotency_key, or the DeliveryUnknown of a send, got None"
        raise InvalidArgument(why, argument="key_or_error")
    return Wanted(key, stream or options.message_stream or DEFAULT_STREAM, not_these=others)


def _searched(name: str, convert: Callable[[Any], str | None], value: object) -> str | None:
    """Convert a search value; a value that no email can have is an invalid argument of this call."""
    try:
        return convert(value)
    except InvalidEmail as error:
        raise InvalidArgument(error.message, argument=name) from None
