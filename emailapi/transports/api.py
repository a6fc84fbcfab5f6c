"""The way out through the service's HTTP API: its requests, its JSON, its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

import attrs

from .._delivery import (
    Answer,
    Kind,
    Request,
    Verdict,
    api_error,
    envelope_code,
    facts,
    refusal,
    unknown,
    verdict,
)
from .._http import Session
from ..errors import APIError, DeliveryUnknown, EmailAPIError, InvalidEmail, InvalidResponse
from ..models.address import Address
from ..models.bulk import BulkEmail, BulkStatus
from ..models.email import BaseEmail, Email, TemplateEmail
from ..models.fields import as_record
from ..models.outbound import BatchItem, BatchResult, SendResult, inactive_addresses
from ..settings import Options
from ..wire import dump_json, read, wire_names, write
from .limits import (
    BATCH_BYTES_LIMIT,
    BATCH_LIMIT,
    BODY_LIMIT,
    check_bulk,
    check_email,
    check_mailboxes,
    check_sizes,
    check_template_email,
)

M = TypeVar("M", bound=BaseEmail)

_SENDER, _STREAM = (wire_names(BaseEmail)[name] for name in ("sender", "message_stream"))
_MESSAGE_ID = wire_names(SendResult)["message_id"]


@attrs.frozen
class Endpoint(Generic[M]):
    """
    Where one kind of mail is posted to.

    Attributes:
        record: The kind.
        check: Checks one before it is encoded.
        one: The path for a single mail.
        many: The path for a batch.
        wrapped: What stands before and behind the mails of a batch: some are wanted in an object, others in an array.
    """

    record: type[M]
    check: Callable[[M, Address], None]
    one: str
    many: str = ""
    wrapped: tuple[bytes, bytes] = (b"[", b"]")


EMAILS = Endpoint(Email, check_email, "/email", "/email/batch")
TEMPLATES = Endpoint(
    TemplateEmail, check_template_email, "/email/withTemplate", "/email/batchWithTemplates", (b'{"Messages":[', b"]}")
)
BULK = Endpoint(BulkEmail, check_bulk, "/email/bulk")


def encode(email: M, options: Options, check: Callable[[M, Address], None]) -> bytes:
    """
    Return the JSON of one mail, with the client's sender and stream filled in.

    Raises:
        InvalidEmail: It breaks a limit of the API that can be known here; the error names the field.
    """
    sender = email.sender or options.sender
    if sender is None:
        raise InvalidEmail("sender is missing, and the client has none to fill in", field="sender")
    check(email, sender)
    written = write(email)
    if email.sender is None:
        written[_SENDER] = sender.header
    if options.message_stream is not None and email.message_stream is None:
        written[_STREAM] = options.message_stream
    try:
        encoded = dump_json(written)
    except (TypeError, ValueError, RecursionError) as error:
        # All else is text that was checked when the mail was built.
        raise InvalidEmail(f"template_model cannot be written as JSON: {error}", field="template_model") from None
    # The rest holds for each part where it holds for the whole.
    if not encoded.isascii():
        check_mailboxes(email, sender)
    if len(encoded) > BODY_LIMIT:
        check_sizes(email, len(encoded))
    return encoded


@attrs.frozen
class Chunk:
    """
    The mails of one request.

    Attributes:
        places: Where each stands in the input.
        keys: Each one's idempotency key.
        parts: Each one's JSON.
    """

    places: list[int] = attrs.field(factory=list)
    keys: list[str | None] = attrs.field(factory=list)
    parts: list[bytes] = attrs.field(factory=list, repr=False)

    def body(self, endpoint: Endpoint[Any]) -> bytes:
        """Return the request's body."""
        return endpoint.wrapped[0] + b",".join(self.parts) + endpoint.wrapped[1]


def chunks(
    endpoint: Endpoint[M], emails: Sequence[M | Mapping[str, Any]], options: Options, items: list[BatchItem | None]
) -> Iterator[Chunk]:
    """Encode mails into chunks of 500 and 50 MB; what is wrong with a mail goes to its place in `items`."""
    empty = sum(map(len, endpoint.wrapped))
    chunk, size = Chunk(), empty
    for place, given in enumerate(emails):
        try:
            email = as_record(given, endpoint.record, "email")
            part = encode(email, options, endpoint.check)
        except InvalidEmail as error:
            items[place] = error.at(place)
            continue
        if chunk.parts and (len(chunk.parts) == BATCH_LIMIT or size + len(part) > BATCH_BYTES_LIMIT):
            yield chunk
            chunk, size = Chunk(), empty
        chunk.places.append(place)
        chunk.keys.append(email.idempotency_key)
        chunk.parts.append(part)
        size += len(part) + 1
    if chunk.parts:
        yield chunk


