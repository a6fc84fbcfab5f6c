"""Django's messages with the fields of the service as typed arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core import mail

from ..errors import EmailAPIError
from ..models.bulk import BulkStatus
from ..models.fields import TrackLinks
from ..models.outbound import BatchResult, SendResult
from .status import AnymailStatus, EmailStatus


class ServiceFields:
    """
    The arguments that a message has beside Django's.

    Args:
        args: Django's arguments.
        tag: A label that groups emails in statistics.
        metadata: Names and values, for webhooks and searches; numbers, dates and UUIDs become text.
        message_stream: Id of the message stream.
        track_opens: Whether the service records opens.
        track_links: The links whose clicks the service records.
        template_alias: Alias of the template that the email is made of; then subject and body are left out.
        template_id: Id of the template.
        template_model: Values for the names used in the template.
        idempotency_key: A key that names this email, by which it can be looked up after a failure.
        kwargs: Django's arguments by name.

    Attributes:
        merge_data: For each address in `to`, values of the template; makes one email for each address.
        merge_metadata: For each address in `to`, further metadata; makes one email for each address.
        merge_headers: For each address in `to`, further headers; makes one email for each address.
        emailapi_result: The result of the message, after it was sent: a `SendResult`, a `BatchResult` of a merge, a
            `BulkStatus`, or the exception.
        emailapi_status: The state of each recipient, after the message was sent.
        anymail_status: The same in anymail's form.
    """

    merge_data: Mapping[str, Mapping[str, Any]] | None
    merge_metadata: Mapping[str, Mapping[str, Any]] | None
    merge_headers: Mapping[str, Mapping[str, str]] | None
    emailapi_result: SendResult | BatchResult | BulkStatus | EmailAPIError | None
    emailapi_status: EmailStatus
    anymail_status: AnymailStatus

    def __init__(
        self,
        *args: Any,
        tag: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        message_stream: str | None = None,
        track_opens: bool | None = None,
        track_links: TrackLinks | str | None = None,
        template_alias: str | None = None,
        template_id: int | None = None,
        template_model: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Make Django's message, and set the attributes."""
        super().__init__(*args, **kwargs)
        self.tag = tag
        self.metadata = metadata
        self.message_stream = message_stream
        self.track_opens = track_opens
        self.track_links = track_links
        self.template_alias = template_alias
        self.template_id = template_id
        self.template_model = template_model
        self.idempotency_key = idempotency_key


class EmailMessage(ServiceFields, mail.EmailMessage):
    """`django.core.mail.EmailMessage` with the service's fields as arguments."""


class EmailMultiAlternatives(ServiceFields, mail.EmailMultiAlternatives):
    """`django.core.mail.EmailMultiAlternatives` with the service's fields as arguments."""
