"""
The one place that every email of a process passes when it leaves, by whichever transport.

A recorder sees each email once, with all that the transport fills in: also an email that fails over to another
transport, or that a user's transport sends by one of ours. It may watch, or take over so that nothing leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from .._closing import Closing
from .._delivery import raised_by_signal
from .._log import logger

if TYPE_CHECKING:
    from ..models.bulk import BulkStatus
    from ..models.outbound import BatchItem, SendResult

T = TypeVar("T")

# In the order in which they began. Whoever delivers looks whether there is any, and nothing else.
RECORDINGS: list[Recording] = []
# The threads in which a user's transport is sending: what it sends by one of ours has been recorded.
_recorded_threads: set[int] = set()


class _FillsIn(Protocol):
    def _fill_in(self, email: Any, payload: Any) -> Any: ...


class Delivery(Generic[T]):
    """
    Emails that have been checked and encoded, and are about to leave.

    Attributes:
        transport: The transport that they leave by.
        emails: The emails with what the transport fills in: `Email`, `TemplateEmail`, `BulkEmail`, or a ready message.
            None stands for an email that was encoded before the recording began.
        payloads: The same emails, encoded.
    """

    def __init__(
        self, transport: object, emails: Sequence[Any], payloads: Sequence[Any], go_on: Callable[[], T]
    ) -> None:
        """Keep what is needed to go on."""
        self.transport, self.emails, self.payloads = transport, emails, payloads
        self._go_on = go_on
        self._results: list[T] = []

    def go_on(self) -> T:
        """Let the emails leave, or let an earlier recorder decide. Once: the next call returns the same results."""
        if not self._results:
            self._results.append(self._go_on())
        return self._results[0]

    def record(self, method: Callable[[Delivery[T]], T]) -> T:
        """Return what a recorder makes of it; its failure must not hide the results of emails that have left."""
        try:
            return method(self)
        except Exception as error:
            if not self._results or raised_by_signal(error):
                raise
            logger.exception("a recorder failed; the emails had left")
            return self._results[0]


class Recorder:
    """
    Watches what leaves a process, or takes over; a subclass overrides what it needs.

    Each method returns what the transport would. One that does not call `delivery.go_on()` takes over, and nothing
    leaves. If it raises before that, nothing leaves either, and the caller of the send meets the exception.
    """

    def deliver(self, delivery: Delivery[list[BatchItem]]) -> list[BatchItem]:
        """Deliver the emails of one request, also those of templates; return each one's result or error."""
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
    """Do a step of a delivery by way of all recorders, the newest first; what has been recorded just goes on."""
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
    """Lets a recorder see all that leaves this process, in every thread, until it is closed or its block ends."""

    def __init__(self, recorder: Recorder) -> None:
        """Begin."""
        self.recorder = recorder
        RECORDINGS.append(self)

    def close(self) -> None:
        """End, in whatever order recordings end."""
        with suppress(ValueError):  # it has ended
            RECORDINGS.remove(self)


@contextmanager
def recorded() -> Iterator[None]:
    """Pass no recorder with what the current thread sends while the block runs: it has been recorded."""
    thread = threading.get_ident()
    inner = thread in _recorded_threads
    _recorded_threads.add(thread)
    try:
        yield
    finally:
        if not inner:
            _recorded_threads.discard(thread)
