"""The domains an account sends from: `account.domains`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.domains import DOMAINS, Domain, DomainChanges, NewDomain, SpfCheck
from ..models.listing import Page, RecordId
from ..wire import write_body
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Domains(Resource):
    """The domains of an account."""

    def list(self, *, count: int = 100, offset: int = 0) -> Page[Domain]:
        """
        Return a page of domains, without what their name servers must say.

        Raises:
            InvalidArgument: A range the service does not list.
        """
        return self._list(DOMAINS, count, offset, {})

    def get(self, id: RecordId) -> Domain:
        """
        Return one domain with what its name server must say.

        Raises:
            NotFound: There is no such domain.
        """
        return self._read(self._path(id), Domain)

    def create(self, **domain: Unpack[NewDomain]) -> Domain:
        """
        Add a domain.

        Raises:
            TypeError: No name, or an argument it does not have.
            Conflict: The account has it already.
        """
        return self._once("POST", DOMAINS.path, Domain, write_body(NewDomain, domain))

    def edit(self, id: RecordId, **changes: Unpack[DomainChanges]) -> Domain:
        """
        Change where the bounces of a domain go.

        Raises:
            NotFound: There is no such domain.
        """
        return self._change("PUT", self._path(id), Domain, write_body(DomainChanges, changes))

    def delete(self, id: RecordId) -> None:
        """
        Remove a domain.

        Raises:
            NotFound: There is no such domain.
        """
        self._delete(self._path(id))

    def verify_dkim(self, id: RecordId) -> Domain:
        """Have the service look for the DKIM record now, and return the domain."""
        return self._change("PUT", f"{self._path(id)}/verifyDkim", Domain, {})

    def verify_return_path(self, id: RecordId) -> Domain:
        """Have the service look for the return path's record now, and return the domain."""
        return self._change("PUT", f"{self._path(id)}/verifyReturnPath", Domain, {})

    def verify_spf(self, id: RecordId) -> SpfCheck:
        """Have the service look for SPF; it no longer asks for it, and neither need you."""
        return self._once("POST", f"{self._path(id)}/verifyspf", SpfCheck, {})

    def rotate_dkim(self, id: RecordId) -> Domain:
        """
        Make a new DKIM key, which serves once its record is seen.

        Raises:
            InvalidRequest: One is being made already (code 505).
        """
        return self._once("POST", f"{self._path(id)}/rotatedkim", Domain, {})

    @staticmethod
    def _path(id: RecordId) -> str:
        return f"{DOMAINS.path}/{path_part(id, 'id')}"
