"""The single addresses an account sends from: `account.signatures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.listing import Page, RecordId
from ..models.signatures import SIGNATURES, NewSignature, Signature, SignatureChanges
from ..wire import write_body
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Signatures(Resource):
    """The sender signatures of an account."""

    def list(self, *, count: int = 100, offset: int = 0) -> Page[Signature]:
        """
        Return a page of signatures, without what their name servers must say.

        Raises:
            InvalidArgument: A range the service does not list.
        """
        return self._list(SIGNATURES, count, offset, {})

    def get(self, id: RecordId) -> Signature:
        """
        Return one signature with what its name server must say.

        Raises:
            NotFound: There is no such signature.
        """
        return self._read(self._path(id), Signature)

    def create(self, **signature: Unpack[NewSignature]) -> Signature:
        """
        Add an address; the service writes to it, and its owner must agree.

        Raises:
            TypeError: No address or name, or an argument it does not have.
            Conflict: The account has it already.
        """
        return self._once("POST", SIGNATURES.path, Signature, write_body(NewSignature, signature))

    def edit(self, id: RecordId, **changes: Unpack[SignatureChanges]) -> Signature:
        """
        Change a signature; the service wants the name each time.

        Raises:
            TypeError: No name, or an argument it does not have.
            NotFound: There is no such signature.
        """
        return self._change("PUT", self._path(id), Signature, write_body(SignatureChanges, changes))

    def delete(self, id: RecordId) -> None:
        """
        Remove a signature.

        Raises:
            NotFound: There is no such signature.
        """
        self._delete(self._path(id))

    def resend(self, id: RecordId) -> None:
        """
        Write to the owner once more.

        Raises:
            Conflict: The owner has agreed already.
        """
        self._do("POST", f"{self._path(id)}/resend")

    def verify_spf(self, id: RecordId) -> Signature:
        """Have the service look for SPF; it no longer asks for it, and neither need you."""
        return self._once("POST", f"{self._path(id)}/verifyspf", Signature, {})

    def request_new_dkim(self, id: RecordId) -> None:
        """Make a new DKIM key; the service would rather have you call `account.domains.rotate_dkim`."""
        self._do("POST", f"{self._path(id)}/requestnewdkim")

    @staticmethod
    def _path(id: RecordId) -> str:
        return f"{SIGNATURES.path}/{path_part(id, 'id')}"
