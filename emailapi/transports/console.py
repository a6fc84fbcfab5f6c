"""The transport that prints each email, for development."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Self, TextIO

from .._delivery import CallContext, new_keys
from ..errors import ConfigurationError, InvalidArgument
from ..models.address import Address
from ..models.email import Email, check_complete
from ..models.outbound import BatchItem, SendResult
from .base import BaseTransport
from .batch import Batch

_RULE = "-" * 72


class ConsoleTransport(BaseTransport[Email]):
    """
    Prints each email to a stream: the fields, then the bodies, then the names of the attachments.

    Args:
        stream: A text stream, which is not closed; by default the current standard output.

    Raises:
        InvalidArgument: `stream` has no `write` method, or is a binary stream.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        """Create the transport; nothing is printed yet."""
        binary = isinstance(stream, (io.RawIOBase, io.BufferedIOBase))
        if stream is not None and (binary or not callable(getattr(stream, "write", None))):
            raise InvalidArgument(f"stream must be a text stream, got {type(stream).__name__}", argument="stream")
        self._stream = stream
        self._closed = False

    def __repr__(self) -> str:
        """Name the class."""
        return "ConsoleTransport()"

    def within(self, seconds: float, /, *, attempts: int | None = None) -> Self:
        """Return this transport, whatever `seconds` and `attempts` are: printing an email takes no time."""
        return self

    def close(self) -> None:
        """Accept no more emails; the stream stays open."""
        self._closed = True

    def _prepare(self, email: Email, batch: Batch[Email]) -> Email:
        check_complete(email)
        return email

    def _deliver(self, payloads: Sequence[Email], batch: Batch[Email], context: CallContext) -> list[BatchItem]:
        if self._closed:
            raise ConfigurationError("the transport is closed")
        return [self._print(email) for email in payloads]

    def _print(self, email: Email) -> SendResult:
        stream = sys.stdout if self._stream is None else self._stream
        message_id = new_keys(1)[0]
        # One call, so that the emails of several threads do not mix.
        _write(stream, email, message_id)
        return SendResult(
            message_id=message_id,
            to=_listed(email.to),
            submitted_at=datetime.now(UTC),
            message="OK",
            via="console",
            idempotency_key=email.idempotency_key,
        )


def _write(stream: TextIO, email: Email, message_id: str) -> None:
    try:
        stream.write("\n".join([_RULE, *_lines(email, message_id), _RULE, ""]))
    except UnicodeEncodeError:
        encoding = getattr(stream, "encoding", None) or "ascii"
        text = "\n".join([_RULE, *_lines(email, message_id), _RULE, ""])
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def _lines(email: Email, message_id: str) -> Iterator[str]:
    sender = email.sender.header if email.sender else ""
    fields = {
        "Message": message_id,
        "From": sender,
        "To": _listed(email.to),
        "Cc": _listed(email.cc),
        "Bcc": _listed(email.bcc),
        "Reply-To": _listed(email.reply_to),
        "Subject": email.subject,
        **{header.name: header.value for header in email.headers},
        "tag": email.tag,
        "message_stream": email.message_stream,
        "idempotency_key": email.idempotency_key,
        **{f"metadata {name}": value for name, value in email.metadata.items()},
    }
    yield from (f"{name}: {value}" for name, value in fields.items() if value)
    for body in (email.text_body, email.html_body):
        if body is not None:
            yield from ("", body)
    if email.attachments:
        yield ""
    for attachment in email.attachments:
        yield f"[{attachment.name}, {attachment.content_type}, {len(attachment.content)} bytes]"


def _listed(addresses: Sequence[Address]) -> str:
    return ", ".join(address.header for address in addresses)
