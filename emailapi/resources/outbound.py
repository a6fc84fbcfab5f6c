"""Sending: `client.outbound`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._delivery import Deadline
from .._http import Session
from ..errors import DeliveryUnknown
from ..models.email import Email, TemplateEmail
from ..models.fields import as_record
from ..models.outbound import BatchResult, SendResult
from ..settings import Options
from ..transports.base import BaseTransport
from ..transports.check_first import check_findable, send_all
from ..transports.inputs import EmailLike, as_email
from ._resource import Resource, path_segment

# Loaded by the calls that need them: a process that sends one email does not pay for them.
if TYPE_CHECKING:
    from uuid import UUID

    from ..models.bulk import BulkEmail, BulkStatus
    from ..models.listing import Page
    from ..transports.send_many import Progress, Sending


class Outbound(Resource):
    """
    Sends emails: by the API, or by the transport that replaces the API in this client.

    A feature that a transport cannot carry - a template, a bulk request, or a field - is an `InvalidEmail`;
    `check_first`, `find`, `bulk_status` and `list_bulk` without an API are a `ConfigurationError`.

    Example:
        >>> client.outbound.send({"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}).message
        'OK'
        >>> batch = client.outbound.send_batch([{"to": "joe@example.com", "text_body": "Hello"}, {"to": "joe@"}])
        >>> len(batch.accepted), len(batch.failed)
        (1, 1)
    """

    def __init__(self, session: Session, options: Options, emails: BaseTransport[Any]) -> None:
        """Store the connections and the options, and the transport that sends emails."""
        super().__init__(session, options)
        self._emails = emails
        self._templates = emails._for_templates()

    def send(self, email: EmailLike, *, idempotency_key: str | None = None, check_first: bool = False) -> SendResult:
        """
        Send one email, and return its result when it was accepted.

        Args:
            email: An `Email`, a mapping with the same names, or a message of the standard library.
            idempotency_key: Replaces the email's own key.
            check_first: Search for the key before sending, and return a result that is found; for a job that is run
                again. The email must have the same recipients and subject as before.

        Raises:
            InvalidEmail: The email is not valid, and nothing was sent; or, with `check_first`, its key belongs to an
                email with other recipients or another subject.
            APIError: The service rejected the email.
            ConnectionFailed: The email was surely not sent.
            DeadlineExceeded: The deadline passed, and the email was not sent.
            DeliveryUnknown: The email may have been sent, and was not found by its key, or only another email was.
            ConfigurationError: The client is closed; or, with `check_first`, its transport cannot be searched.

        Example:
            >>> email = Email(to="jane@example.com", subject="Hi", text_body="Hello")
            >>> client.outbound.send(email, idempotency_key="welcome-7").to
            'jane@example.com'
        """
        converted = email if isinstance(email, Email) else as_email(email, Email)
        if idempotency_key is not None:
            converted = converted.replace(idempotency_key=idempotency_key)
        if check_first:
            check_findable(self._emails, converted)
        return self._emails._send(converted, check_first=check_first)

    def send_batch(self, emails: Iterable[EmailLike], *, check_first: bool = False) -> BatchResult:
        """
        Send many emails, in requests of at most 500 emails and 50 MB.

        Nothing is raised for a single email or a failed request: each item of the result is an email's `SendResult`
        or the exception that it failed with, at its place in the input.

        Of several emails with one `idempotency_key` the first is sent, and the others are rejected.

        Args:
            emails: The emails.
            check_first: Search for each email's key before sending it, as `send` does; each must have one.

        Raises:
            InvalidArgument: `emails` is a single email instead of many, or an email has no key to look for.
            ConfigurationError: The client is closed; or, with `check_first`, its transport cannot be searched.
        """
        return send_all(self._emails, emails, check_first)

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
        Send any number of emails, with several requests at once; sending starts at the call.

        Nothing is raised for a single email: an item of the result is its `SendResult`, or the exception that it failed
        with.
        **Give mappings, not a generator that builds `Email` objects**: in `(Email(...) for row in rows)` one invalid
        row raises `InvalidEmail` *inside the generator*, and no generator can go on after that. The emails before it
        are sent, their results can be read, and then the exception ends the sending. With
        `({"to": row.email, ...} for row in rows)` the invalid email is an item of the result, and the others are sent.

        Of several emails with one `idempotency_key` the first is sent, and the others are rejected, as long as the
        first one's result is not read. The call does not remember the keys of a million emails: with
        `Sending.read_ahead` other emails between them, both are sent.

        Args:
            emails: The emails; taken as they are needed, in the thread that reads the results.
            workers: Number of requests that are under way at once.
            chunk_size: The most emails in one request.
            check_first: Search for each email's key before sending it, as `send` does; each must have one.
            check_first_limit: Search only for this number of emails at the start, which alone must have keys;
                `check_first` is implied. After a crash these are the emails whose results were not written down: at
                most `Sending.read_ahead` of the sending that crashed.
            progress: Called with the number of emails that are done, and the number of all emails if it is known.

        Raises:
            InvalidArgument: A number is out of its range, or `emails` is one email instead of many.
            ConfigurationError: As `send_batch`.
        """
        from ..transports.starting import how_many_first, start

        first = how_many_first(check_first, check_first_limit)
        return start(self._session, self._emails, emails, workers, chunk_size, first, progress)

    def find(self, key_or_error: str | DeliveryUnknown, *, message_stream: str | None = None) -> SendResult | None:
        """
        Return the email that carries a key, or None if the service's search does not find one.

        The search may lag behind accepted emails: not finding an email early proves nothing. The search covers one
        message stream, not the emails in other streams. Of several emails with one key the oldest is returned.

        Args:
            key_or_error: The `idempotency_key`, of 1 to 80 characters; or the `DeliveryUnknown` of a send, which has
                the key, the stream, and the other emails that are known to have the same key.
            message_stream: The stream to search; by default the error's, else the client's, else `outbound`.

        Raises:
            InvalidArgument: The value is not a valid key, or the error is of an email that carries none.
            ConfigurationError: The client has no API to search.
        """
        from ..transports.api.reconciliation import find
        from ..transports.api.wanted import read_wanted

        wanted = read_wanted(key_or_error, message_stream, self._options)
        deadline = Deadline.after(self._options.deadline)
        return find(self._session, self._options, wanted, deadline).found.get(wanted.key)

    def send_template(self, email: TemplateEmail | Mapping[str, Any], *, check_first: bool = False) -> SendResult:
        """
        Send one email that the service creates from a template.

        Args:
            email: A `TemplateEmail`, or a mapping with the same names.
            check_first: Search for the email's key before sending, as `send` does; subjects are not compared.

        Raises:
            NotFound: There is no such template.
            InvalidEmail: The email is not valid, or the client's transport sends no templates.
            EmailAPIError: As `send`.
        """
        converted = as_record(email, TemplateEmail, "email")
        if check_first:
            check_findable(self._templates, converted)
        return self._templates._send(converted, check_first=check_first)

    def send_template_batch(
        self, emails: Iterable[TemplateEmail | Mapping[str, Any]], *, check_first: bool = False
    ) -> BatchResult:
        """
        Send many emails that the service creates from templates, as `send_batch` does.

        Args:
            emails: The emails.
            check_first: Search for each email's key before sending it, as `send_template` does; each must have one.

        Raises:
            InvalidArgument: `emails` is a single email instead of many, or an email has no key to look for.
            ConfigurationError: As `send_batch`.
        """
        return send_all(self._templates, emails, check_first)

    def send_template_many(
        self,
        emails: Iterable[TemplateEmail | Mapping[str, Any]],
        *,
        workers: int = 4,
        chunk_size: int = 500,
        check_first: bool = False,
        check_first_limit: int | None = None,
        progress: Progress | None = None,
    ) -> Sending:
        """
        Send any number of emails that the service creates from templates, as `send_many` does.

        Args:
            emails: The emails; mappings, rather than a generator that builds `TemplateEmail` objects.
            workers: As in `send_many`.
            chunk_size: As in `send_many`.
            check_first: Search for each email's key before sending it, as `send_template` does; each must have one.
            check_first_limit: As in `send_many`.
            progress: As in `send_many`.

        Raises:
            InvalidArgument: As `send_many`.
            ConfigurationError: As `send_batch`.

        Example:
            >>> emails = [{"to": "jane@example.com", "template_alias": "welcome", "template_model": {"name": "Jane"}}]
            >>> with client.outbound.send_template_many(emails) as sending:
            ...     sending.wait().accepted
            1
        """
        from ..transports.starting import how_many_first, start

        first = how_many_first(check_first, check_first_limit)
        return start(self._session, self._templates, emails, workers, chunk_size, first, progress)

    def send_bulk(self, bulk: BulkEmail | Mapping[str, Any]) -> BulkStatus:
        """
        Send one email to many people, each with their own values; `bulk_status` returns the progress.

        The request is accepted or rejected as a whole.

        Args:
            bulk: A `BulkEmail`, or a mapping with the same names.

        Raises:
            InvalidRequest: The service rejected the request; with code 11 `.errors` names each field.
            InvalidEmail: The request is not valid, or the client's transport sends no bulk requests.
            EmailAPIError: As `send`.
        """
        from ..models.bulk import BulkEmail

        return self._emails._send_bulk(as_record(bulk, BulkEmail, "bulk"))

    def bulk_status(self, id: str | UUID | BulkStatus) -> BulkStatus:
        """
        Return the progress of a bulk request.

        Only its `status` says whether the request is completed. `client.messages` has the state of each message.

        Args:
            id: The `id` of the `BulkStatus` that `send_bulk` or `list_bulk` returned, or that `BulkStatus` itself.

        Raises:
            InvalidArgument: The id is empty, or cannot be a part of a URL.
            NotFound: There is no bulk request with this id.
            ConfigurationError: The client has no API to ask.
        """
        from ..models.bulk import BULK, BulkStatus

        return self._read(f"{BULK.path}/{path_segment(id, 'id', BulkStatus)}", BulkStatus)

    def list_bulk(self, *, count: int = 100) -> Page[BulkStatus]:
        """
        Return a page of bulk requests, newest first; `.iter_all()` iterates over all pages.

        Raises:
            InvalidArgument: `count` is below 1.
            ConfigurationError: The client has no API to ask.
        """
        from ..models.bulk import BULK
        from ._paging import KeyedQuery, fetch_keyed_page

        return fetch_keyed_page(KeyedQuery(BULK, self._fetch, count))
