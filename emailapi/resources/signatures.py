"""Sender signatures: `account.signatures`."""

from __future__ import annotations

from typing import Unpack

from ..models.listing import Page, RecordId
from ..models.signatures import SIGNATURES, NewSignature, Signature, SignatureChanges
from ..wire import write_body
from ._resource import Resource, path_segment


class Signatures(Resource):
    """
    The sender signatures of an account: single addresses that it may send from.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> signature = account.signatures.create(from_email="me@example.com", name="Me")
        >>> signature.confirmed  # until the owner has followed the link in the service's email
        False
    """

    def list(self, *, count: int = 100, offset: int = 0) -> Page[Signature]:
        """
        Return a page of sender signatures.

        Args:
            count: Number of signatures on the page, 1 to 500.
            offset: Number of signatures to skip. `count + offset` is at most 10,000.

        Returns:
            The page. Its signatures have no DNS records, which `get` returns.

        Raises:
            InvalidArgument: `count` or `offset` is out of range.
        """
        return self._list(SIGNATURES, count, offset, {})

    def get(self, id: RecordId | Signature) -> Signature:
        """
        Return a sender signature with the DNS records of its domain.

        Args:
            id: The id of the signature, or the `Signature`.

        Raises:
            NotFound: There is no signature with this id.
        """
        return self._read(self._path(id), Signature)

    def create(self, **signature: Unpack[NewSignature]) -> Signature:
        """
        Add a sender signature. The service sends an email to the address, and the owner must confirm it.

        Args:
            **signature: Keys of `NewSignature`: `from_email` and `name`, which are required, `reply_to_email`,
                `return_path_domain` and `confirmation_personal_note`.

        Returns:
            The signature, not confirmed yet.

        Raises:
            TypeError: `from_email` or `name` is missing, or an argument is unknown.
            Conflict: The account has a signature for this address already (code 504).
            InvalidRequest: The address is invalid, or belongs to a public email provider.
        """
        return self._write_once("POST", SIGNATURES.path, Signature, write_body(NewSignature, signature))

    def edit(self, id: RecordId | Signature, **changes: Unpack[SignatureChanges]) -> Signature:
        """
        Change a sender signature. The address cannot be changed.

        Args:
            id: The id of the signature, or the `Signature`.
            **changes: Keys of `SignatureChanges`: `name`, which the service requires in every change, `reply_to_email`,
                `return_path_domain` and `confirmation_personal_note`.

        Returns:
            The signature after the change.

        Raises:
            TypeError: `name` is missing, or an argument is unknown.
            NotFound: There is no signature with this id.
        """
        return self._write("PUT", self._path(id), Signature, write_body(SignatureChanges, changes))

    def delete(self, id: RecordId | Signature) -> None:
        """
        Delete a sender signature.

        Args:
            id: The id of the signature, or the `Signature`.

        Raises:
            NotFound: There is no signature with this id.
        """
        self._delete(self._path(id))

    def resend(self, id: RecordId | Signature) -> None:
        """
        Send the email that asks the owner to confirm the address again.

        Args:
            id: The id of the signature, or the `Signature`.

        Raises:
            NotFound: There is no signature with this id.
            Conflict: The owner has confirmed the address already (code 506).
        """
        self._send_once("POST", f"{self._path(id)}/resend")

    def verify_spf(self, id: RecordId | Signature) -> Signature:
        """
        Let the service look up the SPF record now. Deprecated: the service no longer requires SPF.

        Args:
            id: The id of the signature, or the `Signature`.

        Returns:
            The signature; `spf_verified` says whether the record was found.

        Raises:
            NotFound: There is no signature with this id.
        """
        return self._write_once("POST", f"{self._path(id)}/verifyspf", Signature, {})

    def request_new_dkim(self, id: RecordId | Signature) -> None:
        """
        Create a new DKIM key for the domain of a signature. Deprecated: use `Domains.rotate_dkim`.

        Args:
            id: The id of the signature, or the `Signature`.

        Raises:
            NotFound: There is no signature with this id.
            InvalidRequest: A new key is waiting for its record already (code 505).
        """
        self._send_once("POST", f"{self._path(id)}/requestnewdkim")

    @staticmethod
    def _path(id: RecordId | Signature) -> str:
        return f"{SIGNATURES.path}/{path_segment(id, 'id', Signature)}"
