"""Requests to forget a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from ..wire import Wire


class DataRemovalStatus(StrEnum):
    """How far a request is."""

    PENDING = "Pending"
    DONE = "Done"


@attrs.frozen(kw_only=True)
class DataRemoval:
    """
    One request to forget a person.

    Attributes:
        id: Its id.
        status: How far it is.
    """

    id: Annotated[int | None, Wire("ID")] = None
    status: DataRemovalStatus | str = ""


class DataRemovalOptions(TypedDict, total=False):
    """Whether to write to who asks when it is done."""

    notify_when_completed: bool


class NewDataRemoval(DataRemovalOptions):
    """What `DataRemovals.create` takes: who asks, and for whom."""

    requested_by: str
    requested_for: str
