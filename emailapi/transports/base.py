"""The base class of all transports: batches, deadlines, and one result for each email."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from threading import Event
from typing import Any, Self

from .._delivery import CallContext, add_results_note
from .._signals import raised_by_signal
from ..errors import ConfigurationError, ConnectionFailed, EmailAPIError, InvalidEmail, TransportError
from ..models.email import Email, TemplateEmail
from ..models.outbound import BatchItem, BatchResult
from ..settings import as_deadline
from .batch import BATCH_LIMIT, Batch, not_started, send_each
from .capture import RECORDINGS
from .inputs import EmailLike, add_input_note, as_list, given_key
from .single import USE_THE_API, P, SingleSending, is_ours

# After this many failed connections in a row, the emails that are left are not attempted.
GIVE_UP_AFTER = 3
EVERY_EMAIL = sys.maxsize


class BaseTransport(SingleSending[P]):
    """
    Sends emails, in batches if possible; a transport implements `_prepare` and `_deliver`.

    Attributes:
        deadline: Seconds for one request, with its retries and look-ups.
        at_once: Number of emails that are sent in one request, and share a deadline.
    """

    def send_batch(self, emails: Iterable[EmailLike], /) -> BatchResult:
        """
        Send many emails; each item of the result is an email's `SendResult`, or the exception that it failed with.

        Raises:
            InvalidArgument: `emails` is a single email instead of many.
        """
        given = as_list(emails)
        return self._send_batch(given) if is_ours(self, "send", "check") else send_each(self.send, given)

    def within(self, seconds: float, /, *, attempts: int | None = None) -> Self:
        """
        Return a copy of the transport with a shorter deadline, and at most so many attempts.

        Args:
            seconds: The deadline; a shorter deadline of the transport stays.
            attempts: The most attempts for one email, from 1; None for no other limit.

        Raises:
            ConfigurationError: A number is out of its range.
        """
        if attempts is not None and (isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1):
            raise ConfigurationError(f"attempts must be a whole number of at least 1, got {attempts!r}")
        other = copy(self)
        other.deadline = min(self.deadline, as_deadline(seconds))
        other._max_attempts = min((n for n in (attempts, self._max_attempts) if n is not None), default=None)
        return other

    def _for_templates(self) -> BaseTransport[Any]:
        """Return the transport for templated emails."""
        return _NoTemplates(self)

    def _send_batch(self, emails: Iterable[Any], *, check_first: int = 0) -> BatchResult:
        self._check_open()
        items: list[BatchItem] = []
        gone: EmailAPIError | None = None
        try:
            for batch in self._batches(emails, self.at_once):
                if gone is not None:
                    items += batch.items({}, gone)
                    continue
                try:
                    items += self._deliver_batch(batch, check_first=check_first)
                except EmailAPIError as error:
                    if not items:
                        raise
                    items += batch.items({}, error)
                gone = self._unreachable(batch, items)
            return BatchResult(tuple(items))
        except BaseException as passing:  # raised by a signal handler, or by the input
            add_results_note(passing, items)
            raise

    def _batches(
        self, emails: Iterable[Any], limit: int, *, in_flight: set[str] | None = None, checked: bool = False
    ) -> Iterator[Batch[P]]:
        """
        Divide emails into batches; an invalid email is an item of its batch.

        Args:
            emails: The emails.
            limit: The most emails in one batch.
            in_flight: The keys of emails whose results are not known yet. Each batch adds its own; the reader of its
                results removes them, and then a batch has no more than `limit` emails even if most are invalid. A
                duplicate key is rejected: finding one of the two emails would prove nothing about the other.
            checked: Whether `check` has accepted the emails before.
        """
        # Looked up once, not for each email.
        prepare, size_of, to_email = self._encode if checked else self._prepare, self._size, self._to_email
        record, most_bytes, unique = self._record, self._batch_bytes, self._keys_are_unique
        taken = set() if in_flight is None else in_flight
        errors_limit = BATCH_LIMIT if limit == 1 and in_flight is None else limit
        batch = self._new_batch()
        try:
            for at, given in enumerate(emails):
                try:
                    email = given if type(given) is record else to_email(given)
                    payload = prepare(email, batch)
                    if unique and email.idempotency_key is not None:
                        batch.claim(email.idempotency_key, taken)
                except InvalidEmail as error:
                    batch.invalid[at] = error.at(at, given_key(given))
                else:
                    size = size_of(payload, batch)
                    if batch.size + size > most_bytes and batch.payloads:
                        full, batch = batch, self._new_batch(batch)
                        moved = full.keys & {email.idempotency_key or ""}
                        full.keys -= moved
                        yield full
                        batch.keys |= moved
                        payload = prepare(email, batch)
                    batch.payloads[at] = payload
                    if RECORDINGS:
                        batch.keep(at, email)
                    batch.size += size + 1
                # A batch that consists of errors must end, too: there may be millions.
                errors = len(batch.invalid) + (0 if in_flight is None else len(batch.payloads))
                if len(batch.payloads) >= limit or errors >= errors_limit:
                    yield batch
                    batch = self._new_batch(batch)
        except Exception as error:
            add_input_note(error)
            # An exception of the input must not lose the emails that were taken from it before.
            if batch.count and not raised_by_signal(error):
                yield batch
            raise
        if batch.count:
            yield batch

    def _deliver_batch(self, batch: Batch[P], stopped: Event | None = None, *, check_first: int = 0) -> list[BatchItem]:
        """
        Send one batch, and return its results in the order of the input.

        Each part of `at_once` emails has a deadline of its own; a sending that is stopped ends between two parts. The
        first `check_first` emails of the whole input are looked up before they are sent.
        """
        known: dict[int, BatchItem] = {}
        try:
            return batch.items(known, self._deliver_into(known, batch, stopped, check_first))
        except BaseException as passing:  # raised by a signal handler
            add_results_note(passing, known.values())
            raise

    def _deliver_into(
        self, known: dict[int, BatchItem], batch: Batch[P], stopped: Event | None, check_first: int
    ) -> EmailAPIError:
        """Send one batch, put the results into `known`, and return the error of the emails that were not sent."""
        if check_first:
            known.update(self._already_sent(batch, stopped, check_first))
        left = [at for at in batch.payloads if at not in known]
        recent: list[BatchItem] = []
        for start in range(0, len(left), self.at_once):
            if stopped is not None and stopped.is_set():
                break
            part = left[start : start + self.at_once]
            try:
                items = self._deliver_part(part, batch, stopped)
            except EmailAPIError as error:  # the client may have been closed meanwhile
                if not recent:
                    raise
                return error
            known.update(zip(part, items, strict=True))
            recent = [*recent, *items][-GIVE_UP_AFTER:]
            gone = self._unreachable(batch, recent)
            if gone is not None:
                return gone
        return not_started()

    def _deliver_part(self, places: Sequence[int], batch: Batch[P], stopped: Event | None) -> list[BatchItem]:
        """Send the emails at these places of a batch within one deadline, and return their results."""
        context = CallContext.after(self.deadline + self._extra_time(batch), stopped, self._max_attempts)
        payloads = [batch.payloads[at] for at in places]
        if RECORDINGS:
            return self._deliver_recorded([batch.email(at) for at in places], payloads, batch, context)
        return self._deliver(payloads, batch, context)

    def _unreachable(self, batch: Batch[P], items: Sequence[BatchItem]) -> EmailAPIError | None:
        """
        Return the error that ends a call after these results; None if the emails that are left are to be sent.

        Where each email has its own deadline, a batch would wait for hours for a server that cannot be reached.
        """
        recent = items[-GIVE_UP_AFTER:] if self.at_once == 1 else ()
        has_failed = len(recent) == GIVE_UP_AFTER and all(isinstance(item, ConnectionFailed) for item in recent)
        last = items[-1] if batch.unreachable or has_failed else None
        return last if isinstance(last, EmailAPIError) else None

    def _already_sent(
        self, batch: Batch[P], stopped: Event | None, check_first: int
    ) -> Iterator[tuple[int, BatchItem]]:
        """
        Yield, by place, the emails that were sent before; an email whose look-up fails is not sent now.

        Each look-up has its own deadline. After a look-up without a response, the next emails are not looked up: they
        would wait as long in vain.
        """
        silent: EmailAPIError | None = None
        for at, payload in batch.payloads.items():
            if at >= check_first or (stopped and stopped.is_set()):
                return
            if silent is not None:
                yield at, copy(silent)
                continue
            try:
                context = CallContext.after(self.deadline, stopped)
                found = self._find_first(batch.email(at), payload, batch, context)
            except InvalidEmail as error:
                yield at, error.at(at)
            except EmailAPIError as error:
                silent = error if isinstance(error, TransportError) else None
                yield at, error
            else:
                if found is not None:
                    yield at, found

    def _deliver_emails(self, emails: Sequence[Email], context: CallContext) -> tuple[list[BatchItem], bool]:
        """
        Send emails within one deadline, as a fallback does.

        Returns:
            The results, of fewer emails if there is no connection or no time; and whether there is no connection.
        """
        items: list[BatchItem] = []
        sent: list[BatchItem] = []
        gone = False
        batches = self._single(emails[0]) if len(emails) == 1 else self._batches(emails, self.at_once, checked=True)
        try:
            for batch in batches:
                if gone or not context.deadline.may_send():
                    break
                try:
                    sent = self._deliver([*batch.payloads.values()], batch, context) if batch.payloads else []
                except EmailAPIError as error:
                    items += batch.items({}, error)
                else:
                    items += batch.items(dict(zip(batch.payloads, sent, strict=True)), not_started())
                sent = []
                gone = self._unreachable(batch, items) is not None
            return items, gone
        except BaseException as passing:  # raised by a signal handler
            add_results_note(passing, [*items, *sent])
            raise

    def _single(self, email: Email) -> Iterator[Batch[P]]:
        batch = self._new_batch(single=True)
        try:
            batch.payloads[0] = self._encode(email, batch)
        except InvalidEmail as error:
            batch.invalid[0] = error
        yield batch


class _NoTemplates(BaseTransport[Any]):
    """Stands for a transport that cannot send templated emails, and rejects them."""

    _record = TemplateEmail

    def __init__(self, transport: BaseTransport[Any]) -> None:
        self._transport = transport

    def _prepare(self, email: TemplateEmail, batch: Batch[Any]) -> Any:
        field = "template_id" if email.template_alias is None else "template_alias"
        raise InvalidEmail(f"{field}: {self._transport._kind} sends no templates, {USE_THE_API}", field=field)

    def _check_open(self) -> None:
        self._transport._check_open()
