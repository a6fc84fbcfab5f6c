"""What became of the recipients of a message, as it stands on the message afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import APIError, EmailAPIError, InactiveRecipient, InvalidEmail, Outcome, SMTPError
from ..models.bulk import BulkStatus
from ..models.outbound import SendResult

if TYPE_CHECKING:
    from .payload import AnyEmail

Result = SendResult | BulkStatus | EmailAPIError

_ADDRESS = re.compile(r"[^\s<>'\",;:]+@[^\s<>'\",;:]+")
# The service's code for what is wrong with a field of an email, as an address is.
_INVALID_REQUEST = 300


@attrs.frozen
class RecipientStatus:
    """
    What became of one recipient.

    Attributes:
        status: `"sent"`, `"queued"`, `"rejected"`, `"invalid"` or `"unknown"`.
        message_id: The service's id of the email, if it was accepted.
    """

    status: str
    message_id: str | None = None


class EmailStatus(Mapping[str, str]):
    """
    What became of each recipient of a message: a mapping of addresses, in any case of letters, to words.

    The words are `"sent"` (accepted), `"queued"` (accepted, and the delivery may be delayed), `"rejected"`,
    `"invalid"` and `"unknown"` (it may have been sent). Recipients of an email that surely was not sent, because the
    service could not be reached, are not in it.

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
        """Return what became of an address."""
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
    The same in anymail's form.

    Attributes:
        status: The set of all words; None where nothing is known.
        message_id: As that of `EmailStatus`.
        recipients: For each address its `RecipientStatus`.
    """

    status: set[str] | None
    message_id: str | set[str] | None
    recipients: dict[str, RecipientStatus]


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
    if email is None:
        addresses = [str(item) for item in (*message.to, *message.cc, *message.bcc) if item]
        addresses = [found[0] for found in map(_ADDRESS.search, addresses) if found] or addresses
    else:
        addresses = [address.email for address in (*email.to, *email.cc, *email.bcc)]
    if isinstance(result, BulkStatus):
        return {address: RecipientStatus("queued", result.id) for address in addresses}
    if isinstance(result, SendResult):
        return _accepted(addresses, result)
    word = _word(result)
    return {} if word is None else {address: RecipientStatus(word) for address in _named_first(addresses, result, word)}


def _accepted(addresses: list[str], result: SendResult) -> dict[str, RecipientStatus]:
    delayed = "delivery may be delayed" in result.message.lower()
    sent = RecipientStatus("queued" if delayed else "sent", result.message_id or None)
    rejected = {address.lower() for address in result.inactive_recipients}
    rejected |= {one.email.lower() for one in result.recipients if not one.accepted}
    return {address: RecipientStatus("rejected") if address.lower() in rejected else sent for address in addresses}


def _word(error: EmailAPIError) -> str | None:
    if error.outcome is Outcome.UNKNOWN:
        return "unknown"
    if isinstance(error, InvalidEmail) or error.code == _INVALID_REQUEST:
        return "invalid"
    return "rejected" if isinstance(error, (APIError, SMTPError)) and not error.retryable else None


def _named_first(addresses: list[str], error: EmailAPIError, word: str) -> list[str]:
    """Return the addresses that an error is about: those it names, or all."""
    if word == "unknown":
        return addresses
    text = error.message.lower()
    named = error.addresses if isinstance(error, InactiveRecipient) else _ADDRESS.findall(text)
    found = [address for address in addresses if address.lower() in {name.rstrip(".") for name in named}]
    return found or addresses
