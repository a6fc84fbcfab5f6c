"""The API as a transport: one request, and the look-up of emails of unknown outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Protocol, Self

import attrs

from ..._delivery import CallContext, Deadline, Kind, Request, add_request_note, add_results_note, new_keys
from ..._http import perform
from ...errors import APIError, DeliveryUnknown, EmailAPIError, InvalidArgument, InvalidEmail, TransportError
from ...models.email import Email
from ...models.outbound import BatchItem, SendResult, inactive_addresses
from ..base import BaseTransport
from ..batch import BATCH_LIMIT, Batch
from .limits import BATCH_BYTES_LIMIT
from .payload import EMAILS, TEMPLATES, APIPayload, Endpoint, complete, encode
from .responses import each, identified, rejected, single

# Bulk requests and look-ups are loaded by programs that need them: with their records, they take a tenth of the time of
# a process that sends one email.
if TYPE_CHECKING:
    from ..._http import Session
    from ...models.bulk import BulkEmail, BulkStatus
    from ...settings import Options


class SendingClient(Protocol):
    """The part of a `Client` that `APITransport` uses; an `AccountClient` has no `outbound`."""

    _session: Session
    _options: Options

    @property
    def outbound(self) -> object:
        """The namespace for sending emails."""


# For each of these, the deadline of a batch is extended by a second.
BYTES_A_SECOND = 1_000_000


class APITransport(BaseTransport[APIPayload]):
    """
    The API of a client, with its options, as a `Transport`; a fallback of the client is not used.

    Attributes:
        deadline: Seconds for one call: the client's.
    """

    at_once = BATCH_LIMIT
    _batch_bytes = BATCH_BYTES_LIMIT
    _keys_are_unique = True
    _session: Session
    _options: Options
    _endpoint: Endpoint[Any]

    def __init__(self, client: SendingClient) -> None:
        """
        Use the client's connections; the client stays their owner.

        Raises:
            InvalidArgument: `client` is not a `Client`; an `AccountClient` sends no emails.
        """
        # By the class: a client creates its namespace with this.
        if not hasattr(type(client), "outbound") or not hasattr(client, "_session"):
            raise InvalidArgument(f"client must be a Client, got {type(client).__name__}", argument="client")
        self._set(client._session, client._options, EMAILS)

    @classmethod
    def _create(cls, session: Session, options: Options, endpoint: Endpoint[Any]) -> Self:
        created = cls.__new__(cls)
        created._set(session, options, endpoint)
        return created

    def _set(self, session: Session, options: Options, endpoint: Endpoint[Any]) -> None:
        self._session, self._options, self._endpoint = session, options, endpoint
        self._record, self.deadline, self._hooks = endpoint.record, options.deadline, options.hooks

    def __repr__(self) -> str:
        """Name the host, never the token."""
        return f"APITransport(base_url={self._session.base_url!r})"

    def complete(self, email: Email, /) -> Email:
        """Return an email with the values that the client fills in: sender, stream, and a key to look it up by."""
        return complete(email, self._options, new_keys(1)[0] if self._options.reconcile else None)

    def close(self) -> None:
        """Do nothing: the client's owner closes it."""

    def _check_open(self) -> None:
        self._session.check_open()

    def _new_batch(self, previous: Batch[APIPayload] | None = None, *, single: bool = False) -> Batch[APIPayload]:
        if single:
            return Batch(single=True)
        empty = sum(map(len, self._endpoint.wrapped))
        if not self._options.reconcile:
            return Batch(size=empty)
        supply = _new_keys() if previous is None else previous.supply
        return Batch(key=next(supply or _new_keys()), supply=supply, size=empty)

    def _prepare(self, email: Any, batch: Batch[APIPayload]) -> APIPayload:
        key, options, supply = None, self._options, batch.supply
        if email.idempotency_key is None:
            if supply is not None:
                key = next(supply)
            elif options.reconcile:
                key = new_keys(1)[0]
        return encode(email, options, self._endpoint.check, key, batch.key)

    def _size(self, payload: APIPayload, batch: Batch[APIPayload]) -> int:
        return len(payload.part)

    def _extra_time(self, batch: Batch[APIPayload]) -> float:
        return batch.size / BYTES_A_SECOND

    def _fill_in(self, email: Any, payload: APIPayload | None) -> Any:
        return self.complete(email) if payload is None else complete(email, self._options, payload.key)

    def _for_templates(self) -> APITransport:
        return APITransport._create(self._session, self._options, TEMPLATES)

    def _prepare_bulk(self, bulk: BulkEmail) -> APIPayload:
        from .bulk import encode_bulk

        return encode_bulk(self._options, bulk)

    def _deliver_bulk(self, payload: APIPayload, context: CallContext) -> BulkStatus:
        from .bulk import post_bulk

        return post_bulk(self._session, self._options, payload, context.deadline)

    def _name_unknown(self, error: DeliveryUnknown, payload: APIPayload) -> DeliveryUnknown:
        return error.replace(
            idempotency_key=error.idempotency_key or payload.key, message_stream=error.message_stream or payload.stream
        )

    def _check_looks_up(self) -> None:
        """Do nothing: the API can be searched."""

    def _find_sent(self, payload: APIPayload, batch: Batch[APIPayload], context: CallContext) -> SendResult | None:
        """
        Look up an email before it is sent.

        Raises:
            InvalidArgument: The email cannot carry its key, so that it could never be found.
            InvalidEmail: The key belongs to another email.
            EmailAPIError: The look-up failed.
        """
        from .reconciliation import Wanted, find

        if payload.key is None:
            why = "its metadata has no room for one" if self._options.reconcile else "reconcile is off"
            raise InvalidArgument(f"check_first needs a key that the email carries, but {why}", argument="check_first")
        hits = find(self._session, self._options, Wanted.of(payload), context.deadline)
        found = hits.found.get(payload.key)
        if found is None and hits.others:
            why = f"idempotency_key {_belongs_to_another(payload.key, hits.others[payload.key])}"
            raise InvalidEmail(f"{why}; nothing was sent: give each email a key of its own", field="idempotency_key")
        return found

    def _deliver(
        self, payloads: Sequence[APIPayload], batch: Batch[APIPayload], context: CallContext
    ) -> list[BatchItem]:
        """
        Post emails once, and look up those of unknown outcome; with `on_unknown="resend"`, post these once more.

        An email is posted again only after a search that did not find it; a failed search proves nothing.
        """
        items: list[BatchItem] = []
        try:
            items = self._post(payloads, batch, context)
            # The usual class first: one that does not match costs three times as much.
            if any(isinstance(item, DeliveryUnknown) for item in items if not isinstance(item, SendResult)):
                self._reconcile(items, payloads, batch, context)
            return items
        except BaseException as passing:  # raised by a signal handler
            add_results_note(passing, items, [payload.idempotency_key for payload in payloads])
            raise

    def _reconcile(
        self, items: list[BatchItem], payloads: Sequence[APIPayload], batch: Batch[APIPayload], context: CallContext
    ) -> None:
        """Replace the errors of emails with unknown outcome by results, if these emails are found or sent again."""
        for at, error in _unknown(items):
            items[at] = identified(error, payloads[at], reconcile=self._options.reconcile)
        if not self._options.reconcile:
            return
        look_up = partial(self._look_up, items, payloads, batch)
        deadline = context.deadline
        if self._options.on_unknown == "resend":
            absent = look_up(deadline.sooner(deadline.left() / 2))
            if absent and deadline.may_send():
                self._resend(items, payloads, absent, batch, context)
        if _unknown(items):
            look_up(deadline)

    def _post(self, payloads: Sequence[APIPayload], batch: Batch[APIPayload], context: CallContext) -> list[BatchItem]:
        # The body is in no local variable, so that a traceback with local variables does not show the email.
        request = Request(
            "POST",
            self._endpoint.one if batch.single else self._endpoint.many,
            body=payloads[0].part if batch.single else self._endpoint.body(payloads),
            kind=Kind.SEND,
            keys=[payload.idempotency_key for payload in payloads],
        )
        options = self._options
        retry = options.retry if context.max_attempts is None else context.retry(options.retry)
        try:
            try:
                response = perform(
                    self._session, options, request, context.attempts_until, retry=retry, timeout=self._timeout(context)
                )
            except (APIError, TransportError) as error:
                return [rejected(error, payloads[0])] if batch.single else [error, *(copy(error) for _ in payloads[1:])]
            return [single(request, response, payloads[0])] if batch.single else each(request, response, payloads)
        except BaseException as passing:  # raised by a signal handler
            add_request_note(passing, request)
            raise

    def _timeout(self, context: CallContext) -> tuple[float, float]:
        """Return the timeouts of one request; a third of the deadline is kept for look-ups."""
        connect, read = self._options.timeout
        if self._options.reconcile and context.attempts_until is context.deadline:
            left = context.deadline.left()
            if read >= left:
                read = max(left, 0.001) * 2 / 3
        return connect, read

    def _look_up(
        self, items: list[BatchItem], payloads: Sequence[APIPayload], batch: Batch[APIPayload], until: Deadline
    ) -> list[int]:
        """Replace the errors of emails that are found by results, and return the places of those not found."""
        from .reconciliation import Wanted, look_up_all

        lost = [(at, error, payloads[at].key or "") for at, error in _unknown(items) if payloads[at].key]
        # A rejection that names only some recipients as inactive is an unknown outcome.
        wanted = [Wanted.of(payloads[at], batch.key, inactive_addresses(error.message)) for at, error, _ in lost]
        hits = look_up_all(self._session, self._options, wanted, until)
        for at, error, key in lost:
            if key in hits.found:
                items[at] = hits.found[key]
            elif key in hits.others and not error._others:
                others = hits.others[key]
                why = f"{error.message}; its idempotency_key {_belongs_to_another(key, others)}"
                items[at] = error.replace(message=why, _others=others)
        return [at for at, _, key in lost if key in hits.absent]

    def _resend(
        self,
        items: list[BatchItem],
        payloads: Sequence[APIPayload],
        places: Sequence[int],
        batch: Batch[APIPayload],
        context: CallContext,
    ) -> None:
        """Post emails again; a failure is ignored: the first attempt may have succeeded, so its error stands."""
        limits = attrs.evolve(context, attempts_until=context.deadline)
        with suppress(EmailAPIError):  # the client may have been closed meanwhile
            again = self._post([payloads[at] for at in places], batch, limits)
            for at, item in zip(places, again, strict=True):
                if isinstance(item, SendResult):
                    items[at] = item


def _new_keys() -> Iterator[str]:
    """Yield new keys, many at once, since asking the system for one costs as much; for a small batch only a few."""
    for count in chain((4, 96, 400), repeat(BATCH_LIMIT)):
        yield from new_keys(count)


def _unknown(items: Sequence[BatchItem]) -> list[tuple[int, DeliveryUnknown]]:
    """Return the places and errors of the emails with unknown outcome."""
    return [(at, item) for at, item in enumerate(items) if isinstance(item, DeliveryUnknown)]


def _belongs_to_another(key: str, ids: Sequence[str]) -> str:
    return f"{key!r} belongs to another email, with other recipients or another subject (message {ids[0]})"


def checked_key(email: Any) -> str:
    """
    Return the key to look an email up by before it is sent.

    Raises:
        InvalidArgument: The email has no key of its own.
    """
    key: str | None = email.idempotency_key
    if key is None:
        raise InvalidArgument("check_first needs an idempotency_key to look for", argument="check_first")
    return key
