"""Data removals: requests to delete the data of a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from .._records import Record
from ..wire import Wire


class DataRemovalStatus(StrEnum):
    """The state of a data removal."""

    PENDING = "Pending"
    DONE = "Done"


@attrs.frozen(kw_only=True)
class DataRemoval(Record):
    """
    A request to delete the data of a person (contract section 2.19).

    Attributes:
        id: The id of the request.
        status: Whether the data have been deleted: pending or done.
    """

    id: Annotated[int | None, Wire("ID")] = None
    status: DataRemovalStatus | str = ""


class DataRemovalOptions(TypedDict, total=False):
    """
    Optional arguments of a data removal.

    Attributes:
        notify_when_completed: Whether the service sends an email to `requested_by` once the data are deleted.
    """

    notify_when_completed: bool


class NewDataRemoval(DataRemovalOptions):
    """
    Arguments of `account.data_removals.create` (contract section 2.19); also those of `DataRemovalOptions`.

    Attributes:
        requested_by: Email address of the person who makes the request. Required.
        requested_for: Email address of the person whose data are to be deleted. Required.
    """

    requested_by: str
    requested_for: str
