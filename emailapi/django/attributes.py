"""Attributes of a message besides Django's own fields: ours, and those that users of anymail set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from .._hints import unknown_name_message
from .._secrets import Secret
from ..errors import InvalidEmail
from ..models.email import TemplateEmail
from ..models.framework_values import plain
from ..wire import wire_names

_OURS = (
    "tag",
    "metadata",
    "message_stream",
    "track_opens",
    "track_links",
    "template_alias",
    "template_id",
    "template_model",
    "idempotency_key",
)
_MERGES = ("merge_data", "merge_metadata", "merge_headers")
_REJECTED = {
    "send_at": "the service sends at once: send the message when it is due",
    "envelope_sender": "the service sets the envelope's sender by the domain's Return-Path",
}
# What may be set by a name of the service's in anymail's `esp_extra`.
_EXTRA = {
    wire: name
    for name, wire in wire_names(TemplateEmail).items()
    if name
    in (
        "tag",
        "metadata",
        "message_stream",
        "track_opens",
        "track_links",
        "template_alias",
        "template_id",
        "template_model",
        "inline_css",
    )
}


@attrs.define
class Attributes:
    """
    What the attributes of a message say.

    Attributes:
        values: Our fields of emails that are set, by their names.
        merges: `merge_data`, `merge_metadata` and `merge_headers`, those that are set.
        server_token: The token for this message alone.
    """

    values: dict[str, Any]
    merges: dict[str, Mapping[str, Any]]
    server_token: str | None = attrs.field(default=None, repr=False)


def read_attributes(message: Any) -> Attributes:
    """
    Return what the attributes of a message say.

    Raises:
        InvalidEmail: Naming the attribute: it cannot be sent, or contradicts another.
    """
    for name, why in _REJECTED.items():
        if _get(message, name) is not None:
            raise InvalidEmail(f"{name} cannot be sent by this service: {why}", field=name)
    found = Attributes({}, {})
    for name in _OURS:
        _put(found.values, name, _get(message, name), name)
    _read_anymail(message, found)
    _read_extra(_get(message, "esp_extra"), found)
    for name in _MERGES:
        given = _get(message, name)
        if given is not None:
            if not isinstance(given, Mapping):
                raise InvalidEmail(f"{name} must be a mapping, not {type(given).__name__}", field=name)
            for mailbox, values in given.items():
                if values is not None and not isinstance(values, Mapping):
                    kind = type(values).__name__
                    raise InvalidEmail(f"{name}[{str(mailbox)!r}] must be a mapping, not {kind}", field=name)
            found.merges[name] = given
    _read_template_id(found.values)
    _check_template(found)
    return found


def _get(message: Any, name: str) -> Any:
    value = getattr(message, name, None)
    # anymail marks what is not set by a class of this name.
    return None if isinstance(value, type) and value.__name__ == "UNSET" else value


def _put(values: dict[str, Any], name: str, value: Any, source: str) -> None:
    if value is None:
        return
    value = plain(value)
    if name in values and values[name] != value:
        raise InvalidEmail(f"{source} and {name} differ: set one of them", field=name)
    values[name] = value


def _read_anymail(message: Any, found: Attributes) -> None:
    tags = plain(_get(message, "tags"))
    if tags is not None:
        if not isinstance(tags, (str, Iterable)):
            raise InvalidEmail(f"tags must be a list, not {type(tags).__name__}", field="tags")
        listed = [tags] if isinstance(tags, str) else [*tags]
        if len(listed) > 1:
            raise InvalidEmail(f"tags must have one tag, got {len(listed)}: an email has one tag", field="tags")
        if listed:
            _put(found.values, "tag", listed[0], "tags")
    clicks = _get(message, "track_clicks")
    if clicks is not None:
        _put(found.values, "track_links", "HtmlAndText" if clicks else "None", "track_clicks")
    _put(found.values, "template_model", _get(message, "merge_global_data"), "merge_global_data")


def _read_extra(extra: Any, found: Attributes) -> None:
    if extra is None:
        return
    if not isinstance(extra, Mapping):
        raise InvalidEmail(f"esp_extra must be a mapping, not {type(extra).__name__}", field="esp_extra")
    for name, value in extra.items():
        if name == "server_token":
            if not isinstance(value, str) or not value:
                raise InvalidEmail("esp_extra: server_token must be a text that is not empty", field="esp_extra")
            found.server_token = Secret(value)
        elif name in _EXTRA:
            _put(found.values, _EXTRA[name], value, f"esp_extra[{name!r}]")
        else:
            known = dict.fromkeys(["server_token", *_EXTRA])
            raise InvalidEmail(f"esp_extra: {unknown_name_message(str(name), known, 'name')}", field="esp_extra")


def _read_template_id(values: dict[str, Any]) -> None:
    """Read a `template_id` that is not a number as an alias, as anymail does."""
    for name in ("template_id", "template_alias"):
        if values.get(name) == "":
            raise InvalidEmail(f"{name} must not be empty: leave it out to send without a template", field=name)
    given = values.get("template_id")
    if isinstance(given, str):
        del values["template_id"]
        if given.isdecimal():
            values["template_id"] = int(given)
        else:
            _put(values, "template_alias", given, "template_id")
    if "template_id" in values and "template_alias" in values:
        raise InvalidEmail("template_id and template_alias are both set: set one of them", field="template_id")


def _check_template(found: Attributes) -> None:
    if "template_id" in found.values or "template_alias" in found.values:
        return
    for name in ("template_model", "inline_css"):
        if name in found.values:
            why = "template_model (or merge_global_data)" if name == "template_model" else name
            raise InvalidEmail(f"{why} needs a template_id or template_alias", field=name)
    if any(found.merges.get("merge_data", {}).values()):
        raise InvalidEmail("merge_data needs a template_id or template_alias", field="merge_data")
