"""The payload of a job: emails and their keys, as JSON values that any engine can carry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from ..errors import ConfigurationError, EmailAPIError, InvalidArgument, InvalidEmail, Outcome
from ..models.attachment import Attachment
from ..models.email import Email, TemplateEmail
from ..models.fields import as_record
from ..transports.batch import BATCH_LIMIT
from ..transports.inputs import EmailLike, add_input_note, as_email, check_many

VERSION = 1
KEY_LIMIT = 80
# Leaves room for "/" and the place of the email.
KEY_PREFIX_LIMIT = 68
PAYLOAD_BYTES = 50_000_000

Queued = Email | TemplateEmail
Loader = Callable[[Mapping[str, str]], bytes]


@attrs.frozen(kw_only=True)
class FileReference:
    """
    An attachment that the worker loads, so that the queue need not carry its content.

    Attributes:
        name: The file name that recipients see.
        path: Where the worker finds the file; what it means is up to the function `load` of the worker.
        url: The same as a URL. Exactly one of `path` and `url` is given.
        content_type: As of `Attachment`.
        content_id: As of `Attachment`.
    """

    name: str
    path: str | None = None
    url: str | None = None
    content_type: str | None = None
    content_id: str | None = None

    def __attrs_post_init__(self) -> None:
        """Check the fields, as an `Attachment` with this name does."""
        if (self.path is None) == (self.url is None):
            raise InvalidArgument(
                f"the FileReference {self.name!r} needs a path or a url, and not both", argument="path"
            )
        types = {} if self.content_type is None else {"content_type": self.content_type}
        Attachment(name=self.name, content=b"", content_id=self.content_id, **types)


def to_payload(
    email: EmailLike | TemplateEmail, *, key: str, references: Sequence[FileReference] = ()
) -> dict[str, Any]:
    """
    Return the payload of a job that sends one email.

    The payload consists of JSON values, so that `json.dumps` accepts the payload. Nothing in it is pickled.

    Args:
        email: An `Email`, a `TemplateEmail`, a mapping with the same names, or a message of the standard library.
        key: The idempotency key, of 1 to 80 characters: the same job always has the same key, such as
            `f"receipt-{order.id}"`. It replaces the email's own.
        references: Attachments that the worker loads.

    Raises:
        InvalidEmail: The email or the key is not valid.

    Example:
        >>> to_payload({"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}, key="welcome-7")["keys"]
        ['welcome-7']
    """
    return _payload([_entry(email, references)], [_checked_key(key)])


def to_payloads(
    emails: Iterable[EmailLike | TemplateEmail],
    *,
    key: str,
    max_emails: int = BATCH_LIMIT,
    max_bytes: int = PAYLOAD_BYTES,
    references: Sequence[FileReference] = (),
) -> Iterator[dict[str, Any]]:
    """
    Yield the payloads of jobs that send many emails: one job for up to 500 emails.

    The key of each email is `f"{key}/{index}"`, with its place in the whole input: the same input always has the same
    keys, so that an application that was stopped in the middle may enqueue all of it again.

    Args:
        emails: The emails, as of `to_payload`; taken as they are needed.
        key: The beginning of all keys, of 1 to 68 characters.
        max_emails: The most emails in one payload, from 1 to 500.
        max_bytes: The most bytes of one payload as JSON; a larger email has a payload of its own.
        references: Attachments of every email that the worker loads, once for each payload.

    Raises:
        InvalidArgument: `emails` is a single email, or a number is out of its range.
        InvalidEmail: An email is not valid; the error names its place. The payloads before it were yielded.
    """
    check_many(emails)
    _checked_key(key, KEY_PREFIX_LIMIT)
    for name, value, most in (("max_emails", max_emails, BATCH_LIMIT), ("max_bytes", max_bytes, PAYLOAD_BYTES)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise InvalidArgument(f"{name} must be a whole number from 1 to {most}, got {value!r}", argument=name)
    return _payloads(emails, key, max_emails, max_bytes, references)


def _payloads(
    emails: Iterable[EmailLike | TemplateEmail],
    key: str,
    max_emails: int,
    max_bytes: int,
    references: Sequence[FileReference],
) -> Iterator[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    first, size = 0, 0
    for at, given in _numbered(emails):
        try:
            entry = _entry(given, references)
        except InvalidEmail as error:
            raise error.at(at) from None
        length = len(json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if entries and (len(entries) == max_emails or size + length > max_bytes):
            yield _numbered_payload(entries, key, first)
            entries, first, size = [], at, 0
        entries.append(entry)
        size += length
    if entries:
        yield _numbered_payload(entries, key, first)


def _numbered(emails: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    try:
        yield from enumerate(emails)
    except InvalidEmail as error:
        add_input_note(error)
        raise


def _numbered_payload(entries: list[dict[str, Any]], key: str, first: int) -> dict[str, Any]:
    return _payload(entries, [f"{key}/{first + at}" for at in range(len(entries))])


def _payload(entries: list[dict[str, Any]], keys: list[str]) -> dict[str, Any]:
    return {"v": VERSION, "emails": entries, "keys": keys}


def _checked_key(key: object, limit: int = KEY_LIMIT) -> str:
    if not isinstance(key, str) or not 1 <= len(key) <= limit:
        raise InvalidArgument(f"key must be a text of 1 to {limit} characters, got {key!r}", argument="key")
    # The characters of a key, by the rules of the field.
    key_field = Email(idempotency_key=key).idempotency_key
    assert key_field is not None  # noqa: S101 - for type checkers
    return key_field


def _entry(given: Any, references: Sequence[FileReference]) -> dict[str, Any]:
    """Return one email as JSON values."""
    is_template = isinstance(given, TemplateEmail) or (isinstance(given, Mapping) and "template_model" in given)
    email = as_record(given, TemplateEmail, "email") if is_template else as_email(given, Email)
    entry = email.replace(idempotency_key=None).to_dict()
    if references:
        named = [attrs.asdict(one, filter=lambda _, value: value is not None) for one in references]
        entry["attachments"] = [*entry.get("attachments", ()), *named]
    return entry


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
        given = {**entry, "idempotency_key": key}
        attachments = given.get("attachments")
        if isinstance(attachments, list):
            given["attachments"] = [self._attachment(one) for one in attachments]
        return record.from_dict(given)

    def _attachment(self, given: Any) -> Any:
        kind = next((kind for kind in ("path", "url") if isinstance(given, Mapping) and kind in given), None)
        if kind is None:
            return given
        fields = {name: value for name, value in given.items() if name not in ("path", "url")}
        return Attachment(**fields, content=self._content(kind, given))

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
            why = f"the attachment {name!r} could not be loaded: {type(error).__name__}: {error}"
            raise EmailAPIError(why, outcome=Outcome.NOT_SENT, retryable=True) from error
        if not isinstance(content, bytes):
            raise ConfigurationError(f"load must return bytes, got {type(content).__name__}")
        return content


def read(payload: object) -> list[tuple[str, Mapping[str, Any]]]:
    """
    Return the keys and emails of a payload.

    Raises:
        InvalidArgument: The payload is not valid, or of a newer version.
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
    for entry in emails:
        if not isinstance(entry, Mapping):
            raise InvalidArgument(
                f"an email of the payload must be a mapping, got {type(entry).__name__}", argument="payload"
            )
    return [(_checked_key(key), entry) for key, entry in zip(keys, emails, strict=True)]


def remaining(payload: Mapping[str, Any], places: Sequence[int]) -> dict[str, Any]:
    """Return a payload with the emails at these places."""
    return _payload([payload["emails"][at] for at in places], [payload["keys"][at] for at in places])


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
