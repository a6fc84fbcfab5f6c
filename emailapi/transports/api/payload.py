"""Emails encoded for the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from ..._delivery import BATCH_NAME, KEY_NAME, OWN_NAMES
from ...errors import InvalidEmail
from ...models.address import Address
from ...models.email import AddressedEmail, BaseEmail, Email, TemplateEmail
from ...settings import Options
from ...wire import dump_json, wire_names, write
from .limits import (
    BODY_LIMIT,
    METADATA_LIMIT,
    check_email,
    check_mailboxes,
    check_sizes,
    check_template_email,
)

M = TypeVar("M", bound=BaseEmail)

# Of the class whose names are needed in any case.
_SENDER, _STREAM, _METADATA = (wire_names(Email)[name] for name in ("sender", "message_stream", "metadata"))
DEFAULT_STREAM = "outbound"
BULK_STREAM = "broadcast"
_NOT_JSON = (TypeError, ValueError, RecursionError)


@attrs.frozen(eq=False)
class Endpoint(Generic[M]):
    """
    The paths that one kind of emails is posted to.

    Attributes:
        record: The class of the emails.
        check: Checks an email before it is encoded.
        one: The path for a single email.
        many: The path for a batch.
        wrapped: The bytes before and after the emails of a batch: an array, or an object with an array in it.
    """

    record: type[M]
    check: Callable[[M, Address], None]
    one: str
    many: str = ""
    wrapped: tuple[bytes, bytes] = (b"[", b"]")

    def body(self, payloads: Sequence[APIPayload]) -> bytes:
        """Return the body of a batch."""
        before, behind = self.wrapped
        return before + b",".join([payload.part for payload in payloads]) + behind


EMAILS = Endpoint(Email, check_email, "/email", "/email/batch")
TEMPLATES = Endpoint(
    TemplateEmail, check_template_email, "/email/withTemplate", "/email/batchWithTemplates", (b'{"Messages":[', b"]}")
)


@attrs.define(eq=False)
class APIPayload:
    """
    An email encoded for the API, and the values by which its response is checked and by which it is looked up.

    Attributes:
        part: The JSON of the email.
        key: The key in its metadata, by which it can be looked up; None if it carries none.
        batched: Whether its metadata also has the key of its batch.
        stream: The message stream.
        recipients: All recipients.
        bcc: The blind-copied recipients.
        subject: The subject; None if it comes from a template.
        idempotency_key: The email's own key, or else the key that it carries: the key of its result.
    """

    part: bytes = attrs.field(repr=False)
    key: str | None
    batched: bool
    stream: str
    recipients: tuple[Address, ...] = attrs.field(repr=False)
    bcc: tuple[Address, ...] = attrs.field(default=(), repr=False)
    subject: str | None = attrs.field(default=None, repr=False)
    idempotency_key: str | None = None


def complete(email: M, options: Options, key: str | None) -> M:
    """Return an email with the client's sender and stream, and with this key if it has none and has room for one."""
    given: dict[str, Any] = {}
    if email.sender is None and options.sender is not None:
        given["sender"] = options.sender
    if email.message_stream is None and options.message_stream is not None:
        given["message_stream"] = options.message_stream
    if email.idempotency_key is None and key is not None and len(email.metadata) < METADATA_LIMIT:
        given["idempotency_key"] = key
    return email._filled_in(given) if given else email


def encode(
    email: M, options: Options, check: Callable[[M, Address], None], key: str | None = None, batch: str | None = None
) -> APIPayload:
    """
    Validate and encode an email, with the client's sender and stream filled in.

    Args:
        email: The email; its own key takes precedence over `key`.
        options: The client's options.
        check: Checks the limits of the API for this kind of email.
        key: The key to carry, if the metadata has room for it.
        batch: The key of the batch to carry, if the metadata has room for it.

    Raises:
        InvalidEmail: The email exceeds a limit of the API; the error names the field.
    """
    own_sender = email.sender
    sender = own_sender or options.sender
    if sender is None:
        raise InvalidEmail("sender is missing: set it on the email, or pass sender= to the client", field="sender")
    check(email, sender)
    written = write(email)
    if own_sender is None:
        written[_SENDER] = sender.header
    stream = email.message_stream
    if stream is None:
        stream = options.message_stream
        if stream is not None:
            written[_STREAM] = stream
    own, own_key = email.metadata, email.idempotency_key
    key = (own_key or key) if options.reconcile and len(own) < METADATA_LIMIT else None
    if key is None or len(own) + 1 == METADATA_LIMIT:
        batch = None
    if key is not None:
        if own:
            check_names(own)
        written[_METADATA] = carried = own.copy()
        carried[KEY_NAME] = key
        if batch is not None:
            carried[BATCH_NAME] = batch
    recipients: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    if isinstance(email, AddressedEmail):
        recipients, bcc = email.to + email.cc + email.bcc, email.bcc
    subject = email.subject if isinstance(email, Email) else None
    # The bytes are in no variable, so that a traceback with local variables does not show the email.
    return APIPayload(
        _as_json(email, written, sender),
        key,
        batch is not None,
        stream or DEFAULT_STREAM,
        recipients,
        bcc,
        subject,
        own_key or key,
    )


def check_names(metadata: Mapping[str, str]) -> None:
    """
    Check that no metadata name is reserved.

    Raises:
        InvalidEmail: A name is.
    """
    for name in metadata:
        if name.lower() in OWN_NAMES:
            why = f"metadata: {KEY_NAME} and {BATCH_NAME} are reserved, use idempotency_key"
            raise InvalidEmail(why, field="metadata")


def _not_json(email: BaseEmail, written: Mapping[str, Any]) -> str:
    """Return the field that JSON cannot hold: the template model, or a mapping that was changed after its check."""
    names = {wire: name for name, wire in wire_names(type(email)).items()}
    for name, value in written.items():
        try:
            dump_json(value)
        except _NOT_JSON:
            return names.get(name, name)
    return "template_model"  # too deep for the whole email only


def _as_json(email: BaseEmail, written: dict[str, Any], sender: Address) -> bytes:
    try:
        encoded = dump_json(written)
    except _NOT_JSON as error:
        field = _not_json(email, written)
        raise InvalidEmail(f"{field} cannot be written as JSON: {error}", field=field) from None
    # If the whole is ASCII and small, so is each part.
    if not encoded.isascii():
        check_mailboxes(email, sender)
    if len(encoded) > BODY_LIMIT:
        check_sizes(email, len(encoded))
    return encoded
