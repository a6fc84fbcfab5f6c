"""Data removals: `account.data_removals`."""

from __future__ import annotations

from typing import Unpack

from ..models.data_removals import DataRemoval, NewDataRemoval
from ..models.listing import RecordId
from ..wire import write_body
from ._resource import Resource, path_segment


class DataRemovals(Resource):
    """
    Requests to delete the data of a person; the service's support has to enable them for an account.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> removal = account.data_removals.create(requested_by="me@example.com", requested_for="jane@example.com")
        >>> account.data_removals.get(removal.id).status  # later: DataRemovalStatus.DONE
        <DataRemovalStatus.PENDING: 'Pending'>
    """

    def create(self, **removal: Unpack[NewDataRemoval]) -> DataRemoval:
        """
        Request that the service deletes the data of a person.

        Args:
            **removal: Keys of `NewDataRemoval`: `requested_by` and `requested_for`, which are required, and
                `notify_when_completed`.

        Returns:
            The request with its id, normally pending.

        Raises:
            TypeError: A required argument is missing, or an argument is unknown.
            InvalidRequest: Data removals are not enabled for the account (code 1302), or an address is invalid (code
                1300).
        """
        return self._write_once("POST", "/data-removals", DataRemoval, write_body(NewDataRemoval, removal))

    def get(self, id: RecordId | DataRemoval) -> DataRemoval:
        """
        Return the state of a data removal.

        Args:
            id: The id of the request, or the `DataRemoval`.

        Raises:
            NotFound: There is no request with this id.
        """
        return self._read(f"/data-removals/{path_segment(id, 'id', DataRemoval)}", DataRemoval)
