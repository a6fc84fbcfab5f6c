"""The delivery that all transports share: batches, deadlines, and one result for each email."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import partial
from threading import Event
from typing import Any, ClassVar, Generic, TypeVar

from .._delivery import CallContext
from ..errors import ConfigurationError, ConnectionFailed, DeliveryUnknown, EmailAPIError, InvalidEmail, TransportError
from ..models.bulk import BulkEmail, BulkStatus
from ..models.email import BaseEmail, Email, TemplateEmail
from ..models.options import Hooks
from ..models.outbound import BatchItem, BatchResult, SendResult
from .batch import BATCH_LIMIT, Batch, not_started
from .capture import RECORDINGS, through_recorders
from .inputs import add_input_note, as_email, given_key

P = TypeVar("P")

# After this many failed connections in a row, the other emails of a batch are not attempted.
GIVE_UP_AFTER = 3
EVERY_EMAIL = sys.maxsize
_USE_THE_API = "only the API does: use a Client with a token"


class Engine(Generic[P]):
    """Delivers emails by two methods that a transport implements, `_prepare` and `_deliver`."""

    deadline: float = 30.0
    at_once: int = 1

    _record: type[BaseEmail] = Email
    _ready: ClassVar[tuple[type, ...]] = ()  # other types that are accepted as they are
    _batch_bytes: float = math.inf
    _max_attempts: int | None = None
    _hooks: Hooks | None = None  # the client's; other transports than the API have none
    # Whether two emails of one call must have different keys.
    _keys_are_unique: bool = False

    def _prepare(self, email: Any, batch: Batch[P]) -> P:
        """Validate every field of an email, and encode it once; `InvalidEmail` names the field."""
        raise NotImplementedError

    def _deliver(self, payloads: Sequence[P], batch: Batch[P], context: CallContext) -> list[BatchItem]:
        """Send payloads, and return the result or error of each; raise only errors that concern the whole call."""
        raise NotImplementedError

    def _encode(self, email: Any, batch: Batch[P]) -> P:
        """Encode an email that `check` has accepted before."""
        return self._prepare(email, batch)

    def _to_email(self, given: Any) -> Any:
        """Convert the user's input to an email."""
        return given if isinstance(given, (self._record, *self._ready)) else as_email(given, self._record)

    def _new_batch(self, previous: Batch[P] | None = None, *, single: bool = False) -> Batch[P]:
        """Create an empty batch; `previous` is the batch before it in the same call."""
        return Batch(single=single)

    def _size(self, payload: P, batch: Batch[P]) -> int:
        """Return the bytes that a payload adds to its request."""
        return 0

    def _extra_time(self, batch: Batch[P]) -> float:
        """Return the seconds by which the size of a batch extends the deadline."""
        return 0.0

    def _check_looks_up(self) -> None:
        """Raise `ConfigurationError` if the transport cannot look up emails that were sent before."""
        raise ConfigurationError(
            f"check_first: {self._kind} cannot look up emails that were sent before, {_USE_THE_API}"
        )

    def _find_sent(self, payload: P, batch: Batch[P], context: CallContext) -> SendResult | None:
        """Look for an email that an earlier call may have sent."""
        return None

    def _fill_in(self, email: Any, payload: P | None) -> Any:
        """Return the email with the values that this transport adds, for a fallback that sends the same email."""
        return email

    def _for_templates(self) -> Engine[Any]:
        """Return the transport for templated emails."""
        return _NoTemplates(self)

    def _prepare_bulk(self, bulk: BulkEmail) -> Any:
        """Validate a bulk request, and encode it once."""
        raise InvalidEmail(f"messages: {self._kind} sends no bulk requests, {_USE_THE_API}", field="messages")

    def _deliver_bulk(self, payload: Any, context: CallContext) -> BulkStatus:
        """Send a bulk request, and return its status."""
        raise NotImplementedError

    def _name_unknown(self, error: DeliveryUnknown, payload: P) -> DeliveryUnknown:
        """Add the key and stream to the error of an email with unknown outcome."""
        return error

    def _check_open(self) -> None:
        """Raise `ConfigurationError` if the transport is closed."""

    @property
    def _kind(self) -> str:
        """The name of the transport in error messages."""
        return type(self).__name__

    # Methods that all transports share.

    def _send(self, email: Any, *, check_first: bool = False, payload: P | None = None) -> SendResult:
        context = CallContext.after(self.deadline, None, self._max_attempts)
        batch = self._new_batch(single=True)
        payload = self._prepare(email, batch) if payload is None else payload
        if check_first and (found := self._find_first(email, payload, batch, context)) is not None:
            return found
        if RECORDINGS:
            (item,) = self._deliver_recorded([email], [payload], batch, context)
        else:
            (item,) = self._deliver([payload], batch, context)
        if isinstance(item, SendResult):
            return item
        raise item

    def _deliver_recorded(
        self, emails: Sequence[Any], payloads: Sequence[P], batch: Batch[P], context: CallContext
    ) -> list[BatchItem]:
        """Deliver payloads through the recorders, if there are any. Every email passes here, once."""
        deliver = partial(self._deliver, payloads, batch, context)
        return through_recorders("deliver", self, emails, payloads, deliver)

    def _find_first(self, email: Any, payload: P, batch: Batch[P], context: CallContext) -> SendResult | None:
        look = partial(self._find_sent, payload, batch, context)
        return through_recorders("look_up", self, [email], [payload], look) if RECORDINGS else look()

    def _send_bulk(self, bulk: BulkEmail) -> BulkStatus:
        context = CallContext.after(self.deadline)
        payload = self._prepare_bulk(bulk)
        deliver = partial(self._deliver_bulk, payload, context)
        return through_recorders("send_bulk", self, [bulk], [payload], deliver) if RECORDINGS else deliver()

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
        Divide emails into batches; an invalid email is an item of its batch.

        Args:
            emails: The emails.
            limit: The most emails in one batch.
            in_flight: The keys of emails whose results are not known yet. Each batch adds its own; the reader of its
                results removes them, and then a batch has no more than `limit` emails even if most are invalid. A
                duplicate key is rejected: finding one of the two emails would prove nothing about the other.
            checked: Whether `check` has accepted the emails before.
        """
        prepare = self._encode if checked else self._prepare
        taken = set() if in_flight is None else in_flight
        errors_limit = BATCH_LIMIT if limit == 1 and in_flight is None else limit
        batch = self._new_batch()
        try:
            for at, given in enumerate(emails):
                try:
                    email = given if isinstance(given, self._record) else self._to_email(given)
                    payload = prepare(email, batch)
                    if self._keys_are_unique and email.idempotency_key is not None:
                        batch.claim(email.idempotency_key, taken)
                except InvalidEmail as error:
                    batch.invalid[at] = error.at(at, given_key(given))
                else:
                    size = self._size(payload, batch)
                    if batch.size + size > self._batch_bytes and batch.payloads:
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
                errors = len(batch.invalid) if in_flight is None else batch.count
                if len(batch.payloads) >= limit or errors >= errors_limit:
                    yield batch
                    batch = self._new_batch(batch)
        except Exception as error:
            add_input_note(error)
            # An exception of the input must not lose the emails that were taken from it before.
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
            payloads = [*left.values()]
            if RECORDINGS:
                items = self._deliver_recorded([batch.email(at) for at in left], payloads, batch, context)
            else:
                items = self._deliver(payloads, batch, context)
            known.update(zip(left, items, strict=True))
        return batch.items(known, not_started())

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

    def _deliver_emails(self, emails: Sequence[Email], context: CallContext) -> list[BatchItem]:
        """Send emails within one deadline, as a fallback does; stop without a connection or time."""
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


class _NoTemplates(Engine[Any]):
    """Stands for a transport that cannot send templated emails, and rejects them."""

    _record = TemplateEmail

    def __init__(self, transport: Engine[Any]) -> None:
        self._transport = transport

    def _prepare(self, email: TemplateEmail, batch: Batch[Any]) -> Any:
        field = "template_id" if email.template_alias is None else "template_alias"
        raise InvalidEmail(f"{field}: {self._transport._kind} sends no templates, {_USE_THE_API}", field=field)

    def _check_open(self) -> None:
        self._transport._check_open()
