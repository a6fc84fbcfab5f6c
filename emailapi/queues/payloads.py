"""The payload of a job: emails and their keys, as JSON values that any engine can carry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from ..errors import InvalidArgument, InvalidEmail
from ..models.attachment import Attachment
from ..models.email import Email, TemplateEmail
from ..models.fields import as_record
from ..transports.batch import BATCH_LIMIT
from ..transports.inputs import EmailLike, add_input_note, as_email, check_many
from .content import checked_key, payload_of

# Leaves room for "/" and the place of the email.
KEY_PREFIX_LIMIT = 68
PAYLOAD_BYTES = 50_000_000


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
        for name, value in (("path", self.path), ("url", self.url)):
            if value is not None and not isinstance(value, str):
                raise InvalidArgument(
                    f"{name} must be a text, which JSON can carry, got {type(value).__name__}: use str(...)",
                    argument=name,
                )
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
    return payload_of([_entry(email, references)], [checked_key(key)])


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
    checked_key(key, KEY_PREFIX_LIMIT)
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
    return payload_of(entries, [f"{key}/{first + at}" for at in range(len(entries))])


def _entry(given: Any, references: Sequence[FileReference]) -> dict[str, Any]:
    """Return one email as JSON values."""
    if not isinstance(references, Sequence) or not all(isinstance(one, FileReference) for one in references):
        raise InvalidArgument(
            f"references must be a list of FileReference, got {type(references).__name__}", argument="references"
        )
    is_template = isinstance(given, TemplateEmail) or (isinstance(given, Mapping) and "template_model" in given)
    email = as_record(given, TemplateEmail, "email") if is_template else as_email(given, Email)
    entry = email.replace(idempotency_key=None).to_dict()
    if references:
        named = [attrs.asdict(one, filter=lambda _, value: value is not None) for one in references]
        entry["attachments"] = [*entry.get("attachments", ()), *named]
    return entry
