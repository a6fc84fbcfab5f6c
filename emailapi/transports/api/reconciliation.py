"""Looking up emails by the keys that they carry, in the activity of sent messages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode

import attrs

from ..._delivery import BATCH_NAME, KEY_NAME, Deadline, Kind, Request, Response, look_up, read_value, unreadable
from ..._http import Session, perform
from ...errors import EmailAPIError, InvalidEmail, RateLimited
from ...models.address import parse_addresses
from ...models.listing import PAGE_LIMIT
from ...models.messages import MESSAGES, Message, MessageFilters
from ...models.options import Retry
from ...models.outbound import SendResult
from ...models.suppressions import SUPPRESSIONS, SuppressionFilters
from ...settings import Options
from ...wire import read_rows, write_query
from .payload import APIPayload

# The look-up repeats its searches itself.
_ONCE = Retry(attempts=1)


def _plain(text: str) -> str:
    """Normalize text for comparison: white space, case and Unicode composition, which the service may change."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _mailboxes(texts: Iterable[str]) -> frozenset[str]:
    """Return the bare addresses in texts of any spelling; a text that is not an address stands for itself."""
    found: set[str] = set()
    for text in texts:
        try:
            found.update(_plain(address.mailbox) for address in parse_addresses(text))
        except InvalidEmail:
            found.add(_plain(text))
    return frozenset(found) - {""}


@attrs.frozen
class Wanted:
    """
    An email that is looked up by its key, with the values that tell it from another email with the same key.

    Attributes:
        key: The key.
        stream: The stream to search.
        recipients: Its recipients, normalized; None if they are not known.
        may_lack: The recipients that a message need not name; others may be missing only if they are suppressed.
        subject: Its subject, normalized; None if it is not known, or made by a template.
        batch: The key of its batch, if the email carries it: a message with both keys is this email in any case.
        not_these: Ids of messages that are known to be another email.
    """

    key: str
    stream: str
    recipients: frozenset[str] | None = attrs.field(default=None, repr=False)
    may_lack: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    subject: str | None = attrs.field(default=None, repr=False)
    batch: str | None = None
    not_these: tuple[str, ...] = ()

    @classmethod
    def of(cls, payload: APIPayload, batch: str | None = None, inactive: Sequence[str] = ()) -> Wanted:
        """Create the search for an email; the service has named its `inactive` recipients."""
        everybody = _mailboxes(address.mailbox for address in payload.recipients)
        may_lack = _mailboxes([address.mailbox for address in payload.bcc] + [*inactive])
        subject = None if payload.subject is None else _plain(payload.subject)
        known_batch = batch if payload.batched else None
        return cls(payload.key or "", payload.stream, everybody, may_lack, subject, known_batch)

    @classmethod
    def of_result(cls, result: SendResult, key: str, stream: str) -> Wanted:
        """Create the search for an email from its result, by a transport that reports each recipient or not."""
        everybody = _mailboxes(one.email for one in result.recipients)
        return cls(key, stream, everybody or None, may_lack=everybody)

    def lacking(self, message: Message) -> frozenset[str] | None:
        """
        Return the recipients that a message lacks to be this email, or None if it is another email.

        Values that are not known are not compared. The service documents neither whether a message names its Bcc
        recipients nor whether it names suppressed recipients.
        """
        if message.message_id in self.not_these:
            return None
        if self.batch is not None and _pair(message, BATCH_NAME) == self.batch:
            return frozenset()
        subject = _plain(message.subject)
        if self.subject and subject and self.subject != subject:
            return None
        named = [recipient.email for recipient in (*message.to, *message.cc, *message.bcc)]
        theirs = _mailboxes([*named, *message.recipients])
        if self.recipients is None or not theirs:
            return frozenset()
        return self.recipients - self.may_lack - theirs if theirs <= self.recipients else None


class _Suppressions:
    """Looks up which addresses a stream does not send to, each address once."""

    def __init__(self, session: Session, options: Options, deadline: Deadline, retry: Retry | None = None) -> None:
        self._session, self._options, self._deadline, self._retry = session, options, deadline, retry
        self._known: dict[tuple[str, str], bool] = {}

    def hold(self, stream: str, addresses: Iterable[str]) -> bool:
        """Whether all of these addresses are suppressed."""
        return all(self._holds(stream, address) for address in sorted(addresses))

    def _holds(self, stream: str, address: str) -> bool:
        if (stream, address) not in self._known:
            path = SUPPRESSIONS.path.replace("{stream}", quote(stream, safe=""))
            query = urlencode(write_query(SuppressionFilters, {"email_address": address}), quote_via=quote)
            request = Request("GET", path, query, kind=Kind.READ)
            response = perform(self._session, self._options, request, self._deadline, retry=self._retry)
            value = read_value(request, response)
            rows = value.get(SUPPRESSIONS.key) if isinstance(value, dict) else None
            found, _ = read_rows(rows if isinstance(rows, list) else [], SUPPRESSIONS.record)
            self._known[stream, address] = any(address in _mailboxes([one.email_address]) for one in found)
        return self._known[stream, address]


