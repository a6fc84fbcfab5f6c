"""An adapter for transports that users write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from copy import copy
from typing import Any

from .._delivery import CallContext, raised_by_signal
from ..errors import ConfigurationError, DeliveryUnknown, EmailAPIError, InvalidEmail
from ..models.bulk import BulkEmail, BulkStatus
from ..models.email import Email, check_complete
from ..models.outbound import BatchItem, SendResult
from ..models.transport import Transport
from .base import BaseTransport, is_ours
from .batch import BATCH_LIMIT, Batch
from .capture import RECORDINGS, recorded
from .engine import Engine
from .inputs import EmailLike


def engine_of(transport: Transport, name: str) -> BaseTransport[Any]:
    """
    Return one of our transports as it is; a transport that a user wrote or changed is wrapped.

    Raises:
        ConfigurationError: The object is not a transport: another object, or a class that was not instantiated.
    """
    # By its type: a mock or a proxy claims to be one of ours.
    if issubclass(type(transport), BaseTransport) and is_ours(transport, "send", "send_batch", "check"):
        ours: Any = transport
        engine: BaseTransport[Any] = ours
        return engine
    if isinstance(transport, type) or not isinstance(transport, Transport):
        found = f"the class {transport.__name__}" if isinstance(transport, type) else type(transport).__name__
        raise ConfigurationError(f"{name} must be a transport, got {found}")
    return UserTransport(transport)


class UserTransport(BaseTransport[Email]):
    """A user's transport; everything that it raises or returns becomes the result or the error of each email."""

    def __init__(self, transport: Transport) -> None:
        """Wrap a transport."""
        self.transport = transport
        at_once, deadline = getattr(transport, "at_once", BATCH_LIMIT), getattr(transport, "deadline", None)
        # Exact types: a mock's attribute claims to be a number.
        self.at_once = max(1, min(at_once, BATCH_LIMIT)) if type(at_once) is int else BATCH_LIMIT
        if type(deadline) is int or type(deadline) is float:
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
        try:
            getattr(self.transport, "check", otherwise)(email)
        except EmailAPIError:
            raise
        except Exception as error:
            if raised_by_signal(error):
                raise
            why = f"{self._kind}.check raised {type(error).__name__}: nothing was sent"
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
        filled: Email = complete(email)
        return filled

    # A subclass of one of our transports sends by its own `send`, but templates and bulk requests as ours does.

    @property
    def _inherited(self) -> Any:
        return self.transport if issubclass(type(self.transport), BaseTransport) else super()

    def _for_templates(self) -> Engine[Any]:
        templates: Engine[Any] = self._inherited._for_templates()
        return templates

    def _prepare_bulk(self, bulk: BulkEmail) -> Any:
        return self._inherited._prepare_bulk(bulk)

    def _deliver_bulk(self, payload: Any, context: CallContext) -> BulkStatus:
        status: BulkStatus = self._inherited._deliver_bulk(payload, context)
        return status

    def _deliver(self, payloads: Sequence[Email], batch: Batch[Email], context: CallContext) -> list[BatchItem]:
        bounded = getattr(self.transport, "within", None) if hasattr(type(self.transport), "within") else None
        seconds = context.attempts_until.left()
        transport = self.transport if bounded is None else bounded(max(seconds, 0.001), attempts=context.max_attempts)
        failure = None
        try:
            items = self._results(transport, payloads)
        except EmailAPIError as error:
            return [error, *(copy(error) for _ in payloads[1:])]
        except Exception as error:
            if raised_by_signal(error):
                raise
            failure, why = error, f"{self._kind} raised {type(error).__name__}"
        else:
            if len(items) == len(payloads):
                return [self._item(item) for item in items]
            why = f"{self._kind} returned {len(items)} items for {len(payloads)} emails"
        unknown = DeliveryUnknown(f"{why}; the email may have been sent").replace(cause=failure)
        return [unknown.replace(idempotency_key=email.idempotency_key) for email in payloads]

    def _results(self, transport: Any, emails: Sequence[Email]) -> list[object]:
        send, send_batch = transport.send, transport.send_batch
        if issubclass(type(transport), BaseTransport) and is_ours(transport, "send", "send_batch"):
            # Only `check` is the user's, and has been called: these methods do not call it again.
            send, send_batch = transport._send, transport._send_batch
        # Emails that the user's transport sends by one of ours are not recorded a second time.
        with recorded() if RECORDINGS else nullcontext():
            return [send(emails[0])] if len(emails) == 1 else [*send_batch(emails)]

    @property
    def _kind(self) -> str:
        return type(self.transport).__name__

    def _item(self, item: object) -> BatchItem:
        if isinstance(item, (SendResult, EmailAPIError)):
            return item
        what = f"{self._kind} returned {type(item).__name__} instead of a result"
        return DeliveryUnknown(f"{what}; the email may have been sent")

    def close(self) -> None:
        """Close the wrapped transport."""
        self.transport.close()
