"""The domains that the account sends from."""

from __future__ import annotations

from ...models.domains import DOMAINS, Domain
from ..addresses import is_domain
from ..calls import Call, Paging, read_id
from ..dns_rules import (
    NAME_LENGTH,
    RETURN_PATH,
    begin,
    check_not_public,
    rotate_dkim,
    set_return_path,
    shown,
    shown_spf,
    summary,
    verify_dkim,
    verify_return_path,
    verify_spf,
)
from ..fields import Field, Table, line, whole_body
from ..rejection import Rejection
from ..responses import done, written
from ..routing import Found, Routes
from ..store import Row
from ..tables import dns, domains

routes = Routes()

_PATH = f"{DOMAINS.path}/<domain_id>"


def _find(call: Call, domain_id: str) -> Row:
    row = domains.by_id(call.db, read_id(domain_id))
    if row is None:
        raise Rejection(510, f"There is no domain '{domain_id[:80]}' in this account.")
    return row


def _shown(call: Call, domain_id: str) -> object:
    row = _find(call, domain_id)
    return written(Domain, id=row["domain_id"], name=row["domain"], **shown(row, call.now))


def _name(value: object, field: Field) -> str:
    """Read a domain that the account may add."""
    name = line(value, field).strip()
    if not is_domain(name):
        raise field.invalid(name)
    check_not_public(name)
    return name


_NAME = Field(
    "Name",
    "name",
    _name,
    516,
    required=514,
    limit=NAME_LENGTH,
    too_long=515,
    text="'{value}' is not a valid domain.",
)
_NEW = Table(_NAME, RETURN_PATH)
_CHANGES = Table(Field("Name", "name", line, 511), RETURN_PATH)


@routes.listing(DOMAINS, account=True)
def list_domains(call: Call, paging: Paging) -> Found:
    """Find domains, newest first, without what their name servers must say."""
    total, rows = domains.page(call.db, paging.count, paging.offset)
    return total, [written(Domain, id=row["domain_id"], name=row["domain"], **summary(row)) for row in rows]


@routes.get(_PATH, account=True)
def get(call: Call, domain_id: str) -> object:
    """Show one domain."""
    return _shown(call, domain_id)


@routes.post(DOMAINS.path, account=True)
def create(call: Call) -> object:
    """Add a domain, with a first DKIM key that is awaited."""
    found = _NEW.read(whole_body(call.body, "a domain", 514))
    records = begin(call.db, found["name"], call.now)
    if domains.with_dns(call.db, records):
        raise Rejection(512, f"The domain '{found['name']}' is already in this account.")
    added = str(domains.add(call.db, records))
    set_return_path(call.db, _find(call, added), found.get("return_path"))
    return _shown(call, added)


@routes.put(_PATH, account=True)
def edit(call: Call, domain_id: str) -> object:
    """Change the return path of a domain."""
    row = _find(call, domain_id)
    changes = _CHANGES.read_settings(call.body, "a domain", 511)
    if changes.get("name", row["domain"]).lower() != row["domain"]:
        raise Rejection(511, "The 'Name' of a domain never changes.")
    set_return_path(call.db, row, changes.get("return_path"))
    return _shown(call, domain_id)


@routes.delete(_PATH, account=True)
def delete(call: Call, domain_id: str) -> object:
    """Remove a domain; signatures of addresses in it stay, and its records with them."""
    row = _find(call, domain_id)
    domains.delete(call.db, row["domain_id"])
    dns.drop_unused(call.db)
    return done(f"Domain {row['domain']} removed.")


@routes.put(f"{_PATH}/verifyDkim", account=True, body_limit=0)
def look_for_dkim(call: Call, domain_id: str) -> object:
    """Look for the record of the DKIM key that is awaited."""
    verify_dkim(call.db, _find(call, domain_id), call.now)
    return _shown(call, domain_id)


@routes.put(f"{_PATH}/verifyReturnPath", account=True, body_limit=0)
def look_for_return_path(call: Call, domain_id: str) -> object:
    """Look for the record of the return path."""
    verify_return_path(call.db, _find(call, domain_id))
    return _shown(call, domain_id)


@routes.post(f"{_PATH}/verifyspf", account=True, body_limit=0)
def look_for_spf(call: Call, domain_id: str) -> object:
    """Look for SPF, as the service no longer does."""
    verify_spf(call.db, _find(call, domain_id))
    return shown_spf(_find(call, domain_id))


@routes.post(f"{_PATH}/rotatedkim", account=True, body_limit=0)
def rotate(call: Call, domain_id: str) -> object:
    """Make a new DKIM key."""
    rotate_dkim(call.db, _find(call, domain_id), call.now)
    return _shown(call, domain_id)
