"""Failover: a second transport sends the emails that the first one surely did not send."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import attrs

from .._delivery import CallContext, add_results_note
from .._http import call_hook
from .._log import log_facts, report
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
from ..models.hook_event import HookEvent
from ..models.options import Hooks
from ..models.outbound import BatchItem, SendResult
from ..models.transport import Transport
from .base import BaseTransport
from .circuit_breaker import CircuitBreaker
from .delegating import DelegatedBatch, Delegating
from .inputs import EmailLike
from .single import is_ours
from .user_transport import as_transport

PRIMARY_ATTEMPTS = 2
# Fields that may never be left out: the content and the recipients.
_NEEDED = {"sender", "to", "cc", "bcc", "subject", "text_body", "html_body", "idempotency_key"}
_DEFAULTS = {field.name: getattr(Email(), field.name) for field in attrs.fields(Email) if field.name not in _NEEDED}


def may_fail_over(error: EmailAPIError) -> bool:
    """
    Whether the secondary may send an email that failed with this error.

    Only if the email was surely not sent and not rejected, also not for one of its recipients: a fallback must not
    bypass a suppression.
    """
    if error.outcome is not Outcome.NOT_SENT:
        return False
    if isinstance(error, SMTPError):
        return error.retryable and all(recipient.temporary for recipient in error.recipients)
    if isinstance(error, SESError):
        return error.retryable
    return isinstance(error, (TransportError, RateLimited, ServiceUnavailable))


def check_ignore(given: Iterable[str], option: str = "ignore") -> frozenset[str]:
    """
    Validate the names of the fields that the secondary may leave out.

    Raises:
        ConfigurationError: A field is unknown or may not be left out.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ConfigurationError(f"{option} must be a set of field names, got {given!r}")
    names = tuple(given)
    for name in names:
        if not isinstance(name, str) or name not in _DEFAULTS:
            known = ", ".join(sorted(_DEFAULTS))
            raise ConfigurationError(f"{option}: {name!r} cannot be left out, only {known} can")
    return frozenset(names)


@attrs.frozen
class FallbackPayload:
    """
    An email encoded for the primary; the secondary encodes it when needed.

    Attributes:
        primary: The primary's payload.
        email: The email with the values that the primary adds, including the key: both transports send the same.
    """

    primary: Any = attrs.field(repr=False)
    email: Email = attrs.field(repr=False)

    @property
    def idempotency_key(self) -> str | None:
        """The key, which is the same for both transports."""
        return self.email.idempotency_key