@attrs.define
class Hits:
    """
    The results of searches.

    Attributes:
        found: The emails that were found, by their keys.
        others: By key, the ids of messages that carry it and are another email.
        absent: Keys for which a search found no message.
    """

    found: dict[str, SendResult] = attrs.field(factory=dict)
    others: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    absent: set[str] = attrs.field(factory=set)


@attrs.frozen
class Search:
    """
    One search for emails.

    Attributes:
        request: The request.
        stream: The stream that is searched.
        wanted: The emails it should give, by their keys.
    """

    request: Request
    stream: str
    wanted: Mapping[str, Wanted]


def _search(name: str, value: str, stream: str, wanted: Iterable[Wanted]) -> Search:
    narrow = write_query(MessageFilters, {"message_stream": stream, "metadata": {name: value}})
    # A whole page: should the service match prefixes of the value, other emails are listed next to the wanted one.
    query = urlencode([("count", str(PAGE_LIMIT)), ("offset", "0"), *narrow], quote_via=quote)
    return Search(Request("GET", MESSAGES.path, query, kind=Kind.READ), stream, {one.key: one for one in wanted})


def _read(search: Search, response: Response, hits: Hits, suppressions: _Suppressions) -> bool:
    """
    Add the results of a search to the hits, and return whether every row could be read.

    Only the exact key, in its stream, tells whose message it is. Rows come newest first: of several messages that are
    the email, the oldest is the accepted one.

    Raises:
        EmailAPIError: The response cannot be read, or the suppressions that a message's recipients depend on.
    """
    value = read_value(search.request, response)
    rows = value.get(MESSAGES.key) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise unreadable(search.request, response, "the response is not a listing")
    messages, unread = read_rows(rows, MESSAGES.record)
    others: dict[str, tuple[str, ...]] = {}
    for message in messages:
        key = _pair(message, KEY_NAME)
        wanted = search.wanted.get(key)
        if wanted is None or not message.message_id or not _is_in(message, search.stream):
            continue
        hits.absent.discard(key)
        lacking = wanted.lacking(message)
        if lacking is not None and suppressions.hold(search.stream, lacking):
            hits.found[key] = _result(message, key)
        else:
            others[key] = (*others.get(key, ()), message.message_id)
    hits.others.update(others)
    if not unread:
        hits.absent |= search.wanted.keys()
    hits.absent -= hits.found.keys() | hits.others.keys()
    return not unread


def _is_in(message: Message, stream: str) -> bool:
    """Whether a message went through a stream; old messages do not say."""
    return message.message_stream.lower() in ("", stream.lower())


def _pair(message: Message, wanted: str) -> str:
    """Return a metadata value of a message, or `""`."""
    return next((value for name, value in message.metadata.items() if name.lower() == wanted), "")


def _result(message: Message, key: str) -> SendResult:
    return SendResult(
        message_id=message.message_id,
        to=", ".join(recipient.email for recipient in message.to),
        submitted_at=message.received_at,
        message="OK",
        idempotency_key=key,
        reconciled=True,
    )


def find(session: Session, options: Options, wanted: Wanted, deadline: Deadline) -> Hits:
    """
    Search for one email by its key.

    Raises:
        APIError: The service rejected the search.
        TransportError: The search got no response, or its response cannot be read.
    """
    search = _search(KEY_NAME, wanted.key, wanted.stream, [wanted])
    response = perform(session, options, search.request, deadline)
    hits = Hits()
    if not _read(search, response, hits, _Suppressions(session, options, deadline)) and not hits.found:
        raise unreadable(search.request, response, "a row of the response cannot be read")
    return hits


def look_up_all(session: Session, options: Options, wanted: Sequence[Wanted], deadline: Deadline) -> Hits:
    """Look up emails of unknown outcome until all are found or the deadline has passed."""
    hits = Hits()
    left = _searches(wanted)
    suppressions = _Suppressions(session, options, deadline, _ONCE)

    def search(until: Deadline) -> tuple[Hits | None, float]:
        asked = 0.0
        for one in [*left]:
            try:
                _read(one, perform(session, options, one.request, until, retry=_ONCE), hits, suppressions)
            except EmailAPIError as error:
                if not error.retryable:
                    left.remove(one)
                if isinstance(error, RateLimited):
                    asked = max(asked, error.retry_after or 0.0)
                continue
            if one.wanted.keys() <= hits.found.keys():
                left.remove(one)
        return (None if left else hits), asked

    look_up(search, deadline)
    return hits


def _searches(wanted: Sequence[Wanted]) -> list[Search]:
    """Return the searches that find these emails: one per stream if they carry their batch's key."""
    together: dict[tuple[str, str], list[Wanted]] = {}
    searches = []
    for one in wanted:
        if one.batch is not None and len(wanted) > 1:
            together.setdefault((one.stream, one.batch), []).append(one)
        else:
            searches.append(_search(KEY_NAME, one.key, one.stream, [one]))
    return searches + [_search(BATCH_NAME, batch, stream, some) for (stream, batch), some in together.items()]
