"""Two transports that look like one: the second sends what the first surely did not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import attrs

from .._delivery import CallContext
from .._log import logger
from .._net import ProcessLocal
from ..errors import (
    ConfigurationError,
    DeliveryUnknown,
    EmailAPIError,
    InvalidEmail,
    Outcome,
    RateLimited,
    ServiceUnavailable,
    SESError,
    SMTPError,
    TransportError,
)
from ..models.email import Email
from ..models.outbound import BatchItem, SendResult
from ..models.transport import Transport
from .base import is_ours
from .circuit_breaker import CircuitBreaker
from .delegating import DelegatedBatch, Delegating
from .engine import Engine
from .inputs import EmailLike
from .user_transport import engine_of

PRIMARY_ATTEMPTS = 2
# What may be left out: what an email is to its reader, and whom it goes to, may not.
_NEEDED = {"sender", "to", "cc", "bcc", "subject", "text_body", "html_body", "idempotency_key"}
_DEFAULTS = {field.name: getattr(Email(), field.name) for field in attrs.fields(Email) if field.name not in _NEEDED}


def may_fail_over(error: EmailAPIError) -> bool:
    """
    Whether the secondary may send the email that ended with an error.

    Only what was surely not sent, and not rejected either: SMTP must not get round a suppression.
    """
    if error.outcome is not Outcome.NOT_SENT:
        return False
    if isinstance(error, (SMTPError, SESError)):
        return error.retryable
    return isinstance(error, (TransportError, RateLimited, ServiceUnavailable))


def check_ignore(given: Iterable[str]) -> frozenset[str]:
    """
    Return the names of the fields that the secondary may leave out.

    Raises:
        ConfigurationError: A name is not that of such a field.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ConfigurationError(f"ignore must be a set of field names, not {given!r}")
    names = frozenset(given)
    for name in names:
        if name not in _DEFAULTS:
            raise ConfigurationError(f"ignore: {name!r} cannot be left behind, only {', '.join(sorted(_DEFAULTS))}")
    return names


@attrs.frozen
class FallbackPayload:
    """
    An email encoded for the primary; the secondary encodes it when it is needed.

    Attributes:
        primary: The primary's payload.
        email: The email with all that the primary adds, its key too: the same on both sides.
    """

    primary: Any = attrs.field(repr=False)
    email: Email = attrs.field(repr=False)

    @property
    def idempotency_key(self) -> str | None:
        """The key on both sides."""
        return self.email.idempotency_key


