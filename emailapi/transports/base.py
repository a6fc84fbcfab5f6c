"""What all transports share: input, batches, deadlines, results, closing."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from threading import Event
from typing import Any, ClassVar, Generic, Self, TypeVar

from .._delivery import CallContext
from ..errors import ConfigurationError, ConnectionFailed, DeliveryUnknown, EmailAPIError, InvalidEmail, TransportError
from ..models.email import BaseEmail, Email
from ..models.outbound import BatchItem, BatchResult, SendResult
from ..settings import as_deadline
from .batch import BATCH_LIMIT, Batch, not_started, one_by_one
from .inputs import EmailLike, as_mail, listed, note_input

P = TypeVar("P")

GIVE_UP_AFTER = 3  # failed connections in a row: the other emails of a batch are not attempted
EVERY_EMAIL = sys.maxsize


def is_ours(transport: object, *names: str) -> bool:
    """Return whether these methods are this package's, and not a subclass's of the user's or what a test put there."""
    for name in names:
        namespace = getattr(getattr(type(transport), name), "__globals__", {})
        if name in vars(transport) or not str(namespace.get("__name__")).startswith("emailapi."):
            return False
    return True


class BaseTransport(Generic[P]):
    """
    Sends emails, in batches where it can; a transport adds `_prepare` and `_deliver`.

    Attributes:
        deadline: Seconds for one request, with its retries and look-ups.
        at_once: How many emails are one request, and share a deadline.
    """

    deadline: float = 30.0
    at_once: int = 1

    _record: type[BaseEmail] = Email
    _ready: ClassVar[tuple[type, ...]] = ()  # what else is taken as it is, beside records
    _batch_bytes: float = math.inf
    _max_attempts: int | None = None
    _keys_are_unique: ClassVar[bool] = False  # whether two emails of one call must not have the same key

    def _prepare(self, email: Any, batch: Batch[P]) -> P:
        """Check every field of an email, and encode it once; `InvalidEmail` names the field."""
        raise NotImplementedError

    def _deliver(self, payloads: Sequence[P], batch: Batch[P], context: CallContext) -> list[BatchItem]:
        """Send payloads, and return the result or the error of each; raise only what is wrong with the whole call."""
        raise NotImplementedError

    # What a transport may change.

    def _encode(self, email: Any, batch: Batch[P]) -> P:
        """Encode an email that `check` has accepted before."""
        return self._prepare(email, batch)

    def _take(self, given: Any) -> Any:
        """Return the email that a user gave."""
        return given if isinstance(given, (self._record, *self._ready)) else as_mail(given, self._record)

    def _new_batch(self, previous: Batch[P] | None = None, *, single: bool = False) -> Batch[P]:
        """Return an empty batch; `previous` is the one before it in the same call."""
        return Batch(single=single)

    def _size(self, payload: P) -> int:
        """Return the bytes that a payload adds to its request."""
        return 0

    def _extra_time(self, batch: Batch[P]) -> float:
        """Return the seconds by which the size of a batch extends the deadline."""
        return 0.0

    def _find_sent(self, payload: P, context: CallContext) -> SendResult | None:
        """Look for an email that an earlier call may have sent."""
        return None

    def _fill_in(self, email: Email, payload: P | None) -> Email:
        """Return the email with what this transport adds to it, for a fallback that sends the same email."""
        return email

    def _name_unknown(self, error: DeliveryUnknown, payload: P) -> DeliveryUnknown:
        """Return the error of an email of unknown outcome with what the email can be looked up by."""
        return error

    def _check_open(self) -> None:
        """Raise `ConfigurationError` once the transport is closed."""

    def close(self) -> None:
        """Close the connections."""

    # What a transport is given.

    def check(self, email: EmailLike, /) -> None:
        """
        Check, without a network, that this transport can carry an email.

        Raises:
            InvalidEmail: It cannot; the error names the field.
        """
        self._prepare(self._take(email), self._new_batch(single=True))

    def send(self, email: EmailLike, /) -> SendResult:
        """
        Send one email.

        Raises:
            EmailAPIError: It was not sent, or may have been; the outcome of the error says which.
        """
        taken = self._take(email)
        if not is_ours(self, "check"):
            self.check(taken)
        return self._send(taken)

    def send_batch(self, emails: Iterable[EmailLike], /) -> BatchResult:
        """
        Send many emails; each item of the result is an email's `SendResult`, or the exception it met.

        Raises:
            InvalidArgument: `emails` is empty, or one email instead of many.
        """
        given = listed(emails)
        return self._send_batch(given) if is_ours(self, "send", "check") else one_by_one(self.send, given)

    def within(self, seconds: float, /, *, attempts: int | None = None) -> Self:
        """
        Return the same transport with a shorter deadline, and at most so many attempts.

        Raises:
            ConfigurationError: A number is out of its range.
        """
        if attempts is not None and (isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1):
            raise ConfigurationError(f"attempts must be a whole number from 1 on, not {attempts!r}")
        other = copy(self)
        other.deadline = min(self.deadline, as_deadline(seconds))
        other._max_attempts = min((n for n in (attempts, self._max_attempts) if n is not None), default=None)
        return other

    def __enter__(self) -> Self:
        """Return this transport."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    def _send(self, email: Any, *, check_first: bool = False) -> SendResult:
        context = CallContext.after(self.deadline, None, self._max_attempts)
        batch = self._new_batch(single=True)
        payload = self._prepare(email, batch)
        if check_first and (found := self._find_sent(payload, context)) is not None:
            return found
        (item,) = self._deliver([payload], batch, context)
        if isinstance(item, SendResult):
            return item
        raise item

    def _send_batch(self, emails: Iterable[Any], *, check_first: int = 0) -> BatchResult:
        self._check_open()
        items: list[BatchItem] = []
        unreachable: EmailAPIError | None = None
        for batch in self._batches(emails, self.at_once):
            if unreachable is not None:
                items += batch.items({}, unreachable)
                continue
            try:
                items += self._deliver_batch(batch, check_first=check_first)
            except EmailAPIError as error:
                if not items:
                    raise
                items += batch.items({}, error)
            if batch.unreachable and isinstance(items[-1], EmailAPIError):
                unreachable = items[-1]
        return BatchResult(tuple(items))

    def _batches(
        self, emails: Iterable[Any], limit: int, *, in_flight: set[str] | None = None, checked: bool = False
    ) -> Iterator[Batch[P]]:
        """
        Cut emails into batches; an email that is not valid is an item of its batch.

        Args:
            emails: The emails.
            limit: How many emails a batch has at most.
            in_flight: The keys of emails whose results are not known yet. Each batch adds its own; whoever has its
                results takes them out again, and then a batch has no more than `limit` emails even if most are not
                valid. A key that is among them is refused: finding one of two emails proves nothing of the other.
            checked: Whether `check` has accepted them before.
        """
        prepare = self._encode if checked else self._prepare
        taken = set() if in_flight is None else in_flight
        errors_limit = BATCH_LIMIT if limit == 1 and in_flight is None else limit
        batch = self._new_batch()
        try:
            for at, given in enumerate(emails):
                try:
                    email = given if isinstance(given, self._record) else self._take(given)
                    payload = prepare(email, batch)
                    if self._keys_are_unique and email.idempotency_key is not None:
                        batch.claim(email.idempotency_key, taken)
                except InvalidEmail as error:
                    batch.invalid[at] = error.at(at)
                else:
                    size = self._size(payload)
                    if batch.size + size > self._batch_bytes and batch.payloads:
                        full, batch = batch, self._new_batch(batch)
                        moved = full.keys & {email.idempotency_key or ""}
                        full.keys -= moved
                        yield full
                        batch.keys |= moved
                        payload = prepare(email, batch)
                    batch.payloads[at] = payload
                    batch.size += size + 1
                # Also a batch of nothing but errors must end: there may be millions.
                errors = len(batch.invalid) if in_flight is None else batch.count
                if len(batch.payloads) >= limit or errors >= errors_limit:
                    yield batch
                    batch = self._new_batch(batch)
        except Exception as error:
            note_input(error)
            # What the input raises must not lose the emails that were taken from it before.
            if batch.count:
                yield batch
            raise
        if batch.count:
            yield batch

    def _deliver_batch(self, batch: Batch[P], stopped: Event | None = None, *, check_first: int = 0) -> list[BatchItem]:
        """
        Send one batch within a deadline of its own, and return its results in the order of the input.

        The first `check_first` emails of the whole input are looked up before they are sent.
        """
        known = dict(self._already_sent(batch, stopped, check_first)) if check_first else {}
        left = {at: payload for at, payload in batch.payloads.items() if at not in known}
        if left and not (stopped and stopped.is_set()):
            context = CallContext.after(self.deadline + self._extra_time(batch), stopped, self._max_attempts)
            known.update(zip(left, self._deliver([*left.values()], batch, context), strict=True))
        return batch.items(known, not_started())

    def _already_sent(
        self, batch: Batch[P], stopped: Event | None, check_first: int
    ) -> Iterator[tuple[int, BatchItem]]:
        """
        Yield, by place, the emails that were sent before; an email that cannot be looked up is not sent now.

        Each has the deadline of a call. When one gets no response those behind it are not looked up: they would wait as
        long.
        """
        silent: EmailAPIError | None = None
        for at, payload in batch.payloads.items():
            if at >= check_first or (stopped and stopped.is_set()):
                return
            if silent is not None:
                yield at, copy(silent)
                continue
            try:
                found = self._find_sent(payload, CallContext.after(self.deadline, stopped))
            except InvalidEmail as error:
                yield at, error.at(at)
            except EmailAPIError as error:
                silent = error if isinstance(error, TransportError) else None
                yield at, error
            else:
                if found is not None:
                    yield at, found

    def _deliver_emails(self, emails: Sequence[Email], context: CallContext) -> list[BatchItem]:
        """Send emails within one deadline, as a fallback does; stop when there is no connection, or no time."""
        items: list[BatchItem] = []
        for batch in self._single(emails[0]) if len(emails) == 1 else self._batches(emails, self.at_once, checked=True):
            recent = items[-GIVE_UP_AFTER:]
            gone = len(recent) == GIVE_UP_AFTER and all(isinstance(item, ConnectionFailed) for item in recent)
            if gone or not context.deadline.may_send():
                break
            try:
                sent = self._deliver([*batch.payloads.values()], batch, context) if batch.payloads else []
            except EmailAPIError as error:
                items += batch.items({}, error)
            else:
                items += batch.items(dict(zip(batch.payloads, sent, strict=True)), not_started())
        return items

    def _single(self, email: Email) -> Iterator[Batch[P]]:
        batch = self._new_batch(single=True)
        try:
            batch.payloads[0] = self._encode(email, batch)
        except InvalidEmail as error:
            batch.invalid[0] = error
        yield batch
