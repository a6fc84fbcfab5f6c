"""Suppressions: `client.suppressions`."""

from __future__ import annotations

from typing import Unpack

from ..errors import InvalidArgument, InvalidEmail
from ..models.address import Addresses, parse_address_field
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
from ._resource import Resource, path_segment, with_path


class Suppressions(Resource):
    """
    The addresses that a message stream does not send to. Each stream has its own.

    A change can take up to a minute to show. Every method can raise `Unauthorized`, `RateLimited`,
    `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> client.suppressions.create("outbound", ["jane@example.com"])[0].status
        <SuppressionStatus.SUPPRESSED: 'Suppressed'>
        >>> [suppression.email_address for suppression in client.suppressions.list("outbound")]
        ['jane@example.com']
        >>> client.suppressions.delete("outbound", ["jane@example.com"])[0].status
        <SuppressionStatus.DELETED: 'Deleted'>
    """

    def list(self, stream: str, **filters: Unpack[SuppressionFilters]) -> Page[Suppression]:
        """
        Return all suppressed addresses of a message stream, which can be many.

        Args:
            stream: The id of the message stream, such as `outbound`.
            **filters: Keys of `SuppressionFilters`: `suppression_reason`, `origin`, `email_address`, `from_date` and
                `to_date`.

        Raises:
            InvalidArgument: A filter is unknown or invalid.
            NotFound: There is no stream with this id.
        """
        return self._list_whole(with_path(SUPPRESSIONS, stream=path_segment(stream, "stream")), filters)

    def create(self, stream: str, addresses: Addresses) -> Page[SuppressionResult]:
        """
        Suppress addresses, so that emails to them are rejected.

        Args:
            stream: The id of the message stream, such as `outbound`.
            addresses: 1 to 50 addresses: a string, an `Address`, or a sequence of either.

        Returns:
            The result for each address, in the order given.

        Raises:
            InvalidArgument: There are no addresses or more than 50, or an address is invalid.
            NotFound: There is no stream with this id.
        """
        return self._set(stream, "", addresses)

    def delete(self, stream: str, addresses: Addresses) -> Page[SuppressionResult]:
        """
        Remove the suppression of addresses, so that emails to them are accepted again.

        The suppression after a spam complaint cannot be removed: its result has the status `FAILED`. An address that is
        not suppressed has the status `DELETED`.

        Args:
            stream: The id of the message stream, such as `outbound`.
            addresses: 1 to 50 addresses: a string, an `Address`, or a sequence of either.

        Returns:
            The result for each address, in the order given.

        Raises:
            InvalidArgument: There are no addresses or more than 50, or an address is invalid.
            NotFound: There is no stream with this id.
        """
        return self._set(stream, "/delete", addresses)

    def _set(self, stream: str, verb: str, addresses: Addresses) -> Page[SuppressionResult]:
        try:
            parsed = parse_address_field(addresses, "addresses")
        except InvalidEmail as error:
            raise InvalidArgument(error.message, argument="addresses") from None
        if not 1 <= len(parsed) <= CHANGES_LIMIT:
            raise InvalidArgument(
                f"addresses must be 1 to {CHANGES_LIMIT}, got {len(parsed)}: split them over several calls",
                argument="addresses",
            )
        listing = with_path(CHANGED, stream=path_segment(stream, "stream"), verb=verb)
        rows = [write(Suppression(email_address=address.mailbox)) for address in parsed]
        return self._write_list("POST", listing, {listing.key: rows})
