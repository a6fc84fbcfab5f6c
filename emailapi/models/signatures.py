"""Sender signatures: single addresses that an account sends from."""

from __future__ import annotations

from typing import Annotated, TypedDict

import attrs

from ..wire import Wire
from .domains import Dns
from .listing import Listing


@attrs.frozen(kw_only=True)
class Signature(Dns):
    """
    An address that the account may send from once its owner has confirmed it (contract section 2.18).

    `Signatures.list` does not report the DNS records and the note; `Signatures.get` does.

    Attributes:
        id: The id of the signature.
        domain: The domain of the address.
        email_address: The address.
        reply_to_email_address: The address that replies are sent to, if an email has no `reply_to`.
        name: The display name.
        confirmed: Whether the owner of the address has confirmed it.
        confirmation_personal_note: The note in the email that asks the owner to confirm.
    """

    id: Annotated[int | None, Wire("ID")] = None
    domain: str = ""
    email_address: str = ""
    reply_to_email_address: str = ""
    name: str = ""
    confirmed: bool = False
    confirmation_personal_note: str = ""


class SignatureFilters(TypedDict):
    """`account.signatures.list` has no filters."""


SIGNATURES = Listing("/senders", "SenderSignatures", Signature, SignatureFilters, error_code=500)


class SignatureSettings(TypedDict, total=False):
    """
    Optional arguments of a sender signature (contract section 2.18).

    Attributes:
        reply_to_email: The address that replies are sent to, if an email has no `reply_to`.
        return_path_domain: Domain that bounces are sent to: a subdomain of the domain of the address, with a CNAME
            record that points to the service.
        confirmation_personal_note: A note in the email that asks the owner to confirm the address; at most 400
            characters.
    """

    reply_to_email: str
    return_path_domain: str
    confirmation_personal_note: str


class SignatureChanges(SignatureSettings):
    """
    Arguments of `account.signatures.edit` (contract section 2.18); also those of `SignatureSettings`.

    The address cannot be changed.

    Attributes:
        name: The display name; the service requires it in every change. Required.
    """

    name: str


class NewSignature(SignatureChanges):
    """
    Arguments of `account.signatures.create` (contract section 2.18); also those of `SignatureChanges`.

    Attributes:
        from_email: The address to send from. The service sends an email to it, and the owner must confirm it. Required.
    """

    from_email: str
