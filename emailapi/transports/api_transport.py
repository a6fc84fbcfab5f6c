"""A client's API as a way out among others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from .._delivery import at_most, new_keys
from ..models.email import Email
from ..models.outbound import BatchResult, SendResult
from . import api
from .batches import send_batch
from .given import EmailLike, as_mail, listed
from .posting import send_one

if TYPE_CHECKING:
    from .._http import Session
    from ..client import Client
    from ..settings import Options


class APITransport:
    """
    The API of a client, with its options, as a `Transport`; a fallback that the client has is left out.

    Attributes:
        deadline: Seconds for one call: the client's.
    """

    def __init__(self, client: Client) -> None:
        """Use the client's connections; they stay the client's."""
        self._set(client._session, attrs.evolve(client._options, relief=None))

    def _set(self, session: Session, options: Options) -> None:
        self._session, self._options = session, options
        self.deadline = options.deadline

    def __repr__(self) -> str:
        """Name the host, never the token."""
        return f"APITransport(base_url={self._session.base_url!r})"

    def complete(self, email: Email, /) -> Email:
        """Return a mail with what the client fills in: sender, stream, and a key that it can be looked up by."""
        return api.complete(email, self._options, new_keys(1)[0] if self._options.reconcile else None)

    def check(self, email: Email, /) -> None:
        """
        Return when the API takes a mail, as far as one can tell here.

        Raises:
            InvalidEmail: It does not; the error names the field.
        """
        api.pack(email, self._options, api.EMAILS.check)

    def within(self, seconds: float, /, *, attempts: int | None = None) -> APITransport:
        """Return the same way out with a shorter deadline and at most so many attempts."""
        bounded = APITransport.__new__(APITransport)
        retry = at_most(self._options.retry, attempts)
        deadline = min(seconds, self.deadline)
        bounded._set(self._session, attrs.evolve(self._options, deadline=deadline, retry=retry))
        return bounded

    def send(self, email: EmailLike, /) -> SendResult:
        """Send one mail; what `client.outbound.send` says holds here."""
        return send_one(self._session, self._options, api.EMAILS, as_mail(email, Email))

    def send_batch(self, emails: Iterable[EmailLike], /) -> BatchResult:
        """Send many mails; what `client.outbound.send_batch` says holds here."""
        return send_batch(self._session, self._options, api.EMAILS, listed(emails))

    def close(self) -> None:
        """Leave the client open: closing it is its owner's."""
