"""Suppressions: `client.suppressions`."""

from __future__ import annotations

from typing import Any, Unpack, overload

from ..errors import InvalidArgument, InvalidEmail
from ..models.address import Addresses, parse_address_field
from ..models.listing import Page
from ..models.streams import Stream
from ..models.suppressions import (
    CHANGED,
    CHANGES_LIMIT,
    SUPPRESSIONS,
    Suppression,
    SuppressionFilters,
    SuppressionResult,
)
from ..transports.api.payload import DEFAULT_STREAM
from ..wire import write
from ._resource import Resource, path_segment, with_path


class Suppressions(Resource):
    """
    The addresses that a message stream does not send to. Each stream has its own.

    A change can take up to a minute to show. Every method can raise `Unauthorized`, `RateLimited`,
    `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> client.suppressions.create(["jane@example.com"])[0].status
        <SuppressionStatus.SUPPRESSED: 'Suppressed'>
        >>> [suppression.email_address for suppression in client.suppressions.list(message_stream="outbound")]
        ['jane@example.com']
        >>> client.suppressions.delete(["jane@example.com"])[0].status
        <SuppressionStatus.DELETED: 'Deleted'>
    """

    def list(
        self,
        stream: str | Stream = DEFAULT_STREAM,
        *,
        message_stream: str | Stream | None = None,
        **filters: Unpack[SuppressionFilters],
    ) -> Page[Suppression]:
        """
        Return all suppressed addresses of a message stream, which can be many.

        Args:
            stream: The message stream by position, in place of `message_stream`.
            message_stream: The id of the message stream, or the `Stream`; `outbound` by default.
            **filters: Keys of `SuppressionFilters`: `suppression_reason`, `origin`, `email_address`, `from_date` and
                `to_date`.

        Raises:
            InvalidArgument: A filter is unknown or invalid.
            NotFound: There is no stream with this id.
        """
        segment = _segment(stream, message_stream)
        return self._list_whole(with_path(SUPPRESSIONS, stream=segment), filters)

    @overload
    def create(self, addresses: Addresses, *, message_stream: str | Stream | None = ...) -> Page[SuppressionResult]: ...

    @overload
    def create(self, stream: str | Stream, addresses: Addresses) -> Page[SuppressionResult]: ...

    def create(  # type: ignore[misc] # the first argument has two names
        self,
        stream: str | Stream | Addresses = DEFAULT_STREAM,
        addresses: Addresses = None,
        *,
        message_stream: str | Stream | None = None,
    ) -> Page[SuppressionResult]:
        """
        Suppress addresses, so that emails to them are rejected.

        Args:
            addresses: 1 to 50 addresses: a string, an `Address`, or a sequence of either.
            message_stream: The id of the message stream, or the `Stream`; `outbound` by default.
            stream: The message stream before the addresses, in place of `message_stream`.

        Returns:
            The result for each address, in the order given.

        Raises:
            InvalidArgument: There are no addresses or more than 50, or an address is invalid.
            NotFound: There is no stream with this id.
        """
        return self._set("", stream, addresses, message_stream)

    @overload
    def delete(self, addresses: Addresses, *, message_stream: str | Stream | None = ...) -> Page[SuppressionResult]: ...

    @overload
    def delete(self, stream: str | Stream, addresses: Addresses) -> Page[SuppressionResult]: ...

    def delete(  # type: ignore[misc] # the first argument has two names
        self,
        stream: str | Stream | Addresses = DEFAULT_STREAM,
        addresses: Addresses = None,
        *,
        message_stream: str | Stream | None = None,
    ) -> Page[SuppressionResult]:
        """
        Remove the suppression of addresses, so that emails to them are accepted again.

        The suppression after a spam complaint cannot be removed: its result has the status `FAILED`. An address that is
        not suppressed has the status `DELETED`.

        Args:
            addresses: 1 to 50 addresses: a string, an `Address`, or a sequence of either.
            message_stream: The id of the message stream, or the `Stream`; `outbound` by default.
            stream: The message stream before the addresses, in place of `message_stream`.

        Returns:
            The result for each address, in the order given.

        Raises:
            InvalidArgument: There are no addresses or more than 50, or an address is invalid.
            NotFound: There is no stream with this id.
        """
        return self._set("/delete", stream, addresses, message_stream)

    def _set(self, verb: str, stream: Any, addresses: Any, message_stream: Any) -> Page[SuppressionResult]:
        if addresses is None:  # given alone, by position
            stream, addresses = DEFAULT_STREAM, () if stream == DEFAULT_STREAM else stream
        segment = _segment(stream, message_stream)
        try:
            parsed = parse_address_field(addresses, "addresses")
        except InvalidEmail as error:
            raise InvalidArgument(error.message, argument="addresses") from None
        if not 1 <= len(parsed) <= CHANGES_LIMIT:
            raise InvalidArgument(
                f"addresses must be 1 to {CHANGES_LIMIT}, got {len(parsed)}: split them over several calls",
                argument="addresses",
            )
        listing = with_path(CHANGED, stream=segment, verb=verb)
        rows = [write(Suppression(email_address=address.mailbox)) for address in parsed]
        return self._write_list("POST", listing, {listing.key: rows})


def _segment(stream: str | Stream, message_stream: str | Stream | None) -> str:
    """Return the stream in a path: given by position, or by its name."""
    if message_stream is None:
        return path_segment(stream, "stream", Stream)
    if stream != DEFAULT_STREAM:
        raise InvalidArgument(
            f"the stream was given twice, by position and as message_stream={message_stream!r}",
            argument="message_stream",
        )
    return path_segment(message_stream, "message_stream", Stream)
