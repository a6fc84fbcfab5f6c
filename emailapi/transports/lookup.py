"""Searching the activity for mails by the keys they carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

import attrs

from .._delivery import BATCH_NAME, KEY_NAME, Answer, Deadline, Kind, Request, answer_value, look_up, unreadable
from .._http import Session, perform
from ..errors import EmailAPIError, RateLimited
from ..models.listing import PAGE_LIMIT
from ..models.messages import MESSAGES, Message, MessageFilters
from ..models.options import Retry
from ..models.outbound import SendResult
from ..settings import Options
from ..wire import read_rows, write_query
from .api import Parcel

Found = dict[str, SendResult]


@attrs.frozen
class Search:
    """
    One search for mails.

    Attributes:
        request: What is asked.
        stream: The stream that is searched.
        keys: The keys of the mails it should give.
    """

    request: Request
    stream: str
    keys: frozenset[str]


def _search(name: str, value: str, stream: str, keys: Iterable[str]) -> Search:
    narrow = write_query(MessageFilters, {"message_stream": stream, "metadata": {name: value}})
    # A whole page: should the service take the value for the beginning of one, other mails stand beside the one.
    query = urlencode([("count", str(PAGE_LIMIT)), ("offset", "0"), *narrow], quote_via=quote)
    return Search(Request("GET", MESSAGES.path, query, kind=Kind.READ), stream, frozenset(keys))


def _found(search: Search, answer: Answer) -> tuple[Found, bool]:
    """
    Return the mails of a search by their keys, and whether those that are not among them are not there.

    Only the exact key, in its stream, tells whose a mail is.
    """
    value = answer_value(search.request, answer)
    rows = value.get(MESSAGES.key) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise unreadable(search.request, answer, "the answer is no listing")
    messages, unread = read_rows(rows, MESSAGES.record)
    ours = [message for message in messages if message.message_id and _is_in(message, search.stream)]
    keyed = ((_key(message), message) for message in ours)
    return {key: _result(message, key) for key, message in keyed if key in search.keys}, not unread


def _is_in(message: Message, stream: str) -> bool:
    """Whether a mail went through a stream; old ones do not say."""
    return message.message_stream.lower() in ("", stream.lower())


def _key(message: Message) -> str:
    return next((value for name, value in message.metadata.items() if name.lower() == KEY_NAME), "")


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
    search = _search(KEY_NAME, key, stream, [key])
    answer = perform(session, options, search.request, deadline)
    found, all_read = _found(search, answer)
    if not found and not all_read:
        raise unreadable(search.request, answer, "a row of the answer cannot be read")
    return found.get(key)


def look_up_all(
    session: Session, options: Options, parcels: Sequence[Parcel], batch: str | None, deadline: Deadline
) -> tuple[Found, set[str]]:
    """
    Look unknown mails up until all are found or the time is over.

    Returns:
        Those that were found, by their keys; and the keys that a search answered for without knowing them.
    """
    found: Found = {}
    absent: set[str] = set()
    left = _searches(parcels, batch)
    once = attrs.evolve(options, retry=Retry(attempts=1))

    def search(until: Deadline) -> tuple[Found | None, float]:
        asked = 0.0
        for one in [*left]:
            try:
                some, all_read = _found(one, perform(session, once, one.request, until))
            except EmailAPIError as error:
                if not error.retryable:
                    left.remove(one)
                if isinstance(error, RateLimited):
                    asked = max(asked, error.retry_after or 0.0)
                continue
            found.update(some)
            if all_read:
                absent.update(one.keys)
            if one.keys <= found.keys():
                left.remove(one)
        return (None if left else found), asked

    look_up(search, deadline)
    return found, absent - found.keys()


def _searches(parcels: Sequence[Parcel], batch: str | None) -> list[Search]:
    """Return the searches that find these mails: one for all of a stream where they carry their batch's key."""
    together: dict[str, set[str]] = {}
    searches = []
    for parcel in parcels:
        if parcel.key is None:
            continue
        if parcel.batched and len(parcels) > 1:
            together.setdefault(parcel.stream, set()).add(parcel.key)
        else:
            searches.append(_search(KEY_NAME, parcel.key, parcel.stream, [parcel.key]))
    for stream, keys in together.items():
        searches.append(_search(BATCH_NAME, batch or "", stream, keys))
    return searches