def accepted(value: object, key: str | None) -> SendResult:
    """
    Return the result that an answer's object describes.

    Raises:
        InvalidResponse: It cannot be read.
    """
    result = read(value, SendResult)
    inactive = inactive_addresses(result.message)
    if key is None and not inactive:
        return result
    return attrs.evolve(result, idempotency_key=key, inactive_recipients=inactive)


def send_one(session: Session, options: Options, endpoint: Endpoint[M], email: M) -> SendResult:
    """
    Send one mail, once.

    Raises:
        InvalidEmail: It was refused here.
        APIError: The service refused it.
        ConnectionFailed: It surely was not sent.
        DeliveryUnknown: It may have been sent.
    """
    key = email.idempotency_key
    request, answer = _post(session, options, endpoint, email)
    with suppress(ValueError, InvalidResponse):
        value = answer.value()
        if envelope_code(value) is not None or (isinstance(value, dict) and value.get(_MESSAGE_ID)):
            return accepted(value, key)
    # Raised out here so that it does not carry the other one, which holds the whole answer.
    raise unknown(request, "the answer cannot be read", answer, key)


def send_bulk(session: Session, options: Options, bulk: BulkEmail) -> BulkStatus:
    """
    Send one bulk request, once; see `send_one`.

    Raises:
        DeliveryUnknown: It may have been taken; its answer, and with it its id, is lost.
    """
    request, answer = _post(session, options, BULK, bulk)
    with suppress(ValueError, InvalidResponse):
        status = read(answer.value(), BulkStatus)
        if status.id:
            return status
    raise unknown(request, "the answer cannot be read", answer, bulk.idempotency_key)


def _post(session: Session, options: Options, endpoint: Endpoint[M], email: M) -> tuple[Request, Answer]:
    """Post one mail, and return its request and an answer that is a success."""
    request = Request("POST", endpoint.one, body=encode(email, options, endpoint.check), kind=Kind.SEND)
    key = email.idempotency_key
    try:
        answer = session.exchange(request, options.timeout)
    except DeliveryUnknown as error:
        error.idempotency_key = key
        raise
    failure = _failure(request, answer, key)
    if failure is not None:
        raise failure
    return request, answer


def _failure(request: Request, answer: Answer, key: str | None) -> APIError | DeliveryUnknown | None:
    """Return what an answer says against its mail, if anything."""
    found = verdict(answer)
    if found in (Verdict.REFUSED, Verdict.NOT_SENT):
        return refusal(request, answer)
    if found is Verdict.UNKNOWN:
        return unknown(request, f"the service answered HTTP {answer.status}", answer, key)
    return None


def _item(value: object, key: str | None, request: Request, answer: Answer) -> BatchItem:
    """Return what one item of a batch answer says of its mail."""
    if envelope_code(value):
        return api_error(value, answer.status, facts(request, answer))
    if isinstance(value, dict) and value.get(_MESSAGE_ID):
        with suppress(InvalidResponse):
            return accepted(value, key)
    return unknown(request, "the answer of this mail cannot be read", answer, key)


def _send_chunk(session: Session, options: Options, endpoint: Endpoint[M], chunk: Chunk) -> list[BatchItem]:
    """Send one chunk, once; a failure of the whole request is each mail's."""
    request = Request("POST", endpoint.many, body=chunk.body(endpoint), kind=Kind.SEND)
    try:
        answer = session.exchange(request, options.timeout)
    except EmailAPIError as error:
        return [_for_mail(error, key) for key in chunk.keys]
    failure = _failure(request, answer, None)
    if failure is not None:
        return [_for_mail(failure, key) for key in chunk.keys]
    try:
        values = answer.value()
    except ValueError:
        values = None
    if isinstance(values, list) and len(values) == len(chunk.keys):
        return [_item(value, key, request, answer) for value, key in zip(values, chunk.keys, strict=True)]
    return [unknown(request, "the answer does not match the batch", answer, key) for key in chunk.keys]


def _for_mail(error: EmailAPIError, key: str | None) -> EmailAPIError:
    """Return an error of its own for each mail of a chunk, with that mail's key."""
    found = error.__reduce__()
    restored: EmailAPIError = found[0](found[1][0], found[1][1], dict(found[1][2]))
    if "idempotency_key" in restored.__dict__:
        restored.__dict__["idempotency_key"] = key
    return restored


def send_batch(
    session: Session, options: Options, endpoint: Endpoint[M], emails: Sequence[M | Mapping[str, Any]]
) -> BatchResult:
    """
    Send mails in chunks, one after another; a chunk that fails loses nothing of the others.

    Raises:
        ConfigurationError: The client is closed, or cannot be used as it is.
    """
    session.check_open()
    items: list[BatchItem | None] = [None] * len(emails)
    for chunk in chunks(endpoint, emails, options, items):
        for place, item in zip(chunk.places, _send_chunk(session, options, endpoint, chunk), strict=True):
            items[place] = item
    return BatchResult(tuple(item for item in items if item is not None))
