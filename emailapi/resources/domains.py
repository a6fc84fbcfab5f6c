"""Domains that an account sends from: `account.domains`."""

from __future__ import annotations

from typing import Unpack

from ..models.domains import DOMAINS, Domain, DomainChanges, NewDomain, SpfCheck
from ..models.listing import Page, RecordId
from ..wire import write_body
from ._resource import Resource, path_segment


class Domains(Resource):
    """
    The domains that an account sends from, and their DNS records.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> domain = account.domains.create(name="example.com")
        >>> domain.dkim_pending_host.endswith("._domainkey.example.com")  # publish dkim_pending_text_value there
        True
        >>> account.domains.verify_dkim(domain.id).dkim_verified
        True
    """

    def list(self, *, count: int = 100, offset: int = 0) -> Page[Domain]:
        """
        Return a page of domains.

        Args:
            count: Number of domains on the page, 1 to 500.
            offset: Number of domains to skip. `count + offset` is at most 10,000.

        Returns:
            The page. Its domains say only what is verified; `get` returns the DNS records.

        Raises:
            InvalidArgument: `count` or `offset` is out of range.
        """
        return self._list(DOMAINS, count, offset, {})

    def get(self, id: RecordId | Domain) -> Domain:
        """
        Return a domain with its DNS records.

        Args:
            id: The id of the domain, or the `Domain`.

        Raises:
            NotFound: There is no domain with this id.
        """
        return self._read(self._path(id), Domain)

    def create(self, **domain: Unpack[NewDomain]) -> Domain:
        """
        Add a domain to the account.

        Args:
            **domain: Keys of `NewDomain`: `name`, which is required, and `return_path_domain`.

        Returns:
            The domain, with the DNS records to publish.

        Raises:
            TypeError: `name` is missing, or an argument is unknown.
            Conflict: The account has this domain already (code 512).
            InvalidRequest: The name is not a valid domain, or belongs to a public email provider.
        """
        return self._write_once("POST", DOMAINS.path, Domain, write_body(NewDomain, domain))

    def edit(self, id: RecordId | Domain, **changes: Unpack[DomainChanges]) -> Domain:
        """
        Change the return path domain of a domain.

        Args:
            id: The id of the domain, or the `Domain`.
            **changes: The key of `DomainChanges`: `return_path_domain`.

        Returns:
            The domain after the change.

        Raises:
            TypeError: An argument is unknown.
            NotFound: There is no domain with this id.
        """
        return self._write("PUT", self._path(id), Domain, write_body(DomainChanges, changes))

    def delete(self, id: RecordId | Domain) -> None:
        """
        Delete a domain from the account.

        Args:
            id: The id of the domain, or the `Domain`.

        Raises:
            NotFound: There is no domain with this id.
        """
        self._delete(self._path(id))

    def verify_dkim(self, id: RecordId | Domain) -> Domain:
        """
        Let the service look up the DKIM record now.

        Args:
            id: The id of the domain, or the `Domain`.

        Returns:
            The domain; `dkim_verified` says whether the record was found.

        Raises:
            NotFound: There is no domain with this id.
        """
        return self._write("PUT", f"{self._path(id)}/verifyDkim", Domain, {})

    def verify_return_path(self, id: RecordId | Domain) -> Domain:
        """
        Let the service look up the record of the return path domain now.

        Args:
            id: The id of the domain, or the `Domain`.

        Returns:
            The domain; `return_path_domain_verified` says whether the record was found.

        Raises:
            NotFound: There is no domain with this id.
        """
        return self._write("PUT", f"{self._path(id)}/verifyReturnPath", Domain, {})

    def verify_spf(self, id: RecordId | Domain) -> SpfCheck:
        """
        Let the service look up the SPF record now. Deprecated: the service no longer requires SPF.

        Args:
            id: The id of the domain, or the `Domain`.

        Returns:
            Whether the record was found, and what it should be.

        Raises:
            NotFound: There is no domain with this id.
        """
        return self._write_once("POST", f"{self._path(id)}/verifyspf", SpfCheck, {})

    def rotate_dkim(self, id: RecordId | Domain) -> Domain:
        """
        Create a new DKIM key. The service uses it once it has found the new record.

        Args:
            id: The id of the domain, or the `Domain`.

        Returns:
            The domain; `dkim_pending_host` and `dkim_pending_text_value` are the record to publish.

        Raises:
            NotFound: There is no domain with this id.
            InvalidRequest: A new key is waiting for its record already (code 505).
        """
        return self._write_once("POST", f"{self._path(id)}/rotatedkim", Domain, {})

    @staticmethod
    def _path(id: RecordId | Domain) -> str:
        return f"{DOMAINS.path}/{path_segment(id, 'id', Domain)}"
