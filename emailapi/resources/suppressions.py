"""Addresses that a stream does not send to: `client.suppressions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidArgument, InvalidEmail
from ..models.address import Addresses, addresses as parse
from ..models.listing import Page
from ..models.suppressions import (
    CHANGED,
    CHANGES_LIMIT,
    SUPPRESSIONS,
    Suppression,
    SuppressionFilters,
    SuppressionResult,
)
from ..wire import write
from ._resource import Resource, at, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Suppressions(Resource):
    """The suppressed addresses of one server, stream by stream; a change may take a minute to show."""

    def list(self, stream: str, **filters: Unpack[SuppressionFilters]) -> Page[Suppression]:
        """
        Return all suppressed addresses of a stream.

        Raises:
            InvalidArgument: A filter it does not have.
            NotFound: There is no such stream.
        """
        return self._list_all(at(SUPPRESSIONS, stream=path_part(stream, "stream")), filters)

    def create(self, stream: str, addresses: Addresses) -> Page[SuppressionResult]:
        """
        Suppress up to 50 addresses, and return what became of each.

        Raises:
            InvalidArgument: None, more than 50, or one that is no address.
            NotFound: There is no such stream.
        """
        return self._set(stream, "", addresses)

    def delete(self, stream: str, addresses: Addresses) -> Page[SuppressionResult]:
        """
        Send to up to 50 addresses again, and return what became of each; a spam complaint cannot be undone.

        Raises:
            InvalidArgument: None, more than 50, or one that is no address.
            NotFound: There is no such stream.
        """
        return self._set(stream, "/delete", addresses)

    def _set(self, stream: str, verb: str, addresses: Addresses) -> Page[SuppressionResult]:
        try:
            found = parse(addresses, "addresses")
        except InvalidEmail as error:
            raise InvalidArgument(error.message, argument="addresses") from None
        if not 1 <= len(found) <= CHANGES_LIMIT:
            raise InvalidArgument(
                f"addresses must be 1 to {CHANGES_LIMIT} a call, not {len(found)}", argument="addresses"
            )
        listing = at(CHANGED, stream=path_part(stream, "stream"), verb=verb)
        rows = [write(Suppression(email_address=address.mailbox)) for address in found]
        return self._change_listing("POST", listing, {listing.key: rows})
