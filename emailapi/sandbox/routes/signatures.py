"""The single addresses that the account sends from."""

from __future__ import annotations

from ...models.signatures import SIGNATURES, Signature
from ..addresses import is_address, is_domain
from ..calls import Call, Paging, read_id
from ..dns_rules import begin, check_not_public, read_return_path, rotate_dkim, set_return_path, shown, verify_spf
from ..fields import object_of, text_of
from ..rejection import Rejection
from ..responses import done, written
from ..routing import Found, Routes
from ..store import Row, Value
from ..tables import dns, signatures

routes = Routes()

_PATH = f"{SIGNATURES.path}/<signature_id>"
_LENGTH = 255
_NOTE_LENGTH = 400


def _find(call: Call, signature_id: str) -> Row:
    row = signatures.by_id(call.db, read_id(signature_id))
    if row is None:
        raise Rejection(501, f"There is no sender signature '{signature_id[:80]}' in this account.")
    return row


def _summary(row: Row) -> dict[str, object]:
    return {
        "id": row["signature_id"],
        "domain": row["domain"],
        "email_address": row["email_address"],
        "reply_to_email_address": row["reply_to"],
        "name": row["name"],
        "confirmed": bool(row["confirmed"]),
    }


def _shown(call: Call, signature_id: str) -> object:
    row = _find(call, signature_id)
    return written(Signature, **_summary(row), confirmation_personal_note=row["note"], **shown(row, call.now))


def _text(item: dict[str, object], name: str, limit: int = _LENGTH, *, required: bool = False) -> str | None:
    text = text_of(item, name, 522)
    if required and not (text and text.strip()):
        raise Rejection(520, f"A sender signature needs a '{name}'.")
    if text is not None and len(text) > limit:
        raise Rejection(521, f"'{name}' has {len(text)} characters; the limit is {limit}.")
    return text and text.strip()


def _settings(item: dict[str, object]) -> dict[str, Value]:
    """Return what a body sets, by the columns of the table."""
    reply_to = _text(item, "ReplyToEmail")
    if reply_to and not is_address(reply_to):
        raise Rejection(522, f"'ReplyToEmail' must be an address, not '{reply_to[:80]}'.")
    settings: dict[str, Value] = {
        "name": _text(item, "Name", required=True),
        "reply_to": reply_to,
        "note": _text(item, "ConfirmationPersonalNote", _NOTE_LENGTH),
    }
    return {column: value for column, value in settings.items() if value is not None}


def _from_email(call: Call, item: dict[str, object]) -> str:
    """Return the address that a body names, which can be the account's and is not yet."""
    address = _text(item, "FromEmail", required=True) or ""
    domain = address.rpartition("@")[2]
    if not is_address(address) or not is_domain(domain):
        raise Rejection(522, f"'FromEmail' must be an address, not '{address[:80]}'.")
    check_not_public(domain)
    if signatures.by_address(call.db, address) is not None:
        raise Rejection(504, f"There is a sender signature '{address}' already.")
    return address


@routes.listing(SIGNATURES, account=True)
def list_signatures(call: Call, paging: Paging) -> Found:
    """Find signatures, newest first, without what their name servers must say."""
    total, rows = signatures.page(call.db, paging.count, paging.offset)
    return total, [written(Signature, **_summary(row)) for row in rows]


@routes.get(_PATH, account=True)
def get(call: Call, signature_id: str) -> object:
    """Show one signature."""
    return _shown(call, signature_id)


@routes.post(SIGNATURES.path, account=True)
def create(call: Call) -> object:
    """Add an address, which its owner has to confirm: see `Sandbox.confirm_signature`."""
    item = object_of(call.body, "a sender signature", 520)
    address, settings = _from_email(call, item), _settings(item)
    domain = address.rpartition("@")[2]
    return_path = read_return_path(item, domain)
    added = str(signatures.add(call.db, begin(call.db, domain, call.now), address, **settings))
    if return_path is not None:
        set_return_path(call.db, _find(call, added), return_path)
    return _shown(call, added)


@routes.put(_PATH, account=True)
def edit(call: Call, signature_id: str) -> object:
    """Change a signature; the name has to be there each time."""
    row = _find(call, signature_id)
    item = object_of(call.body, "a sender signature", 502)
    address = text_of(item, "FromEmail", 522)
    if address is not None and address.lower() != row["email_address"].lower():
        raise Rejection(522, "The 'FromEmail' of a sender signature never changes.")
    signatures.change(call.db, row["signature_id"], **_settings(item))
    return_path = read_return_path(item, row["domain"])
    if return_path is not None:
        set_return_path(call.db, row, return_path)
    return _shown(call, signature_id)


@routes.delete(_PATH, account=True)
def delete(call: Call, signature_id: str) -> object:
    """Remove a signature."""
    row = _find(call, signature_id)
    signatures.delete(call.db, row["signature_id"])
    dns.drop_unused(call.db)
    return done(f"Signature {row['email_address']} removed.")


@routes.post(f"{_PATH}/resend", account=True, body_limit=0)
def resend(call: Call, signature_id: str) -> object:
    """Write to the owner once more; from a sandbox nothing leaves, so there is only the answer."""
    row = _find(call, signature_id)
    if row["confirmed"]:
        raise Rejection(506, f"The sender signature '{row['email_address']}' is confirmed already.")
    return done(f"Confirmation email for Sender Signature {row['email_address']} was re-sent.")


@routes.post(f"{_PATH}/verifyspf", account=True, body_limit=0)
def look_for_spf(call: Call, signature_id: str) -> object:
    """Look for SPF, as the service no longer does."""
    verify_spf(call.db, _find(call, signature_id))
    return _shown(call, signature_id)


@routes.post(f"{_PATH}/requestnewdkim", account=True, body_limit=0)
def rotate(call: Call, signature_id: str) -> object:
    """Make a new DKIM key for the address's domain."""
    row = _find(call, signature_id)
    rotate_dkim(call.db, row, call.now)
    return done(f"DKIM for Sender Signature {row['email_address']} is being renewed.")
