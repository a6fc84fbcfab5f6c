"""A transport that a user wrote, among ours."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from .._delivery import CallContext, raised_by_signal
from ..errors import ConfigurationError, DeliveryUnknown, EmailAPIError
from ..models.email import Email
from ..models.outbound import BatchItem, SendResult
from ..models.transport import Transport
from ..models.whole import check_whole
from .base import BaseTransport
from .batch import Batch
from .limits import BATCH_LIMIT


def engine_of(transport: Transport, name: str) -> BaseTransport[Any]:
    """
    Return one of our transports as it is; one that a user wrote, or whose sending a user's class replaces, is wrapped.

    Raises:
        ConfigurationError: It is not a transport: something else, or a class that somebody forgot to call.
    """
    if isinstance(transport, type) or not isinstance(transport, Transport):
        found = f"the class {transport.__name__}" if isinstance(transport, type) else type(transport).__name__
        raise ConfigurationError(f"{name} must be a transport, not {found}")
    if isinstance(transport, BaseTransport) and not _is_overridden(transport):
        return transport
    return UserTransport(transport)


def _is_overridden(transport: BaseTransport[Any]) -> bool:
    """Whether a class outside this package has a `send`, `send_batch` or `check` of its own, which must be called."""
    kind = type(transport)
    ours = next(base for base in kind.__mro__ if base.__module__.startswith("emailapi."))
    names = ("send", "send_batch", "check")
    return any(getattr(kind, name) is not getattr(ours, name) or name in vars(transport) for name in names)


class UserTransport(BaseTransport[Email]):
    """A transport of the user's; whatever it raises or returns becomes the result or the error of each email."""

    def __init__(self, transport: Transport) -> None:
        """Wrap it."""
        self.transport = transport
        self.at_once = max(1, min(getattr(transport, "at_once", BATCH_LIMIT), BATCH_LIMIT))
        self.deadline = getattr(transport, "deadline", self.deadline)

    def __repr__(self) -> str:
        """Name the transport itself."""
        return repr(self.transport)

    def _prepare(self, email: Email, batch: Batch[Email]) -> Email:
        getattr(self.transport, "check", check_whole)(email)
        return email

    def _fill_in(self, email: Email, payload: Email | None) -> Email:
        complete = getattr(self.transport, "complete", None)
        filled: Email = email if complete is None else complete(email)
        return filled

    def _deliver(self, payloads: Sequence[Email], batch: Batch[Email], context: CallContext) -> list[BatchItem]:
        bounded = getattr(self.transport, "within", None)
        seconds = context.attempts_until.left()
        transport = self.transport if bounded is None else bounded(max(seconds, 0.001), attempts=context.max_attempts)
        failure = None
        try:
            single = len(payloads) == 1
            items: list[object] = [transport.send(payloads[0])] if single else [*transport.send_batch(payloads)]
        except EmailAPIError as error:
            return [error, *(copy(error) for _ in payloads[1:])]
        except Exception as error:
            if raised_by_signal(error):
                raise
            failure, why = error, f"{self._kind} raised {type(error).__name__}"
        else:
            if len(items) == len(payloads):
                return [self._item(item) for item in items]
            why = f"{self._kind} answered {len(items)} items to {len(payloads)} mails"
        lost: list[BatchItem] = [DeliveryUnknown(f"{why}; the mail may have been sent") for _ in payloads]
        for item in lost:
            item.__cause__ = failure  # type: ignore[union-attr]
        return lost

    @property
    def _kind(self) -> str:
        return type(self.transport).__name__

    def _item(self, item: object) -> BatchItem:
        if isinstance(item, (SendResult, EmailAPIError)):
            return item
        what = f"{self._kind} answered {type(item).__name__} in place of a result"
        return DeliveryUnknown(f"{what}; the mail may have been sent")

    def close(self) -> None:
        """Close the transport."""
        self.transport.close()
