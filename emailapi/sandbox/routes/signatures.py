"""The single addresses that the account sends from."""

from __future__ import annotations

from ...models.signatures import SIGNATURES, Signature
from ..addresses import is_address, is_domain
from ..calls import Call, Paging, read_id
from ..dns_rules import RETURN_PATH, begin, check_not_public, rotate_dkim, set_return_path, shown, verify_spf
from ..fields import Field, Table, line, whole_body
from ..rejection import Rejection
from ..responses import done, written
from ..routing import Found, Routes
from ..store import Row
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


def _stripped(value: object, field: Field) -> str:
    return line(value, field).strip()


def _reply_to(value: object, field: Field) -> str:
    address = _stripped(value, field)
    if address and not is_address(address):
        raise field.invalid(address)
    return address


def _from_email(value: object, field: Field) -> str:
    """Read an address that the account may add."""
    address = _stripped(value, field)
    domain = address.rpartition("@")[2]
    if not is_address(address) or not is_domain(domain):
        raise field.invalid(address)
    check_not_public(domain)
    return address


_SETTINGS = Table(
    Field("Name", "name", _stripped, 522, required=520, limit=_LENGTH, too_long=521),
    Field(
        "ReplyToEmail",
        "reply_to",
        _reply_to,
        522,
        clears=True,
        limit=_LENGTH,
        too_long=521,
        text="'ReplyToEmail' must be an address, not '{value}'.",
    ),
    Field("ConfirmationPersonalNote", "note", _stripped, 522, clears=True, limit=_NOTE_LENGTH, too_long=521),
    RETURN_PATH,
)
_FROM_EMAIL = Field(
    "FromEmail",
    "email_address",
    _from_email,
    522,
    required=520,
    limit=_LENGTH,
    too_long=521,
    text="'FromEmail' must be an address, not '{value}'.",
)
_NEW = Table(_FROM_EMAIL, *_SETTINGS.fields)
_CHANGES = Table(Field("FromEmail", "email_address", line, 522), *_SETTINGS.fields)


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
    found = _NEW.read(whole_body(call.body, "a sender signature", 520))
    address, return_path = found["email_address"], found.pop("return_path", None)
    if signatures.by_address(call.db, address) is not None:
        raise Rejection(504, f"There is already a sender signature '{address}'.")
    added = str(signatures.add(call.db, begin(call.db, address.rpartition("@")[2], call.now), **found))
    set_return_path(call.db, _find(call, added), return_path)
    return _shown(call, added)


@routes.put(_PATH, account=True)
def edit(call: Call, signature_id: str) -> object:
    """Change a signature."""
    row = _find(call, signature_id)
    changes = _CHANGES.read_settings(call.body, "a sender signature", 502)
    address, return_path = changes.pop("email_address", row["email_address"]), changes.pop("return_path", None)
    if address.lower() != row["email_address"].lower():
        raise Rejection(522, "The 'FromEmail' of a sender signature never changes.")
    if changes:
        signatures.change(call.db, row["signature_id"], **changes)
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
    """Request the confirmation again; the sandbox sends no email."""
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
