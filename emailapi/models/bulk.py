"""One mail to many people, each with values of their own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypedDict

import attrs

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
    One person's copy.

    Attributes:
        to: A string, an `Address`, or a sequence of either; so are `cc` and `bcc`. Together at most 50.
        cc: Who gets a copy of it.
        bcc: Who gets a copy that the others do not see.
        template_model: What the names in subject and bodies stand for.
        metadata: Wins over the mail's own, name by name.
        headers: Win over the mail's own, name by name.
    """

    to: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.to)
    cc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.cc)
    bcc: Annotated[tuple[Address, ...], Wire(write=write_headers)] = attrs.field(default=(), converter=fields.bcc)
    template_model: dict[str, Any] = attrs.field(factory=dict, converter=fields.optional_template_model, repr=False)
    metadata: dict[str, str] = attrs.field(factory=dict, converter=fields.metadata)
    headers: tuple[Header, ...] = attrs.field(default=(), converter=fields.headers, repr=False)


def _messages(value: Any) -> tuple[BulkMessage, ...]:
    return fields.each(value, "messages", lambda item: fields.as_record(item, BulkMessage, "messages"))


@attrs.frozen(kw_only=True)
class BulkEmail(BaseEmail):
    """
    One mail to many people.

    Subject and bodies are in the template language, or come from a template.

    Attributes:
        messages: A copy for each, with its recipients.
        subject: Subject, in the template language.
        text_body: The plain version.
        html_body: The HTML version.
        template_id: The template instead, by its id.
        template_alias: The template instead, by its alias.
        inline_css: Whether styles are written into the elements; the service does when None.
    """

    _restorers: ClassVar = {**BaseEmail._restorers, "messages": BulkMessage.from_dict}

    messages: tuple[BulkMessage, ...] = attrs.field(converter=_messages, repr=lambda found: f"<{len(found)} messages>")
    subject: str = attrs.field(default="", converter=fields.subject)
    text_body: str | None = attrs.field(default=None, converter=fields.text_body, repr=False)
    html_body: str | None = attrs.field(default=None, converter=fields.html_body, repr=False)
    template_id: int | None = attrs.field(default=None, converter=fields.template_id)
    template_alias: str | None = attrs.field(default=None, converter=fields.template_alias)
    inline_css: bool | None = attrs.field(default=None, converter=fields.inline_css)


class BulkState(StrEnum):
    """How far a bulk request is."""

    ACCEPTED = "Accepted"
    PROCESSING = "Processing"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"
    FAILED = "Failed"


@attrs.frozen(kw_only=True)
class BulkStatus:
    """
    One bulk request.

    Attributes:
        id: Its id.
        submitted_at: When the service took it, with its zone.
        status: How far it is; it alone says whether it is done.
        total_messages: How many copies it has.
        percentage_completed: As the service says it; the scale is not documented.
        released_count: Copies on their way.
        failed_count: Copies that were suppressed or could not be rendered.
        subject: Its subject, not rendered.
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
    """How `Outbound.list_bulk` walks on; the key is the service's."""

    count: Annotated[int, Wire("count")]
    pagination_key: Annotated[str, Wire("paginationKey")]


BULK = Listing("/email/bulk", "Requests", BulkStatus, BulkFilters, error_code=13, paging=None, next_key="PaginationKey")
