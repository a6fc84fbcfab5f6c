"""
The DNS records of domains, as the sandbox simulates them.

DNS is not used. Names under `.invalid`, which is reserved (RFC 2606), have no records; every other name has all records
that the service looks for. So the name of a domain decides whether it can be verified, as an address decides whether it
bounces.

A DKIM key is pending until its record is found; then it is in use, and the previous key is revoked.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime, timedelta

from ..models.domains import SpfCheck
from .addresses import is_domain
from .fields import Field, line
from .instants import micros, moment
from .rejection import Rejection
from .responses import written
from .store import Row, Transaction
from .tables import dns

NAME_LENGTH = 255

_CNAME_VALUE = "pm.mtasv.net"
_SPF_VALUE = "v=spf1 a mx include:spf.mtasv.net ~all"
# Messages signed with a revoked key are delivered by then; the time is the sandbox's choice.
_REVOKED_KEY_STAYS = timedelta(days=1)
# Public providers of mailboxes: no account can own these domains.
_PUBLIC = frozenset(
    "aol.com gmail.com gmx.com gmx.de gmx.net googlemail.com hotmail.com icloud.com live.com mail.com mail.ru me.com "
    "msn.com outlook.com proton.me protonmail.com qq.com web.de yahoo.com yandex.com yandex.ru zoho.com".split()
)
# Around the modulus of an RSA key of 1024 bits, as DER writes a SubjectPublicKeyInfo; 65537 stands behind it.
_BEFORE_MODULUS = bytes.fromhex("30819f300d06092a864886f70d010101050003818d0030818902818100")
_BEHIND_MODULUS = bytes.fromhex("0203010001")


def has_records(name: str) -> bool:
    """Return whether a name has the records that the service looks for."""
    return name.lower().rpartition(".")[2] != "invalid"


def check_not_public(domain: str) -> None:
    """
    Check that a domain is not that of a public provider of mailboxes.

    Raises:
        Rejection: 503.
    """
    if domain.lower() in _PUBLIC:
        raise Rejection(503, f"'{domain}' is a public email domain, which no account can own.")


def _key() -> str:
    """Return a public key in the usual form; it has no private key."""
    modulus = bytearray(secrets.token_bytes(128))
    modulus[0] |= 0x80
    modulus[-1] |= 1
    return f"k=rsa; p={b64encode(_BEFORE_MODULUS + modulus + _BEHIND_MODULUS).decode()}"


def _key_host(domain: str, now: datetime, *taken: str) -> str:
    while (host := f"{now:%Y%m%d%H%M%S}pm._domainkey.{domain}") in taken:
        now += timedelta(seconds=1)
    return host


def begin(db: Transaction, domain: str, now: datetime) -> int:
    """Return the id of a domain's records: the existing ones, or new ones with a pending key."""
    domain = domain.lower()
    known = dns.of_domain(db, domain)
    return dns.add(db, domain, _key_host(domain, now), _key()) if known is None else known


# An empty text removes the return path.
RETURN_PATH = Field("ReturnPathDomain", "return_path", line, 522, clears=True, limit=NAME_LENGTH, too_long=521)


def set_return_path(db: Transaction, row: Row, return_path: str | None) -> None:
    """
    Change the domain to which bounces go; another domain has to be verified again. None changes nothing.

    Raises:
        Rejection: 522: the domain is not below that of the row.
    """
    if return_path is None or return_path.lower() == row["return_path"]:
        return
    if return_path and not (is_domain(return_path) and return_path.lower().endswith(f".{row['domain']}")):
        raise Rejection(522, f"'ReturnPathDomain' must be a domain below '{row['domain']}', not '{return_path[:80]}'.")
    dns.change(db, row, return_path=return_path.lower(), return_path_verified=False)


def verify_return_path(db: Transaction, row: Row) -> None:
    """
    Look for the record of the return path; without a return path, nothing changes.

    Raises:
        Rejection: 523: the record does not exist.
    """
    if row["return_path"]:
        if not has_records(row["return_path"]):
            raise Rejection(523, f"'{row['return_path']}' has no CNAME record that leads to {_CNAME_VALUE}.")
        dns.change(db, row, return_path_verified=True)


def verify_spf(db: Transaction, row: Row) -> None:
    """Look for the SPF record."""
    dns.change(db, row, spf_verified=has_records(row["domain"]))


def verify_dkim(db: Transaction, row: Row, now: datetime) -> None:
    """Look for the record of the pending key, if there is one."""
    if not row["pending_host"]:
        return
    if not has_records(row["domain"]):
        dns.change(db, row, dkim_status="Failed")
        return
    if row["dkim_host"]:
        dns.change(db, row, revoked_host=row["dkim_host"], revoked_text=row["dkim_text"], revoked_at=micros(now))
    dns.change(
        db,
        row,
        dkim_status="Verified",
        dkim_host=row["pending_host"],
        dkim_text=row["pending_text"],
        pending_host="",
        pending_text="",
    )


def rotate_dkim(db: Transaction, row: Row, now: datetime) -> None:
    """
    Create the next key; the key in use stays in use until the record of the next one is found.

    Raises:
        Rejection: 505: a key is pending, be it the first one; 508: the record of a key was not found.
    """
    if row["dkim_status"] == "Failed":
        raise Rejection(508, f"The DKIM record of '{row['domain']}' was not found: a failed key cannot be rotated.")
    if row["pending_host"]:
        raise Rejection(505, f"The DKIM key of '{row['domain']}' is already being renewed: verify its record first.")
    host = _key_host(row["domain"], now, row["dkim_host"], row["pending_host"], row["revoked_host"])
    dns.change(db, row, dkim_status="Pending", pending_host=host, pending_text=_key())


def _can_go(row: Row, now: datetime) -> bool:
    """Return whether a revoked key is no longer needed."""
    return row["revoked_at"] is not None and now - moment(row["revoked_at"]) >= _REVOKED_KEY_STAYS


def summary(row: Row) -> dict[str, object]:
    """Return whether the records of a domain were found, by the attributes of `models.domains.Dns`."""
    return {
        "spf_verified": bool(row["spf_verified"]),
        "dkim_verified": bool(row["dkim_host"]),
        "weak_dkim": False,  # the sandbox makes no key shorter than 1024 bits
        "return_path_domain_verified": bool(row["return_path_verified"]),
    }


def shown(row: Row, now: datetime) -> dict[str, object]:
    """Return all records of a domain, by the same attributes."""
    return {
        **summary(row),
        "spf_host": row["domain"],
        "spf_text_value": _SPF_VALUE,
        "dkim_host": row["dkim_host"],
        "dkim_text_value": row["dkim_text"],
        "dkim_pending_host": row["pending_host"],
        "dkim_pending_text_value": row["pending_text"],
        "dkim_revoked_host": row["revoked_host"],
        "dkim_revoked_text_value": row["revoked_text"],
        "safe_to_remove_revoked_key_from_dns": _can_go(row, now),
        "dkim_update_status": row["dkim_status"],
        "return_path_domain": row["return_path"],
        "return_path_domain_cname_value": _CNAME_VALUE,
    }


def shown_spf(row: Row) -> dict[str, object]:
    """Return the result of looking for the SPF record."""
    return written(SpfCheck, spf_host=row["domain"], spf_verified=bool(row["spf_verified"]), spf_text_value=_SPF_VALUE)