class Fallback(Delegating[FallbackPayload]):
    """
    A transport with another one behind it, which sends what the first surely did not send and did not reject.

    Whether the secondary could carry an email is checked before the primary is tried. The primary has at most half of
    the deadline, and one retry; after three failures in a row it is not called for 30 seconds, then tried with one
    email.

    Attributes:
        first: The primary, which is tried first.
        second: The secondary.
        deadline: Seconds for one request: the primary's.
        at_once: How many emails are one request: as many as the primary takes.
    """

    def __init__(self, first: Transport, second: Transport, *, ignore: Iterable[str] = ()) -> None:
        """
        Join two transports.

        Args:
            first: Tried first.
            second: Sends an email when the first surely did not.
            ignore: Fields that the secondary may leave out, as in `{"tag", "metadata"}`.

        Raises:
            ConfigurationError: One is not a transport, or a name is not that of a field that may be left out.
        """
        engine_of(second, "fallback")
        self.second = second
        self.ignore = check_ignore(ignore)
        self._breakers = ProcessLocal(CircuitBreaker)  # a fork begins anew
        self._set_primary(first)

    def _behind(self, first: Transport) -> Fallback:
        """Return the same fallback, its circuit breaker included, with another primary."""
        other = copy(self)
        other._set_primary(first)
        return other

    def __repr__(self) -> str:
        """Name both."""
        return f"Fallback({self.first!r}, {self.second!r})"

    def complete(self, email: Email, /) -> Email:
        """Return an email with what the primary fills in."""
        complete: Email = self._primary._fill_in(email, None)
        return complete

    def check(self, email: EmailLike, /) -> None:
        """
        Check that both transports can carry an email.

        Raises:
            InvalidEmail: One cannot; the error names the field.
        """
        super().check(email)

    def close(self) -> None:
        """Close both, the secondary also when the primary fails to."""
        try:
            self.first.close()
        finally:
            self.second.close()

    def _new_batch(self, previous: Any = None, *, single: bool = False) -> DelegatedBatch[FallbackPayload]:
        batch = super()._new_batch(previous, single=single)
        batch.secondary = engine_of(self.second, "fallback")
        return batch

    def _size(self, payload: FallbackPayload, batch: Any) -> int:
        size: int = batch.primary._size(payload.primary, batch.inner)
        return size

    def _find_sent(self, payload: FallbackPayload, batch: Any, context: CallContext) -> SendResult | None:
        found: SendResult | None = batch.primary._find_sent(payload.primary, batch.inner, context)
        return found

    def _for_templates(self) -> Engine[Any]:
        return self._primary._for_templates()

    def _fill_in(self, email: Any, payload: Any) -> Any:
        return payload.email if isinstance(payload, FallbackPayload) else self._primary._fill_in(email, payload)

    def _name_unknown(self, error: DeliveryUnknown, payload: FallbackPayload) -> DeliveryUnknown:
        return self._primary._name_unknown(error, payload.primary)

    def _prepare(self, email: Email, batch: Any) -> FallbackPayload:
        given = email if is_ours(self, "complete") else self.complete(email)
        primary = batch.primary._prepare(given, batch.inner)
        complete = batch.primary._fill_in(given, primary)
        # An outage is no time to find out that the secondary cannot carry a field.
        try:
            batch.secondary.check(self._reduced(complete))
        except InvalidEmail as error:
            hint = " (leave it out, or let the fallback ignore it)" if error.field in _DEFAULTS else ""
            why = f"the fallback could not carry the mail: {error.message}{hint}"
            raise InvalidEmail(why, field=error.field) from None
        return FallbackPayload(primary, complete)

    def _reduced(self, email: Email) -> Email:
        changes = {name: copy(_DEFAULTS[name]) for name in self.ignore if getattr(email, name) != _DEFAULTS[name]}
        return email._filled_in(changes) if changes else email

    def _deliver(self, payloads: Sequence[FallbackPayload], batch: Any, context: CallContext) -> list[BatchItem]:
        batch.primary._check_open()
        items = self._by_primary(payloads, batch, context)
        tried = len(items)
        again = [at for at, item in enumerate(items) if isinstance(item, EmailAPIError) and may_fail_over(item)]
        again += range(tried, len(payloads))
        items += [_skipped() for _ in payloads[tried:]]
        until = context.attempts_until  # sooner than the deadline where this one is the primary of another
        if not again or not until.may_send():
            return items
        name = type(self.second).__name__
        logger.warning("%d of %d emails fail over to %s", len(again), len(payloads), name)
        emails = [self._reduced(payloads[at].email) for at in again]
        sent = batch.secondary._deliver_emails(emails, CallContext(until, until))
        for at, item in zip(again, sent, strict=False):
            if isinstance(item, DeliveryUnknown):
                item = self._name_unknown(item, payloads[at])
            items[at] = _after(items[at], item) if at < tried else item
        return items

    def _by_primary(self, payloads: Sequence[FallbackPayload], batch: Any, context: CallContext) -> list[BatchItem]:
        """Send by the primary what the circuit breaker permits: all emails, one as a probe, or none."""
        end, breaker = context.attempts_until, self._breakers.get()
        half = end.sooner(end.left() / 2)
        attempts = min(PRIMARY_ATTEMPTS, context.max_attempts or PRIMARY_ATTEMPTS)
        items: list[BatchItem] = []
        while count := breaker.permits(len(payloads) - len(items)):
            part = [payload.primary for payload in payloads[len(items) : len(items) + count]]
            # While others wait for the outcome of a probe, its look-up leaves them their half.
            last = len(items) + count == len(payloads)
            limits = CallContext(context.deadline if last else half, half, attempts)
            try:
                some = batch.primary._deliver(part, batch.inner, limits)
            except EmailAPIError as error:
                if not items:
                    raise
                return items + [copy(error) for _ in payloads[len(items) :]]
            breaker.record(_worked(some))
            items += some
        return items


def _worked(items: Sequence[BatchItem]) -> bool | None:
    """Return whether the primary responded; an unknown outcome is neither."""
    errors = [item for item in items if isinstance(item, EmailAPIError)]
    if not errors:
        return True
    if any(may_fail_over(error) for error in errors):
        return False
    return None if any(error.may_have_been_sent for error in errors) else True


def _after(before: BatchItem, item: BatchItem) -> BatchItem:
    """Return the secondary's result or error, with the primary's error as its cause."""
    if isinstance(item, EmailAPIError) and isinstance(before, EmailAPIError):
        retryable = item.retryable or (item.outcome is Outcome.NOT_SENT and before.retryable)
        return item.replace(cause=item.__cause__ or before, retryable=retryable)
    return item


def _skipped() -> EmailAPIError:
    return TransportError(
        "nothing was sent: the first way is left alone after its failures, and the second took nothing in time"
    )
