"""Many mails: cut into chunks that the API takes, and sent one chunk after another or several at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from email.message import Message
from threading import Event
from typing import Any

import attrs

from .._delivery import Deadline, new_keys
from .._http import Session
from ..errors import DeliveryUnknown, EmailAPIError, InvalidEmail, TransportError
from ..models.outbound import BatchItem, BatchResult
from ..settings import Options
from .api import Endpoint, M, Parcel, pack
from .given import as_mail, note_input
from .limits import BATCH_BYTES_LIMIT, BATCH_LIMIT
from .posting import find_first, send_chunk

KEYS_AT_ONCE = BATCH_LIMIT


@attrs.define
class Chunk:
    """
    The mails of one request, and what is known of those beside them that cannot be sent.

    Attributes:
        batch: The key that all of them carry, if they carry any.
        parcels: The mails.
        items: By place in the input, the exception of each mail that is not valid.
        size: Bytes of the request's body.
        keys: The keys that users gave its emails.
    """

    batch: str | None
    size: int
    parcels: list[Parcel] = attrs.field(factory=list, repr=False)
    items: dict[int, BatchItem] = attrs.field(factory=dict, repr=False)
    keys: set[str] = attrs.field(factory=set, repr=False)

    @property
    def count(self) -> int:
        """How many emails of the input it stands for."""
        return len(self.parcels) + len(self.items)

    def add(self, parcel: Parcel, key: str | None) -> None:
        """Put in an email, and the key that its user gave it."""
        self.parcels.append(parcel)
        self.size += len(parcel.part) + 1
        if key is not None:
            self.keys.add(key)


def chunks(
    endpoint: Endpoint[M],
    emails: Iterable[M | Mapping[str, Any] | Message],
    options: Options,
    limit: int = BATCH_LIMIT,
    *,
    in_flight: set[str] | None = None,
) -> Iterator[Chunk]:
    """
    Cut emails into chunks of at most `limit` emails and 50 MB; an email that is not valid is an item of its chunk.

    Args:
        endpoint: Where they are posted to.
        emails: The emails.
        options: The client's options.
        limit: How many emails a request has at most.
        in_flight: The keys of emails whose results are not known yet. Each chunk adds its own; whoever has its results
            takes them out again, and then a chunk has no more than `limit` emails even if most are not valid. A key
            that is among them is refused: finding one of two emails would prove nothing of the other.
    """
    empty = sum(map(len, endpoint.wrapped))
    keys = _keys(options)
    taken = set() if in_flight is None else in_flight
    chunk = Chunk(next(keys), empty)
    try:
        for place, given in enumerate(emails):
            try:
                email = given if isinstance(given, endpoint.record) else as_mail(given, endpoint.record)
                parcel = pack(email, options, endpoint.check, key=next(keys), batch=chunk.batch, place=place)
                if email.idempotency_key is not None:
                    _take_key(email.idempotency_key, taken)
            except InvalidEmail as error:
                chunk.items[place] = error.at(place)
            else:
                if chunk.size + len(parcel.part) > BATCH_BYTES_LIMIT and chunk.parcels:
                    yield chunk
                    chunk = Chunk(next(keys), empty)
                    if parcel.batched:
                        parcel = pack(email, options, endpoint.check, key=parcel.key, batch=chunk.batch, place=place)
                chunk.add(parcel, email.idempotency_key)
            # Also a chunk of nothing but errors must end: there may be millions.
            if max(len(chunk.parcels), len(chunk.items) if in_flight is None else chunk.count) >= limit:
                yield chunk
                chunk = Chunk(next(keys), empty)
    except Exception as error:
        note_input(error)
        # What the input raises must not lose the emails that were taken from it before.
        if chunk.count:
            yield chunk
        raise
    if chunk.count:
        yield chunk


def _take_key(key: str, taken: set[str]) -> None:
    if key in taken:
        why = f"idempotency_key {key!r} is that of another email of this call: give each email a key of its own"
        raise InvalidEmail(why, field="idempotency_key")
    taken.add(key)


def _keys(options: Options) -> Iterator[str | None]:
    """Yield new keys, or None where mails carry none; asking the system for many at once costs as much as for one."""
    while True:
        if not options.reconcile:
            yield None
        else:
            yield from new_keys(KEYS_AT_ONCE)


def in_order(chunk: Chunk, known: Mapping[int, BatchItem], error: EmailAPIError) -> list[BatchItem]:
    """Return what became of each mail of a chunk in the order of the input; `error` is of those that are not known."""
    known = {**chunk.items, **known}
    places = sorted([*chunk.items, *(parcel.place for parcel in chunk.parcels)])
    return [known[place] if place in known else copy(error) for place in places]


def not_begun() -> EmailAPIError:
    """Return the error of a mail that was taken from the input and then not sent."""
    error = EmailAPIError("not sent: the sending was ended before its turn")
    error.retryable = True
    return error


def interrupted(chunk: Chunk) -> list[BatchItem]:
    """Return the errors of a chunk whose delivery was broken off at a moment that nobody knows."""
    unknown: dict[int, BatchItem] = {}
    for parcel in chunk.parcels:
        why = "the delivery was interrupted: the email may have been sent"
        unknown[parcel.place] = DeliveryUnknown(
            why, idempotency_key=parcel.key, message_stream=parcel.stream, attempts=1
        )
    return in_order(chunk, unknown, not_begun())


def deliver(
    session: Session,
    options: Options,
    endpoint: Endpoint[Any],
    chunk: Chunk,
    stopped: Event | None = None,
    *,
    check_first: int = 0,
) -> list[BatchItem]:
    """
    Send a chunk, and return what became of each of its emails in the order of the input.

    The first `check_first` emails of the whole input are looked up before they are sent.
    """
    items: dict[int, BatchItem] = {}
    parcels = chunk.parcels
    to_check = [parcel for parcel in parcels if parcel.place < check_first]
    if to_check:
        items.update(_already(session, options, to_check, stopped))
        parcels = [parcel for parcel in parcels if parcel.place not in items]
    if parcels and not (stopped and stopped.is_set()):
        sent = send_chunk(session, options, endpoint, parcels, chunk.batch, stopped)
        items.update(zip((parcel.place for parcel in parcels), sent, strict=True))
    return in_order(chunk, items, not_begun())


def _already(
    session: Session, options: Options, parcels: Sequence[Parcel], stopped: Event | None
) -> Iterator[tuple[int, BatchItem]]:
    """
    Yield, by place, the mails that were sent before; one that cannot be looked for is not sent now.

    Each has the deadline of a call. When one gets no answer those behind it are not asked for: they would wait as long.
    """
    silent: EmailAPIError | None = None
    for parcel in parcels:
        if stopped and stopped.is_set():
            return
        if silent is not None:
            yield parcel.place, copy(silent)
            continue
        try:
            found = find_first(session, options, parcel, Deadline.after(options.deadline, stopped))
        except InvalidEmail as error:
            yield parcel.place, error.at(parcel.place)
        except EmailAPIError as error:
            silent = error if isinstance(error, TransportError) else None
            yield parcel.place, error
        else:
            if found is not None:
                yield parcel.place, found


def send_batch(
    session: Session,
    options: Options,
    endpoint: Endpoint[M],
    emails: Iterable[M | Mapping[str, Any] | Message],
    *,
    check_first: bool = False,
) -> BatchResult:
    """
    Send mails in chunks, one after another; a chunk that fails loses nothing of the others.

    Raises:
        ConfigurationError: The client is closed, or cannot be used as it is.
    """
    session.check_open()
    items: list[BatchItem] = []
    for chunk in chunks(endpoint, emails, options):
        try:
            items += deliver(session, options, endpoint, chunk, check_first=sys.maxsize if check_first else 0)
        except EmailAPIError as error:
            if not items:
                raise
            items += in_order(chunk, {}, error)
    return BatchResult(tuple(items))
