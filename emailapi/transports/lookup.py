"""Searching the activity for mails by the keys they carry."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from .._delivery import BATCH_NAME, KEY_NAME, Answer, Deadline, Kind, Request, answer_value, look_up
from .._http import Session, perform
from ..errors import APIError, TransportError
from ..models.listing import PAGE_LIMIT
from ..models.messages import MESSAGES, Message, MessageFilters
from ..models.outbound import SendResult
from ..settings import Options
from ..wire import read_rows, write_query
from .api import Parcel

Found = dict[str, SendResult]


def _request(name: str, value: str, stream: str, count: int) -> Request:
    narrow = write_query(MessageFilters, {"message_stream": stream, "metadata": {name: value}})
    query = urlencode([("count", str(count)), ("offset", "0"), *narrow], quote_via=quote)
    return Request("GET", MESSAGES.path, query, kind=Kind.READ)


def _found(request: Request, answer: Answer) -> Found:
    """Return the mails of a search by their keys; only an exact key tells whose a mail is."""
    value = answer_value(request, answer)
    rows = value.get(MESSAGES.key) if isinstance(value, dict) else None
    messages, _ = read_rows(rows if isinstance(rows, list) else [], MESSAGES.record)
    keyed = ((_key(message), message) for message in messages)
    return {key: _result(message, key) for key, message in keyed if key is not None and message.message_id}


def _key(message: Message) -> str | None:
    return next((value for name, value in message.metadata.items() if name.lower() == KEY_NAME), None)


def _result(message: Message, key: str) -> SendResult:
    return SendResult(
        message_id=message.message_id,
        to=", ".join(recipient.email for recipient in message.to),
        submitted_at=message.received_at,
        message="OK",
        idempotency_key=key,
        reconciled=True,
    )


def find(session: Session, options: Options, key: str, stream: str, deadline: Deadline) -> SendResult | None:
    """
    Return the mail that carries a key, or None when the service's search does not know one.

    Raises:
        APIError: The service refused to search.
        TransportError: It could not be asked.
    """
    request = _request(KEY_NAME, key, stream, 1)
    return _found(request, perform(session, options, request, deadline)).get(key)


def look_up_all(
    session: Session, options: Options, parcels: list[Parcel], batch: str | None, deadline: Deadline
) -> Found:
    """Look unknown mails up until all are found or the time is over, and return those that were, by their keys."""
    found: Found = {}
    searches = _searches(parcels, batch)

    def search() -> Found | None:
        for request, keys in searches:
            if not keys <= found.keys():
                found.update(_found(request, session.exchange(request, options.timeout, deadline)))
        return found if all(keys <= found.keys() for _, keys in searches) else None

    def patient() -> Found | None:
        try:
            return search()
        except (APIError, TransportError) as error:
            if not error.retryable:
                return found
        return None

    look_up(patient, deadline)
    return found


def _searches(parcels: list[Parcel], batch: str | None) -> list[tuple[Request, set[str]]]:
    """Return the searches that find these mails, each with the keys it should give; one for all of a stream if it can."""
    together: dict[str, set[str]] = {}
    searches = []
    for parcel in parcels:
        if parcel.key is None:
            continue
        if parcel.batched and batch is not None and len(parcels) > 1:
            together.setdefault(parcel.stream, set()).add(parcel.key)
        else:
            searches.append((_request(KEY_NAME, parcel.key, parcel.stream, 1), {parcel.key}))
    for stream, keys in together.items():
        searches.append((_request(BATCH_NAME, batch or "", stream, PAGE_LIMIT), keys))
    return searches
