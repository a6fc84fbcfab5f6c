"""Domains that an account sends from."""

from __future__ import annotations

from typing import Annotated, TypedDict

import attrs

from ..wire import Wire
from .listing import Listing


@attrs.frozen(kw_only=True)
class Dns:
    """
    What a domain's name server must say, and whether it does; what is not known is `""`.

    Attributes:
        spf_verified: Whether SPF was seen; the service no longer asks for it.
        spf_host: Where SPF stands.
        spf_text_value: What stands there.
        dkim_verified: Whether DKIM was seen.
        weak_dkim: Whether the key is shorter than it should be.
        dkim_host: Where the key in use stands.
        dkim_text_value: What stands there.
        dkim_pending_host: Where the next key is awaited.
        dkim_pending_text_value: What is awaited there.
        dkim_revoked_host: Where the last key stood.
        dkim_revoked_text_value: What stood there.
        safe_to_remove_revoked_key_from_dns: Whether that may go.
        dkim_update_status: `Pending`, `Verified`, or what the service says else.
        return_path_domain: Where bounces go.
        return_path_domain_verified: Whether its record was seen.
        return_path_domain_cname_value: What stands there.
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
    One domain; a listing gives only whether its records were seen.

    Attributes:
        id: Its id.
        name: The domain.
    """

    id: Annotated[int | None, Wire("ID")] = None
    name: str = ""


@attrs.frozen(kw_only=True)
class SpfCheck:
    """
    What looking for SPF gave; the service no longer asks for it.

    Attributes:
        spf_host: Where it should stand.
        spf_verified: Whether it does.
        spf_text_value: What should stand there.
    """

    spf_host: Annotated[str, Wire("SPFHost")] = ""
    spf_verified: Annotated[bool, Wire("SPFVerified")] = False
    spf_text_value: Annotated[str, Wire("SPFTextValue")] = ""


class DomainFilters(TypedDict):
    """`Domains.list` narrows by nothing."""


DOMAINS = Listing("/domains", "Domains", Domain, DomainFilters, error_code=500)


class DomainChanges(TypedDict, total=False):
    """What `Domains.edit` takes."""

    return_path_domain: str


class NewDomain(DomainChanges):
    """What `Domains.create` takes."""

    name: str
