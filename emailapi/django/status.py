"""The status of each recipient, which a message has after it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import APIError, EmailAPIError, InactiveRecipient, InvalidEmail, Outcome, SMTPError
from ..models.address import Address
from ..models.bulk import BulkStatus
from ..models.outbound import SendResult

if TYPE_CHECKING:
    from .merges import AnyEmail

Result = SendResult | BulkStatus | EmailAPIError

_ADDRESS = re.compile(r"[^\s<>'\",;:]+@[^\s<>'\",;:]+")
# The service's code for a field that is not valid, and the name of the field in the service's message.
_INVALID_REQUEST = 300
_FIELD = re.compile(r"'([A-Za-z-]+)'")
# The place of a recipient in our messages.
_PLACE = re.compile(r"(?:email at index \d+: )?(to|cc|bcc)\[(\d+)\]")


@attrs.frozen
class RecipientStatus:
    """
    The status of one recipient.

    Attributes:
        status: `"sent"`, `"queued"`, `"rejected"`, `"invalid"` or `"unknown"`.
        message_id: The service's id of the email, if it was accepted.
    """

    status: str
    message_id: str | None = None


class EmailStatus(Mapping[str, str]):
    """
    The status of each recipient of a message: a mapping of addresses, in any case of letters, to words.

    The words are `"sent"` (accepted), `"queued"` (accepted, and the delivery may be delayed), `"rejected"` (the
    recipient is suppressed, or the email was not accepted), `"invalid"` (the address is not valid) and `"unknown"` (the
    email may have been sent). Where the service named a recipient, only that recipient is in the mapping. The mapping
    is empty when the service could not be reached.

    Attributes:
        recipients: For each address its `RecipientStatus`.
        message_id (str | set[str] | None): The id of the email; a set of ids where a merge made several, None where
            none was accepted.
    """

    def __init__(self, recipients: Mapping[str, RecipientStatus]) -> None:
        """Keep the recipients, by their addresses as the message has them."""
        self.recipients = dict(recipients)
        self._words = {address.lower(): found.status for address, found in recipients.items()}

    def __getitem__(self, address: str) -> str:
        """Return the status of an address."""
        return self._words[address.lower()]

    def __contains__(self, address: object) -> bool:
        """Return whether the address is a recipient."""
        return isinstance(address, str) and address.lower() in self._words

    def __iter__(self) -> Iterator[str]:
        """Iterate over the addresses, as the message has them."""
        return iter(self.recipients)

    def __len__(self) -> int:
        """Count the recipients."""
        return len(self.recipients)

    def __repr__(self) -> str:
        """Show the words."""
        return f"EmailStatus({dict(self)!r})"

    @property
    def message_id(self) -> str | set[str] | None:
        """The id of the email, a set of ids where a merge made several emails, None where none was accepted."""
        found = {one.message_id for one in self.recipients.values() if one.message_id}
        return found or None if len(found) != 1 else found.pop()


@attrs.frozen
class AnymailStatus:
    """
    The status of the recipients in anymail's form.

    Attributes:
        status: The set of all words; None where nothing is known.
        message_id: The same as that of `EmailStatus`.
        recipients: For each address its `RecipientStatus`.
        esp_response: Always None: `emailapi_result` of the message has what the service responded.
    """

    status: set[str] | None
    message_id: str | set[str] | None
    recipients: dict[str, RecipientStatus]
    esp_response: None = None


def attach_status(message: Any, result: object, parts: Iterable[tuple[AnyEmail | None, Result]]) -> None:
    """Set `emailapi_result`, `emailapi_status` and `anymail_status` on a message."""
    recipients: dict[str, RecipientStatus] = {}
    for email, one in parts:
        recipients |= _recipients(message, email, one)
    status = EmailStatus(recipients)
    message.emailapi_result = result
    message.emailapi_status = status
    words = {one.status for one in recipients.values()}
    message.anymail_status = AnymailStatus(words or None, status.message_id, dict(recipients))


def _recipients(message: Any, email: AnyEmail | None, result: Result) -> dict[str, RecipientStatus]:
    addresses = _addresses_of(message) if email is None else _addresses_of(email)
    everyone = [address for group in addresses.values() for address in group]
    if isinstance(result, BulkStatus):
        return {address: RecipientStatus("queued", result.id) for address in everyone}
    if isinstance(result, SendResult):
        return _accepted(everyone, result)
    if result.outcome is Outcome.UNKNOWN:
        return {address: RecipientStatus("unknown") for address in everyone}
    invalid = _invalid(addresses, everyone, result)
    if invalid:
        return {address: RecipientStatus("invalid") for address in invalid}
    return {address: RecipientStatus("rejected") for address in _rejected(everyone, result)}


def _addresses_of(item: Any) -> dict[str, list[str]]:
    """Return the addresses in each field of an email, or of a message that could not be read."""
    found = {field: [one for one in getattr(item, field) if one] for field in ("to", "cc", "bcc")}
    return {field: [_address(one) for one in group] for field, group in found.items()}


def _address(item: Any) -> str:
    if isinstance(item, Address):
        return item.email
    found = _ADDRESS.search(str(item))
    return found[0] if found else str(item)


def _accepted(addresses: list[str], result: SendResult) -> dict[str, RecipientStatus]:
    delayed = "delivery may be delayed" in result.message.lower()
    sent = RecipientStatus("queued" if delayed else "sent", result.message_id or None)
    rejected = {address.lower() for address in result.inactive_recipients}
    rejected |= {one.email.lower() for one in result.recipients if not one.accepted}
    return {address: RecipientStatus("rejected") if address.lower() in rejected else sent for address in addresses}


def _invalid(addresses: dict[str, list[str]], everyone: list[str], error: EmailAPIError) -> list[str]:
    """Return the recipients whose address an error calls invalid; an error about another field calls none so."""
    if isinstance(error, InvalidEmail):
        place = _PLACE.match(error.message)
        return addresses[place[1]][int(place[2]) :][:1] if place is not None else []
    if error.code != _INVALID_REQUEST:
        return []
    field = _FIELD.search(error.message)
    if field is not None and field[1].lower() not in addresses:
        return []
    return _named(everyone, error.message) or (addresses[field[1].lower()] if field is not None else [])


def _rejected(everyone: list[str], error: EmailAPIError) -> list[str]:
    if isinstance(error, InactiveRecipient):
        return _named(everyone, " ".join(error.addresses)) or everyone
    rejected = isinstance(error, (APIError, SMTPError, InvalidEmail)) and not error.retryable
    return (_named(everyone, error.message) or everyone) if rejected else []


def _named(addresses: list[str], text: str) -> list[str]:
    """Return the addresses that a text names."""
    named = {name.rstrip(".") for name in _ADDRESS.findall(text.lower())}
    return [address for address in addresses if address.lower() in named]
