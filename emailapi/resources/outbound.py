"""Sending: `client.outbound`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import attrs

from .._delivery import Deadline, at_most
from .._http import POOL_SIZE, Session
from ..errors import InvalidArgument, InvalidEmail
from ..models.bulk import BULK, BulkEmail, BulkStatus
from ..models.email import BaseEmail, Email, TemplateEmail
from ..models.fields import as_record
from ..models.listing import Page
from ..models.outbound import BatchResult, SendResult
from ..settings import Options
from ..transports import api
from ..transports.batches import chunks, deliver, send_batch
from ..transports.given import EmailLike, as_mail, check_many, listed
from ..transports.limits import BATCH_LIMIT
from ..transports.lookup import find
from ..transports.posting import checked_key, send_bulk, send_one
from ..transports.relief import ATTEMPTS
from ..transports.sending import Progress, Sending
from ._paging import KeyedQuery, fetch_keyed_page
from ._resource import Resource, path_part

M = TypeVar("M", bound=BaseEmail)


class Outbound(Resource):
    """Sends mail through the API."""

    def __init__(self, session: Session, options: Options) -> None:
        """Keep the pool and the options; mails of templates and bulk requests go to the API alone."""
        super().__init__(session, attrs.evolve(options, relief=None) if options.relief else options)
        # With another way behind it the API is asked once more, and no longer.
        fewer = at_most(options.retry, ATTEMPTS)
        self._mail_options = attrs.evolve(options, retry=fewer) if options.relief else options

    def send(
        self,
        email: EmailLike,
        *,
        idempotency_key: str | None = None,
        check_first: bool = False,
    ) -> SendResult:
        """
        Send one mail, and return when the service took it.

        Args:
            email: An `Email`, a mapping with the same names, or a message of the standard library.
            idempotency_key: Shorthand for the mail's own; it wins over that.
            check_first: Look for the key before sending, and return what is found; for a job that is run again.

        Raises:
            InvalidEmail: The mail was refused here; no byte left.
            APIError: The service refused it.
            ConnectionFailed: It surely was not sent.
            DeadlineExceeded: There was no time left to send it.
            DeliveryUnknown: It may have been sent, and was not found by its key.
        """
        mail = as_mail(email, Email)
        if idempotency_key is not None:
            mail = attrs.evolve(mail, idempotency_key=idempotency_key)
        return send_one(self._session, self._mail_options, api.EMAILS, mail, check_first=check_first)

    def send_batch(self, emails: Iterable[EmailLike], *, check_first: bool = False) -> BatchResult:
        """
        Send many mails, in requests of at most 500 mails and 50 MB.

        Nothing is raised for a single mail or a failed request: each item of the result is that mail's `SendResult`
        or the exception it met, at its place in the input.

        Args:
            emails: The mails.
            check_first: Look for each mail's key before sending it; each must have one.

        Raises:
            InvalidArgument: `emails` is empty, or one mail instead of many, or a mail has no key to look for.
        """
        mails = listed(emails)
        if check_first:
            mails = [_checked(mail) for mail in mails]
        return send_batch(self._session, self._mail_options, api.EMAILS, mails, check_first=check_first)

    def send_many(
        self,
        emails: Iterable[EmailLike],
        *,
        workers: int = 4,
        chunk_size: int = 500,
        check_first: bool = False,
        progress: Progress | None = None,
    ) -> Sending:
        """
        Send any number of mails, several requests at once; sending starts at the call.

        Args:
            emails: The mails; taken as they are needed, in this thread.
            workers: How many requests are under way at once.
            chunk_size: How many mails a request has at most.
            check_first: Look for each mail's key before sending it; each must have one.
            progress: Called with the number of mails that are done, and of all if that is known.

        Raises:
            InvalidArgument: A number that cannot be, or one mail instead of many.
        """
        check_many(emails)
        for name, value, limit in (("workers", workers, POOL_SIZE), ("chunk_size", chunk_size, BATCH_LIMIT)):
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= limit:
                raise InvalidArgument(f"{name} must be from 1 to {limit}, not {value!r}", argument=name)
        self._session.check_open()
        deliver_one = partial(deliver, self._session, self._mail_options, api.EMAILS, check_first=check_first)
        mails = map(_checked, emails) if check_first else emails
        found = chunks(api.EMAILS, mails, self._mail_options, chunk_size)
        return Sending(found, deliver_one, workers, progress, len(emails) if isinstance(emails, Sized) else None)

    def find(self, idempotency_key: str, *, message_stream: str | None = None) -> SendResult | None:
        """
        Return the mail that carries a key, or None when the service's search does not know one.

        The search may lag behind what was accepted: not finding a mail early proves nothing.

        Args:
            idempotency_key: The key.
            message_stream: The stream to look in; else the client's, else `outbound`.

        Raises:
            InvalidArgument: The key is empty.
        """
        if not isinstance(idempotency_key, str) or not idempotency_key:
            raise InvalidArgument("idempotency_key must be a non-empty text", argument="idempotency_key")
        stream = message_stream or self._options.message_stream or api.DEFAULT_STREAM
        deadline = Deadline.after(self._options.deadline)
        return find(self._session, self._options, idempotency_key, stream, deadline)

    def send_template(self, email: TemplateEmail | Mapping[str, Any]) -> SendResult:
        """
        Send one mail that the service makes of a template; raises what `send` does.

        Raises:
            NotFound: There is no such template.
        """
        mail = as_record(email, TemplateEmail, "email")
        return send_one(self._session, self._options, api.TEMPLATES, mail)

    def send_template_batch(self, emails: Iterable[TemplateEmail | Mapping[str, Any]]) -> BatchResult:
        """Send many mails that the service makes of templates; what `send_batch` says holds here."""
        return send_batch(self._session, self._options, api.TEMPLATES, listed(emails))

    def send_bulk(self, bulk: BulkEmail | Mapping[str, Any]) -> BulkStatus:
        """
        Send one mail to many people, each with values of their own; `bulk_status` tells how far it is.

        It is taken or refused as a whole. What `send` raises holds here.

        Raises:
            InvalidRequest: Something is wrong with it; with code 11 `.errors` names each field.
        """
        return send_bulk(self._session, self._options, as_record(bulk, BulkEmail, "bulk"))

    def bulk_status(self, id: str) -> BulkStatus:
        """
        Return how far a bulk request is.

        Raises:
            NotFound: There is no such request.
        """
        return self._read(f"{BULK.path}/{path_part(id, 'id')}", BulkStatus)

    def list_bulk(self, *, count: int = 100) -> Page[BulkStatus]:
        """
        Return a page of bulk requests, newest first; `.iter_all()` walks on from it.

        Raises:
            InvalidArgument: A count below 1.
        """
        return fetch_keyed_page(KeyedQuery(BULK, self._fetch, count))


def _checked(given: EmailLike) -> EmailLike:
    """Return a mail that has a key to look for, or one that is wrong in another way: that is its item's error."""
    with suppress(InvalidEmail):
        checked_key(as_mail(given, Email))
    return given
