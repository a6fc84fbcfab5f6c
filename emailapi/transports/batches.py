"""Many mails: cut into chunks that the API takes, and sent one chunk after another or several at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from email.message import Message
from threading import Event
from typing import Any

import attrs

from .._delivery import Deadline, new_keys
from .._http import Session
from ..errors import EmailAPIError, InvalidEmail, TransportError
from ..models.outbound import BatchItem, BatchResult
from ..settings import Options
from .api import Endpoint, M, Parcel, pack
from .given import as_mail
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
        keys: The keys that its mails were given.
    """

    batch: str | None
    size: int
    parcels: list[Parcel] = attrs.field(factory=list, repr=False)
    items: dict[int, BatchItem] = attrs.field(factory=dict, repr=False)
    keys: set[str] = attrs.field(factory=set, repr=False)

    @property
    def count(self) -> int:
        """How many mails of the input it stands for."""
        return len(self.parcels) + len(self.items)


def chunks(
    endpoint: Endpoint[M], emails: Iterable[M | Mapping[str, Any] | Message], options: Options, limit: int = BATCH_LIMIT
) -> Iterator[Chunk]:
    """Cut mails into chunks of at most `limit` mails and 50 MB; one that is not valid is an item of its chunk."""
    empty = sum(map(len, endpoint.wrapped))
    keys = _keys(options)
    chunk = Chunk(next(keys), empty)
    try:
        for place, given in enumerate(emails):
            try:
                email = given if isinstance(given, endpoint.record) else as_mail(given, endpoint.record)
                parcel = pack(email, options, endpoint.check, key=next(keys), batch=chunk.batch, place=place)
                if email.idempotency_key is not None:
                    _check_key(email.idempotency_key, chunk.keys)
            except InvalidEmail as error:
                chunk.items[place] = error.at(place)
            else:
                size = len(parcel.part)
                if chunk.size + size > BATCH_BYTES_LIMIT and chunk.parcels:
                    yield chunk
                    chunk = Chunk(next(keys), empty)
                    if parcel.batched:
                        parcel = pack(email, options, endpoint.check, key=parcel.key, batch=chunk.batch, place=place)
                chunk.parcels.append(parcel)
                chunk.size += size + 1
            # Also a chunk of nothing but errors must end: there may be millions.
            if len(chunk.parcels) >= limit or len(chunk.items) >= limit:
                yield chunk
                chunk = Chunk(next(keys), empty)
    except Exception:
        # What the input raises must not lose the mails that were taken from it before.
        if chunk.count:
            yield chunk
        raise
    if chunk.count:
        yield chunk


def _check_key(key: str, others: set[str]) -> None:
    """Refuse a key that another mail of the chunk has: finding one of them would prove nothing of the other."""
    if key in others:
        raise InvalidEmail("idempotency_key names another mail of the same batch, too", field="idempotency_key")
    others.add(key)


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


def deliver(
    session: Session,
    options: Options,
    endpoint: Endpoint[Any],
    chunk: Chunk,
    stopped: Event | None = None,
    *,
    check_first: bool = False,
) -> list[BatchItem]:
    """Send a chunk, and return what became of each of its mails in the order of the input."""
    items: dict[int, BatchItem] = {}
    parcels = chunk.parcels
    if check_first:
        items.update(_already(session, options, parcels, stopped))
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
            items += deliver(session, options, endpoint, chunk, check_first=check_first)
        except EmailAPIError as error:
            if not items:
                raise
            items += in_order(chunk, {}, error)
    return BatchResult(tuple(items))
