"""The way out through the service's HTTP API: what a mail looks like there, and what its answers say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from ..._delivery import BATCH_NAME, KEY_NAME, OWN_NAMES
from ...errors import InvalidEmail
from ...models.address import Address
from ...models.bulk import BulkEmail
from ...models.email import BaseEmail, Email, Envelope, TemplateEmail
from ...settings import Options
from ...wire import dump_json, wire_names, write
from .limits import (
    BODY_LIMIT,
    METADATA_LIMIT,
    check_bulk,
    check_email,
    check_mailboxes,
    check_sizes,
    check_template_email,
)

M = TypeVar("M", bound=BaseEmail)

_SENDER, _STREAM, _METADATA = (wire_names(BaseEmail)[name] for name in ("sender", "message_stream", "metadata"))
DEFAULT_STREAM = "outbound"
BULK_STREAM = "broadcast"


@attrs.frozen
class Endpoint(Generic[M]):
    """
    Where one kind of mail is posted to.

    Attributes:
        record: The kind.
        check: Checks one before it is encoded.
        one: The path for a single mail.
        many: The path for a batch.
        wrapped: What stands before and behind the mails of a batch: some are wanted in an object, others in an array.
    """

    record: type[M]
    check: Callable[[M, Address], None]
    one: str
    many: str = ""
    wrapped: tuple[bytes, bytes] = (b"[", b"]")

    def body(self, payloads: Sequence[Parcel]) -> bytes:
        """Return the body of a batch."""
        before, behind = self.wrapped
        return before + b",".join([payload.part for payload in payloads]) + behind


EMAILS = Endpoint(Email, check_email, "/email", "/email/batch")
TEMPLATES = Endpoint(
    TemplateEmail, check_template_email, "/email/withTemplate", "/email/batchWithTemplates", (b'{"Messages":[', b"]}")
)
BULK = Endpoint(BulkEmail, check_bulk, "/email/bulk")


@attrs.define
class Parcel:
    """
    One mail, ready to be posted.

    Attributes:
        part: Its JSON.
        key: The key it carries, that it can be looked up by; None when it carries none.
        batched: Whether it also carries its batch's.
        stream: The stream it goes through.
        recipients: All whom it goes to.
        bcc: Those of them that the others do not see.
        subject: Its subject; None where a template makes it.
        idempotency_key: The mail's own key, or the one it carries, for whoever sent it.
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
    """Return a mail with the client's sender and stream, and with this key where it has none and room for one."""
    given: dict[str, Any] = {}
    if email.sender is None and options.sender is not None:
        given["sender"] = options.sender
    if email.message_stream is None and options.message_stream is not None:
        given["message_stream"] = options.message_stream
    if email.idempotency_key is None and key is not None and len(email.metadata) < METADATA_LIMIT:
        given["idempotency_key"] = key
    return attrs.evolve(email, **given) if given else email


def pack(
    email: M,
    options: Options,
    check: Callable[[M, Address], None],
    *,
    key: str | None = None,
    batch: str | None = None,
) -> Parcel:
    """
    Check one mail, and encode it with the client's sender and stream filled in.

    Args:
        email: The mail; its own key goes before `key`.
        options: The client's.
        check: What the API takes of this kind of mail.
        key: The key to carry, where there is room for it.
        batch: The batch's key to carry, likewise.

    Raises:
        InvalidEmail: It breaks a limit of the API that can be known here; the error names the field.
    """
    sender = email.sender or options.sender
    if sender is None:
        raise InvalidEmail("sender is missing, and the client has none to fill in", field="sender")
    check(email, sender)
    written = write(email)
    if email.sender is None:
        written[_SENDER] = sender.header
    stream = email.message_stream
    if stream is None:
        stream = options.message_stream
        if stream is not None:
            written[_STREAM] = stream
    own = email.metadata
    key = (email.idempotency_key or key) if options.reconcile and len(own) < METADATA_LIMIT else None
    if key is None or len(own) + 1 == METADATA_LIMIT:
        batch = None
    if key is not None:
        if own:
            check_names(own)
        written[_METADATA] = own | ({KEY_NAME: key} if batch is None else {KEY_NAME: key, BATCH_NAME: batch})
    recipients, bcc = ((*email.to, *email.cc, *email.bcc), email.bcc) if isinstance(email, Envelope) else ((), ())
    return Parcel(
        _encode(email, written, sender),
        key,
        batch is not None,
        stream or DEFAULT_STREAM,
        recipients,
        bcc,
        email.subject if isinstance(email, Email) else None,
        email.idempotency_key or key,
    )


def check_names(metadata: Mapping[str, str]) -> None:
    """
    Check that no name is reserved.

    Raises:
        InvalidEmail: A name is.
    """
    for name in metadata:
        if name.lower() in OWN_NAMES:
            raise InvalidEmail(
                f"metadata: {KEY_NAME} and {BATCH_NAME} are our own; use idempotency_key", field="metadata"
            )


def _encode(email: BaseEmail, written: dict[str, Any], sender: Address) -> bytes:
    try:
        encoded = dump_json(written)
    except (TypeError, ValueError, RecursionError) as error:
        # All else is text that was checked when the mail was built.
        raise InvalidEmail(f"template_model cannot be written as JSON: {error}", field="template_model") from None
    # The rest holds for each part where it holds for the whole.
    if not encoded.isascii():
        check_mailboxes(email, sender)
    if len(encoded) > BODY_LIMIT:
        check_sizes(email, len(encoded))
    return encoded
