"""The rules for the settings of a server (contract sections 2.8, 2.15 and 12)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from .access import is_loopback
from .addresses import is_domain
from .dns_rules import has_records
from .fields import Field, Table, flag, line, whole_number
from .rejection import Rejection
from .rules import TRACK_LINKS
from .store import Row, Transaction
from .tables import servers

COLORS = ("Purple", "Blue", "Turquoise", "Green", "Red", "Yellow", "Grey", "Orange")
DELIVERY_TYPES = ("Live", "Sandbox")
SPAM_THRESHOLD = 30


def _name(value: object, field: Field) -> str:
    return line(value, field).strip()


def _color(value: object, field: Field) -> str:
    """Read a color in any case: the service responds in lower case, and clients send back what they read."""
    return line(value.strip().capitalize() if isinstance(value, str) else value, field).lower()


def _inbound_domain(value: object, field: Field) -> str:
    domain = line(value, field)
    if domain and not (is_domain(domain) and has_records(domain)):
        raise Rejection(610, f"The MX record of '{domain[:80]}' does not lead to inbound.postmarkapp.com.")
    return domain.lower()


def _is_internal(host: str) -> bool:
    """Return whether a host is an address of a private network, except loopback, where users of the sandbox listen."""
    try:
        return not is_loopback(host) and not ip_address(host).is_global
    except ValueError:
        return False


def _hook_url(value: object, field: Field) -> str:
    url = line(value, field)
    if not url:
        return url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.port != 0 and " " not in url
    except ValueError:
        usable = False
    if not usable or not parts.hostname:
        raise field.invalid(url)
    if _is_internal(parts.hostname):
        raise Rejection(606, f"'{field.name}' leads to an internal address: '{parts.hostname[:80]}'.")
    return url


FLAGS = Table(
    Field("SmtpApiActivated", "smtp_api_activated", flag),
    Field("RawEmailEnabled", "raw_email_enabled", flag),
    Field("TrackOpens", "track_opens", flag),
    Field("PostFirstOpenOnly", "post_first_open_only", flag),
    Field("IncludeBounceContentInHook", "include_bounce_content_in_hook", flag),
    Field("EnableSmtpApiErrorHooks", "enable_smtp_api_error_hooks", flag),
)
HOOKS = Table(
    *(
        Field(
            name,
            column,
            _hook_url,
            606,
            clears=True,
            text=f"'{name}' must be a whole URL with http or https, not '{{value}}'.",
        )
        for name, column in (
            ("InboundHookUrl", "inbound_hook_url"),
            ("BounceHookUrl", "bounce_hook_url"),
            ("OpenHookUrl", "open_hook_url"),
            ("DeliveryHookUrl", "delivery_hook_url"),
            ("ClickHookUrl", "click_hook_url"),
        )
    )
)
SERVER = Table(
    Field("DeliveryType", "delivery_type", line, 613, known=DELIVERY_TYPES),
    Field("Name", "name", _name, 608, required=608),
    Field("Color", "color", _color, 607, known=COLORS),
    Field("TrackLinks", "track_links", line, 612, known=TRACK_LINKS),
    Field("InboundSpamThreshold", "inbound_spam_threshold", whole_number, 611, limit=SPAM_THRESHOLD),
    Field("InboundDomain", "inbound_domain", _inbound_domain, 610, clears=True),
    *FLAGS.fields,
    *HOOKS.fields,
)


def check_free(db: Transaction, settings: dict[str, Any], server: int | None = None) -> None:
    """
    Check that no other server has the name or the inbound domain.

    Raises:
        Rejection: 603 for the name, 602 for the domain.
    """
    name, domain = str(settings.get("name", "")), str(settings.get("inbound_domain", ""))
    if servers.with_name(db, name) not in (None, server):
        raise Rejection(603, f"There is already a server '{name}'.")
    if servers.with_inbound_domain(db, domain) not in (None, server):
        raise Rejection(602, f"Another server receives the email of '{domain}'.")


def edit(db: Transaction, row: Row, body: object) -> None:
    """
    Change the settings of a server.

    Raises:
        Rejection: 609: the body has no settings. 613: the delivery type differs. Or the code of a setting.
    """
    settings = SERVER.read_settings(body, "a server", 609)
    if settings.pop("delivery_type", row["delivery_type"]) != row["delivery_type"]:
        raise Rejection(613, f"The 'DeliveryType' never changes: this server is '{row['delivery_type']}'.")
    if not settings:
        raise Rejection(609, "The body has no settings of a server.")
    check_free(db, settings, row["id"])
    servers.change(db, row["id"], **settings)
