"""
Recorders: every email of a process passes here when it is sent, by whichever transport.

A recorder sees each email once, with the values that the transport fills in; also an email that fails over to another
transport, or that a user's transport sends by one of ours. A recorder watches, or replaces the delivery.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from .._closing import Closing
from .._log import report
from .._signals import raised_by_signal

if TYPE_CHECKING:
    from ..models.bulk import BulkStatus
    from ..models.outbound import BatchItem, SendResult

T = TypeVar("T")

# In the order in which they began. A delivery only checks whether there are any.
RECORDINGS: list[Recording] = []
# The threads in which a user's transport is sending: emails that it sends by this package are recorded already.
_recorded_threads: set[int] = set()


class _FillsIn(Protocol):
    def _fill_in(self, email: Any, payload: Any) -> Any: ...


class Delivery(Generic[T]):
    """
    Emails that have been checked and encoded, and are about to be sent.

    Attributes:
        transport: The transport that sends them.
        emails: The emails with the values that the transport fills in: `Email`, `TemplateEmail`, `BulkEmail`, or a
            ready message. None stands for an email that was encoded before the recording began.
        payloads: The same emails, encoded.
    """

    def __init__(
        self, transport: object, emails: Sequence[Any], payloads: Sequence[Any], go_on: Callable[[], T]
    ) -> None:
        """Keep the emails and the function that sends them."""
        self.transport, self.emails, self.payloads = transport, emails, payloads
        self._go_on = go_on
        self._results: list[T] = []

    def go_on(self) -> T:
        """Send the emails, or let an earlier recorder decide. Later calls return the same results."""
        if not self._results:
            self._results.append(self._go_on())
        return self._results[0]

    def record(self, method: Callable[[Delivery[T]], T]) -> T:
        """Return the recorder's results; its failure must not hide the results of emails that were sent."""
        try:
            return method(self)
        except Exception as error:
            if not self._results or raised_by_signal(error):
                raise
            report(logging.ERROR, "a recorder failed after the emails were sent", error=error)
            return self._results[0]


class Recorder:
    """
    Watches the emails that a process sends, or replaces their delivery; a subclass overrides the methods it needs.

    Each method returns the transport's results. A method that does not call `delivery.go_on()` replaces the delivery:
    nothing is sent. If it raises before `go_on()`, nothing is sent either, and the caller gets the exception.
    """

    def deliver(self, delivery: Delivery[list[BatchItem]]) -> list[BatchItem]:
        """Deliver the emails of one request, templated ones included; return the result or error of each."""
        return delivery.go_on()

    def send_bulk(self, delivery: Delivery[BulkStatus]) -> BulkStatus:
        """Send a bulk request."""
        return delivery.go_on()

    def look_up(self, delivery: Delivery[SendResult | None]) -> SendResult | None:
        """Look for an email that an earlier call may have sent (`check_first`)."""
        return delivery.go_on()


def through_recorders(
    step: Literal["deliver", "send_bulk", "look_up"],
    transport: _FillsIn,
    emails: Sequence[Any],
    payloads: Sequence[Any],
    go_on: Callable[[], T],
) -> T:
    """Run a step of a delivery through all recorders, the newest first, unless the emails are recorded already."""
    if threading.get_ident() in _recorded_threads:
        return go_on()
    pairs = zip(emails, payloads, strict=True)
    complete = [None if email is None else transport._fill_in(email, payload) for email, payload in pairs]
    for recording in tuple(RECORDINGS):
        go_on = _by(getattr(recording.recorder, step), Delivery(transport, complete, payloads, go_on))
    return go_on()


def _by(method: Callable[[Delivery[T]], T], delivery: Delivery[T]) -> Callable[[], T]:
    return lambda: delivery.record(method)


class Recording(Closing):
    """Lets a recorder see all emails that this process sends, in every thread, until closed."""

    def __init__(self, recorder: Recorder) -> None:
        """Begin."""
        self.recorder = recorder
        RECORDINGS.append(self)

    def close(self) -> None:
        """End the recording; recordings may end in any order."""
        with suppress(ValueError):  # closed before
            RECORDINGS.remove(self)


@contextmanager
def recorded() -> Iterator[None]:
    """Bypass the recorders for emails that the current thread sends while the block runs: they are recorded already."""
    thread = threading.get_ident()
    inner = thread in _recorded_threads
    _recorded_threads.add(thread)
    try:
        yield
    finally:
        if not inner:
            _recorded_threads.discard(thread)
