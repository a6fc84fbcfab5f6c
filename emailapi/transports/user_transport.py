"""An adapter for transports that users write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from copy import copy
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE
from itertools import islice
from traceback import walk_tb
from typing import Any, cast

from .._delivery import CallContext, add_note
from .._signals import raised_by_signal
from ..errors import ConfigurationError, DeliveryUnknown, EmailAPIError, InvalidEmail
from ..models.bulk import BulkEmail, BulkStatus
from ..models.email import Email, check_complete
from ..models.outbound import BatchItem, SendResult
from ..models.transport import Transport, is_transport
from .base import BaseTransport
from .batch import BATCH_LIMIT, Batch
from .capture import RECORDINGS, recorded
from .inputs import EmailLike
from .single import is_ours

# Everything that is called of a user's transport.
_METHODS = ("send", "send_batch", "close", "check", "complete", "within")


def as_transport(transport: Transport, name: str) -> BaseTransport[Any]:
    """
    Return one of our transports as it is; a transport that a user wrote or changed is wrapped.

    Raises:
        ConfigurationError: The object is not a transport: another object, or a class that was not instantiated.
    """
    # Determined by the type: a mock or a proxy claims to be one of ours.
    if issubclass(type(transport), BaseTransport) and is_ours(transport, "send", "send_batch", "check"):
        ours: Any = transport
        engine: BaseTransport[Any] = ours
        return engine
    if not is_transport(transport):
        found = f"the class {transport.__name__}" if isinstance(transport, type) else type(transport).__name__
        raise ConfigurationError(f"{name} must be a transport, got {found}")
    for method in _METHODS:
        if _is_async(getattr(transport, method, None)):
            found = f"{type(transport).__name__}.{method}"
            raise ConfigurationError(f"{name} must be a synchronous transport, but {found} is async")
    return UserTransport(transport)


def _is_async(method: object) -> bool:
    flags = getattr(getattr(method, "__code__", None), "co_flags", 0)
    # An exact type: a mock's attribute claims to be a number.
    return type(flags) is int and bool(flags & (CO_COROUTINE | CO_ASYNC_GENERATOR))


class _Counted(list[Email]):
    """
    The emails of a batch, and how many of them a loop has taken.

    Attributes:
        taken: The number of emails that the last loop over them has taken.
    """

    taken = 0

    def __iter__(self) -> Iterator[Email]:
        """Iterate over the emails, and count them."""
        for place in range(len(self)):
            self.taken = place + 1
            yield self[place]


class UserTransport(BaseTransport[Email]):
    """A user's transport; everything that it raises or returns becomes the result or the error of each email."""

    def __init__(self, transport: Transport) -> None:
        """Wrap a transport."""
        self.transport = transport
        at_once, deadline = getattr(transport, "at_once", BATCH_LIMIT), getattr(transport, "deadline", None)
        # Exact types: a mock's attribute claims to be a number.
        self.at_once = max(1, min(at_once, BATCH_LIMIT)) if type(at_once) is int else BATCH_LIMIT
        if (type(deadline) is int or type(deadline) is float) and deadline > 0:
            self.deadline = deadline

    def __repr__(self) -> str:
        """Return the repr of the wrapped transport."""
        return repr(self.transport)

    def check(self, email: EmailLike, /) -> None:
        """
        Check that the transport can carry an email, if it has a `check`.

        Raises:
            InvalidEmail: The transport cannot carry the email, or its `check` fails.
        """
        self._check(self._to_email(email), check_complete)

    def _check(self, email: Email, otherwise: Callable[[Email], object]) -> None:
        self._call("check", getattr(self.transport, "check", otherwise), email)

    def _call(self, name: str, method: Callable[[Email], object], email: Email) -> object:
        """Call a method that sends nothing; everything that it raises is an error of the email."""
        try:
            return method(email)
        except EmailAPIError:
            raise
        except Exception as error:
            if raised_by_signal(error):
                raise
            why = f"{self._kind}.{name} raised {type(error).__name__}: nothing was sent"
            raise InvalidEmail(why, field="email") from error

    def _prepare(self, email: Email, batch: Batch[Email]) -> Email:
        complete = self._fill_in(email, None)
        self._check(complete, bool)
        return complete

    def _encode(self, email: Email, batch: Batch[Email]) -> Email:
        return email

    def _fill_in(self, email: Email, payload: Email | None) -> Email:
        complete = getattr(self.transport, "complete", None)
        if payload is not None or complete is None:
            return payload or email
        filled = self._call("complete", complete, email)
        if issubclass(type(filled), Email):
            return cast(Email, filled)
        if hasattr(type(self.transport), "complete"):
            what = f"{self._kind}.complete returned {type(filled).__name__} instead of an email: nothing was sent"
            raise InvalidEmail(what, field="email")
        return email  # a mock has every attribute

    # A subclass of one of our transports sends by its own `send`, but templates and bulk requests as ours does.

    @property
    def _inherited(self) -> Any:
        return self.transport if issubclass(type(self.transport), BaseTransport) else super()

    def _for_templates(self) -> BaseTransport[Any]:
        templates: BaseTransport[Any] = self._inherited._for_templates()
        return templates

    def _prepare_bulk(self, bulk: BulkEmail) -> Any:
        return self._inherited._prepare_bulk(bulk)

    def _deliver_bulk(self, payload: Any, context: CallContext) -> BulkStatus:
        status: BulkStatus = self._inherited._deliver_bulk(payload, context)
        return status

    def _deliver(self, payloads: Sequence[Email], batch: Batch[Email], context: CallContext) -> list[BatchItem]:
        transport = self._bounded(context)
        emails = _Counted(payloads)
        try:
            items = self._results(transport, emails)
        except EmailAPIError as error:
            return self._failed(error, emails)
        except BaseException as error:
            if not isinstance(error, Exception) or raised_by_signal(error):
                keys = [email.idempotency_key for email in payloads]
                add_note(error, f"the email may have been sent by {self._kind}", keys)
                raise
            return self._unknown(payloads, f"{self._kind} raised {type(error).__name__}", error)
        if len(items) == len(payloads):
            return [self._item(item, email) for item, email in zip(items, payloads, strict=True)]
        count = str(len(items)) if len(items) < len(payloads) else "more"
        return self._unknown(payloads, f"{self._kind} returned {count} items for {len(payloads)} emails")

    def _bounded(self, context: CallContext) -> Any:
        """
        Return the transport, with the limits of a call if it has a `within`.

        Raises:
            ConfigurationError: `within` fails, or returns no transport.
        """
        if not hasattr(type(self.transport), "within"):
            return self.transport
        within: Any = getattr(self.transport, "within", None)
        try:
            bounded = within(max(context.attempts_until.left(), 0.001), attempts=context.max_attempts)
        except EmailAPIError:
            raise
        except Exception as error:
            if raised_by_signal(error):
                raise
            why = f"{self._kind}.within(seconds, *, attempts) raised {type(error).__name__}: nothing was sent"
            raise ConfigurationError(why) from error
        if not is_transport(bounded):
            what = type(bounded).__name__
            raise ConfigurationError(f"{self._kind}.within must return a transport, got {what}: nothing was sent")
        return bounded

    def _results(self, transport: Any, emails: _Counted) -> list[object]:
        send, send_batch = transport.send, transport.send_batch
        if issubclass(type(transport), BaseTransport) and is_ours(transport, "send", "send_batch"):
            # Only `check` is the user's, and has been called: these methods do not call it again.
            send, send_batch = transport._send, transport._send_batch
        # Emails that the user's transport sends by one of ours are not recorded a second time.
        with recorded() if RECORDINGS else nullcontext():
            if len(emails) == 1:
                return [send(emails[0])]
            return [*islice(send_batch(emails), len(emails) + 1)]

    def _failed(self, error: EmailAPIError, emails: _Counted) -> list[BatchItem]:
        """
        Return the results of emails if sending them raised an error of ours.

        It is the error of all of them, unless it comes from a loop that sends one email after another: then the emails
        before may have been sent. They are not sent again, nor is any email if the loop cannot be recognized.
        """
        at = emails.taken - 1
        if len(emails) == 1 or not (0 <= at < len(emails) - 1 or self._comes_from_send(error)):
            return [error, *(copy(error) for _ in emails[1:])]
        why = f"{self._kind}.send_batch raised {type(error).__name__} at a later email"
        unknown = self._unknown(emails, why, error)
        return unknown if at < 0 else [*unknown[:at], error, *(copy(error) for _ in emails[at + 1 :])]

    def _comes_from_send(self, error: EmailAPIError) -> bool:
        send = getattr(getattr(self.transport, "send", None), "__code__", None)
        return any(frame.f_code is send for frame, _ in walk_tb(error.__traceback__))

    def _unknown(self, emails: Sequence[Email], why: str, cause: Exception | None = None) -> list[BatchItem]:
        error = DeliveryUnknown(f"{why}; the email may have been sent").replace(cause=cause)
        return [error.replace(idempotency_key=email.idempotency_key) for email in emails]

    @property
    def _kind(self) -> str:
        return type(self.transport).__name__

    def _item(self, item: object, email: Email) -> BatchItem:
        if isinstance(item, (SendResult, EmailAPIError)):
            return item
        return self._unknown([email], f"{self._kind} returned {type(item).__name__} instead of a result")[0]

    def close(self) -> None:
        """Close the wrapped transport."""
        self.transport.close()
