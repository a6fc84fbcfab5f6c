"""Domains that an account sends from, and their DNS records."""

from __future__ import annotations

from typing import Annotated, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from .listing import Listing


@attrs.frozen(kw_only=True)
class Dns(Record):
    """
    The DNS records of a domain or sender signature, and whether the service found them (contract section 2.17).

    Values that the service does not report are `""` or False.

    Attributes:
        spf_verified: Whether the SPF record was found. The service no longer requires SPF.
        spf_host: Host name of the SPF record.
        spf_text_value: Value of the SPF record (TXT).
        dkim_verified: Whether the DKIM record was found.
        weak_dkim: Whether the DKIM key is shorter than recommended; `Domains.rotate_dkim` makes a new one.
        dkim_host: Host name of the DKIM key in use.
        dkim_text_value: Value of the DKIM record in use (TXT).
        dkim_pending_host: Host name of a new DKIM key whose record the service has not found yet.
        dkim_pending_text_value: Value that the record of the new key must have (TXT).
        dkim_revoked_host: Host name of the DKIM key that was replaced.
        dkim_revoked_text_value: Value of the record of the replaced key.
        safe_to_remove_revoked_key_from_dns: Whether the record of the replaced key can be removed.
        dkim_update_status: `Pending` while a new key waits for its record, `Verified` otherwise.
        return_path_domain: Domain that bounces are sent to, such as `pm-bounces.example.com`.
        return_path_domain_verified: Whether the record of the return path domain was found.
        return_path_domain_cname_value: Value that the record of the return path domain must have (CNAME).
    """

    spf_verified: Annotated[bool, Wire("SPFVerified")] = False
    spf_host: Annotated[str, Wire("SPFHost")] = ""
    spf_text_value: Annotated[str, Wire("SPFTextValue")] = ""
    dkim_verified: Annotated[bool, Wire("DKIMVerified")] = False
    weak_dkim: Annotated[bool, Wire("WeakDKIM")] = False
    dkim_host: Annotated[str, Wire("DKIMHost")] = ""
    dkim_text_value: Annotated[str, Wire("DKIMTextValue")] = ""
    dkim_pending_host: Annotated[str, Wire("DKIMPendingHost")] = ""
    dkim_pending_text_value: Annotated[str, Wire("DKIMPendingTextValue")] = ""
    dkim_revoked_host: Annotated[str, Wire("DKIMRevokedHost")] = ""
    dkim_revoked_text_value: Annotated[str, Wire("DKIMRevokedTextValue")] = ""
    safe_to_remove_revoked_key_from_dns: Annotated[bool, Wire("SafeToRemoveRevokedKeyFromDNS")] = False
    dkim_update_status: Annotated[str, Wire("DKIMUpdateStatus")] = ""
    return_path_domain: str = ""
    return_path_domain_verified: bool = False
    return_path_domain_cname_value: Annotated[str, Wire("ReturnPathDomainCNAMEValue")] = ""


@attrs.frozen(kw_only=True)
class Domain(Dns):
    """
    A domain that the account sends from (contract section 2.17).

    `Domains.list` reports only id, name and what is verified; `Domains.get` reports all fields.

    Attributes:
        id: The id of the domain.
        name: The name of the domain, such as `example.com`.
    """

    id: Annotated[int | None, Wire("ID")] = None
    name: str = ""


@attrs.frozen(kw_only=True)
class SpfCheck(Record):
    """
    The result of a search for the SPF record of a domain. The service no longer requires SPF.

    Attributes:
        spf_host: Host name of the record.
        spf_verified: Whether the record was found.
        spf_text_value: Value that the record should have.
    """

    spf_host: Annotated[str, Wire("SPFHost")] = ""
    spf_verified: Annotated[bool, Wire("SPFVerified")] = False
    spf_text_value: Annotated[str, Wire("SPFTextValue")] = ""


class DomainFilters(TypedDict):
    """`account.domains.list` has no filters."""


DOMAINS = Listing("/domains", "Domains", Domain, DomainFilters, error_code=500)


class DomainChanges(TypedDict, total=False):
    """
    Arguments of `account.domains.edit` (contract section 2.17).

    Attributes:
        return_path_domain: Domain that bounces are sent to: a subdomain of the domain, with a CNAME record that points
            to the service.
    """

    return_path_domain: str


class NewDomain(DomainChanges):
    """
    Arguments of `account.domains.create` (contract section 2.17); also those of `DomainChanges`.

    Attributes:
        name: The name of the domain, at most 255 characters. Domains of public email providers are rejected. Required.
    """

    name: str
