"""Suppressions: addresses that a message stream does not send to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, TypedDict

import attrs

from .._records import Record
from ..wire import Wire, write_from_date, write_to_date
from .listing import Listing


class SuppressionReason(StrEnum):
    """Why an address is suppressed. An address that unsubscribed has `MANUAL_SUPPRESSION`."""

    HARD_BOUNCE = "HardBounce"
    SPAM_COMPLAINT = "SpamComplaint"
    MANUAL_SUPPRESSION = "ManualSuppression"


# The values of `SuppressionReason`, for type checkers and editors.
SuppressionReasonName = Literal["HardBounce", "SpamComplaint", "ManualSuppression"]


class SuppressionOrigin(StrEnum):
    """Who suppressed an address: the recipient, you (by the API or the web interface), or the service."""

    RECIPIENT = "Recipient"
    CUSTOMER = "Customer"
    ADMIN = "Admin"


# The values of `SuppressionOrigin`, for type checkers and editors.
SuppressionOriginName = Literal["Recipient", "Customer", "Admin"]


class SuppressionStatus(StrEnum):
    """The result of a change for one address."""

    SUPPRESSED = "Suppressed"
    DELETED = "Deleted"
    FAILED = "Failed"


@attrs.frozen(kw_only=True)
class Suppression(Record):
    """
    An address that a message stream does not send to (contract section 2.9).

    Attributes:
        email_address: The address.
        suppression_reason: Why the address is suppressed.
        origin: Who suppressed the address.
        created_at: When the address was suppressed, in UTC; None if the date cannot be read.
    """

    email_address: str = ""
    suppression_reason: SuppressionReason | str = ""
    origin: SuppressionOrigin | str = ""
    created_at: datetime | None = None


@attrs.frozen(kw_only=True)
class SuppressionResult(Record):
    """
    The result of a change for one address.

    Attributes:
        email_address: The address.
        status: `SUPPRESSED` or `DELETED` if the change was made, `FAILED` if not.
        message: Why the change was not made; `""` if it was.
    """

    email_address: str = ""
    status: SuppressionStatus | str = ""
    message: str = ""


class SuppressionFilters(TypedDict, total=False):
    """
    Filters of `client.suppressions.list` (contract section 2.9). An address must match all of them.

    Attributes:
        suppression_reason: Why the address is suppressed, for example `SuppressionReason.HARD_BOUNCE`.
        origin: Who suppressed the address, for example `SuppressionOrigin.RECIPIENT`.
        email_address: The exact address.
        from_date: Earliest time of the suppression, inclusive: an aware `datetime`, or a `date`, which is a US Eastern
            day. A `datetime` without a time zone is rejected.
        to_date: Latest time of the suppression, inclusive, in the same forms as `from_date`.
    """

    suppression_reason: SuppressionReason | SuppressionReasonName
    origin: SuppressionOrigin | SuppressionOriginName
    email_address: str
    from_date: Annotated[date, Wire("fromdate", write=write_from_date)]
    to_date: Annotated[date, Wire("todate", write=write_to_date)]


SUPPRESSIONS = Listing(
    "/message-streams/{stream}/suppressions/dump",
    "Suppressions",
    Suppression,
    SuppressionFilters,
    identity=("email_address",),
    dated="created_at",
    paging=None,
)

CHANGES_LIMIT = 50
CHANGED = Listing(
    "/message-streams/{stream}/suppressions{verb}",
    "Suppressions",
    SuppressionResult,
    SuppressionFilters,
    identity=("email_address",),
    paging=None,
)
