"""Sending: `client.outbound`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs

from ..errors import InvalidArgument
from ..models.bulk import BULK, BulkEmail, BulkStatus
from ..models.email import BaseEmail, Email, TemplateEmail
from ..models.fields import as_record
from ..models.listing import Page
from ..models.outbound import BatchResult, SendResult
from ..transports import api
from ._paging import KeyedQuery, fetch_keyed_page
from ._resource import Resource, path_part

M = TypeVar("M", bound=BaseEmail)


class Outbound(Resource):
    """Sends mail through the API."""

    def send(self, email: Email | Mapping[str, Any], *, idempotency_key: str | None = None) -> SendResult:
        """
        Send one mail, and return when the service took it.

        Args:
            email: An `Email`, or a mapping with the same names.
            idempotency_key: Shorthand for the mail's own.

        Raises:
            InvalidEmail: The mail was refused here; no byte left.
            APIError: The service refused it.
            ConnectionFailed: It surely was not sent.
            DeliveryUnknown: It may have been sent, and no answer says so.
        """
        mail = as_record(email, Email, "email")
        if idempotency_key is not None:
            mail = attrs.evolve(mail, idempotency_key=idempotency_key)
        return api.send_one(self._session, self._options, api.EMAILS, mail)

    def send_batch(self, emails: Iterable[Email | Mapping[str, Any]]) -> BatchResult:
        """
        Send many mails, in requests of at most 500 mails and 50 MB.

        Nothing is raised for a single mail or a failed request: each item of the result is that mail's `SendResult`
        or the exception it met, at its place in the input.

        Raises:
            InvalidArgument: `emails` is empty, or one mail instead of many.
        """
        return api.send_batch(self._session, self._options, api.EMAILS, _listed(emails))

    def send_template(self, email: TemplateEmail | Mapping[str, Any]) -> SendResult:
        """
        Send one mail that the service makes of a template; raises what `send` does.

        Raises:
            NotFound: There is no such template.
        """
        mail = as_record(email, TemplateEmail, "email")
        return api.send_one(self._session, self._options, api.TEMPLATES, mail)

    def send_template_batch(self, emails: Iterable[TemplateEmail | Mapping[str, Any]]) -> BatchResult:
        """Send many mails that the service makes of templates; what `send_batch` says holds here."""
        return api.send_batch(self._session, self._options, api.TEMPLATES, _listed(emails))

    def send_bulk(self, bulk: BulkEmail | Mapping[str, Any]) -> BulkStatus:
        """
        Send one mail to many people, each with values of their own; `bulk_status` tells how far it is.

        It is taken or refused as a whole. What `send` raises holds here.

        Raises:
            InvalidRequest: Something is wrong with it; with code 11 `.errors` names each field.
        """
        return api.send_bulk(self._session, self._options, as_record(bulk, BulkEmail, "bulk"))

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


def _listed(emails: Iterable[M | Mapping[str, Any]]) -> list[M | Mapping[str, Any]]:
    if isinstance(emails, (BaseEmail, Mapping, str, bytes)) or not isinstance(emails, Iterable):
        raise InvalidArgument(f"emails must be a list of mails, not {type(emails).__name__}", argument="emails")
    mails = list(emails)
    if not mails:
        raise InvalidArgument("emails is empty", argument="emails")
    return mails
