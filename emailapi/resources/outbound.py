"""Sending: `client.outbound`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sized
from contextlib import suppress
from typing import Any

from .._delivery import Deadline
from .._http import POOL_SIZE, Session
from ..errors import DeliveryUnknown, InvalidArgument, InvalidEmail
from ..models import fields
from ..models.bulk import BULK, BulkEmail, BulkStatus
from ..models.email import Email, TemplateEmail
from ..models.fields import as_record
from ..models.listing import Page
from ..models.outbound import BatchResult, SendResult
from ..settings import Options
from ..transports.api import payload as api
from ..transports.api.reconciliation import Wanted, find
from ..transports.api.transport import checked_key
from ..transports.batch import BATCH_LIMIT
from ..transports.engine import EVERY_EMAIL, Engine
from ..transports.inputs import EmailLike, as_email, as_list, check_many
from ..transports.send_many import Progress, Sending
from ._paging import KeyedQuery, fetch_keyed_page
from ._resource import Resource, path_segment


class Outbound(Resource):
    """
    Sends emails: by the API, or by the transport that the client was given in its place.

    By a transport, what it cannot carry - templates, bulk requests, or a field - is an `InvalidEmail`; `check_first`,
    `find`, `bulk_status` and `list_bulk` are a `ConfigurationError` where there is no API to ask.

    Example:
        >>> client.outbound.send({"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}).message
        'OK'
        >>> batch = client.outbound.send_batch([{"to": "joe@example.com", "text_body": "Hello"}, {"to": "joe@"}])
        >>> len(batch.accepted), len(batch.failed)
        (1, 1)
    """

    def __init__(self, session: Session, options: Options, emails: Engine[Any]) -> None:
        """Keep the pool and the options, and what sends emails; it also knows what sends templates."""
        super().__init__(session, options)
        self._emails = emails
        self._templates = emails._for_templates()

    def send(
        self,
        email: EmailLike,
        *,
        idempotency_key: str | None = None,
        check_first: bool = False,
    ) -> SendResult:
        """
        Send one email, and return when it was accepted.

        Args:
            email: An `Email`, a mapping with the same names, or a message of the standard library.
            idempotency_key: Shorthand for the email's own, which it replaces.
            check_first: Look for the key before sending, and return what is found; for a job that is run again. Its
                email must have the same recipients and subject as before: see `InvalidEmail`.

        Raises:
            InvalidEmail: The email was rejected before a byte left; or, with `check_first`, its key belongs to an
                email with other recipients or another subject, and nothing was sent.
            APIError: The service rejected the email.
            ConnectionFailed: The email surely was not sent.
            DeadlineExceeded: There was no time left to send the email.
            DeliveryUnknown: The email may have been sent, and was not found by its key, or only another email was.
            ConfigurationError: The client is closed; or, with `check_first`, its transport cannot be searched.
        """
        taken = email if isinstance(email, Email) else as_email(email, Email)
        if idempotency_key is not None:
            taken = taken.replace(idempotency_key=idempotency_key)
        if check_first:
            self._emails._check_looks_up()
            checked_key(taken)
        return self._emails._send(taken, check_first=check_first)

    def send_batch(self, emails: Iterable[EmailLike], *, check_first: bool = False) -> BatchResult:
        """
        Send many emails, in requests of at most 500 emails and 50 MB.

        Nothing is raised for a single email or a failed request: each item of the result is an email's `SendResult`
        or the exception it met, at its place in the input.

        Of several emails with one `idempotency_key` the first is sent, and the others are rejected.

        Args:
            emails: The emails.
            check_first: Look for each email's key before sending it, as `send` does; each must have one.

        Raises:
            InvalidArgument: `emails` is empty, or one email instead of many, or an email has no key to look for.
            ConfigurationError: The client is closed; or, with `check_first`, its transport cannot be searched.
        """
        given = as_list(emails)
        if check_first:
            self._emails._check_looks_up()
            given = [_checked(email) for email in given]
        return self._emails._send_batch(given, check_first=EVERY_EMAIL if check_first else 0)

    def send_many(
        self,
        emails: Iterable[EmailLike],
        *,
        workers: int = 4,
        chunk_size: int = 500,
        check_first: bool = False,
        check_first_limit: int | None = None,
        progress: Progress | None = None,
    ) -> Sending:
        """
        Send any number of emails, several requests at once; sending starts at the call.

        Nothing is raised for a single email: an item of the result is its `SendResult`, or the exception it met.
        **Give mappings, not a generator that builds `Email` objects**: in `(Email(...) for row in rows)` one invalid
        row raises `InvalidEmail` *inside the generator*, and no generator can go on after that. The emails before it
        are sent, their results can be read, and then the exception ends the sending. With
        `({"to": row.email, ...} for row in rows)` the invalid email is an item of the result, and the others are sent.

        Of several emails with one `idempotency_key` the first is sent, and the others are rejected, as long as the
        first one's result is not read. The call does not remember the keys of a million emails: with
        `Sending.read_ahead` other emails between them, both are sent.

        Args:
            emails: The emails; taken as they are needed, in the thread that reads the results.
            workers: How many requests are under way at once.
            chunk_size: How many emails a request has at most.
            check_first: Look for each email's key before sending it, as `send` does; each must have one.
            check_first_limit: Look only for the first so many emails, which alone must have keys; `check_first` is
                implied. After a crash these are the emails whose results were not written down: `Sending.read_ahead`
                of the sending that crashed.
            progress: Called with the number of emails that are done, and of all if that is known.

        Raises:
            InvalidArgument: A number is out of its range, or `emails` is one email instead of many.
            ConfigurationError: As `send_batch`.
        """
        check_many(emails)
        _check_number("workers", workers, 1, POOL_SIZE)
        _check_number("chunk_size", chunk_size, 1, BATCH_LIMIT)
        if check_first_limit is not None:
            _check_number("check_first_limit", check_first_limit, 0, sys.maxsize)
        first = check_first_limit if check_first_limit is not None else EVERY_EMAIL if check_first else 0
        self._session.check_open()
        if first:
            self._emails._check_looks_up()
        in_flight: set[str] = set()
        return Sending(
            self._emails,
            self._emails._batches(_with_keys(emails, first), chunk_size, in_flight=in_flight),
            progress,
            len(emails) if isinstance(emails, Sized) else None,
            workers=workers,
            chunk_size=chunk_size,
            check_first=first,
            in_flight=in_flight,
        )

    def find(self, key_or_error: str | DeliveryUnknown, *, message_stream: str | None = None) -> SendResult | None:
        """
        Return the email that carries a key, or None when the service's search does not know one.

        The search may lag behind what was accepted: not finding an email early proves nothing. It looks in one message
        stream, and knows nothing of emails in other streams. Of several emails with one key the oldest is returned.

        Args:
            key_or_error: The `idempotency_key`, of 1 to 80 characters; or the `DeliveryUnknown` of a send, which names
                key and stream, and knows which emails with its key are other ones.
            message_stream: The stream to look in; else the error's, else the client's, else `outbound`.

        Raises:
            InvalidArgument: It cannot be a key, or the error is of an email that carries none.
            ConfigurationError: The client has no API to search.
        """
        wanted = self._wanted(key_or_error, message_stream)
        deadline = Deadline.after(self._options.deadline)
        return find(self._session, self._options, wanted, deadline).found.get(wanted.key)

    def _wanted(self, given: object, message_stream: str | None) -> Wanted:
        stream = _searched("message_stream", fields.message_stream, message_stream)
        others: tuple[str, ...] = ()
        if isinstance(given, DeliveryUnknown):
            if given.idempotency_key is None:
                why = "key_or_error is the error of a request that carried no key: nothing can be looked up by it"
                raise InvalidArgument(why, argument="key_or_error")
            stream, others = stream or given.message_stream, given._others
            given = given.idempotency_key
        key = _searched("key_or_error", fields.idempotency_key, given)
        if key is None:
            why = "key_or_error must be an idempotency_key, or the DeliveryUnknown of a send, not None"
            raise InvalidArgument(why, argument="key_or_error")
        return Wanted(key, stream or self._options.message_stream or api.DEFAULT_STREAM, not_these=others)

    def send_template(self, email: TemplateEmail | Mapping[str, Any]) -> SendResult:
        """
        Send one email that the service makes of a template.

        Raises:
            NotFound: There is no such template.
            InvalidEmail: The email is not valid, or the client's transport sends no templates.
            EmailAPIError: As `send`.
        """
        return self._templates._send(as_record(email, TemplateEmail, "email"))

    def send_template_batch(self, emails: Iterable[TemplateEmail | Mapping[str, Any]]) -> BatchResult:
        """
        Send many emails that the service makes of templates, as `send_batch` does.

        Raises:
            InvalidArgument: `emails` is empty, or one email instead of many.
            ConfigurationError: The client is closed.
        """
        return self._templates._send_batch(as_list(emails))

    def send_bulk(self, bulk: BulkEmail | Mapping[str, Any]) -> BulkStatus:
        """
        Send one email to many people, each with values of their own; `bulk_status` tells how far it is.

        It is accepted or rejected as a whole.

        Raises:
            InvalidRequest: The service found something wrong with it; with code 11 `.errors` names each field.
            InvalidEmail: It is not valid, or the client's transport sends no bulk requests.
            EmailAPIError: As `send`.
        """
        return self._emails._send_bulk(as_record(bulk, BulkEmail, "bulk"))

    def bulk_status(self, id: str) -> BulkStatus:
        """
        Return how far a bulk request is.

        Raises:
            NotFound: There is no such request.
            ConfigurationError: The client has no API to ask.
        """
        return self._read(f"{BULK.path}/{path_segment(id, 'id')}", BulkStatus)

    def list_bulk(self, *, count: int = 100) -> Page[BulkStatus]:
        """
        Return a page of bulk requests, newest first; `.iter_all()` walks on from it.

        Raises:
            InvalidArgument: A count below 1.
            ConfigurationError: The client has no API to ask.
        """
        return fetch_keyed_page(KeyedQuery(BULK, self._fetch, count))


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        limits = f"from {least} to {most}" if most < sys.maxsize else f"{least} or more"
        raise InvalidArgument(f"{name} must be a whole number, {limits}, not {value!r}", argument=name)


def _searched(name: str, convert: Callable[[Any], str | None], value: object) -> str | None:
    """Return what is searched for; what no email can have is an argument of this call, and no fault of an email."""
    try:
        return convert(value)
    except InvalidEmail as error:
        raise InvalidArgument(error.message, argument=name) from None


def _with_keys(emails: Iterable[EmailLike], first: int) -> Iterable[EmailLike]:
    """Return emails of which the first so many must have keys."""
    if not first:
        return emails
    return (_checked(email) if place < first else email for place, email in enumerate(emails))


def _checked(given: EmailLike) -> EmailLike:
    """Return an email that has a key to look for, or one that is wrong in another way: that is its item's error."""
    with suppress(InvalidEmail):
        checked_key(as_email(given, Email))
    return given
