"""What a server may be set to: the service's rules (contract sections 2.8 and 2.15)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from .access import is_loopback
from .addresses import is_domain
from .dns_rules import has_records
from .fields import flag_of, text_of, wrong_type
from .rejection import Rejection
from .rules import TRACK_LINKS
from .store import Row, Transaction, Value
from .tables import servers

COLORS = ("Purple", "Blue", "Turquoise", "Green", "Red", "Yellow", "Grey", "Orange")
DELIVERY_TYPES = ("Live", "Sandbox")
SPAM_THRESHOLD = 30

# What the service calls the settings that are true or false, and the URLs, to what the table calls them.
FLAGS = {
    "SmtpApiActivated": "smtp_api_activated",
    "RawEmailEnabled": "raw_email_enabled",
    "TrackOpens": "track_opens",
    "PostFirstOpenOnly": "post_first_open_only",
    "IncludeBounceContentInHook": "include_bounce_content_in_hook",
    "EnableSmtpApiErrorHooks": "enable_smtp_api_error_hooks",
}
HOOKS = {
    "InboundHookUrl": "inbound_hook_url",
    "BounceHookUrl": "bounce_hook_url",
    "OpenHookUrl": "open_hook_url",
    "DeliveryHookUrl": "delivery_hook_url",
    "ClickHookUrl": "click_hook_url",
}


def _one_of(known: Iterable[str], item: dict[str, object], name: str, code: int) -> str | None:
    text = text_of(item, name, code)
    if text is not None and text not in known:
        raise Rejection(code, f"'{name}' must be one of {', '.join(known)}, not '{text[:80]}'.")
    return text


def _name(item: dict[str, object]) -> str | None:
    text = text_of(item, "Name", 608)
    if text is not None and not text.strip():
        raise Rejection(608, "The 'Name' of a server must not be empty.")
    return text and text.strip()


def _color(item: dict[str, object]) -> str | None:
    # In any case of letters: the service has answered `purple`, and clients send back what they read.
    text = text_of(item, "Color", 607)
    return _one_of(COLORS, {"Color": text and text.strip().capitalize()}, "Color", 607)


def _spam_threshold(item: dict[str, object]) -> int | None:
    value = item.get("InboundSpamThreshold")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type("InboundSpamThreshold", "a whole number", value)
    if not 0 <= value <= SPAM_THRESHOLD:
        raise Rejection(611, f"'InboundSpamThreshold' must be 0 to {SPAM_THRESHOLD}, not {str(value)[:80]}.")
    return value


def _inbound_domain(item: dict[str, object]) -> str | None:
    """Return the domain in lower case; an empty one takes it off."""
    text = text_of(item, "InboundDomain", 610)
    if text and not (is_domain(text) and has_records(text)):
        raise Rejection(610, f"The MX record of '{text[:80]}' does not lead to inbound.postmarkapp.com.")
    return text and text.lower()


def _is_internal(host: str) -> bool:
    """Return whether a host is an address in somebody's network; loopback is where the sandbox's users listen."""
    try:
        return not is_loopback(host) and not ip_address(host).is_global
    except ValueError:
        return False


def _hook_url(item: dict[str, object], name: str) -> str | None:
    """Return the URL; an empty one takes it off."""
    text = text_of(item, name, 606)
    if not text:
        return text
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.port != 0 and " " not in text
    except ValueError:
        usable = False
    if not usable or not parts.hostname:
        raise Rejection(606, f"'{name}' must be a whole URL with http or https, not '{text[:80]}'.")
    if _is_internal(parts.hostname):
        raise Rejection(606, f"'{name}' leads to an internal address: '{parts.hostname[:80]}'.")
    return text


def read_settings(item: dict[str, object]) -> dict[str, Value]:
    """
    Return what a body sets, by the columns of the table; what is left out, or null, is left out.

    Raises:
        Rejection: 606 to 608 or 610 to 612: a setting that cannot be; 403: another JSON type.
    """
    settings: dict[str, Value] = {
        "name": _name(item),
        "color": _color(item),
        "track_links": _one_of(TRACK_LINKS, item, "TrackLinks", 612),
        "inbound_spam_threshold": _spam_threshold(item),
        "inbound_domain": _inbound_domain(item),
    }
    settings |= {column: flag_of(item, name) for name, column in FLAGS.items()}
    settings |= {column: _hook_url(item, name) for name, column in HOOKS.items()}
    return {column: value for column, value in settings.items() if value is not None}


def read_delivery_type(item: dict[str, object], now: str | None = None) -> str:
    """
    Return whether a server delivers.

    Args:
        item: The body.
        now: What it does now; None for a new server.

    Raises:
        Rejection: 613: no such type, or another than it has.
    """
    wanted = _one_of(DELIVERY_TYPES, item, "DeliveryType", 613) or now or "Live"
    if now is not None and wanted != now:
        raise Rejection(613, f"The 'DeliveryType' never changes: this server is '{now}'.")
    return wanted


def check_free(db: Transaction, settings: dict[str, Value], server: int | None = None) -> None:
    """
    Return when no other server has the name or the inbound domain.

    Raises:
        Rejection: 603 for the name, 602 for the domain.
    """
    name, domain = str(settings.get("name", "")), str(settings.get("inbound_domain", ""))
    if servers.with_name(db, name) not in (None, server):
        raise Rejection(603, f"There is a server '{name}' already.")
    if servers.with_inbound_domain(db, domain) not in (None, server):
        raise Rejection(602, f"Another server gets the mail of '{domain}'.")


def edit(db: Transaction, row: Row, item: dict[str, object]) -> None:
    """
    Set a server to what a body says.

    Raises:
        Rejection: 609: it says nothing that can be set; or what the functions above raise.
    """
    read_delivery_type(item, row["delivery_type"])
    settings = read_settings(item)
    if not settings:
        raise Rejection(609, "The body has nothing that can be set on a server.")
    check_free(db, settings, row["id"])
    servers.change(db, row["id"], **settings)