class Fallback(Delegating[FallbackPayload]):
    """
    Sends by a primary transport, and fails over to a secondary for emails that were surely neither sent nor rejected.

    Whether the secondary can carry an email is checked before the primary is tried. The primary gets at most half of
    the deadline, and one retry. After three failures in a row the circuit breaker opens: the primary is not used for 30
    seconds, then tried with one email.

    Attributes:
        first: The primary transport.
        second: The secondary transport.
        deadline: Seconds for one request: that of the primary.
        at_once: Number of emails in one request: that of the primary.
    """

    second: Transport

    def __init__(self, first: Transport, second: Transport, *, ignore: Iterable[str] = ()) -> None:
        """
        Combine two transports.

        Args:
            first: The primary transport.
            second: The secondary transport, for emails that were surely neither sent nor rejected.
            ignore: Fields that the secondary may leave out, as in `{"tag", "metadata"}`.

        Raises:
            ConfigurationError: An argument is not a transport, or a field of `ignore` may not be left out.
        """
        as_transport(second, "fallback")
        self.second = second
        self.ignore = check_ignore(ignore)
        self._breakers = ProcessLocal(CircuitBreaker)  # a forked process starts with a closed circuit
        self._set_primary(first)

    def _behind(self, first: Transport) -> Fallback:
        """Return the same fallback, including its circuit breaker, with another primary."""
        other = copy(self)
        other._set_primary(first)
        return other

    def __repr__(self) -> str:
        """Name both transports."""
        return f"Fallback({self.first!r}, {self.second!r})"

    def complete(self, email: Email, /) -> Email:
        """Return an email with the values that the primary fills in."""
        complete: Email = self._primary._fill_in(email, None)
        return complete

    def check(self, email: EmailLike, /) -> None:
        """
        Check that both transports can carry an email.

        Raises:
            InvalidEmail: A transport cannot carry the email; the error names the field.
        """
        super().check(email)

    def close(self) -> None:
        """Close both transports, the secondary even if closing the primary fails."""
        try:
            self.first.close()
        finally:
            self.second.close()

    def _new_batch(self, previous: Any = None, *, single: bool = False) -> DelegatedBatch[FallbackPayload]:
        batch = super()._new_batch(previous, single=single)
        batch.secondary = as_transport(self.second, "fallback")
        return batch

    def _size(self, payload: FallbackPayload, batch: Any) -> int:
        size: int = batch.primary._size(payload.primary, batch.inner)
        return size

    def _find_sent(self, payload: FallbackPayload, batch: Any, context: CallContext) -> SendResult | None:
        found: SendResult | None = batch.primary._find_sent(payload.primary, batch.inner, context)
        return found

    def _for_templates(self) -> BaseTransport[Any]:
        return self._primary._for_templates()

    def _fill_in(self, email: Any, payload: Any) -> Any:
        return payload.email if isinstance(payload, FallbackPayload) else self._primary._fill_in(email, payload)

    def _name_unknown(self, error: DeliveryUnknown, payload: FallbackPayload) -> DeliveryUnknown:
        return self._primary._name_unknown(error, payload.primary)

    def _prepare(self, email: Email, batch: Any) -> FallbackPayload:
        given = email if is_ours(self, "complete") else self.complete(email)
        primary = batch.primary._prepare(given, batch.inner)
        complete = batch.primary._fill_in(given, primary)
        # Check now, not during an outage, that the secondary can carry the email.
        try:
            batch.secondary.check(self._reduced(complete))
        except InvalidEmail as error:
            hint = " (leave it out, or add it to fallback_ignore=)" if error.field in _DEFAULTS else ""
            why = f"the fallback cannot carry the email: {error.message}{hint}"
            raise InvalidEmail(why, field=error.field) from None
        return FallbackPayload(primary, complete)

    def _reduced(self, email: Email) -> Email:
        changes = {name: copy(_DEFAULTS[name]) for name in self.ignore if getattr(email, name) != _DEFAULTS[name]}
        return email._filled_in(changes) if changes else email

    def _deliver(self, payloads: Sequence[FallbackPayload], batch: Any, context: CallContext) -> list[BatchItem]:
        batch.primary._check_open()
        items: list[BatchItem] = []
        try:
            self._by_primary(items, payloads, batch, context)
            tried = len(items)
            again = [at for at, item in enumerate(items) if isinstance(item, EmailAPIError) and may_fail_over(item)]
            again += range(tried, len(payloads))
            items += [_skipped() for _ in payloads[tried:]]
            until = context.attempts_until  # before the deadline if this transport is the primary of another fallback
            if again and until.may_send():
                self._fail_over(items, again, tried, payloads, batch, CallContext(until, until))
            return items
        except BaseException as passing:  # raised by a signal handler
            add_results_note(passing, items)
            raise

    def _fail_over(
        self,
        items: list[BatchItem],
        places: Sequence[int],
        tried: int,
        payloads: Sequence[FallbackPayload],
        batch: Any,
        context: CallContext,
    ) -> None:
        """Send emails by the secondary, and put its results into `items`, of which the primary tried the first."""
        self._tell(places, len(payloads), items[places[0]] if places[0] < tried else None, batch.primary._hooks)
        emails = [self._reduced(payloads[at].email) for at in places]
        sent: list[BatchItem] = []
        try:
            sent, gone = batch.secondary._deliver_emails(emails, context)
            batch.unreachable = gone and (tried == 0 or batch.inner.unreachable)
            for at, item in zip(places, sent, strict=False):
                if isinstance(item, DeliveryUnknown):
                    item = self._name_unknown(item, payloads[at])
                items[at] = _with_cause(items[at], item) if at < tried else item
        except BaseException as passing:  # raised by a signal handler
            add_results_note(passing, sent, [email.idempotency_key for email in emails])
            raise

    def _tell(self, places: Sequence[int], count: int, first: BatchItem | None, hooks: Hooks | None) -> None:
        """Log that emails fail over, and call the hook."""
        name, facts = type(self.second).__name__, log_facts(count=len(places))
        report(logging.WARNING, "%d of %d emails fail over to %s", len(places), count, name, facts=facts)
        if hooks is not None and hooks.on_fallback is not None:
            via = name.removesuffix("Transport").lower() if isinstance(self.second, BaseTransport) else name
            error = first if isinstance(first, EmailAPIError) else None
            call_hook(hooks.on_fallback, HookEvent("", "", 1, error=error, count=len(places), transport=via))

    def _by_primary(
        self, items: list[BatchItem], payloads: Sequence[FallbackPayload], batch: Any, context: CallContext
    ) -> None:
        """Send by the primary what the circuit breaker permits (all emails, one as a probe, or none) into `items`."""
        end, breaker = context.attempts_until, self._breakers.get()
        half = end.sooner(end.left() / 2)
        attempts = min(PRIMARY_ATTEMPTS, context.max_attempts or PRIMARY_ATTEMPTS)
        while count := breaker.permits(len(payloads) - len(items)):
            part = [payload.primary for payload in payloads[len(items) : len(items) + count]]
            # A probe's look-up leaves the other emails their half of the time.
            last = len(items) + count == len(payloads)
            limits = CallContext(context.deadline if last else half, half, attempts)
            try:
                some = batch.primary._deliver(part, batch.inner, limits)
            except EmailAPIError as error:
                if not items:
                    raise
                items += [copy(error) for _ in payloads[len(items) :]]
                return
            items += some
            breaker.record(_worked(some))


def _worked(items: Sequence[BatchItem]) -> bool | None:
    """Return whether the primary responded; None if the outcome is unknown."""
    errors = [item for item in items if isinstance(item, EmailAPIError)]
    if not errors:
        return True
    if any(may_fail_over(error) for error in errors):
        return False
    return None if any(error.may_have_been_sent for error in errors) else True


def _with_cause(before: BatchItem, item: BatchItem) -> BatchItem:
    """Return the secondary's result or error, with the primary's error as its cause."""
    if isinstance(item, EmailAPIError) and isinstance(before, EmailAPIError):
        retryable = item.retryable or (item.outcome is Outcome.NOT_SENT and before.retryable)
        return item.replace(cause=item.__cause__ or before, retryable=retryable)
    return item


def _skipped() -> EmailAPIError:
    return TransportError(
        "nothing was sent: the circuit breaker keeps the primary from being used, and the fallback had no time"
    )
