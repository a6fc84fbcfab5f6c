"""What a webhook must be like to be kept: the service's rules (contract section 2.10)."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import attrs

from ..wire import dump_json
from .fields import array, entry, flag_of, text_of, wrong_type
from .rejection import Rejection
from .tables.webhooks import Webhook

# Of one stream; the number is other people's, the service publishes none.
WEBHOOKS = 10

# What each kind of event may be told.
_TRIGGERS = {
    "Open": ("Enabled", "PostFirstOpenOnly"),
    "Click": ("Enabled",),
    "Delivery": ("Enabled",),
    "Bounce": ("Enabled", "IncludeContent"),
    "SpamComplaint": ("Enabled", "IncludeContent"),
    "SubscriptionChange": ("Enabled",),
}

_URL = re.compile(r"https?://[!-~]{1,2000}", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# The request decides these itself.
_OWN_HEADERS = frozenset({"connection", "content-length", "content-type", "host", "transfer-encoding"})

NEW = Webhook(
    url="",
    status="unverified",
    username="",
    password="",
    headers="[]",
    triggers=dump_json({trigger: dict.fromkeys(flags, False) for trigger, flags in _TRIGGERS.items()}).decode(),
)


def changed(webhook: Webhook, item: dict[str, object]) -> Webhook:
    """
    Return a webhook with what a body says of it; what is left out, or null, stays.

    Raises:
        Rejection: 1353, 1354, 1358, 1361 or 1363: it would break a rule; 403 for another JSON type.
    """
    if item.get("Status") is not None:
        raise Rejection(1363, "'Status' says whether the webhook has answered: it cannot be set.")
    flag_of(item, "Verify")
    username, password = _login(item, webhook)
    return attrs.evolve(
        webhook,
        url=_url(item, webhook.url),
        username=username,
        password=password,
        headers=webhook.headers if item.get("HttpHeaders") is None else _compact(_headers(item)),
        triggers=_compact(_triggers(item, json.loads(webhook.triggers))),
    )


def _compact(value: object) -> str:
    return dump_json(value).decode()


def _url(item: dict[str, object], kept: str) -> str:
    url = text_of(item, "Url", 1354)
    if url is None:
        url = kept
    try:
        parts = urlsplit(url)
        reachable = bool(_URL.fullmatch(url) and parts.hostname and parts.port != 0)
    except ValueError:
        reachable = False
    if not reachable:
        raise Rejection(1354, f"'Url' must be a whole URL with http or https, not '{url[:80]}'.")
    return url


def _object(item: dict[str, object], name: str) -> dict[str, object]:
    value = item.get(name)
    if value is not None and not isinstance(value, dict):
        raise wrong_type(name, "an object", value)
    return value or {}


def _login(item: dict[str, object], webhook: Webhook) -> tuple[str, str]:
    """Return user and password; an empty user takes the login off."""
    auth = _object(item, "HttpAuth")
    if not auth:
        return webhook.username, webhook.password
    username, password = text_of(auth, "Username", 1361) or "", text_of(auth, "Password", 1361) or ""
    if ":" in username or (password and not username):
        raise Rejection(1361, "'HttpAuth' needs a 'Username', and one without a colon.")
    return username, password


def _headers(item: dict[str, object]) -> list[dict[str, str]]:
    found = []
    for row in array(item, "HttpHeaders"):
        header = entry(row, "HttpHeaders")
        name = text_of(header, "Name", 1358) or ""
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
            raise Rejection(1358, f"'{name[:80]}' is no header that a webhook can be sent.")
        found.append({"Name": name, "Value": text_of(header, "Value", 1361) or ""})
    return found


def _triggers(item: dict[str, object], kept: dict[str, dict[str, bool]]) -> dict[str, dict[str, bool]]:
    """Return all triggers: of each, what is given, and what it was for the rest."""
    given = _object(item, "Triggers")
    for trigger in given:
        if trigger not in _TRIGGERS:
            raise Rejection(1353, f"The stream has no trigger '{trigger[:80]}'. Known: {', '.join(_TRIGGERS)}.")
        told = _object(given, trigger)
        for flag in _TRIGGERS[trigger]:
            value = flag_of(told, flag)
            if value is not None:
                kept[trigger][flag] = value
    return kept
