"""What a message stream must be like: the service's rules (contract section 2.9)."""

from __future__ import annotations

import re

import attrs

from .fields import body_of, text_of, wrong_type
from .rejection import Rejection
from .tables.streams import Stream

STREAMS = 10
ID_LENGTH = 30
NAME_LENGTH = 100
DESCRIPTION_LENGTH = 1000

_ID = re.compile(rf"[a-z][a-z0-9_-]{{0,{ID_LENGTH - 1}}}")
_FORBIDDEN_START = "pm-"
_RESERVED = "all"

# Who may take care of those who unsubscribe, for each type; the first where nothing is said. A broadcast stream needs
# somebody. `Custom` stands for itself: the service gives it to accounts that it has approved.
_HANDLING = {"Transactional": ("None", "Postmark"), "Broadcasts": ("Postmark",), "Inbound": ("None",)}
_CUSTOM = "Custom"


def read_id(item: dict[str, object]) -> str:
    """
    Return the id of a new stream.

    Raises:
        Rejection: 1222, 1227, 1233 or 1237: it is missing, or cannot be.
    """
    text = text_of(item, "ID", 1227)
    if not text:
        raise Rejection(1222, "A message stream needs an 'ID'.")
    if text == _RESERVED:
        raise Rejection(1237, f"The message stream ID '{text}' is reserved.")
    if text.startswith(_FORBIDDEN_START):
        raise Rejection(1233, f"A message stream ID must not begin with '{_FORBIDDEN_START}', as '{text[:80]}' does.")
    if not _ID.fullmatch(text):
        raise Rejection(
            1227,
            f"A message stream ID has 1 to {ID_LENGTH} characters: a lower-case letter, then lower-case letters,"
            f" digits, '-' and '_'; not '{text[:80]}'.",
        )
    return text


def read_type(item: dict[str, object]) -> str:
    """
    Return the type of a new stream.

    Raises:
        Rejection: 1221: it is missing, or there is none of this name.
    """
    text = text_of(item, "MessageStreamType", 1221) or ""
    if text not in _HANDLING:
        raise Rejection(1221, f"'MessageStreamType' must be Transactional or Broadcasts, not '{text[:80]}'.")
    return text


def default_handling(kind: str) -> str:
    """Return who takes care of those who unsubscribe from a stream of this type, where nothing is said."""
    return _HANDLING[kind][0]


def changed(stream: Stream, item: dict[str, object]) -> Stream:
    """
    Return a stream with what a body says of its settings; what is left out, or null, stays.

    Raises:
        Rejection: 1223, 1224, 1231, 1234 or 1238 to 1240: a setting cannot be; 403 for another JSON type.
    """
    name, description, handling = _name(item), _description(item), _handling(item, stream.type)
    return attrs.evolve(
        stream,
        name=stream.name if name is None else name,
        description=stream.description if description is None else description or None,
        unsubscribe_handling=stream.unsubscribe_handling if handling is None else handling,
    )


def _name(item: dict[str, object]) -> str | None:
    text = text_of(item, "Name", 403)
    if text is not None and not text.strip():
        raise Rejection(1223, "The 'Name' of a message stream must not be empty.")
    if text is not None and len(text) > NAME_LENGTH:
        raise Rejection(1224, f"'Name' has {len(text)} characters; the limit is {NAME_LENGTH}.")
    return text


def _description(item: dict[str, object]) -> str | None:
    text = body_of(item, "Description", 403)
    if text is not None and len(text) > DESCRIPTION_LENGTH:
        raise Rejection(1231, f"'Description' has {len(text)} characters; the limit is {DESCRIPTION_LENGTH}.")
    if text is not None and ("<" in text or ">" in text):
        raise Rejection(1234, "'Description' must not hold HTML: neither '<' nor '>'.")
    return text


def _handling(item: dict[str, object], kind: str) -> str | None:
    name = "SubscriptionManagementConfiguration"
    configuration = item.get(name)
    if configuration is None:
        return None
    if not isinstance(configuration, dict):
        raise wrong_type(name, "an object", configuration)
    text = text_of(configuration, "UnsubscribeHandlingType", 1240)
    if text is None or text in _HANDLING[kind]:
        return text
    if text not in ("None", "Postmark", _CUSTOM):
        raise Rejection(1240, f"'UnsubscribeHandlingType' must be None, Postmark or {_CUSTOM}, not '{text[:80]}'.")
    if text == _CUSTOM and kind != "Inbound":
        raise Rejection(1238, "Custom unsubscribe handling needs the service's approval, which this account has not.")
    raise Rejection(1239, f"A message stream of type {kind} cannot have the unsubscribe handling {text}.")
