"""Addresses that a stream does not send to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from ..wire import Wire, write_from_date, write_to_date
from .listing import Listing


class SuppressionReason(StrEnum):
    """Why an address is suppressed; unsubscribing counts as manual."""

    HARD_BOUNCE = "HardBounce"
    SPAM_COMPLAINT = "SpamComplaint"
    MANUAL_SUPPRESSION = "ManualSuppression"


class SuppressionOrigin(StrEnum):
    """Who suppressed it; by the API is `CUSTOMER`."""

    RECIPIENT = "Recipient"
    CUSTOMER = "Customer"
    ADMIN = "Admin"


class SuppressionStatus(StrEnum):
    """What became of one address of a call."""

    SUPPRESSED = "Suppressed"
    DELETED = "Deleted"
    FAILED = "Failed"


@attrs.frozen(kw_only=True)
class Suppression:
    """
    One address that a stream does not send to.

    Attributes:
        email_address: The address.
        suppression_reason: Why.
        origin: By whom.
        created_at: Since when, with its zone.
    """

    email_address: str = ""
    suppression_reason: SuppressionReason | str = ""
    origin: SuppressionOrigin | str = ""
    created_at: datetime | None = None


@attrs.frozen(kw_only=True)
class SuppressionResult:
    """
    What became of one address of a call.

    Attributes:
        email_address: The address.
        status: Whether it was done.
        message: Why it was not.
    """

    email_address: str = ""
    status: SuppressionStatus | str = ""
    message: str = ""


class SuppressionFilters(TypedDict, total=False):
    """What `Suppressions.list` narrows by."""

    suppression_reason: SuppressionReason | str
    origin: SuppressionOrigin | str
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
