"""Requests to forget a person: `account.data_removals`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.data_removals import DataRemoval, NewDataRemoval
from ..models.listing import RecordId
from ..wire import write_body
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class DataRemovals(Resource):
    """The data removals of an account; support has to allow them."""

    def create(self, **removal: Unpack[NewDataRemoval]) -> DataRemoval:
        """
        Ask the service to forget a person.

        Raises:
            TypeError: Not who asks, not for whom, or an argument it does not have.
            InvalidRequest: The account may not ask (code 1302).
        """
        return self._once("POST", "/data-removals", DataRemoval, write_body(NewDataRemoval, removal))

    def get(self, id: RecordId) -> DataRemoval:
        """
        Return how far a request is.

        Raises:
            NotFound: There is no such request.
        """
        return self._read(f"/data-removals/{path_part(id, 'id')}", DataRemoval)
