"""The domains that the account sends from."""

from __future__ import annotations

from ...models.domains import DOMAINS, Domain
from ..addresses import is_domain
from ..calls import Call, Paging, read_id
from ..dns_rules import (
    NAME_LENGTH,
    begin,
    check_not_public,
    read_return_path,
    rotate_dkim,
    set_return_path,
    shown,
    shown_spf,
    summary,
    verify_dkim,
    verify_return_path,
    verify_spf,
)
from ..fields import object_of, text_of
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


def _name(item: dict[str, object]) -> str:
    """Return the domain that a body names, which can be the account's and is not yet."""
    name = (text_of(item, "Name", 516) or "").strip()
    if not name:
        raise Rejection(514, "A domain needs a 'Name'.")
    if len(name) > NAME_LENGTH:
        raise Rejection(515, f"'Name' has {len(name)} characters; the limit is {NAME_LENGTH}.")
    if not is_domain(name):
        raise Rejection(516, f"'{name[:80]}' is no domain.")
    check_not_public(name)
    return name


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
    item = object_of(call.body, "a domain", 514)
    name = _name(item)
    return_path = read_return_path(item, name)
    records = begin(call.db, name, call.now)
    if domains.with_dns(call.db, records):
        raise Rejection(512, f"The domain '{name}' is in this account already.")
    added = str(domains.add(call.db, records))
    if return_path is not None:
        set_return_path(call.db, _find(call, added), return_path)
    return _shown(call, added)


@routes.put(_PATH, account=True)
def edit(call: Call, domain_id: str) -> object:
    """Change where the bounces of a domain go."""
    row = _find(call, domain_id)
    item = object_of(call.body, "a domain", 511)
    name = text_of(item, "Name", 511)
    if name is not None and name.lower() != row["domain"]:
        raise Rejection(511, "The 'Name' of a domain never changes.")
    return_path = read_return_path(item, row["domain"])
    if return_path is None:
        raise Rejection(511, "Of a domain, only 'ReturnPathDomain' can be set.")
    set_return_path(call.db, row, return_path)
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
