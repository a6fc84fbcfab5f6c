"""The rules for webhooks (contract sections 2.10 and 12)."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import attrs

from ..wire import dump_text
from .fields import Field, Table, flag, line, part, rows, scalar
from .rejection import Rejection
from .tables.webhooks import Webhook

# The limit for a stream is taken from other sources, since the service does not publish one.
WEBHOOKS = 10

_URL = re.compile(r"https?://[!-~]{1,2000}", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# Headers that the request sets itself.
_OWN_HEADERS = frozenset({"connection", "content-length", "content-type", "host", "transfer-encoding"})


def _trigger(name: str, *flags: str) -> Field:
    """Return the field of a trigger; its columns are the service's names, in which triggers are stored."""
    fields = [Field(option, option, flag) for option in ("Enabled", *flags)]
    return Field(name, name, part, table=Table(*fields, within=f"Triggers.{name}."))


_TRIGGERS = Table(
    _trigger("Open", "PostFirstOpenOnly"),
    _trigger("Click"),
    _trigger("Delivery"),
    _trigger("Bounce", "IncludeContent"),
    _trigger("SpamComplaint", "IncludeContent"),
    _trigger("SubscriptionChange"),
    within="Triggers.",
)


def _triggers(value: object, field: Field) -> dict[str, Any]:
    found = part(value, field)
    if isinstance(value, dict) and (unknown := _TRIGGERS.unknown(value)):
        raise Rejection(1353, f"The stream has no trigger '{unknown[0][:80]}'. Known: {', '.join(_TRIGGERS.columns)}.")
    return found


def _url(value: object, field: Field) -> str:
    url = line(value, field)
    try:
        parts = urlsplit(url)
        reachable = bool(_URL.fullmatch(url) and parts.hostname and parts.port != 0)
    except ValueError:
        reachable = False
    if not reachable:
        raise field.invalid(url)
    return url


def _login(value: object, field: Field) -> dict[str, str]:
    """Return user and password; without a user, the webhook has no login."""
    login = part(value, field)
    username, password = login.get("username", ""), login.get("password", "")
    if ":" in username or (password and not username):
        raise Rejection(1361, "'HttpAuth' needs a 'Username' without a colon.")
    return {"username": username, "password": password} if value else {}


def _headers(value: object, field: Field) -> list[dict[str, str]]:
    found = rows(value, field)
    for header in found:
        if header["Name"].lower() in _OWN_HEADERS:
            raise Rejection(1358, f"A webhook cannot be sent the header '{header['Name']}'.")
    return [{"Value": "", **header} for header in found]


def _any(value: object, _field: Field) -> object:
    """Read a field that cannot be set; Go clients send 0 and an empty text in it."""
    return value


WEBHOOK = Table(
    Field("ID", "id", _any),
    Field("Status", "status", _any),
    Field("MessageStream", "message_stream", line, 1361),
    Field("Verify", "verify", flag),
    Field("Url", "url", _url, 1354, required=1354, text="'Url' must be a whole URL with http or https, not '{value}'."),
    Field(
        "HttpAuth",
        "login",
        _login,
        table=Table(
            Field("Username", "username", line, 1361), Field("Password", "password", line, 1361), within="HttpAuth."
        ),
    ),
    Field(
        "HttpHeaders",
        "headers",
        _headers,
        table=Table(
            Field(
                "Name",
                "Name",
                line,
                1358,
                required=1358,
                pattern=_HEADER_NAME,
                text="'{value}' is not a valid name of a header.",
            ),
            Field("Value", "Value", scalar, 1361),
            within="HttpHeaders[].",
        ),
    ),
    Field("Triggers", "triggers", _triggers, table=_TRIGGERS),
)
_NO_TRIGGERS = {trigger.name: dict.fromkeys(trigger.rows_of().columns, False) for trigger in _TRIGGERS.fields}
NEW = Webhook(url="", status="unverified", username="", password="", headers="[]", triggers=dump_text(_NO_TRIGGERS))


def changed(webhook: Webhook, settings: dict[str, Any]) -> Webhook:
    """
    Return a webhook with the settings of a body; of the triggers, too, only those in the body change.

    Raises:
        Rejection: 1363: the body sets the status.
    """
    if settings.get("status"):
        raise Rejection(1363, "'Status' says whether the webhook has responded: it cannot be set.")
    triggers = json.loads(webhook.triggers)
    for trigger, flags in settings.get("triggers", {}).items():
        triggers[trigger].update(flags)
    headers = settings.get("headers")
    return attrs.evolve(
        webhook,
        url=settings.get("url", webhook.url),
        **settings.get("login", {}),
        headers=webhook.headers if headers is None else dump_text(headers),
        triggers=dump_text(triggers),
    )
