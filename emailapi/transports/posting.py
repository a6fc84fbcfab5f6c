"""Posting mails to the API: once, and looking up what became of those whose answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from threading import Event
from typing import Any

import attrs

from .._delivery import Deadline, Kind, Request, failure_of, new_keys, note_at, unknown
from .._http import Session, perform
from ..errors import DeliveryUnknown, EmailAPIError, InvalidArgument, InvalidEmail, InvalidResponse, TransportError
from ..models.bulk import BulkEmail, BulkStatus
from ..models.email import Email
from ..models.outbound import BatchItem, SendResult, inactive_addresses
from ..settings import Options
from ..wire import read
from .api import BULK, BULK_STREAM, Endpoint, M, Parcel, each, pack, single
from .lookup import Wanted, find, look_up_all

Post = Callable[[Sequence[Parcel], Deadline], list[BatchItem]]

# A chunk may take a second more for each of these.
BYTES_A_SECOND = 1_000_000


def send_one(
    session: Session, options: Options, endpoint: Endpoint[M], email: M, *, check_first: bool = False
) -> SendResult:
    """
    Send one mail, and know what became of it.

    Raises:
        InvalidEmail: It was refused here.
        APIError: The service refused it.
        ConnectionFailed: It surely was not sent.
        DeadlineExceeded: There was no time left to send it.
        DeliveryUnknown: It may have been sent, and was not found.
    """
    deadline = Deadline.after(options.deadline)
    key = new_keys(1)[0] if options.reconcile and email.idempotency_key is None else None
    parcel = pack(email, options, endpoint.check, key=key)
    if check_first:
        checked_key(email)
        already = find_first(session, options, parcel, deadline)
        if already is not None:
            return already

    def post(parcels: Sequence[Parcel], until: Deadline) -> list[BatchItem]:
        request = Request("POST", endpoint.one, body=parcels[0].part, kind=Kind.SEND, keys=_keys(parcels))
        try:
            return [single(request, perform(session, _patience(options, until), request, until), parcels[0])]
        except TransportError as error:
            return [error]

    (item,) = settle(session, options, [parcel], None, post, deadline)
    if isinstance(item, SendResult):
        return item
    raise item


def checked_key(email: Any) -> str:
    """
    Return the key that a mail is looked for by before it is sent.

    Raises:
        InvalidArgument: It has none of its own: a new one cannot be anywhere yet.
    """
    key: str | None = email.idempotency_key
    if key is None:
        raise InvalidArgument("check_first needs an idempotency_key to look for", argument="check_first")
    return key


def find_first(session: Session, options: Options, parcel: Parcel, deadline: Deadline) -> SendResult | None:
    """
    Look for an email before it is sent.

    Raises:
        InvalidArgument: It cannot carry its key, so that nobody could ever find it.
        InvalidEmail: Its key belongs to another email.
        EmailAPIError: It could not be looked for.
    """
    if parcel.key is None:
        why = "its metadata has no room for one" if options.reconcile else "reconcile is off"
        raise InvalidArgument(f"check_first needs a key that the mail carries: {why}", argument="check_first")
    hits = find(session, options, Wanted.of(parcel), deadline)
    found = hits.found.get(parcel.key)
    if found is None and hits.others:
        why = f"idempotency_key {_belongs_to_another(parcel.key, hits.others[parcel.key])}"
        raise InvalidEmail(f"{why}; nothing was sent: give each email a key of its own", field="idempotency_key")
    return found


def _belongs_to_another(key: str, ids: Sequence[str]) -> str:
    return f"{key!r} belongs to another email, with other recipients or another subject (message {ids[0]})"


def _keys(parcels: Sequence[Parcel]) -> list[str | None]:
    return [parcel.idempotency_key for parcel in parcels]


def body_of(endpoint: Endpoint[Any], parcels: Sequence[Parcel]) -> bytes:
    """Return the body of a batch of these mails."""
    return endpoint.wrapped[0] + b",".join([parcel.part for parcel in parcels]) + endpoint.wrapped[1]


def send_chunk(
    session: Session,
    options: Options,
    endpoint: Endpoint[Any],
    parcels: Sequence[Parcel],
    batch: str | None,
    stopped: Event | None = None,
) -> list[BatchItem]:
    """Send the mails of one chunk in one request, and know what became of each; once stopped none is sent again."""
    body = body_of(endpoint, parcels)
    deadline = Deadline.after(options.deadline + len(body) / BYTES_A_SECOND, stopped)

    def post(some: Sequence[Parcel], until: Deadline) -> list[BatchItem]:
        encoded = body if len(some) == len(parcels) else body_of(endpoint, some)
        request = Request("POST", endpoint.many, body=encoded, kind=Kind.SEND, keys=_keys(some))
        try:
            return each(request, perform(session, _patience(options, until), request, until), some)
        except TransportError as error:
            return [copy(error) for _ in some]

    return settle(session, options, parcels, batch, post, deadline)


def _patience(options: Options, until: Deadline) -> Options:
    """Return options that leave the last third of a call for looking up what is not answered, if all of it would go."""
    left = until.left()
    if not options.reconcile or options.relief is not None or options.timeout[1] < left:
        return options
    return attrs.evolve(options, timeout=(options.timeout[0], max(left, 0.001) * 2 / 3))


def settle(
    session: Session,
    options: Options,
    parcels: Sequence[Parcel],
    batch: str | None,
    post: Post,
    deadline: Deadline,
) -> list[BatchItem]:
    """
    Post mails once, and look up those whose outcome is unknown; with `on_unknown="resend"` post these once more.

    What the API surely did not take goes the way behind it, if the client has one: that one has half of the time.
    """
    if options.relief is None:
        return _settle(session, options, parcels, batch, post, deadline, deadline)
    emails = [parcel.email for parcel in parcels if isinstance(parcel.email, Email)]
    half = deadline.sooner(deadline.left() / 2)

    def first(some: slice) -> list[BatchItem]:
        # While others wait for what one mail finds out, looking that one up leaves them their half.
        return _settle(
            session, options, parcels[some], batch, post, half, deadline if some.stop == len(parcels) else half
        )

    items = options.relief.deliver(emails, first, deadline)
    for at, error in _lost(items):
        error.message_stream = error.message_stream or parcels[at].stream
    return items


def _settle(
    session: Session,
    options: Options,
    parcels: Sequence[Parcel],
    batch: str | None,
    post: Post,
    until: Deadline,
    deadline: Deadline,
) -> list[BatchItem]:
    """
    Post mails within one time, and know within another what became of them.

    Only what a search was asked for in vain is posted again: where none answers, nothing is known.
    """
    items = post(parcels, until)
    for item, parcel in zip(items, parcels, strict=True):
        if isinstance(item, DeliveryUnknown):
            name_unknown(item, parcel, options)
    if not options.reconcile or not _lost(items):
        return items
    search = partial(_look_up, session, options, parcels, batch, items)
    if options.on_unknown == "resend":
        absent = search(deadline.sooner(deadline.left() / 2))
        if absent and deadline.may_send():
            _resend(items, parcels, lambda lost: post(lost, deadline), absent)
    if _lost(items):
        search(deadline)
    return items


def _look_up(
    session: Session,
    options: Options,
    parcels: Sequence[Parcel],
    batch: str | None,
    items: list[BatchItem],
    until: Deadline,
) -> list[int]:
    """Put in what is found of the lost mails, and return the places of those that a search was asked for in vain."""
    lost = [(at, error, parcels[at].key or "") for at, error in _lost(items) if parcels[at].key]
    # A rejection that names only some recipients as inactive is an unknown outcome, too.
    wanted = [Wanted.of(parcels[at], batch, inactive_addresses(error.message)) for at, error, _ in lost]
    try:
        hits = look_up_all(session, options, wanted, until)
    except BaseException as passing:  # a signal's: whoever ends the call is told what it leaves behind
        note_at(passing, Request("POST", "/email", kind=Kind.SEND, keys=[key for _, _, key in lost]))
        raise
    for at, error, key in lost:
        if key in hits.found:
            items[at] = hits.found[key]
        elif key in hits.others and not error._others:
            error._others = hits.others[key]
            error.message += f"; its idempotency_key {_belongs_to_another(key, error._others)}"
    return [at for at, _, key in lost if key in hits.absent]


def _resend(
    items: list[BatchItem],
    parcels: Sequence[Parcel],
    post: Callable[[Sequence[Parcel]], list[BatchItem]],
    places: Sequence[int],
) -> None:
    """Post mails once more; what that meets does not count unless they are accepted: the first may be, all the same."""
    try:
        again = post([parcels[at] for at in places])
    except EmailAPIError:  # the client was closed meanwhile
        return
    for at, item in zip(places, again, strict=True):
        if isinstance(item, SendResult):
            items[at] = item


def _lost(items: Sequence[BatchItem]) -> list[tuple[int, DeliveryUnknown]]:
    """Return the places and the errors of the emails whose outcome is unknown."""
    return [(at, item) for at, item in enumerate(items) if isinstance(item, DeliveryUnknown)]


def name_unknown(error: DeliveryUnknown, parcel: Parcel, options: Options) -> None:
    """Tell an error what its email can be looked up by, if anything."""
    error.idempotency_key = parcel.key
    error.message_stream = parcel.stream
    if parcel.key is None and options.reconcile:
        error.message += "; its metadata had no room for a key, so that it cannot be looked up"


def send_bulk(session: Session, options: Options, bulk: BulkEmail) -> BulkStatus:
    """
    Send one bulk request, once; see `send_one`. It cannot be looked up: its answer's id stands in no message.

    Raises:
        DeliveryUnknown: It may have been taken; `find` by its key tells whether messages of it are there.
    """
    deadline = Deadline.after(options.deadline)
    key = new_keys(1)[0] if options.reconcile and bulk.idempotency_key is None else None
    parcel = pack(bulk, options, BULK.check, key=key)
    if bulk.message_stream is None and options.message_stream is None:
        parcel.stream = BULK_STREAM
    request = Request("POST", BULK.one, body=parcel.part, kind=Kind.SEND, keys=_keys([parcel]))
    try:
        answer = perform(session, options, request, deadline)
    except DeliveryUnknown as error:
        name_unknown(error, parcel, options)
        raise
    failure = failure_of(request, answer)
    if failure is None:
        with suppress(ValueError, InvalidResponse):
            status = read(answer.value(), BulkStatus)
            if status.id:
                return status
        failure = unknown(request, "the answer cannot be read", answer)
    if isinstance(failure, DeliveryUnknown):
        name_unknown(failure, parcel, options)
    raise failure
