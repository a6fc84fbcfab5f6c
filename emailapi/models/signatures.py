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
    One address to send from; a listing leaves out what its name server must say.

    Attributes:
        id: Its id.
        domain: Its domain.
        email_address: The address.
        reply_to_email_address: Where answers go.
        name: The name before the address.
        confirmed: Whether its owner agreed.
        confirmation_personal_note: What was written to the owner.
    """

    id: Annotated[int | None, Wire("ID")] = None
    domain: str = ""
    email_address: str = ""
    reply_to_email_address: str = ""
    name: str = ""
    confirmed: bool = False
    confirmation_personal_note: str = ""


class SignatureFilters(TypedDict):
    """`Signatures.list` narrows by nothing."""


SIGNATURES = Listing("/senders", "SenderSignatures", Signature, SignatureFilters, error_code=500)


class SignatureSettings(TypedDict, total=False):
    """What may be set on any signature."""

    reply_to_email: str
    return_path_domain: str
    confirmation_personal_note: str


class SignatureChanges(SignatureSettings):
    """What `Signatures.edit` takes: the service wants the name each time, and the address cannot change."""

    name: str


class NewSignature(SignatureChanges):
    """What `Signatures.create` takes; the service writes to the address, and its owner must agree."""

    from_email: str
