"""Bulk emails: one content for many recipients, each with values of their own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from . import fields
from .address import Address
from .email import BaseEmail, write_headers
from .header import Header
from .listing import Listing
from .stored import Stored


@attrs.frozen(kw_only=True)
class BulkMessage(Stored):
    """
    The recipients and the values of one message of a `BulkEmail` (contract section 2.5).

    Attributes:
        to: Recipients: a string, an `Address`, or a sequence of either. Together with `cc` and `bcc` at most 50.
        cc: Recipients of a copy, in the same forms.
        bcc: Recipients of a blind copy, in the same forms.
        template_model: Values for the names used in subject and bodies; JSON values, see
            `TemplateEmail.template_model`.
        metadata: Metadata of this message; where a name is also in the metadata of the bulk email, this value wins.
        headers: Headers of this message; where a name is also in the headers of the bulk email, this value wins.
    """

    to: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.to)
    cc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.cc)
    bcc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.bcc)
    template_model: dict[str, Any] = attrs.field(factory=dict, converter=fields.optional_template_model, repr=False)
    metadata: dict[str, str] = attrs.field(factory=dict, converter=fields.metadata)
    headers: tuple[Header, ...] = attrs.field(default=(), converter=fields.headers, repr=False)


def _messages(value: Any) -> tuple[BulkMessage, ...]:
    return fields.convert_each(value, "messages", lambda item: fields.as_record(item, BulkMessage, "messages"))


@attrs.frozen(kw_only=True)
class BulkEmail(BaseEmail):
    """
    One content that is sent to many recipients, each with values of their own.

    Subject and bodies are in the template language and are rendered for each message, or come from a template. The
    service must have approved the account for bulk emails. A request has at most 50 MB; the number of messages is not
    limited (contract section 2.5).

    Attributes:
        messages: One `BulkMessage`, or mapping with its names, for each message to send. Required.
        subject: Subject, in the template language.
        text_body: Plain text body, in the template language.
        html_body: HTML body, in the template language.
        template_id: Id of a template to use instead of subject and bodies.
        template_alias: Alias of a template to use instead of subject and bodies.
        inline_css: Whether the service moves style sheets into the elements of the HTML body; True at the service if
            None.
    """

    _restorers: ClassVar = {**BaseEmail._restorers, "messages": BulkMessage.from_dict}

    messages: tuple[BulkMessage, ...] = attrs.field(
        converter=_messages, repr=lambda messages: f"<{len(messages)} messages>"
    )
    subject: str = attrs.field(default="", converter=fields.subject)
    text_body: str | None = attrs.field(default=None, converter=fields.text_body, repr=False)
    html_body: str | None = attrs.field(default=None, converter=fields.html_body, repr=False)
    template_id: int | None = attrs.field(default=None, converter=fields.template_id)
    template_alias: str | None = attrs.field(default=None, converter=fields.template_alias)
    inline_css: bool | None = attrs.field(default=None, converter=fields.inline_css)


class BulkState(StrEnum):
    """The state of a bulk request."""

    ACCEPTED = "Accepted"
    PROCESSING = "Processing"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"
    FAILED = "Failed"


@attrs.frozen(kw_only=True)
class BulkStatus(Record):
    """
    The progress of a bulk request (contract section 2.5).

    Attributes:
        id: The id of the request, for `client.outbound.bulk_status`.
        submitted_at: When the service accepted the request, in UTC.
        status: The state of the request. Only this field says whether it is completed.
        total_messages: Number of messages of the request.
        percentage_completed: The percentage as the service reports it. The scale is not documented: both 1 and 100 have
            been seen for a completed request.
        released_count: Number of messages that were released for delivery.
        failed_count: Number of messages that were not sent, because all recipients are suppressed or the content could
            not be rendered.
        subject: The subject, not rendered.
    """

    id: Annotated[str, Wire("Id", also="ID")] = ""
    submitted_at: datetime | None = None
    status: BulkState | str = ""
    total_messages: int = 0
    percentage_completed: float = 0.0
    released_count: int = 0
    failed_count: int = 0
    subject: str = ""


class BulkFilters(TypedDict, total=False):
    """
    Query parameters of `client.outbound.list_bulk`.

    Attributes:
        count: Number of requests on a page.
        pagination_key: Key of the page, as the page before returned it; `Page.iter_all` passes it by itself.
    """

    count: Annotated[int, Wire("count")]
    pagination_key: Annotated[str, Wire("paginationKey")]


BULK = Listing("/email/bulk", "Requests", BulkStatus, BulkFilters, error_code=13, paging=None, next_key="PaginationKey")
