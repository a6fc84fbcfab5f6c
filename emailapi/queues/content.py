"""The content of a payload: its version, emails and keys; restoring the emails, and loading their attachments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._signals import raised_by_signal
from ..errors import ConfigurationError, EmailAPIError, InvalidArgument, Outcome
from ..models.attachment import Attachment
from ..models.email import Email, TemplateEmail
from ..models.fields import as_record

VERSION = 1
KEY_LIMIT = 80

Queued = Email | TemplateEmail
Loader = Callable[[Mapping[str, str]], bytes]


class Payload(dict[str, Any]):
    """A payload that shows its keys alone: engines, debuggers and trackers of errors print what jobs are given."""

    def __repr__(self) -> str:
        """Return the number of emails, and their keys."""
        try:
            return describe(self)
        except Exception:
            return "<a payload that is not valid>"


class Entry(dict[str, Any]):
    """An email of a payload, which does not show its content."""

    def __repr__(self) -> str:
        """Return what this is."""
        return "<email>"


def payload_of(entries: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> dict[str, Any]:
    """Return the payload of emails, as values of JSON."""
    return Payload(v=VERSION, emails=[Entry(entry) for entry in entries], keys=[*keys])


def hide(payload: Any) -> Any:
    """Return a payload from a queue as one that does not show its content; nothing is checked."""
    if not isinstance(payload, Mapping):
        return payload
    emails = payload.get("emails")
    if isinstance(emails, (list, tuple)):
        emails = [Entry(entry) if isinstance(entry, Mapping) else entry for entry in emails]
    return Payload(payload, emails=emails)


def checked_key(key: object, limit: int = KEY_LIMIT) -> str:
    """
    Return an idempotency key.

    Raises:
        InvalidArgument: The key has a character that a key must not have, or is too long.
    """
    if not isinstance(key, str) or not 1 <= len(key) <= limit:
        raise InvalidArgument(f"key must be a text of 1 to {limit} characters, got {key!r}", argument="key")
    # The characters of a key, by the rules of the field.
    key_field = Email(idempotency_key=key).idempotency_key
    assert key_field is not None  # noqa: S101 - for type checkers
    return key_field


class Reader:
    """Restores the emails of a payload, and loads attachments that it only refers to."""

    def __init__(self, load: Loader | None) -> None:
        """Store the function that loads."""
        self._load = load
        self._loaded: dict[tuple[str, str], bytes] = {}

    def restore(self, entry: Mapping[str, Any], key: str) -> Queued:
        """
        Restore an email with its key.

        Raises:
            InvalidEmail: The entry is not a valid email.
            ConfigurationError: There is no function that loads, or it returns something else than bytes.
            EmailAPIError: An attachment could not be loaded; it may be later.
        """
        record = TemplateEmail if "template_model" in entry else Email
        given = Entry(entry, idempotency_key=key)
        attachments = given.get("attachments")
        if isinstance(attachments, list):
            given["attachments"] = [self._attachment(one) for one in attachments]
        return record.from_dict(given)

    def _attachment(self, given: Any) -> Any:
        kind = next((kind for kind in ("path", "url") if isinstance(given, Mapping) and kind in given), None)
        if kind is None:
            return given
        fields = {name: value for name, value in given.items() if name not in ("path", "url")}
        return as_record({**fields, "content": self._content(kind, given)}, Attachment, "attachments")

    def _content(self, kind: str, given: Mapping[str, Any]) -> bytes:
        place = (kind, str(given[kind]))
        if place not in self._loaded:
            self._loaded[place] = self._ask(str(given.get("name")), {kind: place[1]})
        return self._loaded[place]

    def _ask(self, name: str, reference: Mapping[str, str]) -> bytes:
        if self._load is None:
            raise ConfigurationError(f"the attachment {name!r} is a reference: give deliver a function `load`")
        try:
            content = self._load(reference)
        except Exception as error:
            if raised_by_signal(error) is not None:
                raise
            why = f"the attachment {name!r} could not be loaded: {type(error).__name__}: {error}"
            raise EmailAPIError(why, outcome=Outcome.NOT_SENT, retryable=True) from error
        if isinstance(content, bytes):
            return content
        kind = type(content).__name__
        del content  # not in the frame of the error
        raise ConfigurationError(f"load must return bytes, got {kind}")


def read(payload: object) -> list[tuple[str, Mapping[str, Any]]]:
    """
    Return the keys and emails of a payload that `hide` has returned.

    Raises:
        InvalidArgument: The payload is not valid, or of a newer version; or two emails have the same key.
    """
    if not isinstance(payload, Mapping):
        raise InvalidArgument(
            f"payload must be what to_payload returned, got {type(payload).__name__}: only JSON is carried, no pickle",
            argument="payload",
        )
    if payload.get("v") != VERSION:
        raise InvalidArgument(
            f"payload has version {payload.get('v')!r}, and this worker reads version {VERSION}: update it first",
            argument="payload",
        )
    emails, keys = payload.get("emails"), payload.get("keys")
    if not isinstance(emails, (list, tuple)) or not isinstance(keys, (list, tuple)) or len(emails) != len(keys):
        raise InvalidArgument("payload must have as many keys as emails, in two lists", argument="payload")
    if not emails:
        raise InvalidArgument("payload must have at least one email", argument="payload")
    for kind in {type(entry) for entry in emails if not isinstance(entry, Mapping)}:
        raise InvalidArgument(f"an email of the payload must be a mapping, got {kind.__name__}", argument="payload")
    found = {checked_key(key): entry for key, entry in zip(keys, emails, strict=True)}
    if len(found) < len(keys):
        raise InvalidArgument("payload must have another key for each email", argument="payload")
    return [*found.items()]


def remaining(payload: Mapping[str, Any], places: Sequence[int]) -> dict[str, Any]:
    """Return a payload with the emails at these places."""
    return payload_of([payload["emails"][at] for at in places], [payload["keys"][at] for at in places])


def keys_of(payload: object) -> tuple[str, ...]:
    """
    Return the keys of the emails of a payload.

    Raises:
        InvalidArgument: The payload is not valid.
    """
    return tuple(key for key, _ in read(payload))


def split(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a payload for each email."""
    return [remaining(payload, [at]) for at in range(len(payload["keys"]))]


def describe(payload: Mapping[str, Any]) -> str:
    """Return how many emails there are, and their keys, for logs and monitors: bodies and addresses do not show."""
    keys = payload["keys"]
    if len(keys) == 1:
        return f"<1 email, key {keys[0]}>"
    return f"<{len(keys)} emails, keys {keys[0]} ... {keys[-1]}>"
